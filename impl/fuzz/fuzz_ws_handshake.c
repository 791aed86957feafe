/* Heads of requests and responses: never read too far, the same whatever follows, judged. */
#include "fuzz.h"
#include "base/err.h"
#include "ws/handshake.h"
#include "ws/upgrade.h"

static void inside(struct slice whole, struct slice part)
{
    MUST(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static void look(struct slice in, bool response)
{
    static const char *const served[] = { "pair.sp.nanomsg.org", "a", NULL };
    static const struct ws_rules rules = { .path = "/", .protocols = served };
    struct http_head h;
    ptrdiff_t used = response ? http_response_parse(in, 300, &h) : http_request_parse(in, 300, &h);
    MUST(used <= (ptrdiff_t)in.n && used >= -E_OTHER);
    if (used <= 0)
        return;
    struct slice head = slice_of(in.p, (size_t)used);
    for (size_t i = 0; i < h.count; i++) {
        inside(head, h.headers[i].name);
        inside(head, h.headers[i].value);
    }
    if (response) {
        ws_judge_response(&h, slice_text("dGhlIHNhbXBsZSBub25jZQ=="), "a");
        return;
    }
    struct ws_verdict v = ws_judge_request(&h, &rules);
    MUST((v.status == 101) == (v.why == NULL));
    inside(head, v.key);
    inside(head, v.selected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    uint8_t flags = take_u8(&in);
    bool response = (flags & 1) != 0;
    struct buf text = { 0 };
    look(in, response);
    /* A right one, with what comes inside it. */
    size_t n = in.n / 2;
    buf_put_slice(&text, slice_text(response ? "HTTP/1.1 101 x\r\n" : "GET / HTTP/1.1\r\n"));
    buf_put_slice(&text, slice_of(in.p, n));
    if (response)
        buf_put_slice(&text, slice_text("Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                        "Sec-WebSocket-Protocol: "));
    else
        buf_put_slice(&text, slice_text("Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                        "Sec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Protocol: a"));
    buf_put_slice(&text, slice_drop(in, n));
    buf_put_slice(&text, slice_text("\r\n\r\n"));
    look(buf_slice(&text), response);
    buf_free(&text);
    return 0;
}
