#include "sp/stack.h"

const char *stack_find(struct slice payload, size_t ttl, size_t *size)
{
    for (size_t n = 0;; n += 4) {
        if (n / 4 >= ttl)
            return "more tags than the time to live";
        if (payload.n - n < 4)
            return "no id before the end";
        if ((payload.p[n] & 0x80) != 0) {
            *size = n + 4;
            return NULL;
        }
    }
}

const char stack_not_asked[] = "id of nothing outstanding";

const char *stack_id(struct slice payload, uint32_t *id)
{
    if (payload.n < 4)
        return "shorter than an id";
    *id = get_be32(payload.p);
    return (*id & STACK_ID_BIT) == 0 ? "bit 31 of the first tag is clear" : NULL;
}

const char *stack_answers(struct slice payload, uint32_t id)
{
    uint32_t first = 0;
    const char *why = stack_id(payload, &first);
    return why == NULL && first != id ? stack_not_asked : why;
}

const char *stack_refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    (void)p;
    (void)from;
    size_t size;
    return stack_find(msg->body, STACK_ANY_DEPTH, &size);
}

void stack_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    (void)now;
    size_t size;
    const char *why = stack_find(msg->body, STACK_ANY_DEPTH, &size);
    if (why != NULL) {
        pattern_act(p, SP_ACT_DROP, from, msg, why);
        return;
    }
    struct msg split = *msg;
    split.head = slice_of(msg->body.p, size);
    split.body = slice_drop(msg->body, size);
    pattern_act(p, SP_ACT_DELIVER, from, &split, NULL);
}
