/* check_ws.c -- the adapter check: a WebSocket, for an adapter that knows neither tcp nor ipc. */
#include "core/check.h"
#include "net/url.h"
#include "sp/protocol.h"
#include "ws/frame.h"
#include "ws/handshake.h"
#include "ws/http.h"
#include "ws/mask.h"
#include "ws/sp_mapping.h"
#include <stdio.h>
#include <string.h>

enum { SOON = 3000 };

/* The address of the carrier: what can be dialled without a handshake. */
static bool below(const char *url, char *out, size_t cap)
{
    struct url u;
    if (url_parse(url, &u) != E_OK || !u.ws || u.tls)
        return false;
    struct url carrier = url_below(&u);
    url_text(&carrier, out, cap);
    return true;
}

typedef ptrdiff_t parse_fn(struct slice, size_t, struct http_head *);

/* A whole head; its octets stay in w->in.  0: none came. */
static size_t head_comes(struct check *c, struct check_wire *w, parse_fn *parse,
                         struct http_head *head)
{
    msec deadline = msec_after(net_now(c->net), SOON);
    for (;;) {
        ptrdiff_t n = parse(buf_slice(&w->in), 0, head);
        int64_t left = deadline - net_now(c->net);
        if (n != 0)
            return n > 0 ? (size_t)n : 0;
        if (left <= 0 || !check_wire_wait(c, w, w->in.n + 1, left))
            return 0;
    }
}

static void send_text(struct check *c, struct check_wire *w, struct buf *text)
{
    check_wire_send(c, w, buf_slice(text).p, text->n);
    buf_free(text);
}

bool check_ws_dial(struct check *c, struct check_wire *w, const char *url, const char *protocol)
{
    char carrier[200], host[160];
    struct url u;
    struct http_head head;
    struct buf text = { 0 };
    if (!below(url, carrier, sizeof carrier) || url_parse(url, &u) != E_OK ||
        !check_wire_dial(c, w, carrier))
        return false;
    w->client = true;
    url_authority(&u, host, sizeof host);
    ws_request_write(&text, &(struct ws_request){
                                .target = u.target,
                                .host = host,
                                .protocols = ws_sp_accepts(sp_protocol_named(protocol)->self) });
    send_text(c, w, &text);
    size_t n = head_comes(c, w, http_response_parse, &head);
    if (n == 0 || head.status != 101)
        return false;
    buf_drop(&w->in, n);
    return true;
}

static void accepted(void *ctx, struct stream *stream)
{
    struct check_wire *w = ctx;
    if (w->stream)
        stream_close(stream);
    else
        check_wire_begin(w, stream);
}

static bool has_stream(void *ctx)
{
    const struct check_wire *w = ctx;
    return w->stream != NULL;
}

bool check_ws_accept(struct check *c, struct check_wire *w, const char *socket)
{
    struct http_head head;
    struct buf text = { 0 };
    memset(w, 0, sizeof *w);
    if (net_listen(c->net, "tcp://127.0.0.1:0", accepted, w, &w->listener) != E_OK ||
        !check_is_ok(check_ask(c, 5000, "dial %s ws%s/", socket, strchr(w->listener->url, ':'))))
        return false;
    check_until(c, 2 * SOON, has_stream, w);
    size_t n = w->stream ? head_comes(c, w, http_request_parse, &head) : 0;
    const struct http_header *key = n ? http_find(&head, "Sec-WebSocket-Key", NULL) : NULL;
    const struct http_header *name = n ? http_find(&head, "Sec-WebSocket-Protocol", NULL) : NULL;
    if (!key || !name)
        return false;
    ws_response_write(
        &text, &(struct ws_response){ .status = 101, .key = key->value, .protocol = name->value });
    send_text(c, w, &text);
    buf_drop(&w->in, n);
    return true;
}

void check_ws_send(struct check *c, struct check_wire *w, struct slice payload)
{
    struct buf out = { 0 };
    ws_frame_write(&out, &(struct ws_frame){ .payload = payload,
                                             .masked = w->client,
                                             .key = { 0x37, 0xfa, 0x21, 0x3d } });
    send_text(c, w, &out);
}

/* Takes the frame in front; false: it is not whole. */
static bool take_frame(struct check_wire *w, struct ws_head *head, struct buf *message)
{
    struct slice in = buf_slice(&w->in);
    size_t n = ws_frame_parse(in, head);
    if (n == 0)
        return false;
    size_t length = (size_t)head->length;
    if (!(head->opcode & 8) && length > 0) {
        uint8_t *to = buf_room(message, length);
        if (to) {
            memcpy(to, in.p + n - length, length);
            if (head->masked)
                ws_mask(to, length, head->key, 0);
            buf_grew(message, length);
        }
    }
    buf_drop(&w->in, n);
    return true;
}

bool check_ws_message(struct check *c, struct check_wire *w, struct buf *message, int64_t ms)
{
    struct ws_head head;
    msec deadline = msec_after(net_now(c->net), ms);
    for (;;) {
        while (take_frame(w, &head, message))
            if (head.fin && !(head.opcode & 8))
                return true;
        int64_t left = deadline - net_now(c->net);
        if (left <= 0 || !check_wire_wait(c, w, w->in.n + 1, left))
            return false;
    }
}

bool check_carrier_dial(struct check *c, struct check_wire *w, const char *url)
{
    char carrier[200];
    return check_wire_dial(c, w, below(url, carrier, sizeof carrier) ? carrier : url);
}
