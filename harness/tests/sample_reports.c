/* sample_reports.c -- writes the sample run as each report KIND=FILE it is given, for
 * test_reports.py. */
#include "sample_results.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        char why[256];
        struct reporter *r = reporter_open(argv[i], why, sizeof why);
        if (!r) {
            fprintf(stderr, "%s\n", why);
            return 2;
        }
        bool ok = reporter_begin(r, "nanomsg 1.1.5", (unsigned)sample_count);
        for (size_t k = 0; k < sample_count; k++)
            ok = reporter_result(r, &sample_results[k]) && ok;
        struct summary s = sample_summary();
        if (!getenv("SAMPLE_CUT_SHORT"))
            ok = reporter_end(r, &s) && ok;
        reporter_free(r);
        status |= !ok;
    }
    return status;
}
