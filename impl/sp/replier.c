#include "sp/replier.h"

static const char gone[] = "who asked is gone or does not keep up";

static struct replier *of(struct pattern *p)
{
    return (struct replier *)p;
}

void replier_init(struct pattern *p, uint64_t seed)
{
    (void)seed;
    of(p)->ttl = TTL_DEFAULT;
}

void replier_fini(struct pattern *p)
{
    buf_free(&of(p)->stack);
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
static const char *keep_stack(struct replier *r, const struct msg *msg, struct slice *body)
{
    size_t size = 0;
    const char *why = stack_find(msg->body, r->ttl, &size);
    if (why != NULL)
        return why;
    buf_put(&r->stack, msg->body.p, size);
    *body = slice_drop(msg->body, size);
    return r->stack.failed ? "out of memory" : NULL;
}

void replier_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct replier *r = of(p);
    struct msg request = *msg;
    (void)now;
    const char *why = replier_refuse(p, from, msg);
    if (why == NULL) {
        /* 6.2: the previous request is cancelled by the next. */
        buf_clear(&r->stack);
        why = keep_stack(r, msg, &request.body);
        r->asked = why == NULL;
        r->from = from;
    }
    pattern_act(p, why == NULL ? SP_ACT_DELIVER : SP_ACT_DROP, from, &request, why);
}

enum err replier_send(struct pattern *p, const struct msg *msg, msec now)
{
    struct replier *r = of(p);
    (void)now;
    if (!r->asked)
        return E_STATE;
    r->asked = false;
    struct msg reply = *msg;
    reply.head = buf_slice(&r->stack);
    /* 5.2: a reply that cannot be sent at once is dropped. */
    if (machine_writable(&r->m, r->from))
        pattern_act(p, SP_ACT_SEND, r->from, &reply, NULL);
    else
        pattern_act(p, SP_ACT_DROP, r->from, &reply, gone);
    return E_OK;
}

/* 5.2: the tag of the pipe, bit 31 clear, is put in front of the stack ... */
void raw_replier_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct replier *r = of(p);
    struct msg request = *msg;
    (void)now;
    buf_clear(&r->stack);
    buf_be32(&r->stack, from);
    const char *why = keep_stack(r, msg, &request.body);
    if (why == NULL)
        request.head = buf_slice(&r->stack);
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
