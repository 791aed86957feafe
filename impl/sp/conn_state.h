/* conn_state.h -- what conn.c (input) and conn_out.c (output) share; private to them. */
#ifndef SP_CONN_STATE_H
#define SP_CONN_STATE_H
#include "base/outq.h"
#include "sp/conn.h"

/* What is first in the input. */
struct front {
    enum sp_event_type type;
    struct slice payload; /* of a message */
    size_t head;          /* octets of the frame head; 0: not there yet */
    uint64_t size;        /* of the payload, when head > 0 */
};

struct sp_conn {
    struct carrier carrier; /* first */
    struct sp_conn_config config;
    enum sp_conn_state state;
    bool eof;
    bool filled;      /* the last read filled the buffer: a larger one is worth while */
    bool after_large; /* the last message taken was a large one */
    bool no_memory;
    struct front front; /* of what follows; kept up to date by look() */
    enum err err;       /* why front is an error */
    const char *why;

    struct chunk *in; /* octets not taken yet: [begin, in->n) */
    size_t begin;
    struct chunk *large; /* a large payload on its way in; comes before `in` */
    size_t large_size;
    struct chunk *taken; /* a large payload handed out: lent until the next call */

    struct outq out;
};

extern const struct carrier_ops sp_conn_carrier_ops;

#endif
