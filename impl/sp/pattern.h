/* pattern.h -- the interface of the eleven pattern machines (req.c, rep.c, ...).
 *
 * A pattern is pure: inputs (a pipe came or went, a message arrived, the application sends or
 * receives, time passed) go in; actions come out as data and are carried out by socket.c, which
 * drains them after every input.  No I/O, no clock, no globals. */
#ifndef SP_PATTERN_H
#define SP_PATTERN_H
#include "base/err.h"
#include "base/list.h"
#include "base/msec.h"
#include "sp/msg.h"

enum sp_action_type {
    SP_ACT_SEND,    /* msg on pipe */
    SP_ACT_DELIVER, /* msg from pipe to the application: lazy patterns, in answer to arrived() */
    SP_ACT_CLOSE,   /* close pipe: `why` */
    SP_ACT_DROP,    /* nothing is to be done: msg was ignored, `why` (the trace shows it) */
};

struct sp_action {
    enum sp_action_type type;
    pipe_id pipe;
    struct msg msg;
    const char *why; /* a literal */
};

/* Growable, reused: no allocation once warm. */
struct sp_actions {
    struct sp_action *v;
    size_t n, cap;
};

/* Shared head of every machine; a machine's own struct begins with it. */
struct pattern {
    const struct pattern_ops *ops;
    struct sp_actions out;
};

/* A request, survey or question of its own: a machine's own struct begins with it. */
struct context {
    struct link link;
};

/* Those beside the socket's own.  They share its pipes. */
struct context_ops {
    struct context *(*open)(struct pattern *); /* NULL: no memory */
    void (*close)(struct pattern *, struct context *);
    /* As those of pattern_ops without a context. */
    enum err (*set)(struct pattern *, struct context *, const char *option, int64_t value);
    enum err (*send)(struct pattern *, struct context *, const struct msg *, msec now);
    enum err (*recv)(struct pattern *, struct context *, struct msg *, msec now);
};

struct pattern_ops {
    uint16_t self;
    bool raw;
    /* True: messages stay in their pipe until the application receives (PULL, PAIR, REP, ...), so
     * the peer feels back-pressure and pipes are fair-queued.  False: every message is offered as
     * it arrives (REQ must stop its resend timer). */
    bool lazy;
    size_t size; /* of the machine's struct */
    /* `seed` fixes the first request, survey and channel id; the caller randomises it. */
    void (*init)(struct pattern *, uint64_t seed);
    void (*fini)(struct pattern *);
    /* E_NOTSUP: no such option for this pattern; E_INVAL: value out of range. */
    enum err (*set)(struct pattern *, const char *option, int64_t value);
    enum err (*subscribe)(struct pattern *, struct slice topic, bool on); /* NULL: E_NOTSUP */
    /* A pipe with a compatible peer.  False refuses it (a second peer of a PAIR). */
    bool (*pipe_add)(struct pattern *, pipe_id, msec now);
    void (*pipe_del)(struct pattern *, pipe_id, msec now);
    /* The pipe can, or can no longer, take one more message to send.  Called first after
     * pipe_add with true. */
    void (*pipe_writable)(struct pattern *, pipe_id, bool, msec now);
    /* A whole message; msg.head is empty and msg.body is the payload as on the wire: the machine
     * splits it.  May come from a pipe already deleted (its last messages are still delivered). */
    void (*arrived)(struct pattern *, pipe_id, const struct msg *, msec now);
    /* Lazy patterns: why arrived() would drop the message now, or NULL.  What is refused is offered
     * at once instead of waiting for the application, so junk never clogs a pipe.  NULL: none. */
    const char *(*refuse)(const struct pattern *, pipe_id, const struct msg *);
    /* The application sends.  E_AGAIN: push-back, nothing was taken. */
    enum err (*send)(struct pattern *, const struct msg *, msec now);
    /* The application receives.  E_OK: *msg, borrowed until the next input.  E_AGAIN: wait (lazy
     * patterns: offer the next waiting message with arrived()).  E_STATE, E_NOTSUP, E_TIMEDOUT. */
    enum err (*recv)(struct pattern *, struct msg *, msec now);
    msec (*deadline)(const struct pattern *); /* NULL: never */
    void (*tick)(struct pattern *, msec now);
    const struct context_ops *contexts; /* NULL: none but the socket's own */
};

extern const struct pattern_ops pair0_ops, pair1_ops, pub_ops, sub_ops, req_ops, rep_ops, push_ops,
    pull_ops, surveyor_ops, respondent_ops, bus_ops;
extern const struct pattern_ops raw_pair0_ops, raw_pair1_ops, raw_pub_ops, raw_sub_ops, raw_req_ops,
    raw_rep_ops, raw_push_ops, raw_pull_ops, raw_surveyor_ops, raw_respondent_ops, raw_bus_ops;

const struct pattern_ops *pattern_find(uint16_t self, bool raw); /* NULL: unknown */
struct pattern *pattern_new(const struct pattern_ops *, uint64_t seed);
void pattern_free(struct pattern *);

/* For the machines: room for `n` actions (false: no memory), and append one.  An action that finds
 * no memory is lost; machines reserve what an input can cause when a pipe is added. */
bool pattern_reserve(struct pattern *, size_t n);
void pattern_act(struct pattern *, enum sp_action_type, pipe_id, const struct msg *,
                 const char *why);

#endif
