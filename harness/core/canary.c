/* canary.c -- the words of the canary, as octets. */
#include "core/canary.h"
#include "sp/wire.h"
#include "ws/close.h"
#include "ws/frame.h"
#include "ws/handshake.h"
#include "ws/http.h"
#include "ws/sp_mapping.h"

void canary_address(const struct url *url, char *text, size_t cap)
{
    struct url below = url->tls || url->ws ? url_below(url) : *url;
    url_text(&below, text, cap);
}

void canary_opening(const struct url *url, const struct sp_protocol *self, struct buf *out)
{
    char authority[160];
    if (!url->ws)
        return;
    url_authority(url, authority, sizeof authority);
    ws_request_write(out, &(struct ws_request){ .target = url->target,
                                                .host = authority,
                                                .protocols = ws_sp_accepts(self->self) });
}

size_t canary_greeted(const struct url *url, struct slice in)
{
    struct http_head head;
    if (!url->ws)
        return in.n < SP_GREETING_SIZE ? 0 : SP_GREETING_SIZE;
    ptrdiff_t n = http_response_parse(in, 0, &head);
    return n > 0 && head.status == 101 ? (size_t)n : 0;
}

void canary_greeting(const struct url *url, const struct sp_protocol *self, bool asks,
                     struct buf *out)
{
    static const uint8_t question[] = "\xf0\x00\x00\x01spconfor";
    struct sp_greeting g = sp_greeting_of(self->peer);
    struct slice body = slice_of(question, sizeof question - 1);
    if (!url->ws)
        sp_greeting_write(out, &g);
    if (!asks || (self->self != SP_REP && self->self != SP_RESPONDENT))
        return;
    if (url->ws) {
        ws_frame_write(out, &(struct ws_frame){ .payload = body, .masked = true });
        return;
    }
    struct sp_frame_head head = { .type = SP_FRAME_TYPE_MESSAGE, .size = body.n };
    sp_frame_head_write(url->scheme == URL_IPC ? SP_FRAMING_IPC : SP_FRAMING_TCP, out, &head);
    buf_put_slice(out, body);
}

void canary_farewell(const struct url *url, struct buf *out)
{
    static const uint8_t normal[] = { WS_NORMAL >> 8, WS_NORMAL & 255 };
    if (url->ws)
        ws_frame_write(out, &(struct ws_frame){ .payload = slice_of(normal, sizeof normal),
                                                .opcode = WS_CLOSE,
                                                .masked = true });
}
