/* signals.h -- SIGINT and SIGTERM as an event of the loop, for a command that ends in good order.
 */
#ifndef HARNESS_SIGNALS_H
#define HARNESS_SIGNALS_H
#include "net/net.h"

/* Sets *interrupted when one comes, which also ends a net_step.  Once per process; children inherit
 * the blocked signals.  The stream is readable from then on.  NULL: no memory or descriptors. */
struct stream *watch_signals(struct net *, bool *interrupted);

#endif
