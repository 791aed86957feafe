#include "sp/wire.h"
#include <string.h>

static const uint8_t magic[3] = { 0x00, 'S', 'P' };

struct sp_greeting sp_greeting_of(uint16_t type)
{
    return (struct sp_greeting){ .magic = { magic[0], magic[1], magic[2] }, .type = type };
}

ptrdiff_t sp_greeting_parse(struct slice in, struct sp_greeting *out)
{
    if (in.n < SP_GREETING_SIZE)
        return 0;
    *out = (struct sp_greeting){
        .magic = { in.p[0], in.p[1], in.p[2] },
        .version = in.p[3],
        .type = get_be16(in.p + 4),
        .reserved = get_be16(in.p + 6),
    };
    return SP_GREETING_SIZE;
}

void sp_greeting_put(uint8_t *to, const struct sp_greeting *g)
{
    memcpy(to, g->magic, sizeof g->magic);
    to[3] = g->version;
    set_be16(to + 4, g->type);
    set_be16(to + 6, g->reserved);
}

void sp_greeting_write(struct buf *out, const struct sp_greeting *g)
{
    uint8_t octets[SP_GREETING_SIZE];
    sp_greeting_put(octets, g);
    buf_put(out, octets, sizeof octets);
}

const char *sp_greeting_fault(const struct sp_greeting *g)
{
    if (g->magic[0] != magic[0] || g->magic[1] != magic[1] || g->magic[2] != magic[2])
        return "greeting does not start 00 'SP'";
    if (g->version != 0)
        return "version of the greeting is not 0";
    if (g->reserved != 0)
        return "reserved octets not zero";
    return NULL;
}

void sp_frame_head_write(enum sp_framing framing, struct buf *out, const struct sp_frame_head *h)
{
    uint8_t octets[9];
    buf_put(out, octets, sp_frame_head_put(framing, octets, h));
}
