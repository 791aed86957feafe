/* ws_control.h -- what faults of Ping, Pong and Close have in common. */
#ifndef HARNESS_MUTANTS_WS_CONTROL_H
#define HARNESS_MUTANTS_WS_CONTROL_H
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"

/* arg[0]: the opcode. */
static inline bool deliver(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (ws_opcode(s) == (unsigned)m->mutant->arg[0] && s->head.fin)
        ws_set_opcode(s, WS_BINARY);
    return true;
}

static inline bool swallow(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    return ws_opcode(s) != (unsigned)m->mutant->arg[0];
}

#endif
