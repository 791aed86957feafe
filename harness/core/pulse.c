/* pulse.c -- a timer that notices how late it is. */
#include "core/pulse.h"
#include <stddef.h>

static bool is_late(const struct pulse *p, msec now)
{
    return p->beats && now - p->due > PULSE_STALL_MS;
}

static void beat(struct net_timer *timer, msec at)
{
    struct pulse *p = (struct pulse *)(void *)((char *)timer - offsetof(struct pulse, timer));
    (void)at;
    msec now = net_now(p->net);
    if (is_late(p, now))
        p->stalled = now;
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

bool pulse_stalled_since(const struct pulse *p, msec since)
{
    if (!p)
        return false;
    return (p->stalled > 0 && p->stalled >= since) || (p->beats && is_late(p, net_now(p->net)));
}
