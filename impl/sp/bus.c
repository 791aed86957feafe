/* BUS: to every peer; nothing is forwarded.  No normative text; as every implementation does.
 * Raw: the head is the id of the pipe a message came from, and of the one not to send to. */
#include "sp/machine.h"

struct bus {
    struct machine m;
    uint8_t head[4];
};

static void raw_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct bus *b = (struct bus *)p;
    (void)now;
    set_be32(b->head, from);
    struct msg tagged = *msg;
    tagged.head = slice_of(b->head, sizeof b->head);
    pattern_act(p, SP_ACT_DELIVER, from, &tagged, NULL);
}

static enum err raw_send(struct pattern *p, const struct msg *msg, msec now)
{
    (void)now;
    if (msg->head.n != 0 && msg->head.n != 4)
        return E_INVAL;
    pipe_id origin = msg->head.n == 4 ? get_be32(msg->head.p) : 0;
    struct msg plain = *msg;
    plain.head = (struct slice){ 0 };
    machine_send_all_but((struct machine *)p, origin, &plain);
    return E_OK;
}

#define BUS_COMMON                                                                                 \
    .self = SP_BUS, .lazy = true, .size = sizeof(struct bus), .init = machine_init,                \
    .fini = machine_fini, .set = machine_set_none, .pipe_add = machine_pipe_add,                   \
    .pipe_del = machine_pipe_del, .pipe_writable = machine_pipe_writable,                          \
    .recv = machine_recv_wait

const struct pattern_ops bus_ops = { BUS_COMMON, .arrived = machine_deliver,
                                     .send = machine_send_all };
const struct pattern_ops raw_bus_ops = { BUS_COMMON, .raw = true, .arrived = raw_arrived,
                                         .send = raw_send };
