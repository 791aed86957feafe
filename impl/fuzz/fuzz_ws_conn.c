/* A WebSocket connection: whatever comes, cut anywhere, the same events and the same answers. */
#include "fuzz.h"
#include <string.h>
#include "ws/conn.h"
#include "ws/handshake.h"

static void same_octets(void *ctx, void *to, size_t n)
{
    (void)ctx;
    memset(to, 0x5a, n);
}

struct run {
    struct ws_conn *c;
    struct buf events, sent;
};

static void take_events(struct run *r)
{
    struct ws_event ev;
    for (bool ready = ws_conn_ready(r->c); ws_conn_next(r->c, &ev) != WS_EV_NONE;
         ready = ws_conn_ready(r->c)) {
        MUST(ready);
        buf_u8(&r->events, (uint8_t)ev.type);
        buf_be16(&r->events, (uint16_t)ev.code);
        buf_be64(&r->events, ev.payload.n);
        buf_put_slice(&r->events, ev.payload);
        buf_put_slice(&r->events, ev.reason);
        MUST((ev.type == WS_EV_ERROR) == (ev.why != NULL));
        MUST(ev.payload.n <= 1 << 16);
    }
}

static void write_all(struct run *r)
{
    struct slice v;
    while (ws_conn_out(r->c, &v, 1) > 0) {
        buf_put_slice(&r->sent, v);
        ws_conn_sent(r->c, v.n);
    }
    MUST(ws_conn_unsent(r->c) == 0);
}

static void feed(struct run *r, struct slice in, struct slice portions)
{
    while (in.n > 0) {
        size_t room;
        uint8_t portion = take_u8(&portions);
        uint8_t *to = ws_conn_room(r->c, &room);
        if (to == NULL && ws_conn_over(r->c))
            return;
        if (to != NULL) {
            struct slice part = take(&in, portion == 0 || portion > room ? room : portion);
            MUST(room > 0);
            memcpy(to, part.p, part.n);
            ws_conn_fed(r->c, part.n);
        }
        if (to != NULL && portion % 3 == 1)
            continue; /* taken later */
        take_events(r);
        write_all(r);
    }
}

static void run(struct slice in, struct slice portions, const struct ws_conn_config *config,
                bool greet, struct run *r)
{
    struct buf hello = { 0 };
    r->c = ws_conn_new(config);
    MUST(r->c != NULL);
    if (greet && config->role == WS_SERVER)
        ws_request_write(&hello, &(struct ws_request){ 0 });
    else if (greet)
        ws_response_write(&hello,
                          &(struct ws_response){ .key = slice_text("WlpaWlpaWlpaWlpaWlpaWg==") });
    feed(r, buf_slice(&hello), slice_of(NULL, 0));
    MUST(!greet || ws_conn_state(r->c) == WS_CONN_OPEN);
    feed(r, in, portions);
    ws_conn_eof(r->c);
    take_events(r);
    write_all(r);
    MUST(ws_conn_over(r->c));
    MUST(r->events.n > 0); /* the end, at least */
    ws_conn_free(r->c);
    buf_free(&hello);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    uint8_t flags = take_u8(&in);
    struct ws_conn_config config = {
        .role = (flags & 1) != 0 ? WS_CLIENT : WS_SERVER,
        .rules = { .without_protocol = true },
        .random = same_octets,
        .accept_text = (flags & 2) != 0,
        .max_payload = (flags & 4) != 0 ? 64 : 1 << 16,
        .read_ahead = (flags & 8) != 0 ? 1 : 0,
    };
    struct slice portions = take(&in, in.n / 4);
    struct run whole = { 0 }, parts = { 0 };
    run(in, (struct slice){ 0 }, &config, (flags & 0x70) != 0, &whole);
    run(in, portions, &config, (flags & 0x70) != 0, &parts);
    MUST(slice_equal(buf_slice(&whole.events), buf_slice(&parts.events)));
    MUST(slice_equal(buf_slice(&whole.sent), buf_slice(&parts.sent)));
    buf_free(&whole.events);
    buf_free(&whole.sent);
    buf_free(&parts.events);
    buf_free(&parts.sent);
    return 0;
}
