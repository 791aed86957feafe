/* PUSH: each message to one puller, in turn.  No normative text; as every implementation does. */
#include "sp/machine.h"

#define PUSH_OPS(is_raw)                                                                           \
    {                                                                                              \
        .self = SP_PUSH, .raw = (is_raw), .size = sizeof(struct machine), .init = machine_init,    \
        .fini = machine_fini, .set = machine_set_none, .pipe_add = machine_pipe_add,               \
        .pipe_del = machine_pipe_del, .pipe_writable = machine_pipe_writable,                      \
        .arrived = machine_ignore, .send = machine_send_one, .recv = machine_recv_none,            \
    }

const struct pattern_ops push_ops = PUSH_OPS(false);
const struct pattern_ops raw_push_ops = PUSH_OPS(true);
