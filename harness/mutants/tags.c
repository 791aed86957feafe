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

bool triple_ids(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept, (word_at(a->msg.head, 0) * 3) | ID_BIT);
    return true;
}

static void set_id(struct machine *k, struct msg *msg, uint32_t id)
{
    uint8_t head[4];
    set_be32(head, id | ID_BIT);
    set_body(msg, &k->kept2, slice_of(head, 4), slice_drop(msg->body, 4));
}

bool third_of_ids(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (has_id(msg->body)) /* times 3 it is what it was, modulo 2^31 */
        set_id(k, msg, word_at(msg->body, 0) * UINT32_C(0x2aaaaaab));
    return true;
}

bool set_id_bit(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (msg->body.n >= 4 && !has_id(msg->body))
        set_id(k, msg, word_at(msg->body, 0));
    return true;
}

bool skip_tags(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)k;
    (void)pipe;
    (void)now;
    size_t size = tags_size(msg->body);
    if (size > 4)
        msg->body = slice_drop(msg->body, size - 4);
    return true;
}

void same_seed(struct machine *k, uint64_t *seed)
{
    (void)k;
    *seed = 1;
}
