/* cmd_check.c -- `spconform check`: is this adapter well-behaved?  A minute's check for its author:
 * one conversation, and one connection to the sockets it opens. */
#include "core/check.h"
#include "core/commands.h"
#include "core/output.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: spconform check --iut CMD [--verbose]\n"
    "Talks to an adapter as `spconform run` would and says what it does wrong: the name of each\n"
    "fault, what was asked, what was answered, and what to do about it.  The library behind the\n"
    "adapter is not judged here; `left` is what cannot be looked at.  The protocol is described "
    "in\n"
    "interop/README.md.\n"
    "\n"
    "Exit status: 0 well-behaved, 1 faults, 2 it cannot be started, or usage.\n"
    "\n"
    "Example\n"
    "  spconform check --iut 'python3 my_adapter.py'\n";

int cmd_check(int argc, char **argv)
{
    static const struct option options[] = { { "iut", 1, NULL, 'i' },
                                             { "verbose", 0, NULL, 'v' },
                                             { "help", 0, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *command = NULL;
    bool verbose = false;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (c == 'h')
            return fputs(help, stdout) < 0 ? 2 : 0;
        if (c == '?' || c == ':')
            return fprintf(stderr, "spconform check: %s: %s; --help shows all\n", argv[optind - 1],
                           c == '?' ? "no such option" : "a value must follow"),
                   2;
        if (c == 'i')
            command = optarg;
        verbose |= c == 'v';
    }
    if (!command || optind < argc) {
        fprintf(stderr, "spconform check: name the adapter: spconform check --iut CMD\n");
        return 2;
    }
    struct check c = { .command = command, .verbose = verbose };
    int status = check_adapter(&c);
    check_free(&c);
    return finish_output(status);
}
