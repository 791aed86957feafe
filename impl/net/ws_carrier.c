#include "net/ws_carrier.h"
#include <stdlib.h>
#include <string.h>
#include "ws/sp_mapping.h"

struct ws_carrier {
    struct carrier carrier;
    struct ws_conn *conn;
    const char *served[2]; /* of a server: the one sub-protocol, and NULL */
    uint16_t peer;
    bool text;
    char target[];
};

static struct ws_carrier *of(struct carrier *c)
{
    return (struct ws_carrier *)c;
}

static struct ws_conn *conn_of(const struct carrier *c)
{
    return ((const struct ws_carrier *)c)->conn;
}

static void ws_free(struct carrier *c)
{
    ws_conn_free(conn_of(c));
    free(c);
}

static bool ws_opening(const struct carrier *c)
{
    return ws_conn_state(conn_of(c)) == WS_CONN_OPENING;
}

static uint8_t *ws_room(struct carrier *c, size_t *n)
{
    return ws_conn_room(conn_of(c), n);
}

static void ws_fed(struct carrier *c, size_t n)
{
    ws_conn_fed(conn_of(c), n);
}

static void ws_eof(struct carrier *c)
{
    ws_conn_eof(conn_of(c));
}

static enum sp_event_type type_of(enum ws_event_type type)
{
    switch (type) {
    case WS_EV_NONE:
        return SP_EV_NONE;
    case WS_EV_OPEN:
        return SP_EV_GREETING;
    case WS_EV_MESSAGE:
        return SP_EV_MESSAGE;
    case WS_EV_CLOSED:
    case WS_EV_ERROR:
        return SP_EV_ERROR;
    }
    return SP_EV_NONE;
}

static enum sp_event_type ws_next(struct carrier *c, struct sp_event *ev)
{
    struct ws_event w;
    *ev = (struct sp_event){ .type = type_of(ws_conn_next(conn_of(c), &w)) };
    switch (ev->type) {
    case SP_EV_NONE:
        break;
    case SP_EV_GREETING:
        ev->peer_type = of(c)->peer;
        break;
    case SP_EV_MESSAGE:
        ev->payload = w.payload;
        ev->own = w.own;
        break;
    case SP_EV_ERROR:
        ev->err = w.type == WS_EV_CLOSED ? E_CLOSED : w.err;
        ev->why = w.type == WS_EV_CLOSED ? "the peer closed the WebSocket" : w.why;
        break;
    }
    return ev->type;
}

static enum sp_event_type ws_peek(const struct carrier *c, struct slice *payload)
{
    return type_of(ws_conn_peek(conn_of(c), payload));
}

static bool ws_full(const struct carrier *c)
{
    return ws_conn_full(conn_of(c));
}

static void ws_shrink(struct carrier *c)
{
    ws_conn_shrink(conn_of(c));
}

static size_t ws_memory(const struct carrier *c)
{
    return sizeof(struct ws_carrier) + ws_conn_memory(conn_of(c));
}

static enum err ws_send(struct carrier *c, const struct msg *m)
{
    struct ws_message message = { m->head, m->body, m->own, of(c)->text };
    enum err err = ws_conn_send(conn_of(c), &message);
    if (err != E_INVAL)
        return err;
    message.text = false; /* not UTF-8: text would be a lie */
    return ws_conn_send(conn_of(c), &message);
}

static int ws_out(const struct carrier *c, struct slice *out, int max)
{
    return ws_conn_out(conn_of(c), out, max);
}

static void ws_sent(struct carrier *c, size_t n)
{
    ws_conn_sent(conn_of(c), n);
}

static size_t ws_unsent(const struct carrier *c)
{
    return ws_conn_unsent(conn_of(c));
}

static bool ws_over(const struct carrier *c)
{
    return ws_conn_over(conn_of(c));
}

static bool ws_finish(struct carrier *c)
{
    ws_conn_close(conn_of(c), WS_NORMAL, slice_text(""));
    return !ws_over(c);
}

static const struct carrier_ops ops = {
    .free = ws_free,
    .opening = ws_opening,
    .room = ws_room,
    .fed = ws_fed,
    .eof = ws_eof,
    .next = ws_next,
    .peek = ws_peek,
    .full = ws_full,
    .shrink = ws_shrink,
    .memory = ws_memory,
    .send = ws_send,
    .out = ws_out,
    .sent = ws_sent,
    .unsent = ws_unsent,
    .finish = ws_finish,
    .over = ws_over,
};

struct carrier *ws_carrier_new(const struct ws_carrier_config *config)
{
    size_t path = strcspn(config->target, "?");
    struct ws_carrier *c = calloc(1, sizeof *c + path + 1);
    if (!c)
        return NULL;
    memcpy(c->target, config->target, path);
    c->carrier.ops = &ops;
    c->peer = config->sp.peer;
    c->text = config->text;
    c->served[0] = ws_sp_accepts(config->sp.self);
    struct ws_conn_config w = {
        .role = config->role,
        .rules = { .path = c->target, .protocols = c->served },
        .host = config->host,
        .target = config->target,
        .protocol = ws_sp_offers(config->sp.self),
        .random = config->random,
        .random_ctx = config->random_ctx,
        .accept_text = true,
        .max_payload = config->sp.max_payload,
        .read_ahead = config->sp.read_ahead,
    };
    c->conn = ws_conn_new(&w);
    if (!c->conn) {
        free(c);
        return NULL;
    }
    return &c->carrier;
}
