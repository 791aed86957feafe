/* ws_peer.h -- the other end of a ws_conn in a test: feeds it, and writes down in short what it
 * yields and what it sends. */
#ifndef TESTS_WS_PEER_H
#define TESTS_WS_PEER_H
#include <string.h>
#include "ws/conn.h"
#include "ws/frame.h"
#include "ws/handshake.h"
#include "ws/mask.h"

#define WS_TEST_PROTOCOL "pair.sp.nanomsg.org"
static const char *const ws_test_protocols[] = { WS_TEST_PROTOCOL, NULL };

static inline void ws_test_random(void *ctx, void *to, size_t n)
{
    uint8_t *p = to, *count = ctx;
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(*count * 29 + 7 * i);
    ++*count;
}

struct ws_peer {
    struct ws_conn *c;
    enum ws_role role;
    uint8_t randoms;   /* how often it asked for random octets */
    struct buf events; /* O open, (..) binary, t(..) text, C1000'reason', E1002 or E400 */
    struct buf sent;   /* octets that were not read yet */
    struct buf frames; /* [..] binary, t[..] text, P[..] Pong, p[..] Ping, X1000 or X */
    size_t portion;    /* octets written at a time; 0: all */
};

static inline struct ws_conn_config ws_test_config(struct ws_peer *p, enum ws_role role)
{
    return (struct ws_conn_config){
        .role = role,
        .rules = { .path = "/", .protocols = ws_test_protocols },
        .protocol = WS_TEST_PROTOCOL,
        .random = ws_test_random,
        .random_ctx = &p->randoms,
        .accept_text = true,
    };
}

static inline void ws_peer_free(struct ws_peer *p)
{
    ws_conn_free(p->c);
    buf_free(&p->events);
    buf_free(&p->sent);
    buf_free(&p->frames);
}

static inline void ws_peer_write(struct ws_peer *p)
{
    struct slice v[3];
    for (int n; (n = ws_conn_out(p->c, v, 3)) > 0;) {
        size_t left = p->portion == 0 ? SIZE_MAX : p->portion, gone = 0;
        for (int i = 0; i < n && left > 0; i++) {
            size_t some = v[i].n < left ? v[i].n : left;
            buf_put(&p->sent, v[i].p, some);
            left -= some;
            gone += some;
        }
        ws_conn_sent(p->c, gone);
    }
    assert_int_equal(ws_conn_unsent(p->c), 0);
}

static inline void ws_peer_note(struct ws_peer *p, const struct ws_event *ev)
{
    switch (ev->type) {
    case WS_EV_NONE:
        break;
    case WS_EV_OPEN:
        assert_string_equal(ev->protocol, WS_TEST_PROTOCOL);
        buf_printf(&p->events, "O");
        break;
    case WS_EV_MESSAGE:
        buf_printf(&p->events, ev->text ? "t(" : "(");
        if (ev->payload.n > 100)
            buf_printf(&p->events, "%zu", ev->payload.n);
        else
            buf_put_slice(&p->events, ev->payload);
        buf_printf(&p->events, ")");
        break;
    case WS_EV_CLOSED:
        buf_printf(&p->events, "C%u", ev->code);
        if (ev->reason.n > 0)
            buf_printf(&p->events, "'%.*s'", (int)ev->reason.n, (const char *)ev->reason.p);
        break;
    case WS_EV_ERROR:
        assert_non_null(ev->why);
        assert_true(ev->err != E_OK);
        buf_printf(&p->events, "E%u", ev->status != 0 ? (unsigned)ev->status : ev->code);
        break;
    }
}

static inline bool ws_peer_take(struct ws_peer *p)
{
    struct ws_event ev;
    struct slice payload = { 0 };
    bool ready = ws_conn_ready(p->c);
    enum ws_event_type type = ws_conn_peek(p->c, &payload);
    assert_int_equal(ws_conn_next(p->c, &ev), type);
    assert_int_equal(ready, type != WS_EV_NONE);
    if (type == WS_EV_MESSAGE)
        assert_true(payload.p == ev.payload.p && payload.n == ev.payload.n);
    ws_peer_note(p, &ev);
    return type != WS_EV_NONE;
}

/* False: it takes no more now. */
static inline bool ws_peer_feed(struct ws_peer *p, struct slice in, bool take)
{
    while (in.n > 0) {
        size_t room;
        uint8_t *to = ws_conn_room(p->c, &room);
        assert_int_equal(to == NULL, room == 0);
        if (to == NULL)
            return false;
        size_t some = room < in.n ? room : in.n;
        memcpy(to, in.p, some);
        ws_conn_fed(p->c, some);
        in = slice_drop(in, some);
        while (take && ws_peer_take(p))
            continue;
    }
    return true;
}

/* What we would send to it: to a server masked. */
static inline void ws_peer_put(const struct ws_peer *p, struct buf *out, struct ws_frame f)
{
    static const uint8_t key[4] = { 0x37, 0xfa, 0x21, 0x3d };
    f.masked ^= p->role == WS_SERVER; /* set: the rule is broken */
    if (f.masked)
        memcpy(f.key, key, 4);
    ws_frame_write(out, &f);
}

/* Writes down the frames it sent. */
static inline const char *ws_peer_frames(struct ws_peer *p)
{
    struct ws_head h;
    size_t head;
    ws_peer_write(p);
    while ((head = ws_head_parse(buf_slice(&p->sent), &h)) > 0 && p->sent.n - head >= h.length) {
        uint8_t *body = p->sent.p + head;
        size_t n = (size_t)h.length;
        assert_true(h.fin && h.rsv == 0 && h.minimal);
        assert_int_equal(h.masked, p->role == WS_CLIENT);
        if (h.masked)
            ws_mask(body, n, h.key, 0);
        if (h.opcode == WS_CLOSE)
            buf_printf(&p->frames, "X");
        if (h.opcode == WS_CLOSE && n > 0)
            buf_printf(&p->frames, "%u", get_be16(body));
        const char *kind = h.opcode == WS_TEXT   ? "t"
                           : h.opcode == WS_PING ? "p"
                           : h.opcode == WS_PONG ? "P"
                                                 : "";
        if (h.opcode != WS_CLOSE && n > 200)
            buf_printf(&p->frames, "%s[%zu]", kind, n);
        else if (h.opcode != WS_CLOSE)
            buf_printf(&p->frames, "%s[%.*s]", kind, (int)n, (const char *)body);
        buf_drop(&p->sent, head + n);
    }
    return buf_text(&p->frames);
}

/* Our half of the handshake, as it must be. */
static inline void ws_peer_hello(struct ws_peer *p, struct buf *out)
{
    if (p->role == WS_SERVER) {
        ws_request_write(out, &(struct ws_request){ .protocols = WS_TEST_PROTOCOL });
        return;
    }
    struct http_head h;
    ws_peer_write(p);
    assert_int_equal(http_request_parse(buf_slice(&p->sent), 0, &h), p->sent.n);
    const struct ws_response r = {
        .key = http_find(&h, "sec-websocket-key", NULL)->value,
        .protocol = slice_text(WS_TEST_PROTOCOL),
    };
    ws_response_write(out, &r);
    buf_clear(&p->sent);
}

/* Drops the response of a server, which must say `status`. */
static inline void ws_peer_skip_response(struct ws_peer *p, int status)
{
    struct http_head h;
    ws_peer_write(p);
    ptrdiff_t used = http_response_parse(buf_slice(&p->sent), 0, &h);
    assert_true(used > 0);
    assert_int_equal(h.status, status);
    buf_drop(&p->sent, (size_t)used);
}

static inline void ws_peer_open(struct ws_peer *p, const struct ws_conn_config *config)
{
    struct buf hello = { 0 };
    p->role = config->role;
    p->c = ws_conn_new(config);
    assert_non_null(p->c);
    ws_peer_hello(p, &hello);
    assert_true(ws_peer_feed(p, buf_slice(&hello), true));
    assert_string_equal(buf_text(&p->events), "O");
    buf_clear(&p->events);
    if (p->role == WS_SERVER)
        ws_peer_skip_response(p, 101);
    assert_int_equal(p->sent.n, 0);
    assert_int_equal(ws_conn_state(p->c), WS_CONN_OPEN);
    buf_free(&hello);
}

#endif
