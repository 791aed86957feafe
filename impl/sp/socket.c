/* The socket: carries out the actions of its pattern and lets the application send and receive. */
#include "sp/socket_state.h"
#include "base/rng.h"
#include <stdlib.h>
#include <string.h>

enum {
    MAX_RECV = 1024 * 1024, /* as nanomsg and mangos */
    SEND_BUF = 256 * 1024,
    EXTRA_MOST = 1024,
};

struct sp_socket *sp_socket_new(const struct pattern_ops *ops, uint64_t seed)
{
    const struct sp_protocol *protocol = sp_protocol_numbered(ops->self);
    struct sp_socket *s = malloc(sizeof *s);
    if (s == NULL || protocol == NULL) {
        free(s);
        return NULL;
    }
    struct rng rng;
    rng_seed(&rng, seed);
    *s = (struct sp_socket){
        .peer = protocol->peer,
        .max_recv = MAX_RECV,
        .send_buf = SEND_BUF,
        .last_id = (pipe_id)rng_next(&rng) & 0x7fffffff,
    };
    /* Not above: which of two calls there is the first is the compiler's choice. */
    s->pattern = pattern_new(ops, rng_next(&rng));
    if (s->pattern == NULL) {
        free(s);
        return NULL;
    }
    list_init(&s->all);
    list_init(&s->ready);
    list_init(&s->dirty);
    return s;
}

void sp_socket_free(struct sp_socket *s)
{
    if (s == NULL)
        return;
    for (struct link *k; (k = list_first(&s->all));)
        pipe_destroy(container_of(k, struct sp_pipe, all));
    pattern_free(s->pattern);
    msg_queue_free(&s->extra);
    free(s->table);
    free(s);
}

void sp_socket_set_notes(struct sp_socket *s, const struct sp_socket_notes *notes)
{
    s->notes = *notes;
}

void socket_note(struct sp_socket *s, enum sp_action_type type, pipe_id id, const char *why)
{
    if (s->notes.note != NULL)
        s->notes.note(s->notes.ctx, type, id, why);
}

struct pattern *sp_socket_pattern(struct sp_socket *s)
{
    return s->pattern;
}

enum err sp_socket_set(struct sp_socket *s, const char *option, int64_t value)
{
    if (strcmp(option, "max-recv") == 0) {
        if (value < 0)
            return E_INVAL;
        s->max_recv = (uint64_t)value;
        return E_OK;
    }
    bool send = strcmp(option, "send-buf") == 0;
    if (!send && strcmp(option, "recv-buf") != 0)
        return s->pattern->ops->set(s->pattern, option, value);
    if (value < 1 || value > INT32_MAX)
        return E_INVAL;
    if (send)
        s->send_buf = (size_t)value;
    else
        s->recv_buf = (size_t)value;
    return E_OK;
}

enum err sp_socket_subscribe(struct sp_socket *s, struct slice topic, bool on)
{
    if (s->pattern->ops->subscribe == NULL)
        return E_NOTSUP;
    return s->pattern->ops->subscribe(s->pattern, topic, on);
}

/* ---- actions ---- */

static void send_on(struct sp_socket *s, const struct sp_action *a, msec now)
{
    struct sp_pipe *p = socket_find(s, a->pipe);
    if (p == NULL || !p->live) {
        socket_note(s, SP_ACT_DROP, a->pipe, "the pipe is gone");
        return;
    }
    enum err err = carrier_send(p->carrier, &a->msg);
    if (err == E_OK) {
        pipe_wrote(p, now);
        return;
    }
    if (err == E_STATE) { /* its end is the next event, and says why */
        socket_note(s, SP_ACT_DROP, a->pipe, "the connection is over");
        return;
    }
    socket_note(s, SP_ACT_CLOSE, a->pipe, "out of memory");
    pipe_end(p, now);
}

static void deliver(struct sp_socket *s, const struct sp_action *a)
{
    struct msg msg = a->msg;
    msg.pipe = a->pipe;
    if (s->receiving && !s->delivered) {
        s->got = msg;
        s->delivered = true;
    } else if (!msg_queue_put(&s->extra, &msg, EXTRA_MOST)) {
        /* Our lazy patterns deliver when asked only; a wrapper around one may do otherwise. */
        socket_note(s, SP_ACT_DROP, a->pipe, "nobody receives");
    }
}

void socket_carry_out(struct sp_socket *s, msec now)
{
    struct sp_actions *out = &s->pattern->out;
    if (s->draining)
        return; /* the loop below comes to what was added */
    s->draining = true;
    for (size_t i = 0; i < out->n; i++) {
        const struct sp_action a = out->v[i]; /* the array may move */
        switch (a.type) {
        case SP_ACT_SEND:
            if (!s->retired)
                send_on(s, &a, now);
            break;
        case SP_ACT_DELIVER:
            deliver(s, &a);
            break;
        case SP_ACT_CLOSE: {
            struct sp_pipe *p = socket_find(s, a.pipe);
            socket_note(s, a.type, a.pipe, a.why);
            if (p != NULL)
                pipe_end(p, now);
            break;
        }
        case SP_ACT_DROP:
            socket_note(s, a.type, a.pipe, a.why);
            break;
        }
    }
    out->n = 0;
    s->draining = false;
}

/* ---- the application ---- */

enum err sp_context_send(struct sp_socket *s, struct context *context, const struct msg *msg,
                         msec now)
{
    const struct pattern_ops *ops = s->pattern->ops;
    struct msg plain = *msg;
    if (!ops->raw)
        plain.head = (struct slice){ 0 };
    enum err e = context == NULL ? ops->send(s->pattern, &plain, now)
                                 : ops->contexts->send(s->pattern, context, &plain, now);
    socket_drain(s, now);
    return e;
}

enum err sp_socket_send(struct sp_socket *s, const struct msg *msg, msec now)
{
    return sp_context_send(s, NULL, msg, now);
}

void socket_bury(struct sp_socket *s)
{
    if (s->grave == NULL)
        return;
    pipe_destroy(s->grave);
    s->grave = NULL;
}

/* After a message was taken from a pipe: its turn comes again behind the others. */
static void requeue(struct sp_pipe *p, msec now)
{
    struct sp_socket *s = p->socket;
    struct slice unused;
    enum sp_event_type next = p->dead ? SP_EV_NONE : carrier_peek(p->carrier, &unused);
    if (next == SP_EV_MESSAGE)
        list_append(&s->ready, &p->ready);
    else if (p->orphan)
        s->grave = p;
    else if (next == SP_EV_ERROR)
        pipe_pump(p, now);
    if (p->stalled && !carrier_full(p->carrier)) {
        p->stalled = false;
        pipe_mark(p);
    }
}

enum err sp_context_recv(struct sp_socket *s, struct context *context, struct msg *msg, msec now)
{
    const struct pattern_ops *ops = s->pattern->ops;
    socket_bury(s);
    if (msg_queue_take(&s->extra, msg))
        return E_OK;
    enum err e = context == NULL ? ops->recv(s->pattern, msg, now)
                                 : ops->contexts->recv(s->pattern, context, msg, now);
    socket_drain(s, now);
    if (e != E_AGAIN || !ops->lazy)
        return e;
    for (struct link *k; (k = list_first(&s->ready));) {
        struct sp_pipe *p = container_of(k, struct sp_pipe, ready);
        link_remove(k);
        socket_bury(s); /* the message of an orphan taken before was not delivered */
        s->receiving = true;
        s->delivered = false;
        pipe_offer(p, now);
        s->receiving = false;
        requeue(p, now);
        if (s->delivered) {
            *msg = s->got;
            return E_OK;
        }
    }
    return E_AGAIN;
}

enum err sp_socket_recv(struct sp_socket *s, struct msg *msg, msec now)
{
    return sp_context_recv(s, NULL, msg, now);
}

enum err sp_context_open(struct sp_socket *s, struct context **context)
{
    if (s->pattern->ops->contexts == NULL)
        return E_NOTSUP;
    *context = s->pattern->ops->contexts->open(s->pattern);
    return *context == NULL ? E_NOMEM : E_OK;
}

void sp_context_close(struct sp_socket *s, struct context *context, msec now)
{
    s->pattern->ops->contexts->close(s->pattern, context);
    socket_drain(s, now);
}

enum err sp_context_set(struct sp_socket *s, struct context *context, const char *option,
                        int64_t value)
{
    return context == NULL ? sp_socket_set(s, option, value)
                           : s->pattern->ops->contexts->set(s->pattern, context, option, value);
}

bool sp_socket_can_send(const struct sp_socket *s)
{
    return s->writable > 0;
}

msec sp_socket_deadline(const struct sp_socket *s)
{
    return s->pattern->ops->deadline == NULL ? MSEC_NEVER : s->pattern->ops->deadline(s->pattern);
}

void sp_socket_tick(struct sp_socket *s, msec now)
{
    if (s->pattern->ops->tick == NULL)
        return;
    s->pattern->ops->tick(s->pattern, now);
    socket_drain(s, now);
}

void sp_socket_retire(struct sp_socket *s)
{
    s->retired = true;
}

size_t sp_socket_pipes(const struct sp_socket *s)
{
    return s->live;
}
