/* REQ: sp-request-reply-01 5.1 and 6.1.
 *
 *     IDLE --send--> SENT --the right reply--> ANSWERED --recv--> IDLE
 *             \______/ \__ no pipe can take it: UNSENT, until one can
 *     send in any state starts anew; SENT is sent again under the same id when the timer runs out
 *     (6.1) and, as every implementation does, when the pipe that carried it goes.
 *
 * Each context is such a machine; the ids are given in one row for all of them. */
#include "base/rng.h"
#include "sp/stack.h"
#include <stdlib.h>
#include <string.h>

enum { RESEND_DEFAULT = 60 * 1000 }; /* 6.1 */

enum req_state { IDLE, UNSENT, SENT, ANSWERED };

struct request {
    struct context context; /* must be first */
    enum req_state state;
    uint32_t id;
    msec resend_ivl;
    msec resend_at;
    pipe_id carrier; /* SENT: where the last copy went */
    struct link unsent;
    struct kept_msg request, reply;
};

struct req {
    struct machine m;
    struct request own;
    struct list all;    /* of the contexts: own first */
    struct list unsent; /* those UNSENT, by turns */
    size_t count;
    uint32_t last_id; /* of the last request of any context */
};

static struct req *of(struct pattern *p)
{
    return (struct req *)p;
}

static struct request *in(struct context *c)
{
    return (struct request *)c;
}

static struct request *first(const struct req *r)
{
    return container_of(list_first(&r->all), struct request, context.link);
}

static struct request *next(const struct req *r, const struct request *q)
{
    struct link *k = list_next(&r->all, &q->context.link);
    return k == NULL ? NULL : container_of(k, struct request, context.link);
}

static bool outstanding(const struct request *q)
{
    return q->state == SENT || q->state == UNSENT;
}

static void add(struct req *r, struct request *q, msec resend_ivl)
{
    q->resend_ivl = resend_ivl;
    q->resend_at = MSEC_NEVER;
    list_append(&r->all, &q->context.link);
    r->count++;
}

static void init(struct pattern *p, uint64_t seed)
{
    struct req *r = of(p);
    struct rng rng;
    rng_seed(&rng, seed);
    r->last_id = (uint32_t)rng_next(&rng) | STACK_ID_BIT; /* 6.1: a random start */
    list_init(&r->all);
    list_init(&r->unsent);
    add(r, &r->own, RESEND_DEFAULT);
}

static void release(struct request *q)
{
    kept_msg_free(&q->request);
    kept_msg_free(&q->reply);
}

static struct context *open(struct pattern *p)
{
    struct req *r = of(p);
    /* One input may send the request of each context again. */
    struct request *q = pattern_reserve(p, r->count + 8) ? calloc(1, sizeof *q) : NULL;
    if (q == NULL)
        return NULL;
    add(r, q, r->own.resend_ivl);
    return &q->context;
}

static void close(struct pattern *p, struct context *c)
{
    link_remove(&c->link);
    link_remove(&in(c)->unsent);
    of(p)->count--;
    release(in(c));
    free(c);
}

static void fini(struct pattern *p)
{
    for (struct request *q; (q = next(of(p), &of(p)->own)) != NULL;)
        close(p, &q->context);
    release(&of(p)->own);
    machine_fini(p);
}

static enum err set_in(struct pattern *p, struct context *c, const char *option, int64_t value)
{
    (void)p;
    if (strcmp(option, "resend-ivl") != 0)
        return E_NOTSUP;
    in(c)->resend_ivl = value;
    return E_OK;
}

static enum err set(struct pattern *p, const char *option, int64_t value)
{
    if (strcmp(option, "first-id") != 0)
        return set_in(p, &of(p)->own.context, option, value);
    if (value < STACK_ID_BIT || value > UINT32_MAX)
        return E_INVAL;
    of(p)->last_id = ((uint32_t)value - 1) | STACK_ID_BIT;
    return E_OK;
}

/* One more copy, counting the interval from `from`. */
static void dispatch(struct req *r, struct request *q, msec from)
{
    q->carrier = machine_turn(&r->m);
    q->state = q->carrier == 0 ? UNSENT : SENT;
    q->resend_at = MSEC_NEVER;
    link_remove(&q->unsent);
    if (q->carrier == 0) {
        list_append(&r->unsent, &q->unsent);
        return;
    }
    if (q->resend_ivl > 0)
        q->resend_at = msec_after(from, q->resend_ivl);
    struct msg copy = kept_msg_view(&q->request);
    pattern_act(&r->m.base, SP_ACT_SEND, q->carrier, &copy, NULL);
}

static void pipe_writable(struct pattern *p, pipe_id id, bool yes, msec now)
{
    struct req *r = of(p);
    machine_pipe_writable(p, id, yes, now);
    for (struct link *k; r->m.writable > 0 && (k = list_first(&r->unsent));)
        dispatch(r, container_of(k, struct request, unsent), now);
}

static void pipe_del(struct pattern *p, pipe_id id, msec now)
{
    struct req *r = of(p);
    machine_pipe_del(p, id, now);
    for (struct request *q = first(r); q != NULL; q = next(r, q))
        if (q->state == SENT && q->carrier == id)
            dispatch(r, q, now);
}

static struct request *find(const struct req *r, uint32_t id)
{
    for (struct request *q = first(r); q != NULL; q = next(r, q))
        if (q->id == id && outstanding(q))
            return q;
    return NULL;
}

/* 6.1: one more than the last; what a context asked 2^31 requests ago may still be out. */
static uint32_t next_id(const struct req *r)
{
    uint32_t id = r->last_id;
    do
        id = (id + 1) | STACK_ID_BIT;
    while (r->count > 1 && find(r, id) != NULL);
    return id;
}

static enum err send_in(struct pattern *p, struct context *c, const struct msg *msg, msec now)
{
    struct req *r = of(p);
    struct request *q = in(c);
    if (r->m.writable == 0)
        return E_AGAIN; /* 5.1: push-back */
    uint32_t id = next_id(r);
    uint8_t head[4];
    set_be32(head, id);
    struct msg request = *msg;
    request.head = slice_of(head, sizeof head);
    q->state = IDLE;
    link_remove(&q->unsent);
    enum err e = kept_msg_set(&q->request, &request);
    kept_msg_clear(&q->reply); /* not before: it may be what is sent */
    if (e != E_OK)
        return e;
    q->id = r->last_id = id;
    dispatch(r, q, now);
    return E_OK;
}

static enum err send(struct pattern *p, const struct msg *msg, msec now)
{
    return send_in(p, &of(p)->own.context, msg, now);
}

static void arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct request *q = NULL;
    uint32_t id;
    (void)now;
    const char *why = stack_id(msg->body, &id);
    if (why == NULL && (q = find(of(p), id)) == NULL)
        why = stack_not_asked;
    struct msg reply = *msg;
    if (why == NULL) {
        reply.body = slice_drop(msg->body, 4);
        reply.pipe = from;
        /* It is asked for again if it cannot be kept. */
        if (kept_msg_set(&q->reply, &reply) != E_OK)
            why = "out of memory";
    }
    if (why != NULL) {
        pattern_act(p, SP_ACT_DROP, from, msg, why);
        return;
    }
    kept_msg_clear(&q->request);
    link_remove(&q->unsent);
    q->state = ANSWERED;
}

static enum err recv_in(struct pattern *p, struct context *c, struct msg *msg, msec now)
{
    struct request *q = in(c);
    (void)p;
    (void)now;
    switch (q->state) {
    case IDLE:
        return E_STATE;
    case UNSENT:
    case SENT:
        return E_AGAIN;
    case ANSWERED:
        break;
    }
    *msg = kept_msg_view(&q->reply);
    q->state = IDLE;
    return E_OK;
}

static enum err recv(struct pattern *p, struct msg *msg, msec now)
{
    return recv_in(p, &of(p)->own.context, msg, now);
}

static msec due(const struct request *q)
{
    return q->state == SENT ? q->resend_at : MSEC_NEVER;
}

static msec deadline(const struct pattern *p)
{
    const struct req *r = (const struct req *)p;
    msec soonest = MSEC_NEVER;
    for (const struct request *q = first(r); q != NULL; q = next(r, q))
        soonest = msec_earlier(soonest, due(q));
    return soonest;
}

static void tick(struct pattern *p, msec now)
{
    struct req *r = of(p);
    for (struct request *q = first(r); q != NULL; q = next(r, q)) {
        msec when = due(q);
        if (now < when)
            continue;
        /* Counted from when it was due, so that lateness does not add up; but never twice at
         * once. */
        bool far_behind = now - when >= q->resend_ivl;
        dispatch(r, q, far_behind ? now : when);
    }
}

static const struct context_ops contexts = {
    .open = open,
    .close = close,
    .set = set_in,
    .send = send_in,
    .recv = recv_in,
};

const struct pattern_ops req_ops = {
    .self = SP_REQ,
    .size = sizeof(struct req),
    .init = init,
    .fini = fini,
    .set = set,
    .pipe_add = machine_pipe_add,
    .pipe_del = pipe_del,
    .pipe_writable = pipe_writable,
    .arrived = arrived,
    .send = send,
    .recv = recv,
    .deadline = deadline,
    .tick = tick,
    .contexts = &contexts,
};

const struct pattern_ops raw_req_ops = {
    .self = SP_REQ,
    .raw = true,
    .lazy = true,
    .size = sizeof(struct machine),
    .init = machine_init,
    .fini = machine_fini,
    .set = machine_set_none,
    .pipe_add = machine_pipe_add,
    .pipe_del = machine_pipe_del,
    .pipe_writable = machine_pipe_writable,
    .arrived = stack_arrived,
    .refuse = stack_refuse,
    .send = machine_send_one,
    .recv = machine_recv_wait,
};
