#include "ws/frame.h"
#include "ws/mask.h"
#include <string.h>

enum { MASKED = 0x80, FORM_16 = 126, FORM_64 = 127 };

size_t ws_head_parse(struct slice in, struct ws_head *out)
{
    *out = (struct ws_head){ 0 };
    if (in.n < 2)
        return 0;
    uint8_t form = in.p[1] & 0x7f;
    out->fin = (in.p[0] & WS_FIN) != 0;
    out->rsv = in.p[0] & WS_RSV;
    out->opcode = in.p[0] & 0x0f;
    out->masked = (in.p[1] & MASKED) != 0;
    out->length_form = form == FORM_64 ? 9 : form == FORM_16 ? 3 : 1;
    if (out->length_form == 1)
        out->length = form;
    size_t before_key = 1u + out->length_form;
    size_t size = before_key + (out->masked ? 4 : 0);
    if (in.n < size)
        return 0;
    if (form == FORM_16)
        out->length = get_be16(in.p + 2);
    if (form == FORM_64)
        out->length = get_be64(in.p + 2);
    out->minimal = form < FORM_16 || out->length > (form == FORM_16 ? 125 : UINT16_MAX);
    if (out->masked)
        memcpy(out->key, in.p + before_key, 4);
    return size;
}

size_t ws_frame_parse(struct slice in, struct ws_head *out)
{
    size_t head = ws_head_parse(in, out);
    return head == 0 || out->length > in.n - head ? 0 : head + (size_t)out->length;
}

static enum ws_length_form minimal(uint64_t length)
{
    return length < FORM_16 ? WS_LENGTH_7 : length <= UINT16_MAX ? WS_LENGTH_16 : WS_LENGTH_64;
}

size_t ws_head_put(uint8_t *to, const struct ws_frame *f)
{
    uint64_t length = f->length_declared ? f->declared : f->payload.n;
    enum ws_length_form form = f->length_form;
    uint8_t opcode = f->opcode == 0 ? WS_BINARY : (uint8_t)f->opcode;
    uint8_t mask = f->masked ? MASKED : 0;
    size_t n = 2;
    if (f->continuation)
        opcode = WS_CONTINUATION;
    if (f->reserved_opcode != 0)
        opcode = f->reserved_opcode;
    to[0] = (uint8_t)((f->more ? 0 : WS_FIN) | (f->rsv & WS_RSV) | (opcode & 0x0f));
    if (form == WS_LENGTH_MINIMAL)
        form = minimal(length);
    switch (form) {
    case WS_LENGTH_MINIMAL:
    case WS_LENGTH_7:
        to[1] = mask | (length & 0x7f);
        break;
    case WS_LENGTH_16:
        to[1] = mask | FORM_16;
        set_be16(to + 2, (uint16_t)length);
        n += 2;
        break;
    case WS_LENGTH_64:
        to[1] = mask | FORM_64;
        set_be64(to + 2, length);
        n += 8;
        break;
    }
    if (f->masked) {
        memcpy(to + n, f->key, 4);
        n += 4;
    }
    return n;
}

void ws_frame_write(struct buf *out, const struct ws_frame *f)
{
    uint8_t *to =
        f->payload.n > SIZE_MAX - WS_HEAD_MAX ? NULL : buf_room(out, WS_HEAD_MAX + f->payload.n);
    if (to == NULL) {
        out->failed = true;
        return;
    }
    size_t n = ws_head_put(to, f);
    if (f->masked && !f->payload_unmasked)
        ws_mask_copy(to + n, f->payload.p, f->payload.n, f->key, 0);
    else if (f->payload.n > 0)
        memcpy(to + n, f->payload.p, f->payload.n);
    buf_grew(out, n + f->payload.n);
}
