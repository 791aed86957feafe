/* commands.h -- the subcommands.  argv[0] is the subcommand's name; the result is the exit status:
 * 0 as it should be, 1 not, 2 usage or an error of ours (one line on stderr). */
#ifndef HARNESS_COMMANDS_H
#define HARNESS_COMMANDS_H

int cmd_list(int argc, char **argv);     /* [--json] [--requirements] [GLOB] */
int cmd_explain(int argc, char **argv);  /* CASE|REQUIREMENT */
int cmd_coverage(int argc, char **argv); /* [--json]; 1: unknown rows cited, or rows not covered */
int cmd_run(int argc, char **argv);      /* judge an implementation */
int cmd_mutants(int argc, char **argv);  /* the kill matrix */
int cmd_check(int argc, char **argv);    /* is this adapter well-behaved? */
int cmd_peer(int argc, char **argv);     /* the reference as a shell tool */
int cmd_adapter(int argc, char **argv);  /* the reference as an adapter program */

#endif
