/* attach.h -- --attach HOST:PORT: adapters that somebody else starts. */
#ifndef HARNESS_ATTACH_H
#define HARNESS_ATTACH_H
#include "core/port.h"

/* Says on stderr what to paste, and waits for the connection, without a deadline, until the other
 * end of the socket `while_open` is closed.  *listening is the listening socket, kept for the next
 * time; -1 before the first.  NULL: `why`. */
struct port *attach_adapter(struct net *, const char *host_port, int *listening, int while_open,
                            struct buf *why);

#endif
