#include "sp/conn_state.h"
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_READ = 2 * 1024,    /* an idle or slow connection needs no more */
    READ_AHEAD = 256 * 1024,  /* one system call for many small messages */
    LEAST_READ_AHEAD = 64,    /* a greeting or a frame head must fit */
    LARGE = 64 * 1024,        /* from here on a payload is received into a chunk of its own */
    BETWEEN_LARGE = 4 * 1024, /* what is read behind a large payload has to be copied */
};

/* The upper four bits of a length are never set: no memory is that large, and the one
 * implementation that uses them reserves them. */
#define SIZE_LIMIT (UINT64_C(1) << 60)

struct sp_conn *sp_conn_new(const struct sp_conn_config *config)
{
    struct sp_conn *c = malloc(sizeof *c);
    if (c == NULL)
        return NULL;
    *c = (struct sp_conn){ .carrier = { &sp_conn_carrier_ops }, .config = *config };
    if (c->config.read_ahead == 0)
        c->config.read_ahead = READ_AHEAD;
    if (c->config.read_ahead < LEAST_READ_AHEAD)
        c->config.read_ahead = LEAST_READ_AHEAD;
    struct sp_greeting greeting = sp_greeting_of(config->self);
    uint8_t *to = outq_room(&c->out, SP_GREETING_SIZE);
    if (to == NULL) {
        free(c);
        return NULL;
    }
    sp_greeting_put(to, &greeting);
    outq_grew(&c->out, SP_GREETING_SIZE);
    return c;
}

void sp_conn_free(struct sp_conn *c)
{
    if (c == NULL)
        return;
    chunk_unref(c->in);
    chunk_unref(c->large);
    chunk_unref(c->taken);
    outq_free(&c->out);
    free(c);
}

/* ---- input ---- */

static struct slice waiting(const struct sp_conn *c)
{
    return c->in == NULL ? slice_of(NULL, 0) : slice_of(c->in->p + c->begin, c->in->n - c->begin);
}

static void fault(struct sp_conn *c, enum err e, const char *why)
{
    c->front.type = SP_EV_ERROR;
    c->err = e;
    c->why = why;
}

/* sp-tcp-mapping-01 2: "MUST be closed" for each of these. */
static void look_at_greeting(struct sp_conn *c, struct slice in)
{
    struct sp_greeting greeting;
    if (sp_greeting_parse(in, &greeting) == 0)
        return;
    const char *why = sp_greeting_fault(&greeting);
    if (why != NULL)
        fault(c, E_PROTO, why);
    else if (greeting.type != c->config.peer)
        fault(c, E_PROTO, "endpoint type of the peer is not compatible");
    else
        c->front.type = SP_EV_GREETING;
}

static void look_at_frame(struct sp_conn *c, struct slice in)
{
    /* sp-ipc-mapping-01 4: type 1 is the only one; it can be judged by itself. */
    if (c->config.framing == SP_FRAMING_IPC && in.n > 0 && in.p[0] != SP_FRAME_TYPE_MESSAGE) {
        fault(c, E_PROTO, "ipc message type is not 1");
        return;
    }
    struct sp_frame_head head;
    size_t used = (size_t)sp_frame_head_parse(c->config.framing, in, &head);
    if (used == 0)
        return;
    if (head.size >= SIZE_LIMIT) {
        fault(c, E_TOOLONG, "length of the message is absurd");
        return;
    }
    if (c->config.max_payload != 0 && head.size > c->config.max_payload) {
        fault(c, E_TOOLONG, "message is longer than the receive limit");
        return;
    }
    c->front.head = used;
    c->front.size = head.size;
    if (in.n - used >= head.size) {
        c->front.type = SP_EV_MESSAGE;
        c->front.payload = slice_of(in.p + used, (size_t)head.size);
    }
}

static void look_at_large(struct sp_conn *c)
{
    if (c->large->n == c->large_size) {
        c->front.type = SP_EV_MESSAGE;
        c->front.payload = slice_of(c->large->p, c->large_size);
    }
}

/* Looks again, after the input changed or moved. */
static void look(struct sp_conn *c)
{
    c->front.type = SP_EV_NONE;
    c->front.head = 0;
    switch (c->state) {
    case SP_CONN_GREETING:
        look_at_greeting(c, waiting(c));
        break;
    case SP_CONN_OPEN:
        if (c->large == NULL)
            look_at_frame(c, waiting(c));
        else
            look_at_large(c);
        break;
    case SP_CONN_CLOSED:
    case SP_CONN_FAILED:
        return;
    }
    if (c->front.type == SP_EV_NONE && c->no_memory) /* what is whole comes first */
        fault(c, E_NOMEM, "out of memory");
}

static void out_of_memory(struct sp_conn *c)
{
    c->no_memory = true;
    look(c);
}

enum sp_conn_state sp_conn_state(const struct sp_conn *c)
{
    bool over = c->eof && c->state != SP_CONN_FAILED && c->front.type == SP_EV_NONE;
    return over ? SP_CONN_CLOSED : c->state;
}

/* A large payload that is not whole leaves the read buffer for memory of its own. */
static bool is_large(const struct sp_conn *c)
{
    const struct front *f = &c->front;
    return f->type == SP_EV_NONE && f->head > 0 &&
           (f->size >= LARGE || f->head + f->size > c->config.read_ahead);
}

static bool begin_large(struct sp_conn *c)
{
    const struct front *f = &c->front;
    struct slice here = slice_drop(waiting(c), f->head);
    if (c->taken != NULL && c->taken->refs == 1 && c->taken->cap >= here.n) {
        c->large = c->taken;
        c->large->n = 0;
    } else {
        chunk_unref(c->taken);
        size_t first = f->size < LARGE ? (size_t)f->size : LARGE;
        c->large = chunk_new(first > here.n ? first : here.n);
    }
    c->taken = NULL;
    if (c->large == NULL)
        return false;
    if (here.n > 0)
        memcpy(c->large->p, here.p, here.n);
    c->large->n = here.n;
    c->large_size = (size_t)f->size;
    c->begin = c->in->n = 0;
    return true;
}

/* Memory doubles as octets arrive, whatever size was announced. */
static uint8_t *room_in_large(struct sp_conn *c, size_t *n)
{
    struct chunk *l = c->large;
    size_t cap = l->cap < c->large_size ? l->cap : c->large_size;
    if (l->n == cap) {
        cap = l->cap < c->large_size / 2 ? 2 * l->cap : c->large_size;
        if (chunk_grow(l, cap) != 0) {
            out_of_memory(c);
            return NULL;
        }
    }
    *n = cap - l->n;
    return l->p + l->n;
}

static bool widen(struct sp_conn *c)
{
    size_t most = c->config.read_ahead;
    if (c->in == NULL) {
        c->in = chunk_new(most < FIRST_READ ? most : FIRST_READ);
        return c->in != NULL;
    }
    size_t cap = c->in->cap < most / 2 ? 2 * c->in->cap : most;
    return chunk_grow(c->in, cap) == 0;
}

static void close_up(struct sp_conn *c)
{
    struct slice rest = waiting(c);
    if (c->begin > 0 && rest.n > 0)
        memmove(c->in->p, rest.p, rest.n);
    c->in->n = rest.n;
    c->begin = 0;
}

bool sp_conn_full(const struct sp_conn *c)
{
    if (c->in == NULL || c->in->cap < c->config.read_ahead)
        return false;
    /* Below half it is worth moving what is left to the front; an unfinished frame always is. */
    size_t behind = c->in->cap - c->in->n;
    return behind < c->in->cap / 4 && waiting(c).n > c->in->cap / 2 && c->front.type != SP_EV_NONE;
}

uint8_t *sp_conn_room(struct sp_conn *c, size_t *n)
{
    *n = 0;
    if (c->eof || c->no_memory || c->state == SP_CONN_FAILED || c->front.type == SP_EV_ERROR)
        return NULL;
    if (c->large == NULL && is_large(c) && !begin_large(c)) {
        out_of_memory(c);
        return NULL;
    }
    if (c->large != NULL && c->large->n < c->large_size)
        return room_in_large(c, n);
    bool grow = c->in == NULL || (c->filled && c->in->cap < c->config.read_ahead);
    if (grow && !widen(c) && (c->in == NULL || c->in->n == c->in->cap)) {
        out_of_memory(c);
        return NULL;
    }
    c->filled = false;
    if (!sp_conn_full(c)) {
        if (c->in->cap - c->in->n < c->in->cap / 4)
            close_up(c);
        *n = c->in->cap - c->in->n;
    }
    look(c); /* it may have moved */
    if (c->after_large && *n > BETWEEN_LARGE)
        *n = BETWEEN_LARGE;
    return *n == 0 ? NULL : c->in->p + c->in->n;
}

void sp_conn_fed(struct sp_conn *c, size_t n)
{
    if (c->large != NULL && c->large->n < c->large_size) {
        c->large->n += n;
    } else {
        c->in->n += n;
        c->filled = c->in->n == c->in->cap;
    }
    if (c->front.type == SP_EV_NONE)
        look(c);
}

void sp_conn_eof(struct sp_conn *c)
{
    c->eof = true;
}

static void drop_input(struct sp_conn *c, size_t n)
{
    c->begin += n;
    if (c->begin == c->in->n)
        c->begin = c->in->n = 0;
}

enum sp_event_type sp_conn_next(struct sp_conn *c, struct sp_event *ev)
{
    *ev = (struct sp_event){ .type = c->front.type };
    switch (ev->type) {
    case SP_EV_NONE:
        return SP_EV_NONE;
    case SP_EV_GREETING:
        ev->peer_type = c->config.peer;
        c->state = SP_CONN_OPEN;
        drop_input(c, SP_GREETING_SIZE);
        break;
    case SP_EV_MESSAGE:
        ev->payload = c->front.payload;
        chunk_unref(c->taken);
        c->taken = c->large;
        c->large = NULL;
        ev->own = c->taken;
        c->after_large = c->taken != NULL;
        if (c->taken == NULL)
            drop_input(c, c->front.head + ev->payload.n);
        break;
    case SP_EV_ERROR:
        ev->err = c->err;
        ev->why = c->why;
        c->state = SP_CONN_FAILED;
        break;
    }
    look(c);
    return ev->type;
}

enum sp_event_type sp_conn_peek(const struct sp_conn *c, struct slice *payload)
{
    if (c->front.type == SP_EV_MESSAGE)
        *payload = c->front.payload;
    return c->front.type;
}

bool sp_conn_ready(const struct sp_conn *c)
{
    return c->front.type != SP_EV_NONE;
}

void sp_conn_shrink(struct sp_conn *c)
{
    outq_free(&c->out);
    chunk_unref(c->taken);
    c->taken = NULL;
    struct slice rest = waiting(c);
    struct chunk *fitting = c->in != NULL && rest.n < c->in->cap / 2 ? chunk_new(rest.n) : NULL;
    if (fitting == NULL) /* no need, or no memory: it stays where it is */
        return;
    if (rest.n > 0)
        memcpy(fitting->p, rest.p, rest.n);
    fitting->n = rest.n;
    chunk_unref(c->in);
    c->in = fitting;
    c->begin = 0;
    look(c);
}

static size_t chunk_memory(const struct chunk *k)
{
    return k == NULL ? 0 : sizeof *k + k->cap;
}

size_t sp_conn_memory(const struct sp_conn *c)
{
    return sizeof *c + chunk_memory(c->in) + chunk_memory(c->large) + chunk_memory(c->taken) +
           outq_memory(&c->out);
}
