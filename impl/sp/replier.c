#include "sp/replier.h"
#include <stdlib.h>

static const char gone[] = "who asked is gone or does not keep up";

static struct replier *of(struct pattern *p)
{
    return (struct replier *)p;
}

static struct question *in(struct context *c)
{
    return (struct question *)c;
}

void replier_init(struct pattern *p, uint64_t seed)
{
    struct replier *r = of(p);
    (void)seed;
    r->ttl = TTL_DEFAULT;
    r->receiving = &r->own;
    list_init(&r->others);
}

static struct context *open(struct pattern *p)
{
    struct question *q = calloc(1, sizeof *q);
    if (q == NULL)
        return NULL;
    list_append(&of(p)->others, &q->context.link);
    return &q->context;
}

static void close(struct pattern *p, struct context *c)
{
    if (of(p)->receiving == in(c))
        of(p)->receiving = &of(p)->own;
    link_remove(&c->link);
    buf_free(&in(c)->stack);
    free(c);
}

void replier_fini(struct pattern *p)
{
    for (struct link *k; (k = list_first(&of(p)->others));)
        close(p, container_of(k, struct context, link));
    buf_free(&of(p)->own.stack);
    machine_fini(p);
}

enum err replier_set(struct pattern *p, const char *option, int64_t value)
{
    return machine_set_ttl(&of(p)->ttl, option, value);
}

/* sp-request-reply-01 6.2, sp-surveyor-01 6.2: without an id bit it is ignored; 7: too deep. */
const char *replier_refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    (void)from;
    size_t size;
    return stack_find(msg->body, ((const struct replier *)p)->ttl, &size);
}

/* Keeps the stack of a message; *body is what follows it.  NULL or why not. */
static const char *keep_stack(const struct replier *r, struct question *q, const struct msg *msg,
                              struct slice *body)
{
    size_t size = 0;
    const char *why = stack_find(msg->body, r->ttl, &size);
    if (why != NULL)
        return why;
    buf_put(&q->stack, msg->body.p, size);
    *body = slice_drop(msg->body, size);
    return q->stack.failed ? "out of memory" : NULL;
}

void replier_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct question *q = of(p)->receiving;
    struct msg request = *msg;
    (void)now;
    const char *why = replier_refuse(p, from, msg);
    if (why == NULL) {
        /* 6.2: the previous request is cancelled by the next. */
        buf_clear(&q->stack);
        why = keep_stack(of(p), q, msg, &request.body);
        q->asked = why == NULL;
        q->from = from;
    }
    pattern_act(p, why == NULL ? SP_ACT_DELIVER : SP_ACT_DROP, from, &request, why);
}

static enum err send_in(struct pattern *p, struct context *c, const struct msg *msg, msec now)
{
    struct question *q = in(c);
    (void)now;
    if (!q->asked)
        return E_STATE;
    q->asked = false;
    struct msg reply = *msg;
    reply.head = buf_slice(&q->stack);
    /* 5.2: a reply that cannot be sent at once is dropped. */
    if (machine_writable(&of(p)->m, q->from))
        pattern_act(p, SP_ACT_SEND, q->from, &reply, NULL);
    else
        pattern_act(p, SP_ACT_DROP, q->from, &reply, gone);
    return E_OK;
}

enum err replier_send(struct pattern *p, const struct msg *msg, msec now)
{
    return send_in(p, &of(p)->own.context, msg, now);
}

static enum err recv_in(struct pattern *p, struct context *c, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    of(p)->receiving = in(c);
    return E_AGAIN;
}

enum err replier_recv(struct pattern *p, struct msg *msg, msec now)
{
    return recv_in(p, &of(p)->own.context, msg, now);
}

/* The ttl is the socket's alone. */
static enum err set_in(struct pattern *p, struct context *c, const char *option, int64_t value)
{
    (void)c;
    return machine_set_none(p, option, value);
}

const struct context_ops replier_contexts = {
    .open = open,
    .close = close,
    .set = set_in,
    .send = send_in,
    .recv = recv_in,
};

/* 5.2: the tag of the pipe, bit 31 clear, is put in front of the stack ... */
void raw_replier_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct question *q = &of(p)->own;
    struct msg request = *msg;
    (void)now;
    buf_clear(&q->stack);
    buf_be32(&q->stack, from);
    const char *why = keep_stack(of(p), q, msg, &request.body);
    if (why == NULL)
        request.head = buf_slice(&q->stack);
    pattern_act(p, why == NULL ? SP_ACT_DELIVER : SP_ACT_DROP, from, &request, why);
}

/* ... and taken off again to find the way back; without a way back it is dropped. */
enum err raw_replier_send(struct pattern *p, const struct msg *msg, msec now)
{
    struct replier *r = of(p);
    struct msg reply = *msg;
    const char *why = NULL;
    pipe_id to = 0;
    (void)now;
    if (msg->head.n < 4)
        why = "no tag of a pipe in front";
    else
        to = get_be32(msg->head.p);
    if (why == NULL && (to & STACK_ID_BIT) != 0)
        why = "the first tag is not a pipe";
    if (why == NULL && !machine_writable(&r->m, to))
        why = gone;
    if (why == NULL)
        reply.head = slice_drop(msg->head, 4);
    pattern_act(p, why == NULL ? SP_ACT_SEND : SP_ACT_DROP, to, &reply, why);
    return E_OK;
}
