/* main.c -- spconform: the subcommands, one table. */
#include "core/commands.h"
#include "serve/commands.h"
#include "trace/commands.h"
#include "vectors/commands.h"
#include <stdio.h>
#include <string.h>

static int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("spconform " SPCONFORM_VERSION);
    return 0;
}

static int cmd_help(int argc, char **argv);

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand */
    const char *what;
} commands[] = {
    { "run", cmd_run, "judge an implementation: --peer nanomsg, --iut CMD, --connect URL, ..." },
    { "list", cmd_list, "the cases, or the requirements" },
    { "explain", cmd_explain, "one case or requirement: clause, exchange, script" },
    { "coverage", cmd_coverage, "requirements and the cases that cover them" },
    { "mutants", cmd_mutants, "the kill matrix: which case catches which fault" },
    { "check", cmd_check, "is this adapter well-behaved?" },
    { "peer", cmd_peer, "one socket of the reference implementation as a shell tool" },
    { "adapter", cmd_adapter, "the reference implementation as an adapter" },
    { "serve", cmd_serve, "web pages as peers: five stories to open in a browser" },
    { "trace", cmd_trace, "a recording proxy between two SP programs" },
    { "decode", cmd_decode, "annotate octets: hex or a recorded trace" },
    { "vectors", cmd_vectors, "byte vectors: check, show, record" },
    { "version", cmd_version, "the version of this program" },
    { "help", cmd_help, "this text; `spconform COMMAND --help` says more" },
};

static int cmd_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("usage: spconform COMMAND [ARGUMENT]...\n"
         "Conformance and interop tests of the Scalability Protocols (nanomsg, nng, ...).\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].what);
    puts("\nBegin with:  spconform run --peer nanomsg     or, for your own library, an adapter of\n"
         "about 100 lines (interop/README.md):  spconform run --iut './my-adapter'");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        cmd_help(0, NULL);
        return 2;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "spconform: no command `%s`; `spconform help` lists them\n", name);
    return 2;
}
