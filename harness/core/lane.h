/* lane.h -- one adapter and the instances it is given, one after another: start it, hello, run
 * the script, reset, verdict.  The same for live adapters and for the reference in its simulated
 * world: only the net and the way to start a port differ. */
#ifndef HARNESS_LANE_H
#define HARNESS_LANE_H
#include "core/context.h"

/* What one instance came to.  Strings live until the lane gets its next job. */
struct lane_result {
    enum outcome outcome;
    bool timing;  /* a failure about time */
    bool silent;  /* a failure by what did not come while we had patience */
    bool stalled; /* our loop stood still while time was measured */
    int64_t ms;
    const char *why, *file, *script, *detail, *variant;
    int line;
    bool adapter_failed; /* no usable adapter: `why`; nothing was judged */
};

struct lane {
    /* set by the owner before the first job */
    struct net *net;
    struct port *(*start)(struct lane *, struct buf *why);
    /* NULL, or why the case cannot run with these features: it is skipped. */
    const char *(*unfit)(struct lane *, const char *features, char *why, size_t cap);
    void (*runnable)(struct lane *); /* the fiber can go on: call lane_run soon */
    void (*finished)(struct lane *, const struct lane_result *);
    void *owner;
    struct conditions on;

    /* inside */
    struct port *port;
    struct port *grave; /* ended, to be freed when nobody is inside it */
    enum {
        LANE_EMPTY, /* no adapter runs */
        LANE_HELLO, /* started, its hello is awaited */
        LANE_PROBE, /* the verb it cannot know was sent */
        LANE_READY,
        LANE_RUNNING, /* a script runs */
        LANE_RESET,   /* the script is over, reset is awaited */
        LANE_BROKEN,
    } state;
    struct t t;
    bool has_case, queued, renewing;
    bool looked;     /* its time has passed once: what the kernel has by then still counts */
    msec late_ms;    /* the second half of the time for the answer awaited; 0: that has begun */
    unsigned ignore; /* answers still to come of a call that the script left behind */
    struct net_timer timer;
    struct buf features, name, why;
    char last_words[160]; /* on stderr, of an adapter that has not said hello */
    uint64_t instance_seed;
    msec start_began, start_took; /* of its adapter, at most; 0: read already */
};

void lane_init(struct lane *);
void lane_free(struct lane *);
/* Runs one instance.  The lane must be idle. */
bool lane_idle(const struct lane *);
void lane_start(struct lane *, const struct conf_case *, enum via, const char *instance);
/* Resumes the script, or takes it to its verdict.  Only when `runnable` asked for it. */
void lane_run(struct lane *);
void lane_drop_adapter(struct lane *); /* the next job gets a fresh process */
struct trace *lane_trace(struct lane *);

#endif
