/* A frame head that can be read is written the same, told what was read. */
#include "fuzz.h"
#include <string.h>
#include "ws/frame.h"

static enum ws_length_form form_of(const struct ws_head *h)
{
    return h->length_form == 1 ? WS_LENGTH_7 : h->length_form == 3 ? WS_LENGTH_16 : WS_LENGTH_64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    struct ws_head h;
    size_t used = ws_head_parse(in, &h);
    for (size_t n = 0; n < used; n++)
        MUST(ws_head_parse(slice_of(data, n), &h) == 0);
    if (used == 0)
        return 0;
    MUST(ws_head_parse(slice_of(data, used), &h) == used && used <= WS_HEAD_MAX);
    struct ws_frame f = {
        .more = !h.fin,
        .rsv = h.rsv,
        .continuation = h.opcode == WS_CONTINUATION,
        .reserved_opcode = h.opcode,
        .masked = h.masked,
        .length_form = form_of(&h),
        .length_declared = true,
        .declared = h.length,
    };
    memcpy(f.key, h.key, sizeof f.key);
    uint8_t octets[WS_HEAD_MAX];
    MUST(ws_head_put(octets, &f) == used && memcmp(octets, data, used) == 0);
    f.length_form = WS_LENGTH_MINIMAL;
    MUST((ws_head_put(octets, &f) == used) == h.minimal);
    return 0;
}
