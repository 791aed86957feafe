/* pulse.c -- a timer that notices how late it is. */
#include "core/pulse.h"
#include <stddef.h>

static bool is_late(const struct pulse *p, msec now, unsigned degree)
{
    return p->beats && now - p->due > (msec)PULSE_STALL_MS << degree;
}

static void beat(struct net_timer *timer, msec at)
{
    struct pulse *p = (struct pulse *)(void *)((char *)timer - offsetof(struct pulse, timer));
    (void)at;
    msec now = net_now(p->net);
    for (unsigned k = 0; k < PULSE_DEGREES && is_late(p, now, k); k++)
        p->stalled[k] = now;
    p->due = now + PULSE_MS;
    net_arm(p->net, timer, p->due);
}

void pulse_start(struct pulse *p, struct net *net)
{
    if (p->beats)
        return;
    p->net = net;
    p->beats = true;
    p->due = net_now(net) + PULSE_MS;
    p->timer.fire = beat;
    net_arm(net, &p->timer, p->due);
}

void pulse_stop(struct pulse *p)
{
    if (p->beats)
        net_arm(p->net, &p->timer, MSEC_NEVER);
    p->beats = false;
}

/* The largest stall that does not matter in a window: a beat over PULSE_STALL_MS << this is late.
 */
static unsigned degree_of(msec window)
{
    unsigned k = 0;
    while (k + 1 < PULSE_DEGREES && (msec)PULSE_STALL_MS << (k + 1) <= window / PULSE_STALL_PART)
        k++;
    return k;
}

static bool stood_still(const struct pulse *p, msec since, unsigned degree)
{
    return (p->stalled[degree] > 0 && p->stalled[degree] >= since) ||
           (p->net && is_late(p, net_now(p->net), degree));
}

bool pulse_stalled_since(const struct pulse *p, msec since)
{
    return p && p->net && stood_still(p, since, degree_of(net_now(p->net) - since));
}

bool pulse_starved_since(const struct pulse *p, msec since)
{
    return p && stood_still(p, since, PULSE_STARVED);
}
