#include "mutants/tags.h"

uint32_t word_at(struct slice s, size_t offset)
{
    return s.n >= offset + 4 ? get_be32(s.p + offset) : 0;
}

size_t tags_size(struct slice payload)
{
    for (size_t n = 4; n <= payload.n; n += 4)
        if (payload.p[n - 4] & 0x80)
            return n;
    return 0;
}

bool has_id(struct slice payload)
{
    return payload.n >= 4 && (payload.p[0] & 0x80);
}

void set_head(struct msg *msg, struct buf *room, struct slice head)
{
    buf_clear(room);
    buf_put_slice(room, head);
    msg->head = buf_slice(room);
}

void set_head_word(struct msg *msg, struct buf *room, uint32_t word)
{
    if (msg->head.n < 4)
        return;
    struct slice rest = slice_drop(msg->head, 4);
    buf_clear(room);
    buf_be32(room, word);
    buf_put_slice(room, rest);
    msg->head = buf_slice(room);
}

void set_body(struct msg *msg, struct buf *room, struct slice head, struct slice rest)
{
    buf_clear(room);
    buf_put_slice(room, head);
    buf_put_slice(room, rest);
    msg->body = buf_slice(room);
    msg->own = NULL;
}

void keep_payload(struct buf *room, const struct msg *msg)
{
    buf_clear(room);
    buf_put_slice(room, msg->head);
    buf_put_slice(room, msg->body);
}

struct msg kept_payload(const struct buf *room)
{
    return (struct msg){ .body = buf_slice(room) };
}
