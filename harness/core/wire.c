/* wire.c -- what scripts say on a connection: octets, its end, silence. */
#include "core/ws_peer.h"

/* For an octet to be read by what reads at all before its application asks. */
enum { TRICKLE_MS = 20 };

static void must_be_ours(struct peer *p, struct at at)
{
    t_expect(p->t, at);
    if (!p->stream)
        t_stop(p->t, UNFAIR, at, "the case is broken: we closed this connection");
}

void peer_ours(struct peer *p, struct at at)
{
    t_expect(p->t, at);
    if (!p->stream)
        t_stop(p->t, UNFAIR, at, "the case is broken: we closed this connection");
    peer_settle_others(p);
}

void wire_send_octets_(struct at at, struct peer *p, const void *octets, size_t n)
{
    must_be_ours(p, at);
    peer_settle_others(p);
    peer_put(p, slice_of(octets, n));
    peer_sent(p);
}

void wire_send_(struct at at, struct peer *p, const char *pattern)
{
    struct buf *octets = t_scratch(p->t, SCRATCH_OCTETS);
    must_be_ours(p, at);
    peer_settle_others(p);
    t_emit(p->t, at, pattern, octets);
    peer_put(p, buf_slice(octets));
    peer_sent(p);
}

void wire_expect_(struct at at, struct peer *p, const char *pattern)
{
    struct t *t = p->t;
    t_expect(t, at);
    peers_settle(t);
    msec deadline = t_patience(t);
    for (;;) {
        struct notation_match m;
        struct buf *why = t_scratch(t, SCRATCH_WHY);
        size_t length = SIZE_MAX;
        if (!notation_length(pattern, t->captures, &length))
            t_stop(t, UNFAIR, at, "the case is broken: %s", pattern);
        struct slice got = buf_slice(&p->in);
        struct slice part = slice_of(got.p, got.n < length ? got.n : length);
        if (!notation_match(pattern, t->captures, part, &m, why))
            t_stop(t, UNFAIR, at, "the case is broken: %s: %s", pattern, buf_text(why));
        if (m.matched) {
            peer_consume(p, part.n);
            return;
        }
        if (!notation_prefix(pattern, t->captures, part))
            t_mismatch(t, at, pattern, part, "other octets came than were due");
        if (p->end != STREAM_OPEN)
            t_mismatch(t, at, pattern, part, "the connection ended before these octets came");
        if (!t_wait(t, deadline))
            t_mismatch(t, at, pattern, part,
                       part.n == 0 ? "nothing came" : "fewer octets came than were due");
    }
}

/* Waits until all we put has been written.  False: it ended first, or `deadline` passed. */
static bool flushed_by(struct peer *p, msec deadline)
{
    peers_settle(p->t);
    while (p->out.n > 0 && p->end == STREAM_OPEN)
        if (!t_wait(p->t, deadline))
            break;
    return p->out.n == 0;
}

bool peer_flushed(struct peer *p, struct at at)
{
    if (!flushed_by(p, t_patience(p->t)) && p->end == STREAM_OPEN)
        t_stop(p->t, FAILED, at, "it does not read what we send");
    return p->out.n == 0;
}

void wire_finish_(struct at at, struct peer *p)
{
    must_be_ours(p, at);
    peer_flushed(p, at);
    if (p->end == STREAM_RST || p->end == STREAM_REFUSED)
        return;
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent fin");
    stream_finish(p->stream);
}

void wire_reset_(struct at at, struct peer *p)
{
    must_be_ours(p, at);
    peer_flushed(p, at);
    peer_drop(p, true, "we reset");
}

void wire_close_(struct at at, struct peer *p)
{
    must_be_ours(p, at);
    peer_flushed(p, at);
    peer_drop(p, false, "we closed");
}

void wire_drop_(struct at at, struct peer *p)
{
    t_expect(p->t, at);
    peer_drop(p, false, "we closed");
}

static bool drained_by(struct peer *p, msec deadline)
{
    if (!flushed_by(p, deadline))
        return false;
    while (p->end == STREAM_OPEN && stream_unread(p->stream) > 0) {
        if (net_now(p->t->net) >= deadline)
            return false;
        t_pause(p->t, net_now(p->t->net) + 1);
    }
    return p->end == STREAM_OPEN;
}

bool wire_drains_within_(struct at at, struct peer *p, int64_t ms)
{
    must_be_ours(p, at);
    return drained_by(p, msec_after(net_now(p->t->net), ms));
}

void wire_drained_(struct at at, struct peer *p)
{
    must_be_ours(p, at);
    if (!drained_by(p, t_patience(p->t)) && p->end == STREAM_OPEN)
        t_stop(p->t, FAILED, at, "it does not read what we sent");
}

void wire_trickle_(struct at at, struct peer *p, const char *pattern)
{
    struct buf *octets = t_scratch(p->t, SCRATCH_OCTETS);
    must_be_ours(p, at);
    t_emit(p->t, at, pattern, octets);
    struct slice all = buf_slice(octets);
    for (size_t i = 0; i < all.n && p->end == STREAM_OPEN; i++) {
        peer_put(p, slice_of(all.p + i, 1));
        wire_drains_within_(at, p, TRICKLE_MS);
    }
}

void wire_pause_(struct peer *p)
{
    p->paused = true;
    if (p->stream)
        peer_rewant(p);
}

void wire_resume_(struct peer *p)
{
    p->paused = false;
    if (p->stream)
        peer_rewant(p);
}

void wire_urgent_(struct at at, struct peer *p, uint8_t octet)
{
    must_be_ours(p, at);
    peer_flushed(p, at);
    if (!peer_urgent(p, octet))
        cannot_judge(p->t, "urgent data cannot be sent here");
    peer_trace(p, TRACE_OUT, slice_of(&octet, 1), "urgent");
}

/* ---- ends and silence ---- */

bool is_closed(const struct peer *p)
{
    return p->end != STREAM_OPEN || (p->ws && (p->ws->close_seen || p->ws->refused));
}

/* Nothing has come that would be news to the script.  What a control frame comes to shows when it
 * is whole: it may be a Close. */
static bool quiet(struct peer *p)
{
    ws_side_skip_control(p);
    return p->in.n == 0 || ws_side_control_begins(p);
}

void expect_closed_(struct at at, struct peer *p, int64_t ms)
{
    struct t *t = p->t;
    t_expect(t, at);
    peers_settle(t);
    msec deadline = ms < 0 ? t_patience(t) : msec_after(net_now(t->net), ms);
    while (!is_closed(p) && quiet(p))
        if (!t_wait(t, deadline) && !is_closed(p) && quiet(p))
            t_stop(t, FAILED, at, "it keeps the connection open");
    if (!quiet(p))
        t_mismatch(t, at, "", buf_slice(&p->in),
                   "octets came where the connection was to be closed");
}

bool closes_within_(struct at at, struct peer *p, int64_t ms)
{
    struct t *t = p->t;
    t_expect(t, at);
    peers_settle(t);
    msec since = net_now(t->net), deadline = msec_after(since, ms);
    while (!is_closed(p) && quiet(p))
        if (!t_pause(t, deadline)) {
            t_passed(t, since, ms);
            break;
        }
    t_measured(t, since);
    return is_closed(p);
}

void expect_open_(struct at at, struct peer *p)
{
    t_expect(p->t, at);
    peers_settle(p->t);
    if (is_closed(p))
        t_stop(p->t, FAILED, at, "it closed the connection");
}

void expect_quiet_(struct at at, struct peer *p, int64_t ms, const char *why)
{
    struct t *t = p->t;
    (void)why;
    t_expect(t, at);
    peers_settle(t);
    msec since = net_now(t->net), until = msec_after(since, ms);
    while (quiet(p) && t_pause(t, until))
        ;
    t_measured(t, since);
    if (!quiet(p))
        t_mismatch(t, at, "", buf_slice(&p->in), "octets came where there was to be silence");
}
