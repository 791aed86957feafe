/* habits.h -- what a running service does, as its run has shown so far.
 *
 * What it has never done, though it was waited for with all patience, is still waited for, but not
 * as long: each such wait would be for the same nothing.  It is long for a service that far away:
 * several times what it took at most to open a connection.  When it does it once, all patience is
 * back. */
#ifndef HARNESS_HABITS_H
#define HARNESS_HABITS_H
#include "core/context.h"

enum habit {
    HABIT_PONG,        /* answers a Ping */
    HABIT_REFUSAL_END, /* ends the head of a response that refuses by an empty line */
    HABITS
};

struct habits { /* of one service; all-zero: nothing is known */
    struct {
        unsigned seen, missed;
    } of[HABITS];
    msec pace; /* the longest that it took to open a connection */
};

/* It is known never to do it. */
bool habit_is_none(const struct t *, enum habit);
/* A deadline from now, of one who waits for it. */
msec habit_patience(struct t *, enum habit);
void habit_seen(struct t *, enum habit);
/* It did not come, and was waited for since then. */
void habit_missed(struct t *, enum habit, msec since);
/* It opened a connection, as we had asked then. */
void habit_opened(struct t *, msec since);

#endif
