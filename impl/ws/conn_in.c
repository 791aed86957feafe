/* Where octets are read into, and what that takes. */
#include "ws/conn_state.h"
#include <string.h>

enum {
    FIRST_READ = 2 * 1024,    /* an idle or slow connection needs no more */
    STRAIGHT = 4 * 1024,      /* so much left of a frame is read to where it belongs */
    BETWEEN_LARGE = 4 * 1024, /* what is read behind a large payload has to be copied */
};

/* Octets the buffer may have.  A frame that is not whole and does not fit goes to `whole`. */
static size_t most(const struct ws_conn *c)
{
    bool head = c->state == WS_CONN_OPENING && c->config.max_head > c->config.read_ahead;
    return head ? c->config.max_head : c->config.read_ahead;
}

static size_t in_buffer(const struct ws_conn *c)
{
    return c->in == NULL ? 0 : c->in->n - c->scan + c->kept - c->begin;
}

static bool widen(struct ws_conn *c)
{
    if (c->in == NULL) {
        c->in = chunk_new(most(c) < FIRST_READ ? most(c) : FIRST_READ);
        return c->in != NULL;
    }
    return chunk_grow(c->in, c->in->cap < most(c) / 2 ? 2 * c->in->cap : most(c)) == 0;
}

static void close_up(struct ws_conn *c)
{
    uint8_t *p = c->in->p;
    size_t wait = c->kept - c->begin, fresh = c->in->n - c->scan;
    if (c->begin > 0 && wait > 0)
        memmove(p, p + c->begin, wait);
    if (c->scan > wait && fresh > 0)
        memmove(p + wait, p + c->scan, fresh);
    c->begin = 0;
    c->kept = c->scan = wait;
    c->in->n = wait + fresh;
}

bool ws_conn_full(const struct ws_conn *c)
{
    if (c->in == NULL || c->in->cap < most(c))
        return false;
    /* Below half it is worth moving what is left to the front; an unfinished frame always is. */
    size_t behind = c->in->cap - c->in->n;
    return behind < c->in->cap / 4 && in_buffer(c) > c->in->cap / 2 && ws_conn_ready(c);
}

static bool straight(const struct ws_conn *c)
{
    return c->in_frame && !c->discarding && c->left >= STRAIGHT;
}

static uint8_t *no_memory(struct ws_conn *c)
{
    ws_fail(c, E_NOMEM, WS_INTERNAL, "out of memory");
    return NULL;
}

static uint8_t *room_in_whole(struct ws_conn *c, size_t *n)
{
    if (c->whole->n == c->whole->cap && !ws_grow_whole(c, 1))
        return no_memory(c);
    size_t room = c->whole->cap - c->whole->n;
    *n = room < c->left ? room : (size_t)c->left;
    return c->whole->p + c->whole->n;
}

uint8_t *ws_conn_room(struct ws_conn *c, size_t *n)
{
    *n = 0;
    if (c->eof || ws_conn_over(c))
        return NULL;
    c->lent = false;
    if (straight(c))
        return room_in_whole(c, n);
    bool grow = c->in == NULL || (c->filled && c->in->cap < most(c));
    if (grow && !widen(c) && (c->in == NULL || c->in->n == c->in->cap))
        return no_memory(c);
    c->filled = false;
    if (!ws_conn_full(c)) {
        if (c->in->cap - c->in->n < c->in->cap / 4)
            close_up(c);
        *n = c->in->cap - c->in->n;
    }
    if (c->after_large && *n > BETWEEN_LARGE)
        *n = BETWEEN_LARGE;
    return *n == 0 ? NULL : c->in->p + c->in->n;
}

void ws_conn_fed(struct ws_conn *c, size_t n)
{
    if (straight(c)) {
        ws_took(c, n);
    } else {
        c->in->n += n;
        c->filled = c->in->n == c->in->cap;
    }
    if (c->state == WS_CONN_OPENING)
        ws_open(c);
    else
        ws_scan(c);
}

void ws_conn_shrink(struct ws_conn *c)
{
    outq_free(&c->out);
    chunk_unref(c->taken);
    c->taken = NULL;
    c->lent = false;
    if (ws_conn_over(c) && !c->assembled) {
        chunk_unref(c->whole); /* a part of a message that nobody gets */
        c->whole = NULL;
    }
    struct chunk *fitting =
        c->in != NULL && in_buffer(c) < c->in->cap / 2 ? chunk_new(in_buffer(c)) : NULL;
    if (fitting == NULL) /* no need, or no memory: it stays where it is */
        return;
    close_up(c);
    if (c->in->n > 0)
        memcpy(fitting->p, c->in->p, c->in->n);
    fitting->n = c->in->n;
    chunk_unref(c->in);
    c->in = fitting;
}

static size_t chunk_memory(const struct chunk *k)
{
    return k == NULL ? 0 : sizeof *k + k->cap;
}

size_t ws_conn_memory(const struct ws_conn *c)
{
    return sizeof *c + chunk_memory(c->in) + chunk_memory(c->whole) + chunk_memory(c->taken) +
           outq_memory(&c->out);
}

size_t ws_conn_held(const struct ws_conn *c)
{
    return in_buffer(c) + (c->whole == NULL ? 0 : c->whole->n);
}
