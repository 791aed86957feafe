/* actor.h -- one adapter process of a story and the script it follows, straight-line, on a fiber of
 * its own. */
#ifndef SERVE_ACTOR_H
#define SERVE_ACTOR_H
#include "core/fiber.h"
#include "core/port.h"

struct actor;

/* What all actors of all stories share; outlives them. */
struct cast {
    struct net *net;
    const char *command; /* starts an adapter */
    /* It cannot go on: `why`, in a line; `lacks`: its adapter answered `na`.  Once per actor, and
     * not when another one's failure was the end of all. */
    void (*failed)(void *ctx, struct actor *, const char *why, bool lacks);
    void *ctx;
    bool over; /* one failed by something else than a lack */
};

struct actor {
    /* set by its story before actor_start */
    struct cast *cast;
    void (*script)(struct actor *);
    void *stage;      /* the story's own */
    const char *role; /* for messages */

    /* For its script, which is abandoned where it waits: what it holds then must be here. */
    struct buf scratch;
    char name[128]; /* "nng 1.5.2", once it has said hello */

    /* inside */
    struct port *port;
    struct fiber *fiber;
    struct buf answer, line;
    enum { ACTOR_BUSY, ACTOR_ASKS, ACTOR_PAUSES } state; /* what its fiber waits for */
    char last_words[160];
    bool gone; /* failed, or killed */
};

bool actor_start(struct actor *);
void actor_kill(struct actor *); /* ends its process at once; it does nothing any more */
void actor_free(struct actor *); /* not from within its script or `failed` */

/* The rest is for scripts.  Asks the adapter; returns what follows `ok`, until the next question.
 * Any other answer ends the script, and it has failed. */
const char *actor_must(struct actor *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same, but NULL for `err timedout`. */
const char *actor_try(struct actor *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Waits for actor_wake, which is for anybody else and does nothing when the script does not wait.
 */
void actor_pause(struct actor *);
void actor_wake(struct actor *);

#endif
