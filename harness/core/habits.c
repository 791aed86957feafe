#include "core/habits.h"

enum { SHORT_MS = 50, PACES = 8 };

/* Times that it must have been missed.  The end of a head that has begun is not far behind. */
static const unsigned enough[HABITS] = { [HABIT_PONG] = 2, [HABIT_REFUSAL_END] = 1 };

bool habit_is_none(const struct t *t, enum habit habit)
{
    const struct habits *h = t->on->habits;
    return h && h->of[habit].seen == 0 && h->of[habit].missed >= enough[habit];
}

msec habit_patience(struct t *t, enum habit habit)
{
    if (!habit_is_none(t, habit))
        return t_patience(t);
    msec paces = PACES * t->on->habits->pace, ms = paces > SHORT_MS ? paces : SHORT_MS;
    return msec_after(net_now(t->net), ms < t->on->patience ? ms : t->on->patience);
}

void habit_seen(struct t *t, enum habit habit)
{
    if (t->on->habits)
        t->on->habits->of[habit].seen++;
}

void habit_missed(struct t *t, enum habit habit, msec since)
{
    /* What a machine too busy kept from it is no habit of its own. */
    if (t->on->habits && net_now(t->net) - since >= t->on->patience &&
        !pulse_starved_since(t->on->pulse, since))
        t->on->habits->of[habit].missed++;
}

void habit_opened(struct t *t, msec since)
{
    struct habits *h = t->on->habits;
    if (h && net_now(t->net) - since > h->pace)
        h->pace = net_now(t->net) - since;
}
