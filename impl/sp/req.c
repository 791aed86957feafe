/* REQ: sp-request-reply-01 5.1 and 6.1.
 *
 *     IDLE --send--> SENT --the right reply--> ANSWERED --recv--> IDLE
 *             \______/ \__ no pipe can take it: UNSENT, until one can
 *     send in any state starts anew; SENT is sent again under the same id when the timer runs out
 *     (6.1) and, as every implementation does, when the pipe that carried it goes. */
#include "base/rng.h"
#include "sp/stack.h"
#include <string.h>

enum { RESEND_DEFAULT = 60 * 1000 }; /* 6.1 */

enum req_state { IDLE, UNSENT, SENT, ANSWERED };

struct req {
    struct machine m;
    enum req_state state;
    uint32_t id; /* of the last request */
    msec resend_ivl;
    msec resend_at;
    pipe_id carrier; /* SENT: where the last copy went */
    struct kept_msg request, reply;
};

static struct req *of(struct pattern *p)
{
    return (struct req *)p;
}

static void init(struct pattern *p, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    of(p)->id = (uint32_t)rng_next(&rng) | STACK_ID_BIT; /* 6.1: a random start */
    of(p)->resend_ivl = RESEND_DEFAULT;
    of(p)->resend_at = MSEC_NEVER;
}

static void fini(struct pattern *p)
{
    kept_msg_free(&of(p)->request);
    kept_msg_free(&of(p)->reply);
    machine_fini(p);
}

static enum err set(struct pattern *p, const char *option, int64_t value)
{
    if (strcmp(option, "first-id") == 0) {
        if (value < STACK_ID_BIT || value > UINT32_MAX)
            return E_INVAL;
        of(p)->id = ((uint32_t)value - 1) | STACK_ID_BIT;
        return E_OK;
    }
    if (strcmp(option, "resend-ivl") != 0)
        return E_NOTSUP;
    of(p)->resend_ivl = value;
    return E_OK;
}

/* One more copy, counting the interval from `from`. */
static void dispatch(struct req *r, msec from)
{
    r->carrier = machine_turn(&r->m);
    r->state = r->carrier == 0 ? UNSENT : SENT;
    r->resend_at = MSEC_NEVER;
    if (r->carrier == 0)
        return;
    if (r->resend_ivl > 0)
        r->resend_at = msec_after(from, r->resend_ivl);
    struct msg copy = kept_msg_view(&r->request);
    pattern_act(&r->m.base, SP_ACT_SEND, r->carrier, &copy, NULL);
}

static void pipe_writable(struct pattern *p, pipe_id id, bool yes, msec now)
{
    machine_pipe_writable(p, id, yes, now);
    if (yes && of(p)->state == UNSENT)
        dispatch(of(p), now);
}

static void pipe_del(struct pattern *p, pipe_id id, msec now)
{
    machine_pipe_del(p, id, now);
    if (of(p)->state == SENT && of(p)->carrier == id)
        dispatch(of(p), now);
}

static enum err send(struct pattern *p, const struct msg *msg, msec now)
{
    struct req *r = of(p);
    if (r->m.writable == 0)
        return E_AGAIN; /* 5.1: push-back */
    uint32_t id = (r->id + 1) | STACK_ID_BIT;
    uint8_t head[4];
    set_be32(head, id);
    struct msg request = *msg;
    request.head = slice_of(head, sizeof head);
    r->state = IDLE;
    enum err e = kept_msg_set(&r->request, &request);
    kept_msg_clear(&r->reply); /* not before: it may be what is sent */
    if (e != E_OK)
        return e;
    r->id = id;
    dispatch(r, now);
    return E_OK;
}

static void arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct req *r = of(p);
    (void)now;
    const char *why = stack_answers(msg->body, r->id);
    if (why == NULL && r->state != SENT && r->state != UNSENT)
        why = "no request is outstanding";
    struct msg reply = *msg;
    if (why == NULL) {
        reply.body = slice_drop(msg->body, 4);
        reply.pipe = from;
        /* It is asked for again if it cannot be kept. */
        if (kept_msg_set(&r->reply, &reply) != E_OK)
            why = "out of memory";
    }
    if (why != NULL) {
        pattern_act(p, SP_ACT_DROP, from, msg, why);
        return;
    }
    kept_msg_clear(&r->request);
    r->state = ANSWERED;
}

static enum err recv(struct pattern *p, struct msg *msg, msec now)
{
    struct req *r = of(p);
    (void)now;
    switch (r->state) {
    case IDLE:
        return E_STATE;
    case UNSENT:
    case SENT:
        return E_AGAIN;
    case ANSWERED:
        break;
    }
    *msg = kept_msg_view(&r->reply);
    r->state = IDLE;
    return E_OK;
}

static msec deadline(const struct pattern *p)
{
    const struct req *r = (const struct req *)p;
    return r->state == SENT ? r->resend_at : MSEC_NEVER;
}

static void tick(struct pattern *p, msec now)
{
    struct req *r = of(p);
    msec due = deadline(p);
    if (now < due)
        return;
    /* Counted from when it was due, so that lateness does not add up; but never twice at once. */
    bool far_behind = now - due >= r->resend_ivl;
    dispatch(r, far_behind ? now : due);
}

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
