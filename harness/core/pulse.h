/* pulse.h -- notices when our own loop stands still: a time measured across that is no measurement.
 * What a stall may spoil depends on what is measured: 20 ms, or, of a long window, a hundredth. */
#ifndef HARNESS_PULSE_H
#define HARNESS_PULSE_H
#include "net/net.h"

enum {
    PULSE_MS = 10,
    PULSE_STALL_MS = 20,
    PULSE_STALL_PART = 100,
    PULSE_DEGREES = 6,
    PULSE_STARVED = 3
};

struct pulse { /* owned by the loop's owner; all-zero: does not beat, and never stalled */
    struct net_timer timer;
    struct net *net;
    msec due;                    /* of the next beat */
    msec stalled[PULSE_DEGREES]; /* [k]: when a beat was last over PULSE_STALL_MS << k late; 0:
                                    never */
    bool beats;
};

void pulse_start(struct pulse *, struct net *); /* nothing if it beats */
void pulse_stop(struct pulse *);
/* Was a beat, at any time from `since` to now, too late for what was measured in that time?  Over
 * PULSE_STALL_MS is; in a long window only over its PULSE_STALL_PARTth part, or less: no more than
 * half of that is let pass for certain.  NULL: never. */
bool pulse_stalled_since(const struct pulse *, msec since);
/* Was one over PULSE_STALL_MS << PULSE_STARVED late?  A machine that busy may have starved the
 * implementation as well as us: what it failed to do then is no accusation.  NULL: never. */
bool pulse_starved_since(const struct pulse *, msec since);

#endif
