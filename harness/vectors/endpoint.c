/* endpoint.c -- one end of a vector's conversation. */
#include <string.h>
#include "sp/protocol.h"
#include "sp/stack.h"
#include "vectors/endpoint.h"
#include "vectors/vector.h"

/* An answer carries what was asked with, octet for octet. */
static const char *look_at_answer(struct endpoint *e, struct slice payload, size_t *header)
{
    *header = e->asked_size;
    if (e->asked_size > 4)
        return slice_starts_with(payload, slice_of(e->asked, e->asked_size))
                   ? NULL
                   : "not the backtrace of anything outstanding";
    *header = 4;
    const char *why = stack_answers(payload, e->asked_size ? get_be32(e->asked) : 0);
    /* sp-request-reply-01 6.1: the first reply ends the request; a survey goes on. */
    if (!why && e->self == SP_REQ)
        e->asked_size = 0;
    return why;
}

/* What becomes of a whole message: NULL, and the octets of its header; or why it is ignored. */
static const char *look(struct endpoint *e, struct slice payload, size_t *header)
{
    *header = 0;
    switch (e->self) {
    case SP_REQ:
    case SP_SURVEYOR:
        return look_at_answer(e, payload, header);
    case SP_REP:
    case SP_RESPONDENT:
        return stack_find(payload, e->ttl, header);
    case SP_PAIR1:
        *header = 4;
        if (payload.n < 4)
            return "shorter than a hop count";
        if (get_be32(payload.p) > 255)
            return "upper octets of the hop count not zero";
        return get_be32(payload.p) > e->ttl ? "more hops than the time to live" : NULL;
    case SP_PUB:
    case SP_PUSH:
        return "this endpoint type receives nothing";
    default: /* any 16-bit number; the others have no header */
        return NULL;
    }
}

static void note_sent(struct endpoint *e, struct slice payload)
{
    size_t size;
    if (e->self != SP_REQ && e->self != SP_SURVEYOR)
        return;
    if (stack_find(payload, sizeof e->asked / 4, &size))
        return;
    memcpy(e->asked, payload.p, size);
    e->asked_size = size;
}

static void append(struct endpoint *e, const char *type, const char *key, json_t *value,
                   const char *key2, json_t *value2)
{
    json_t *event = json_pack("{s:s, s:s}", "of", e->of, "type", type);
    if (key)
        json_object_set_new(event, key, value);
    if (key2)
        json_object_set_new(event, key2, value2);
    json_array_append_new(e->events, event);
}

static void on_message(struct endpoint *e, struct slice payload)
{
    size_t header;
    note_sent(e->other, payload);
    const char *why = look(e, payload, &header);
    if (why)
        append(e, "drop", "payload", vector_hex(payload), "because", json_string(why));
    else
        append(e, "message", "header", vector_hex(slice_of(payload.p, header)), "body",
               vector_hex(slice_drop(payload, header)));
}

static void drain(struct endpoint *e)
{
    struct sp_event ev;
    for (;;) {
        switch (sp_conn_next(e->conn, &ev)) {
        case SP_EV_NONE:
            return;
        case SP_EV_GREETING:
            append(e, "greeting", "peer", json_string(sp_protocol_numbered(ev.peer_type)->name),
                   NULL, NULL);
            break;
        case SP_EV_MESSAGE:
            on_message(e, ev.payload);
            break;
        case SP_EV_ERROR:
            append(e, "error", "because", json_string(ev.why), NULL, NULL);
            break;
        }
    }
}

bool endpoint_open(struct endpoint *e, const struct sp_conn_config *config, size_t ttl,
                   const char *of, json_t *events)
{
    *e = (struct endpoint){
        .conn = sp_conn_new(config), .self = config->self, .ttl = ttl, .of = of, .events = events
    };
    return e->conn;
}

void endpoint_close(struct endpoint *e)
{
    sp_conn_free(e->conn);
}

void endpoint_feed(struct endpoint *e, struct slice octets)
{
    size_t n;
    uint8_t *to;
    while (octets.n && (to = sp_conn_room(e->conn, &n))) {
        n = octets.n < n ? octets.n : n;
        memcpy(to, octets.p, n);
        sp_conn_fed(e->conn, n);
        octets = slice_drop(octets, n);
        drain(e);
    }
}

void endpoint_end(struct endpoint *e)
{
    sp_conn_eof(e->conn);
    drain(e);
}

const char *endpoint_state(const struct endpoint *e)
{
    switch (sp_conn_state(e->conn)) {
    case SP_CONN_GREETING:
        return "greeting";
    case SP_CONN_OPEN:
        return "open";
    case SP_CONN_CLOSED:
        return "ended";
    case SP_CONN_FAILED:
        return "failed";
    }
    return "";
}
