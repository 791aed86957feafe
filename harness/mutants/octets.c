#include "mutants/octets.h"
#include <string.h>

enum scanned scan_in(struct octet_fault *f, uint64_t position, uint8_t octet)
{
    struct scan *s = &f->in_scan;
    unsigned size = f->stream.ipc ? 9 : 8;
    if (position < SP_GREETING_SIZE)
        return OF_GREETING;
    if (s->left > 0)
        return --s->left > 0 ? OF_PAYLOAD : ENDS_PAYLOAD;
    s->head[s->n++] = octet;
    if (s->n < size)
        return OF_HEAD;
    s->n = 0;
    s->left = scan_length(f);
    return ENDS_HEAD;
}

uint64_t scan_length(const struct octet_fault *f)
{
    return get_be64(f->in_scan.head + (f->stream.ipc ? 1 : 0));
}

void octets_insert(struct buf *data, size_t at, struct slice more)
{
    struct buf all = { 0 };
    struct slice was = buf_slice(data);
    buf_put(&all, was.p, at);
    buf_put_slice(&all, more);
    buf_put_slice(&all, slice_drop(was, at));
    buf_clear(data);
    buf_put_slice(data, buf_slice(&all));
    buf_free(&all);
}

void octets_cut(struct buf *data, size_t at, size_t n)
{
    struct buf all = { 0 };
    struct slice was = buf_slice(data);
    buf_put(&all, was.p, at);
    buf_put_slice(&all, slice_drop(was, at + n));
    buf_clear(data);
    buf_put_slice(data, buf_slice(&all));
    buf_free(&all);
}

void octets_head(const struct octet_fault *f, struct buf *to, uint64_t n)
{
    struct sp_frame_head head = { .type = SP_FRAME_TYPE_MESSAGE, .size = n };
    sp_frame_head_write(f->stream.ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP, to, &head);
}
