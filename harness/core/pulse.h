/* pulse.h -- notices when our own loop stands still: a time measured across that is no measurement.
 */
#ifndef HARNESS_PULSE_H
#define HARNESS_PULSE_H
#include "net/net.h"

enum { PULSE_MS = 10, PULSE_STALL_MS = 20 };

struct pulse { /* owned by the loop's owner; all-zero: does not beat, and never stalled */
    struct net_timer timer;
    struct net *net;
    msec due;     /* of the next beat */
    msec stalled; /* when the last stall ended; 0: never */
    bool beats;
};

void pulse_start(struct pulse *, struct net *); /* nothing if it beats */
void pulse_stop(struct pulse *);
/* Was a beat over PULSE_STALL_MS late at any time since `since`?  NULL: never. */
bool pulse_stalled_since(const struct pulse *, msec since);

#endif
