/* beside.h -- what lies beside the program: in the checkout it was built in, or where it was
 * installed. */
#ifndef HARNESS_BESIDE_H
#define HARNESS_BESIDE_H
#include "base/bytes.h"

/* `relative` in the program's folder or the nearest one above it. */
bool find_beside(const char *relative, char *path, size_t cap);
/* The command that starts the adapter `name`, of interop/adapters or of an installation;
 * "reference" is this program.  False: `why`. */
bool peer_command(const char *name, char *command, size_t cap, struct buf *why);
/* The list of what the peer `name` is known for.  False: it has none. */
bool peer_expectations(const char *name, char *path, size_t cap);

#endif
