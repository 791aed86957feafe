/* PUB: every message to every subscriber, unfiltered; one that does not keep up loses messages.
 * sp-publish-subscribe-01 has no normative text; as every implementation does. */
#include "sp/machine.h"

#define PUB_OPS(is_raw)                                                                            \
    {                                                                                              \
        .self = SP_PUB, .raw = (is_raw), .size = sizeof(struct machine), .init = machine_init,     \
        .fini = machine_fini, .set = machine_set_none, .pipe_add = machine_pipe_add,               \
        .pipe_del = machine_pipe_del, .pipe_writable = machine_pipe_writable,                      \
        .arrived = machine_ignore, .send = machine_send_all, .recv = machine_recv_none,            \
    }

const struct pattern_ops pub_ops = PUB_OPS(false);
const struct pattern_ops raw_pub_ops = PUB_OPS(true);
