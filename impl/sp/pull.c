/* PULL: messages of all pushers, fair-queued.  No normative text; as every implementation does. */
#include "sp/machine.h"

#define PULL_OPS(is_raw)                                                                           \
    {                                                                                              \
        .self = SP_PULL, .raw = (is_raw), .lazy = true, .size = sizeof(struct machine),            \
        .init = machine_init, .fini = machine_fini, .set = machine_set_none,                       \
        .pipe_add = machine_pipe_add, .pipe_del = machine_pipe_del,                                \
        .pipe_writable = machine_pipe_writable, .arrived = machine_deliver,                        \
        .send = machine_send_none, .recv = machine_recv_wait,                                      \
    }

const struct pattern_ops pull_ops = PULL_OPS(false);
const struct pattern_ops raw_pull_ops = PULL_OPS(true);
