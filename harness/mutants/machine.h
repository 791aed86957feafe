/* machine.h -- hooks around a pattern machine: what reaches it, and what it does. */
#ifndef HARNESS_MUTANTS_MACHINE_H
#define HARNESS_MUTANTS_MACHINE_H
#include "mutants/mutation.h"

/* The machine that the socket sees; the true one is inside. */
struct machine {
    struct pattern pattern; /* must be first */
    struct pattern *inner;
    struct mutation *m;
    const struct pattern_ops *original;
    struct context *in; /* whose send, receive or option this is; NULL: the socket's own */
    pipe_id pipe[64];   /* that it has, oldest first; more are not listed */
    size_t pipes;
    int64_t note[8]; /* the mutant's own, one set a socket */
    struct buf kept, kept2;
};

enum machine_kind { KIND_ANY, KIND_COOKED, KIND_RAW };

/* Any hook may be NULL.  Those that return bool: false swallows the input or the action. */
struct machine_hooks {
    uint16_t only; /* endpoint type the hooks are for; 0: every one */
    enum machine_kind kind;
    void (*start)(struct machine *, uint64_t *seed);
    void (*began)(struct machine *);                           /* the true machine is there */
    bool (*pipe_add)(struct machine *, pipe_id, bool *answer); /* false: *answer is the answer */
    bool (*pipe_del)(struct machine *, pipe_id);
    bool (*pipe_writable)(struct machine *, pipe_id, bool *writable);
    bool (*arrived)(struct machine *, pipe_id, struct msg *, msec now);
    /* These four of a context too, k->in; the hook may set another. */
    bool (*send)(struct machine *, struct msg *, msec now, enum err *answer);
    bool (*recv)(struct machine *, struct msg *, msec now, enum err *answer);
    void (*received)(struct machine *, struct msg *, enum err *answer); /* behind recv */
    bool (*set)(struct machine *, const char *option, int64_t *value, enum err *answer);
    bool (*closing)(struct machine *, struct context *); /* false: it stays open, unused */
    bool (*subscribe)(struct machine *, struct slice topic, bool on, enum err *answer);
    bool (*action)(struct machine *, struct sp_action *, msec now);
    bool (*tick)(struct machine *, msec now);
    bool (*deadline)(const struct machine *, msec *answer);
};

/* An action of the mutant's own. */
void machine_act(struct machine *, enum sp_action_type, pipe_id, const struct msg *);

/* False: gone, or never there. */
bool machine_has(const struct machine *, pipe_id);

/* A mutant that is hooks around machines of one endpoint type. */
#define MACHINE_MUTANT(ident, sentence, issue, ...)                                                \
    const struct mutant ident = { .name = #ident,                                                  \
                                  .fault = sentence,                                               \
                                  .source = issue,                                                 \
                                  .machine = &(const struct machine_hooks){ __VA_ARGS__ } }

/* For mutation.c. */
const struct pattern_ops *machine_around(struct mutation *, const struct pattern_ops *original);
void machines_free(struct mutation *);

#endif
