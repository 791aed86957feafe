/* sp_peer.c -- our end of the wire as SP sees it: greetings, whole messages, attaching. */
#include "core/ws_peer.h"
#include "core/payload.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAIR_MS = 50 }; /* for a PAIR to close a connection for which it has no room */

static enum sp_framing framing(const struct peer *p)
{
    return p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP;
}

static const struct sp_protocol *protocol_named(struct t *t, struct at at, const char *name)
{
    const struct sp_protocol *protocol = sp_protocol_named(name);
    if (!protocol)
        t_stop(t, UNFAIR, at, "the case is broken: no protocol is called %s", name);
    return protocol;
}

const char *greeting(struct t *t, const char *as)
{
    return value(t, "00 'SP' 00 %04x 0000",
                 protocol_named(t, (struct at){ t->c->file, "", t->c->line }, as)->self);
}

const char *peer_of(const char *protocol)
{
    const struct sp_protocol *p = sp_protocol_named(protocol);
    p = p ? sp_protocol_numbered(p->peer) : NULL;
    return p ? p->name : "?";
}

/* ---- attaching ---- */

static size_t pipes_due(const struct iut *s)
{
    size_t n = 0;
    for (const struct peer *p = s->t->peers; p; p = p->next)
        n += p->iut == s && p->counted && !is_closed(p);
    return n;
}

/* The implementation has the pipe too.  Where the adapter cannot tell, messages do, or blocking
 * sends make up for it. */
static void usable(struct peer *p, struct at at)
{
    struct t *t = p->t;
    if (!p->iut || !p->iut->open)
        return;
    if (!iut_has(t, "pipes")) {
        prime(p->iut, at);
        return;
    }
    size_t n = pipes_due(p->iut);
    const char *code = "";
    if (iut_call(t, at, t->on->patience, &code, "pipes %s %zu %" PRId64, p->iut->name, n,
                 t->on->patience))
        return;
    if (is_closed(p) && p->frame_sent)
        return; /* what went out in the same write as the greeting was answered by closing */
    if (is_closed(p))
        t_stop(t, FAILED, at, "it closed the connection after a good %s",
               p->ws ? "opening handshake" : "greeting");
    t_stop(t, FAILED, at, "it exchanged greetings, but has not %zu usable pipe%s: %s", n,
           n == 1 ? "" : "s", code);
}

/* Pipes that ended since we last looked are gone on the other side too: else one of them would be
 * counted in place of the new one, and a PAIR would still be taken. */
static void departed(struct iut *s, struct at at)
{
    struct t *t = s->t;
    bool any = false;
    for (struct peer *p = t->peers; p; p = p->next) {
        any |= p->iut == s && p->counted && is_closed(p) && !p->departed;
        p->departed |= is_closed(p);
    }
    const char *code = "";
    if (any && s->open && iut_has(t, "pipes") && !(t->call.pending && !t->call.answered))
        iut_call(t, at, t->on->patience, &code, "pipes %s %zu %" PRId64, s->name, pipes_due(s),
                 t->on->patience);
}

static void settle(struct peer *p)
{
    if (!p->unsettled)
        return;
    p->unsettled = false;
    peer_flush(p);
    if (p->counted)
        usable(p, p->settle_at);
}

/* A case may have a thousand peers, and asks this before every line. */
static struct peer *perhaps_unsettled(const struct t *t)
{
    return t->on->segmentation == SEGMENT_COALESCED ? t->peers : NULL;
}

void peers_settle(struct t *t)
{
    for (struct peer *p = perhaps_unsettled(t); p; p = p->next)
        settle(p);
}

void peer_settle_others(struct peer *one)
{
    for (struct peer *p = perhaps_unsettled(one->t); p; p = p->next)
        if (p != one)
            settle(p);
}

static void exchange_greetings(struct peer *p, struct at at, const char *as)
{
    struct t *t = p->t;
    const struct sp_protocol *mine = protocol_named(t, at, as);
    struct buf *octets = t_scratch(t, SCRATCH_OCTETS);
    struct sp_greeting ours = sp_greeting_of(mine->self);
    sp_greeting_write(octets, &ours);
    wire_expect_(at, p, p->iut ? greeting(t, p->iut->protocol) : "00 'SP' 00 .. .. 0000");
    octets = t_scratch(t, SCRATCH_OCTETS);
    sp_greeting_write(octets, &ours);
    p->unsettled = t->on->segmentation == SEGMENT_COALESCED;
    p->settle_at = at;
    peer_put(p, buf_slice(octets));
}

static struct peer *greeted(struct peer *p, struct at at, const char *as, bool checked)
{
    snprintf(p->as, sizeof p->as, "%s", as);
    if (!p->ws)
        exchange_greetings(p, at, as);
    else if (!ws_side_open(p, at, as, checked))
        return p;
    p->counted = checked;
    if (checked && !p->unsettled)
        usable(p, at);
    return p;
}

/* A running service cannot tell us that the last peer of its PAIR is gone: until then it closes
 * each new connection right after the greetings. */
static struct peer *taken_by_pair(struct at at, struct iut *s, const char *as)
{
    struct t *t = s->t;
    msec deadline = t_patience(t);
    struct peer *p = greeted(attach_raw_(at, s), at, as, true);
    while (closes_within_(at, p, PAIR_MS) && net_now(t->net) < deadline)
        p = greeted(attach_raw_(at, s), at, as, true);
    return p;
}

struct peer *attach_(struct at at, struct iut *s, const char *as)
{
    if (s->t->on->black_box && strncmp(s->protocol, "pair", 4) == 0)
        return taken_by_pair(at, s, as);
    departed(s, at);
    return greeted(attach_raw_(at, s), at, as, true);
}

void open_peer_(struct at at, struct peer *p, const char *as)
{
    greeted(p, at, as, false);
}

struct peer *attach_unchecked_(struct at at, struct iut *s, const char *as)
{
    return greeted(attach_raw_(at, s), at, as, false);
}

struct peer *reattach_(struct at at, struct peer *old, const char *as)
{
    if (old->iut)
        departed(old->iut, at);
    return greeted(reattach_raw_(at, old), at, as, old->iut != NULL);
}

/* ---- messages out ---- */

static void put_frame(struct peer *p, struct slice payload)
{
    if (p->ws) {
        ws_side_put(p, payload, NULL);
        return;
    }
    struct buf head = { 0 };
    struct sp_frame_head h = { .type = SP_FRAME_TYPE_MESSAGE, .size = payload.n };
    uint8_t octets[16];
    sp_frame_head_write(framing(p), &head, &h);
    size_t n = head.n;
    memcpy(octets, buf_slice(&head).p, n);
    buf_free(&head);
    if (payload.n <= 4096) { /* one write, as an implementation would */
        struct buf *whole = t_scratch(p->t, SCRATCH_LINE);
        buf_put(whole, octets, n);
        buf_put_slice(whole, payload);
        peer_put(p, buf_slice(whole));
    } else {
        peer_put(p, slice_of(octets, n));
        peer_put(p, payload);
    }
}

void peer_sent(struct peer *p)
{
    p->frame_sent = true;
    settle(p); /* the greeting that was held back went out with this frame */
    t_breathe(p->t);
}

void sp_send_(struct at at, struct peer *p, const char *pattern)
{
    peer_ours(p, at);
    struct buf *octets = t_scratch(p->t, SCRATCH_OCTETS);
    t_emit(p->t, at, pattern, octets);
    put_frame(p, buf_slice(octets));
    peer_sent(p);
}

void sp_send_seq_(struct at at, struct peer *p, const char *head, size_t n)
{
    peer_ours(p, at);
    struct buf *octets = t_scratch(p->t, SCRATCH_OCTETS);
    if (head)
        t_emit(p->t, at, head, octets);
    payload_seq(octets, n);
    put_frame(p, buf_slice(octets));
    peer_sent(p);
}

void sp_claim_(struct at at, struct peer *p, uint64_t size)
{
    peer_ours(p, at);
    if (p->ws) {
        ws_side_put(p, (struct slice){ 0 }, &size);
    } else {
        struct buf *octets = t_scratch(p->t, SCRATCH_OCTETS);
        struct sp_frame_head h = { .type = SP_FRAME_TYPE_MESSAGE, .size = size };
        sp_frame_head_write(framing(p), octets, &h);
        peer_put(p, buf_slice(octets));
    }
    peer_sent(p);
}

/* ---- messages in ---- */

/* A whole frame at the front?  Stops the case when it can never be one. */
static bool frame_at_front(struct peer *p, struct at at, struct slice *payload)
{
    if (p->ws)
        return ws_side_message(p, at, payload);
    struct slice in = buf_slice(&p->in);
    struct sp_frame_head h;
    ptrdiff_t used = sp_frame_head_parse(framing(p), in, &h);
    if (p->ipc && in.n > 0 && in.p[0] != SP_FRAME_TYPE_MESSAGE)
        t_mismatch(p->t, at, "01 *", slice_of(in.p, in.n < 16 ? in.n : 16),
                   "an ipc message begins with 01");
    if (used <= 0)
        return false;
    if (h.size > (uint64_t)1 << 32)
        t_mismatch(p->t, at, p->ipc ? "01 00 00 00 00 *" : "00 00 00 00 *",
                   slice_of(in.p, in.n < 16 ? in.n : 16), "a frame of an impossible length came");
    if (in.n - (size_t)used < h.size)
        return false;
    *payload = slice_of(in.p + used, (size_t)h.size);
    return true;
}

static void consume_frame(struct peer *p, struct slice payload)
{
    if (p->ws)
        ws_side_take(p);
    else
        peer_consume(p, sp_frame_head_size(framing(p)) + payload.n);
    p->frames_in++;
}

static struct slice frame_due(struct peer *p, struct at at, const char *pattern)
{
    struct t *t = p->t;
    t_expect(t, at);
    peers_settle(t);
    msec deadline = t_patience(t);
    struct slice payload;
    while (!frame_at_front(p, at, &payload)) {
        bool over = is_closed(p);
        ws_side_skip_control(p);
        if (over || (!t_wait(t, deadline) && !frame_at_front(p, at, &payload))) {
            struct slice part = buf_slice(&p->in);
            if (part.n > 0)
                t_mismatch(t, at,
                           p->ws    ? ".. .. *"
                           : p->ipc ? "01 .. .. .. .. .. .. .. .. *"
                                    : ".. .. .. .. .. .. .. .. *",
                           part,
                           over ? "the connection ended inside a frame"
                                : "a frame came only in part");
            t_mismatch(t, at, pattern, part,
                       over ? (p->we_closed ? "we closed this connection"
                                            : "the connection ended, and no message had come")
                            : "no message came");
        }
    }
    return payload;
}

void sp_expect_(struct at at, struct peer *p, const char *pattern)
{
    struct t *t = p->t;
    struct slice payload = frame_due(p, at, pattern);
    struct notation_match m;
    struct buf *why = t_scratch(t, SCRATCH_WHY);
    if (!notation_match(pattern, t->captures, payload, &m, why))
        t_stop(t, UNFAIR, at, "the case is broken: %s: %s", pattern, buf_text(why));
    if (!m.matched)
        t_mismatch(t, at, pattern, payload, "another message came than was due");
    consume_frame(p, payload);
}

void sp_expect_seq_(struct at at, struct peer *p, const char *head, size_t n)
{
    struct t *t = p->t;
    struct slice payload = frame_due(p, at, head ? head : "*");
    struct slice body = payload;
    if (head) {
        size_t length;
        struct notation_match m;
        struct buf *why = t_scratch(t, SCRATCH_WHY);
        if (!notation_length(head, t->captures, &length) || length == SIZE_MAX)
            t_stop(t, UNFAIR, at, "the case is broken: %s", head);
        struct slice part = slice_of(payload.p, payload.n < length ? payload.n : length);
        if (!notation_match(head, t->captures, part, &m, why))
            t_stop(t, UNFAIR, at, "the case is broken: %s: %s", head, buf_text(why));
        if (!m.matched)
            t_mismatch(t, at, head, part, "another protocol header came than was due");
        body = slice_drop(payload, length);
    }
    if (body.n != n)
        t_stop(t, FAILED, at, "a message of %zu octets came, not of %zu", body.n, n);
    size_t i = payload_seq_prefix(body);
    if (i < n)
        t_stop(t, FAILED, at, "octet %zu of %zu is %02x, not %02x", i, n, body.p[i],
               payload_seq_octet(i));
    consume_frame(p, payload);
}

struct peer *sp_expect_on_any_(struct at at, const char *pattern, struct peer *const *peers)
{
    struct t *t = peers[0]->t;
    t_expect(t, at);
    peers_settle(t);
    msec deadline = t_patience(t);
    for (;;) {
        for (size_t i = 0; peers[i]; i++) {
            struct slice payload;
            if (frame_at_front(peers[i], at, &payload)) {
                sp_expect_(at, peers[i], pattern);
                return peers[i];
            }
        }
        if (!t_wait(t, deadline))
            t_mismatch(t, at, pattern, (struct slice){ 0 },
                       "no message came on any of the connections");
    }
}

size_t sp_waiting(struct peer *p)
{
    if (p->ws)
        return ws_side_waiting(p);
    struct slice in = buf_slice(&p->in);
    struct sp_frame_head h;
    size_t n = 0;
    for (size_t whole; (whole = sp_frame_parse(framing(p), in, &h)) > 0; n++)
        in = slice_drop(in, whole);
    return n;
}

/* ---- helpers of several families ---- */

void expect_served_(struct at at, struct iut *rep, struct peer *p, const char *id)
{
    struct t *t = rep->t;
    if (t->on->black_box && !iut_has(t, "answers"))
        t_stop(t, SKIPPED, at, "the service answers no request");
    sp_send_(at, p, value(t, "%s 'still there?'", id));
    if (!t->on->black_box) {
        iut_expect_(at, rep, "'still there?'");
        iut_send_(at, rep, "'yes'");
        sp_expect_(at, p, value(t, "%s 'yes'", id));
    } else {
        sp_expect_(at, p, value(t, "%s *", id));
    }
}
