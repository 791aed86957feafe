#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "core/commands.h"
#include "core/coverage.h"
#include "core/output.h"

int cmd_coverage(int argc, char **argv)
{
    if (asks_for_help(argc, argv)) {
        puts("usage: spconform coverage [--json]\n"
             "Which case covers which requirement.  Status 1: a case cites an unknown row, two "
             "cases have\n"
             "one id, or a MUST or DEFACTO row has neither a case nor a reason.");
        return finish_output(0);
    }
    bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
    if (argc > 1 && !json)
        return usage_error(argv[0], "\"%s\" is not understood; usage: coverage [--json]", argv[1]);
    size_t n;
    const struct conf_case *const *cases = catalogue(&n);
    if (json)
        print_json(coverage_json(cases, n));
    else
        coverage_text(cases, n, stdout);
    fflush(stdout);
    size_t faults = coverage_unknown(cases, n, stderr) + coverage_twice(cases, n, stderr) +
                    coverage_gaps(cases, n, stderr);
    return finish_output(faults ? 1 : 0);
}
