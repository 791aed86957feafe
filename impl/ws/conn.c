/* Life and events of a connection. */
#include "ws/conn_state.h"
#include <stdlib.h>
#include <string.h>

enum {
    READ_AHEAD = 256 * 1024, /* one system call for many small messages */
    LEAST_READ_AHEAD = 256,  /* a control frame must fit */
};
#define SIZE_LIMIT ((UINT64_C(1) << 60) - 1)

struct ws_conn *ws_conn_new(const struct ws_conn_config *config)
{
    struct ws_conn *c = malloc(sizeof *c);
    if (c == NULL)
        return NULL;
    *c = (struct ws_conn){ .config = *config, .late = -1 };
    struct ws_conn_config *own = &c->config;
    if (own->read_ahead == 0)
        own->read_ahead = READ_AHEAD;
    if (own->read_ahead < LEAST_READ_AHEAD)
        own->read_ahead = LEAST_READ_AHEAD;
    if (own->max_payload == 0 || own->max_payload > SIZE_LIMIT)
        own->max_payload = SIZE_LIMIT;
    if (own->max_payload > SIZE_MAX / 4)
        own->max_payload = SIZE_MAX / 4;
    if (own->max_head == 0)
        own->max_head = HTTP_HEAD_MAX;
    if (!ws_begin(c)) {
        ws_conn_free(c);
        return NULL;
    }
    return c;
}

void ws_conn_free(struct ws_conn *c)
{
    if (c == NULL)
        return;
    chunk_unref(c->in);
    chunk_unref(c->whole);
    chunk_unref(c->taken);
    outq_free(&c->out);
    free(c);
}

enum ws_conn_state ws_conn_state(const struct ws_conn *c)
{
    return c->eof && c->state != WS_CONN_FAILED ? WS_CONN_CLOSED : c->state;
}

bool ws_conn_over(const struct ws_conn *c)
{
    return ws_conn_state(c) >= WS_CONN_CLOSED;
}

/* ---- the end ---- */

/* 7.1.7: once OPEN, a Close says why. */
void ws_fail(struct ws_conn *c, enum err e, unsigned code, const char *why)
{
    if (c->state == WS_CONN_OPEN)
        ws_put_close(c, code, slice_text(why));
    c->end = (struct ws_event){
        .type = WS_EV_ERROR,
        .err = e,
        .why = why,
        .code = c->state == WS_CONN_OPENING ? 0 : code,
    };
    c->state = WS_CONN_FAILED;
}

void ws_ended(struct ws_conn *c, unsigned code, struct slice reason)
{
    if (reason.n > 0)
        memcpy(c->reason, reason.p, reason.n);
    c->end = (struct ws_event){
        .type = WS_EV_CLOSED,
        .code = code,
        .reason = slice_of(c->reason, reason.n),
    };
    c->state = WS_CONN_CLOSED;
}

void ws_conn_eof(struct ws_conn *c)
{
    c->eof = true;
    ws_scan(c);
}

void ws_conn_close(struct ws_conn *c, unsigned code, struct slice reason)
{
    if (c->state == WS_CONN_OPENING)
        c->state = WS_CONN_CLOSED;
    if (c->state != WS_CONN_OPEN || c->eof)
        return;
    c->state = WS_CONN_CLOSING;
    ws_put_close(c, code, reason);
    bool gathering = c->whole != NULL && !c->assembled;
    if (gathering) {
        chunk_unref(c->whole);
        c->whole = NULL;
        c->discarding = true;
    }
    ws_scan(c); /* what waited for memory is ignored now */
}

/* ---- events ---- */

static enum ws_event_type front(const struct ws_conn *c)
{
    if (c->open_waits)
        return WS_EV_OPEN;
    if (c->assembled || c->begin < c->kept)
        return WS_EV_MESSAGE;
    return c->end.type;
}

void ws_skip(struct ws_conn *c, size_t n)
{
    c->scan += n;
    if (c->begin == c->kept)
        c->begin = c->kept = c->scan;
    if (c->begin == c->in->n)
        c->begin = c->kept = c->scan = c->in->n = 0;
}

static bool whole_is_first(const struct ws_conn *c)
{
    return c->assembled && c->before == 0;
}

/* The first of the frames that wait: returns octets of the head. */
static size_t first_waiting(const struct ws_conn *c, struct ws_head *head)
{
    return ws_head_parse(slice_of(c->in->p + c->begin, c->kept - c->begin), head);
}

static void take_message(struct ws_conn *c, struct ws_event *ev)
{
    chunk_unref(c->taken);
    c->taken = NULL;
    if (whole_is_first(c)) {
        c->taken = c->whole;
        c->whole = NULL;
        c->assembled = false;
        ev->own = c->taken;
        ev->payload = slice_of(c->taken->p, c->taken->n);
        ev->text = c->text;
    } else {
        struct ws_head head;
        size_t n = first_waiting(c, &head);
        ev->payload = slice_of(c->in->p + c->begin + n, (size_t)head.length);
        ev->text = head.opcode == WS_TEXT;
        n += ev->payload.n;
        c->begin += n;
        c->before -= c->assembled ? n : 0;
        ws_skip(c, 0);
    }
    c->after_large = c->lent = c->taken != NULL;
    if (c->lent)
        ws_scan(c); /* another one may be gathered now */
}

enum ws_event_type ws_conn_next(struct ws_conn *c, struct ws_event *ev)
{
    *ev = (struct ws_event){ .type = front(c) };
    switch (ev->type) {
    case WS_EV_NONE:
        break;
    case WS_EV_OPEN:
        ev->protocol = c->protocol;
        c->open_waits = false;
        break;
    case WS_EV_MESSAGE:
        take_message(c, ev);
        break;
    case WS_EV_CLOSED:
    case WS_EV_ERROR:
        *ev = c->end;
        c->end.type = WS_EV_NONE;
        break;
    }
    return ev->type;
}

enum ws_event_type ws_conn_peek(const struct ws_conn *c, struct slice *payload)
{
    enum ws_event_type type = front(c);
    if (type == WS_EV_MESSAGE && whole_is_first(c)) {
        *payload = slice_of(c->whole->p, c->whole->n);
    } else if (type == WS_EV_MESSAGE) {
        struct ws_head head;
        size_t n = first_waiting(c, &head);
        *payload = slice_of(c->in->p + c->begin + n, (size_t)head.length);
    }
    return type;
}

bool ws_conn_ready(const struct ws_conn *c)
{
    return front(c) != WS_EV_NONE;
}
