/* stage.h -- a story that runs: its actors, where its page connects, what it is to publish. */
#ifndef SERVE_STAGE_H
#define SERVE_STAGE_H
#include "serve/actor.h"

struct stage;

struct story {
    const char *name; /* its page is NAME.html */
    const char *title;
    void (*script)(struct actor *); /* of the first actor */
    /* Called every SERVE_TICK_MS once the story is ready; NULL: it needs no time. */
    void (*tick)(struct stage *);
};

enum { SERVE_TICK_MS = 50, SERVE_ACTORS = 3 };

struct stage {
    const struct story *story;
    struct cast *cast;
    const char *host; /* where its sockets listen */
    const char *tls;  /* the folder of credentials.h: pages connect by wss; NULL: by ws */
    /* The story is ready to be taken part in, or has something to tell, in a line. */
    void (*ready)(struct stage *);
    void (*tell)(struct stage *, const char *line);

    bool left_out;   /* the peer lacks what it needs */
    char url[160];   /* of its socket for pages; empty: not ready */
    char inner[160]; /* device: of the topology behind */
    struct actor actors[SERVE_ACTORS];
    size_t actor_count;
    struct buf outbox; /* what is to be published: a PAYLOAD word and a newline each */
    unsigned count;    /* of what it has published, or answered */
};

/* Adds an actor and starts it. */
void stage_actor(struct stage *, void (*script)(struct actor *), const char *role);
void stage_free(struct stage *);

/* For stories whose first actor is a publisher.  What is too much to wait is dropped. */
void stage_publish(struct stage *, struct slice message);

extern const struct story stories[];
extern const size_t story_count;
const struct story *story_named(const char *name); /* NULL: none */

#endif
