/* commands.h -- the subcommand of this folder. */
#ifndef SERVE_COMMANDS_H
#define SERVE_COMMANDS_H

int cmd_serve(int argc, char **argv); /* SP stories that a web page takes part in */

#endif
