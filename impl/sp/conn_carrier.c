/* A stream connection as the carrier of a pipe. */
#include "sp/conn_state.h"

static struct sp_conn *conn_of(struct carrier *c)
{
    return (struct sp_conn *)c;
}

static const struct sp_conn *const_conn_of(const struct carrier *c)
{
    return (const struct sp_conn *)c;
}

static void conn_free(struct carrier *c)
{
    sp_conn_free(conn_of(c));
}

static bool conn_opening(const struct carrier *c)
{
    return sp_conn_state(const_conn_of(c)) == SP_CONN_GREETING;
}

static uint8_t *conn_room(struct carrier *c, size_t *n)
{
    return sp_conn_room(conn_of(c), n);
}

static void conn_fed(struct carrier *c, size_t n)
{
    sp_conn_fed(conn_of(c), n);
}

static void conn_eof(struct carrier *c)
{
    sp_conn_eof(conn_of(c));
}

static enum sp_event_type conn_next(struct carrier *c, struct sp_event *ev)
{
    return sp_conn_next(conn_of(c), ev);
}

static enum sp_event_type conn_peek(const struct carrier *c, struct slice *payload)
{
    return sp_conn_peek(const_conn_of(c), payload);
}

static bool conn_full(const struct carrier *c)
{
    return sp_conn_full(const_conn_of(c));
}

static void conn_shrink(struct carrier *c)
{
    sp_conn_shrink(conn_of(c));
}

static size_t conn_memory(const struct carrier *c)
{
    return sp_conn_memory(const_conn_of(c));
}

static enum err conn_send(struct carrier *c, const struct msg *m)
{
    return sp_conn_send(conn_of(c), m);
}

static int conn_out(const struct carrier *c, struct slice *out, int max)
{
    return sp_conn_out(const_conn_of(c), out, max);
}

static void conn_sent(struct carrier *c, size_t n)
{
    sp_conn_sent(conn_of(c), n);
}

static size_t conn_unsent(const struct carrier *c)
{
    return sp_conn_unsent(const_conn_of(c));
}

/* SP has no word for the end: finish and over are left out. */
const struct carrier_ops sp_conn_carrier_ops = {
    .free = conn_free,
    .opening = conn_opening,
    .room = conn_room,
    .fed = conn_fed,
    .eof = conn_eof,
    .next = conn_next,
    .peek = conn_peek,
    .full = conn_full,
    .shrink = conn_shrink,
    .memory = conn_memory,
    .send = conn_send,
    .out = conn_out,
    .sent = conn_sent,
    .unsent = conn_unsent,
};

struct carrier *sp_conn_carrier(struct sp_conn *c)
{
    return &c->carrier;
}
