/* commands.h -- body of `spconform vectors`; argv[0] is the subcommand's name.  Returns the exit
 * status: 0, 1 for vectors that are wrong or recordings that changed, 2 for usage and files. */
#ifndef VECTORS_COMMANDS_H
#define VECTORS_COMMANDS_H

int cmd_vectors(int argc, char **argv);

#endif
