/* PAIR v0: one peer, messages as they are.  No normative text; as every implementation does. */
#include "sp/machine.h"

#define PAIR0_OPS(is_raw)                                                                          \
    {                                                                                              \
        .self = SP_PAIR0, .raw = (is_raw), .lazy = true, .size = sizeof(struct machine),           \
        .init = machine_init, .fini = machine_fini, .set = machine_set_none,                       \
        .pipe_add = machine_pipe_add_only, .pipe_del = machine_pipe_del,                           \
        .pipe_writable = machine_pipe_writable, .arrived = machine_deliver,                        \
        .send = machine_send_one, .recv = machine_recv_wait,                                       \
    }

const struct pattern_ops pair0_ops = PAIR0_OPS(false);
const struct pattern_ops raw_pair0_ops = PAIR0_OPS(true);
