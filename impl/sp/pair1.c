/* PAIR v1: three zero octets and a hop count in front; with "polyamorous" several peers.  No
 * normative text; as in nng (which counts from 1) and mangos. */
#include "sp/machine.h"
#include <string.h>

enum { HEAD = 4 };

struct pair1 {
    struct machine m;
    size_t ttl;
    bool polyamorous;
    uint8_t head[HEAD];
};

static struct pair1 *of(struct pattern *p)
{
    return (struct pair1 *)p;
}

static void init(struct pattern *p, uint64_t seed)
{
    (void)seed;
    of(p)->ttl = TTL_DEFAULT;
}

static enum err set(struct pattern *p, const char *option, int64_t value)
{
    if (strcmp(option, "polyamorous") != 0)
        return machine_set_ttl(&of(p)->ttl, option, value);
    if (value != 0 && value != 1)
        return E_INVAL;
    if (of(p)->m.n > 0)
        return E_STATE;
    of(p)->polyamorous = value == 1;
    return E_OK;
}

static bool pipe_add(struct pattern *p, pipe_id id, msec now)
{
    return of(p)->polyamorous ? machine_pipe_add(p, id, now) : machine_pipe_add_only(p, id, now);
}

static const char *refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    (void)from;
    if (msg->body.n < HEAD)
        return "shorter than a hop count";
    uint32_t hops = get_be32(msg->body.p);
    if (hops > 255)
        return "upper octets of the hop count not zero";
    return hops > ((const struct pair1 *)p)->ttl ? "more hops than the time to live" : NULL;
}

static void arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    (void)now;
    const char *why = refuse(p, from, msg);
    struct msg split = *msg;
    if (why == NULL) {
        if (p->ops->raw)
            split.head = slice_of(msg->body.p, HEAD);
        split.body = slice_drop(msg->body, HEAD);
    }
    pattern_act(p, why == NULL ? SP_ACT_DELIVER : SP_ACT_DROP, from, &split, why);
}

static enum err send(struct pattern *p, const struct msg *msg, msec now)
{
    struct pair1 *pair = of(p);
    (void)now;
    uint32_t hops = 0;
    if (p->ops->raw) {
        bool good = msg->head.n == HEAD && get_be32(msg->head.p) < 255;
        if (!good) {
            pattern_act(p, SP_ACT_DROP, 0, msg, "the head is not a hop count");
            return E_OK;
        }
        hops = get_be32(msg->head.p);
    }
    struct msg counted = *msg;
    counted.head = slice_of(pair->head, HEAD);
    pipe_id to = pair->polyamorous ? msg->pipe : 0;
    if (to != 0 && !machine_writable(&pair->m, to)) {
        pattern_act(p, SP_ACT_DROP, to, msg, "the peer is gone or does not keep up");
        return E_OK;
    }
    if (to == 0)
        to = machine_turn(&pair->m);
    if (to == 0)
        return E_AGAIN;
    set_be32(pair->head, hops + 1);
    pattern_act(p, SP_ACT_SEND, to, &counted, NULL);
    return E_OK;
}

#define PAIR1_OPS(is_raw)                                                                          \
    {                                                                                              \
        .self = SP_PAIR1, .raw = (is_raw), .lazy = true, .size = sizeof(struct pair1),             \
        .init = init, .fini = machine_fini, .set = set, .pipe_add = pipe_add,                      \
        .pipe_del = machine_pipe_del, .pipe_writable = machine_pipe_writable, .arrived = arrived,  \
        .refuse = refuse, .send = send, .recv = machine_recv_wait,                                 \
    }

const struct pattern_ops pair1_ops = PAIR1_OPS(false);
const struct pattern_ops raw_pair1_ops = PAIR1_OPS(true);
