/* wire.h -- the octets of SP over a byte stream: greeting and frame header.  Stateless and
 * permissive: it reports what it reads and writes what it is told; legality is conn.h's business.
 * Clauses: sp-tcp-mapping-01 2 and 3, sp-ipc-mapping-01 2 to 4. */
#ifndef SP_WIRE_H
#define SP_WIRE_H
#include "base/bytes.h"

enum sp_framing {
    SP_FRAMING_TCP, /* u64 length, payload */
    SP_FRAMING_IPC, /* u8 type (1), u64 length, payload */
};

enum { SP_GREETING_SIZE = 8, SP_FRAME_TYPE_MESSAGE = 1 };

/* The whole greeting as it stands, right or wrong.  Zero is not well-formed: start from
 * sp_greeting_of(type). */
struct sp_greeting {
    uint8_t magic[3]; /* 00 'S' 'P' */
    uint8_t version;  /* 0 */
    uint16_t type;    /* endpoint type of the sender */
    uint16_t reserved;
};

struct sp_greeting sp_greeting_of(uint16_t type);
/* 8 when the octets are there, 0 when more are needed.  Never wrong: see sp_greeting_fault. */
ptrdiff_t sp_greeting_parse(struct slice in, struct sp_greeting *out);
void sp_greeting_put(uint8_t *to, const struct sp_greeting *); /* SP_GREETING_SIZE octets */
void sp_greeting_write(struct buf *out, const struct sp_greeting *);
/* NULL if magic, version and reserved are right, else which of them is not: a literal such as
 * "reserved octets not zero". */
const char *sp_greeting_fault(const struct sp_greeting *);

struct sp_frame_head {
    uint8_t type;  /* ipc only: 1 */
    uint64_t size; /* of the payload, octets; type octet and length not counted */
};

static inline size_t sp_frame_head_size(enum sp_framing framing) /* 8 or 9 */
{
    return framing == SP_FRAMING_IPC ? 9 : 8;
}

/* Octets used, or 0 when more are needed. */
static inline ptrdiff_t sp_frame_head_parse(enum sp_framing framing, struct slice in,
                                            struct sp_frame_head *out)
{
    size_t size = sp_frame_head_size(framing);
    if (in.n < size)
        return 0;
    out->type = framing == SP_FRAMING_IPC ? in.p[0] : SP_FRAME_TYPE_MESSAGE;
    out->size = get_be64(in.p + size - 8);
    return (ptrdiff_t)size;
}

/* The same for a frame that is whole, payload and all: its octets, or 0.  The payload is the last
 * `size` of them. */
static inline size_t sp_frame_parse(enum sp_framing framing, struct slice in,
                                    struct sp_frame_head *out)
{
    size_t head = (size_t)sp_frame_head_parse(framing, in, out);
    return head == 0 || out->size > in.n - head ? 0 : head + (size_t)out->size;
}

/* Writes it at `to`, which has room for 9 octets; returns how many it took. */
static inline size_t sp_frame_head_put(enum sp_framing framing, uint8_t *to,
                                       const struct sp_frame_head *h)
{
    if (framing == SP_FRAMING_IPC)
        *to++ = h->type;
    set_be64(to, h->size);
    return sp_frame_head_size(framing);
}

void sp_frame_head_write(enum sp_framing, struct buf *out, const struct sp_frame_head *);

#endif
