/* commands.h -- bodies of the subcommands about traces; argv[0] is the subcommand's name.  They
 * return the exit status: 0, or 2 for usage and files that cannot be read or written. */
#ifndef TRACE_COMMANDS_H
#define TRACE_COMMANDS_H

int cmd_trace(int argc, char **argv);
int cmd_decode(int argc, char **argv);

#endif
