/* ws_frames.c -- what scripts say about frames: as they are, right or wrong. */
#include "core/habits.h"
#include "core/payload.h"
#include "core/ws_peer.h"
#include <stdlib.h>
#include "base/utf8.h"
#include "ws/close.h"
#include "ws/mask.h"

enum { LINGER_MS = 250 };

static void ours(struct peer *p, struct at at)
{
    t_expect(p->t, at);
    if (!p->ws || !p->stream)
        t_stop(p->t, UNFAIR, at, "the case is broken: not a WebSocket, or we closed it");
    peer_settle_others(p);
}

/* ---- out ---- */

static void build(struct peer *p, struct at at, const struct ws_out *o, struct buf *whole)
{
    struct t *t = p->t;
    struct buf *payload = t_scratch(t, SCRATCH_OCTETS);
    uint32_t key = (uint32_t)rng_next(&t->rng);
    t_emit(t, at, o->pattern, payload);
    if (o->seq)
        payload_seq(payload, o->seq);
    struct ws_frame f = {
        .payload = buf_slice(payload),
        .opcode = o->opcode,
        .continuation = o->continuation,
        .more = o->more,
        .masked = p->we_dialled != o->wrong_mask,
        .rsv = o->rsv,
        .reserved_opcode = o->reserved_opcode,
        .length_form = o->length_form,
        .length_declared = o->length_declared,
        .declared = o->declared,
    };
    memcpy(f.key, &key, sizeof f.key);
    ws_frame_write(whole, &f);
    if (whole->failed)
        cannot_judge(t, "out of memory");
}

void ws_send_(struct at at, struct peer *p, const struct ws_out *o)
{
    ours(p, at);
    struct buf *whole = t_scratch(p->t, SCRATCH_LINE);
    build(p, at, o, whole);
    if (o->opcode == WS_CLOSE)
        p->ws->close_sent = p->ws->close_scripted = true;
    if (!(o->opcode & 8))
        ws_own_said(p, buf_slice(&p->t->scratch[SCRATCH_OCTETS]));
    peer_put(p, buf_slice(whole));
    peer_sent(p);
}

const char *ws_frame_pattern_(struct peer *p, const struct ws_out *o)
{
    struct buf *whole = t_scratch(p->t, SCRATCH_LINE);
    build(p, (struct at){ p->t->c->file, "", p->t->c->line }, o, whole);
    struct buf hex = { 0 };
    struct slice octets = buf_slice(whole);
    uint8_t *to = buf_room(&hex, 3 * octets.n + 1);
    if (!to)
        cannot_judge(p->t, "out of memory");
    for (size_t i = 0; i < octets.n; i++) {
        static const char digits[] = "0123456789abcdef";
        to[3 * i] = (uint8_t)digits[octets.p[i] >> 4];
        to[3 * i + 1] = (uint8_t)digits[octets.p[i] & 15];
        to[3 * i + 2] = ' ';
    }
    buf_grew(&hex, 3 * octets.n);
    const char *kept = t_keep(p->t, buf_text(&hex));
    buf_free(&hex);
    return kept;
}

void ws_send_close_(struct at at, struct peer *p, unsigned code, const char *reason)
{
    ws_send_(
        at, p,
        &(struct ws_out){ .pattern = value(p->t, reason[0] ? "%04x '%s'" : "%04x", code, reason),
                          .opcode = WS_CLOSE });
}

void ws_manual(struct peer *p)
{
    if (p->ws)
        p->ws->manual = true;
}

/* ---- in ---- */

static size_t whole_frame(struct peer *p, struct ws_head *h, struct slice *payload)
{
    struct slice in = buf_slice(&p->in);
    size_t n = p->ws->open ? ws_frame_parse(in, h) : 0;
    if (n > 0)
        *payload = slice_of(in.p + n - (size_t)h->length, (size_t)h->length);
    return n;
}

/* The next frame, but no Ping unless `due` is one; where a control frame is due, messages that a
 * running service sends by itself may come before it.  0: the connection ended first. */
static size_t frame_comes(struct peer *p, struct at at, unsigned due, struct ws_head *h,
                          struct slice *payload)
{
    struct t *t = p->t;
    msec since = net_now(t->net);
    msec deadline = due == WS_PONG ? habit_patience(t, HABIT_PONG) : t_patience(t);
    for (;;) {
        size_t n = whole_frame(p, h, payload);
        bool passed = n > 0 && ((h->opcode == WS_PING && due != WS_PING) ||
                                (due & 8 && ws_own_data(p, at, h)));
        if (n > 0 && !passed) {
            if (h->opcode == WS_PONG)
                habit_seen(t, HABIT_PONG);
            return n;
        }
        if (n > 0) {
            ws_side_look(p);
            peer_consume(p, n);
            continue;
        }
        if (p->end != STREAM_OPEN) {
            if (p->in.n > 0)
                t_mismatch(t, at, ".. .. *", buf_slice(&p->in),
                           "the connection ended inside a frame");
            return 0;
        }
        if (!t_wait(t, deadline) && whole_frame(p, h, payload) == 0) {
            if (p->in.n > 0)
                t_mismatch(t, at, ".. .. *", buf_slice(&p->in), "a frame came only in part");
            if (due == WS_PONG)
                habit_missed(t, HABIT_PONG, since);
            t_stop(t, FAILED, at, "no frame came");
        }
    }
}

static struct slice unmasked(struct peer *p, const struct ws_head *h, struct slice payload)
{
    struct buf *body = t_scratch(p->t, SCRATCH_BODY);
    buf_put_slice(body, payload);
    if (body->failed)
        cannot_judge(p->t, "out of memory");
    if (h->masked)
        ws_mask((uint8_t *)(uintptr_t)buf_slice(body).p, body->n, h->key, 0);
    return buf_slice(body);
}

static void take(struct peer *p, const struct ws_head *h, size_t n)
{
    p->ws->last = *h;
    ws_side_look(p);
    peer_consume(p, n);
}

struct ws_head ws_last_head(struct peer *p)
{
    return p->ws->last;
}

struct ws_head ws_next_head_(struct at at, struct peer *p)
{
    struct ws_head h;
    struct slice payload;
    ours(p, at);
    peers_settle(p->t);
    if (frame_comes(p, at, 0, &h, &payload) == 0)
        t_stop(p->t, FAILED, at, "the connection ended, and no frame had come");
    return h;
}

void ws_await_control_(struct at at, struct peer *p)
{
    struct ws_head h;
    struct slice payload;
    ours(p, at);
    peers_settle(p->t);
    if (frame_comes(p, at, WS_PONG, &h, &payload) == 0)
        t_stop(p->t, FAILED, at, "the connection ended, and no frame had come");
}

void ws_expect_(struct at at, struct peer *p, const struct ws_in *want)
{
    struct t *t = p->t;
    struct ws_head h;
    struct slice payload;
    unsigned opcode = want->continuation ? WS_CONTINUATION
                      : want->opcode     ? want->opcode
                                         : WS_BINARY;
    ours(p, at);
    peers_settle(t);
    size_t n = frame_comes(p, at, opcode, &h, &payload);
    if (n == 0)
        t_mismatch(t, at, want->pattern, (struct slice){ 0 },
                   "the connection ended, and this frame had not come");
    if (h.rsv || h.opcode != opcode || h.fin == want->more || h.masked == p->we_dialled ||
        !h.minimal)
        t_mismatch(t, at,
                   value(t, p->we_dialled ? "%02x %%0....... *" : "%02x %%1....... *",
                         (want->more ? 0 : WS_FIN) | opcode),
                   slice_of(buf_slice(&p->in).p, n < 16 ? n : 16),
                   !h.minimal ? "the length is not in its shortest form"
                              : "another frame came than was due");
    struct slice body = unmasked(p, &h, payload);
    struct notation_match m;
    struct buf *why = t_scratch(t, SCRATCH_WHY);
    if (!notation_match(want->pattern, t->captures, body, &m, why))
        t_stop(t, UNFAIR, at, "the case is broken: %s: %s", want->pattern, buf_text(why));
    if (!m.matched)
        t_mismatch(t, at, want->pattern, body, "another payload came than was due");
    take(p, &h, n);
}

/* ---- the end ---- */

/* Data must not come behind a Close (5.5.1); of a Pong nothing is said. */
static bool data_behind(struct peer *p)
{
    ws_side_skip_control(p);
    return p->in.n > 0 && !ws_side_control_begins(p);
}

static void await_end(struct peer *p, struct at at, msec deadline, const char *otherwise)
{
    while (p->end == STREAM_OPEN && !data_behind(p))
        if (!t_wait(p->t, deadline) && p->end == STREAM_OPEN && !data_behind(p))
            t_stop(p->t, FAILED, at, "%s", otherwise);
}

/* After its Close: the server closes the connection (RFC 6455 7.1.1); ours does when it has
 * answered. */
static void ends_in_order(struct peer *p, struct at at)
{
    struct t *t = p->t;
    msec deadline = t_patience(t);
    if (!p->we_dialled && p->stream && p->end == STREAM_OPEN) {
        p->finish = true;
        peer_flush(p);
    }
    await_end(p, at, deadline, "after the Closes it keeps the connection open");
    if (data_behind(p))
        t_mismatch(t, at, "", buf_slice(&p->in), "data came behind its Close");
}

bool ws_ends_within_(struct at at, struct peer *p, int64_t ms)
{
    struct t *t = p->t;
    ours(p, at);
    peers_settle(t);
    msec since = net_now(t->net), until = msec_after(since, ms);
    while (p->end == STREAM_OPEN && !data_behind(p) && t_pause(t, until))
        continue;
    t_measured(t, since);
    return p->end != STREAM_OPEN;
}

void ws_expect_end_(struct at at, struct peer *p)
{
    ours(p, at);
    peers_settle(p->t);
    await_end(p, at, t_patience(p->t), "it keeps the connection open");
    if (data_behind(p))
        t_mismatch(p->t, at, "", buf_slice(&p->in),
                   "data came where the connection was to be closed");
}

/* Also judges what no Close may be, whatever it answers (5.1, 5.5, 5.5.1, 7.4). */
static unsigned close_code(struct peer *p, struct at at, const struct ws_head *h,
                           struct slice payload)
{
    struct slice body = unmasked(p, h, payload);
    unsigned code = body.n < 2 ? WS_NO_CODE : (unsigned)body.p[0] << 8 | body.p[1];
    if (h->rsv || !h->fin || h->masked == p->we_dialled || h->length_form != 1)
        t_mismatch(p->t, at, p->we_dialled ? "88 %0....... *" : "88 %1....... *",
                   slice_of(buf_slice(&p->in).p, 2), "its Close is not framed as it must be");
    if (body.n == 1)
        t_mismatch(p->t, at, ".. .. *", body, "its Close has a body of one octet");
    if (body.n > 1 &&
        (code < WS_NORMAL || code == WS_NO_CODE || code == WS_ABNORMAL || code == WS_NO_TLS))
        t_mismatch(p->t, at, "03e8 *", body, "its Close has a code that is not to be sent");
    if (body.n > WS_CONTROL_MAX)
        t_mismatch(p->t, at, "03e8 *", slice_of(body.p, 16),
                   "its Close has a body of more than 125 octets");
    struct utf8 u = { 0 };
    if (body.n > 2 && (!utf8_feed(&u, slice_drop(body, 2)) || !utf8_whole(&u)))
        t_mismatch(p->t, at, "03e8 *", body, "its Close has a reason that is not UTF-8");
    p->ws->close_code = code;
    return code;
}

unsigned ws_close_code(struct peer *p)
{
    return p->ws->close_code;
}

static bool code_in(unsigned code, const char *codes)
{
    if (strcmp(codes, "*") == 0)
        return true;
    if (!codes[0])
        return code == WS_NO_CODE;
    for (const char *at = codes; *at; at += strcspn(at, "|"), at += *at == '|')
        if (strtoul(at, NULL, 10) == code)
            return true;
    return false;
}

void ws_expect_close_(struct at at, struct peer *p, const char *codes)
{
    struct t *t = p->t;
    struct ws_head h;
    struct slice payload;
    ours(p, at);
    peers_settle(t);
    size_t n = frame_comes(p, at, WS_CLOSE, &h, &payload);
    if (n == 0)
        t_stop(t, FAILED, at, "it ended the connection without a Close");
    if (h.opcode != WS_CLOSE)
        t_mismatch(t, at, "88 *", slice_of(buf_slice(&p->in).p, n < 16 ? n : 16),
                   "another frame came than the Close that was due");
    unsigned code = close_code(p, at, &h, payload);
    if (!code_in(code, codes))
        t_stop(t, FAILED, at,
               code == WS_NO_CODE ? "its Close has no code, not %s%u"
                                  : "its Close has not code %s but %u",
               codes, code);
    take(p, &h, n);
    ends_in_order(p, at);
}

/* What comes before its Close: control frames; of a running service also what it sends by itself,
 * and what it answers to what was right.  `wrong`: all of it was to fail the connection. */
static bool passes_before_close(struct peer *p, struct at at, const struct ws_head *h,
                                struct slice payload, bool wrong)
{
    if (h->opcode & 8)
        return h->opcode != WS_CLOSE;
    if (!ws_own_data(p, at, h))
        return false;
    if (wrong && ws_own_echo(p, unmasked(p, h, payload)))
        t_mismatch(p->t, at, "88 *",
                   slice_of(buf_slice(&p->in).p, payload.n < 14 ? payload.n + 2 : 16),
                   "it sends back what was to fail the connection");
    return true;
}

/* A Close, which is taken, or the end.  What is due otherwise, if neither comes? */
static bool close_comes(struct peer *p, struct at at, bool wrong, const char *otherwise)
{
    struct t *t = p->t;
    struct ws_head h;
    struct slice payload;
    ours(p, at);
    peers_settle(t);
    msec deadline = t_patience(t);
    size_t n;
    p->ws->close_code = 0;
    while ((n = whole_frame(p, &h, &payload)) == 0 ||
           passes_before_close(p, at, &h, payload, wrong)) {
        if (n > 0) {
            ws_side_look(p);
            peer_consume(p, n);
            continue;
        }
        if (p->end != STREAM_OPEN) {
            variant(t, "it ends the connection without a Close");
            return false;
        }
        if (!t_wait(t, deadline) && whole_frame(p, &h, &payload) == 0 && p->end == STREAM_OPEN)
            t_stop(t, FAILED, at, "%s", otherwise);
    }
    if (h.opcode != WS_CLOSE)
        t_mismatch(t, at, "88 *", slice_of(buf_slice(&p->in).p, n < 16 ? n : 16),
                   "a frame of data came where the connection was to end");
    close_code(p, at, &h, payload);
    take(p, &h, n);
    return true;
}

bool ws_close_comes_(struct at at, struct peer *p)
{
    return close_comes(p, at, false, "neither a Close nor the end of the connection comes");
}

void expect_ws_failed_(struct at at, struct peer *p, unsigned due)
{
    struct t *t = p->t;
    if (!close_comes(p, at, true, value(t, "it does not fail the connection (%u)", due)))
        return;
    /* What it fails over may have been our Close: it waits for one that is right. */
    if (p->ws->close_scripted && !p->ws->manual && p->end == STREAM_OPEN)
        ws_send_(at, p, &(struct ws_out){ .pattern = "03ea", .opcode = WS_CLOSE });
    unsigned code = ws_close_code(p);
    if (code == WS_NO_CODE)
        variant(t, "its Close has no code instead of %u", due);
    else if (code != due)
        variant(t, "its Close says %u instead of %u", code, due);
    if (!p->we_dialled && p->stream && p->end == STREAM_OPEN) {
        p->finish = true;
        peer_flush(p);
    }
    /* That TCP ends then is a SHOULD (7.1.1), and for the cases about the end to judge. */
    if (!ws_ends_within_(at, p, LINGER_MS) && !data_behind(p))
        variant(t, "after its Close it keeps the connection open");
    if (data_behind(p))
        t_mismatch(t, at, "", buf_slice(&p->in), "data came behind its Close");
}

void expect_ws_alive_(struct at at, struct peer *p)
{
    const char *mark = value(p->t, "'alive %u'", (unsigned)rng_below(&p->t->rng, 1000000));
    ws_send_(at, p, &(struct ws_out){ .pattern = mark, .opcode = WS_PING });
    ws_expect_(at, p, &(struct ws_in){ .pattern = mark, .opcode = WS_PONG });
}
