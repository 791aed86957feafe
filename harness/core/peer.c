/* peer.c -- our end of the wire: connections, octets, segmentation.  What SP makes of them is in
 * sp_peer.c. */
#include "core/peer.h"
#include "core/ws_peer.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    READ_STEP = 64 * 1024,
    READ_TURN = 16,            /* steps in a row: then others have their turn */
    IN_MAX = 64 * 1024 * 1024, /* octets no expect has consumed: more stays with the sender */
};

static msec stamp(struct t *t)
{
    return net_now(t->net) - t->started;
}

void peer_trace(struct peer *p, enum trace_kind kind, struct slice octets, const char *note)
{
    trace_add(
        p->t->trace,
        &(struct trace_event){
            .kind = kind, .at = stamp(p->t), .conn = p->number, .octets = octets, .note = note });
}

/* ---- reading ---- */

static void ended(struct peer *p, enum stream_end end)
{
    if (p->end != STREAM_OPEN)
        return;
    p->end = end;
    if (p->tls && tls_stream_why(p->stream)[0])
        peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, tls_stream_why(p->stream));
    peer_trace(p, TRACE_END, (struct slice){ 0 },
               end == STREAM_FIN   ? "fin"
               : end == STREAM_RST ? "rst"
                                   : "refused");
}

static bool reads(const struct peer *p)
{
    return p->end == STREAM_OPEN && !p->paused && p->in.n < IN_MAX;
}

static void read_all(struct peer *p)
{
    for (int i = 0; i < READ_TURN && reads(p); i++) {
        uint8_t *room = buf_room(&p->in, READ_STEP);
        if (!room) {
            t_end(p->t, UNFAIR, (struct at){ p->t->c->file, "", p->t->c->line }, "out of memory");
            return;
        }
        ptrdiff_t n = stream_read(p->stream, room, READ_STEP);
        if (n > 0) {
            peer_trace(p, TRACE_IN, slice_of(room, (size_t)n), NULL);
            buf_grew(&p->in, (size_t)n);
            if (p->ws)
                ws_side_look(p);
            if (p->t->net->simulated && (size_t)n < READ_STEP)
                return;
        } else if (n == 0) {
            ended(p, STREAM_FIN);
        } else if (n == -E_AGAIN) {
            return;
        } else {
            ended(p, n == -E_REFUSED ? STREAM_REFUSED : STREAM_RST);
        }
    }
}

void peer_rewant(struct peer *p)
{
    unsigned want = 0;
    if (reads(p))
        want |= STREAM_READABLE;
    if (p->out.n > 0 || (p->finish && p->end == STREAM_OPEN))
        want |= STREAM_WRITABLE;
    stream_want(p->stream, want);
}

void peer_consume(struct peer *p, size_t n)
{
    buf_drop(&p->in, n);
    if (p->ws)
        ws_side_dropped(p, n);
    if (p->stream)
        peer_rewant(p);
}

/* ---- writing and its segmentation ---- */

/* How many octets may go now: up to the next cut; 0 when the octets before the cut have not been
 * read yet. */
static size_t may_write(struct peer *p, bool *at_cut)
{
    const struct conditions *on = p->t->on;
    size_t n = p->out.n;
    uint64_t head_end =
        SP_GREETING_SIZE + sp_frame_head_size(p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP);
    *at_cut = false;
    if (p->ws)
        return n; /* cases of its own cut the handshake and the frames */
    if (on->segmentation == SEGMENT_OCTETS && p->sent_before < head_end) {
        *at_cut = p->sent_before > 0;
        n = 1;
    } else if (on->segmentation == SEGMENT_SPLIT && p->sent_before <= on->cut) {
        *at_cut = p->sent_before == on->cut;
        if (p->sent_before < on->cut && n > on->cut - p->sent_before)
            n = (size_t)(on->cut - p->sent_before);
    }
    return n;
}

static void recheck(struct net_timer *timer, msec at)
{
    (void)at;
    struct peer_timer *pt = (struct peer_timer *)(void *)timer;
    peer_flush(pt->peer);
}

static void write_out(struct peer *p)
{
    while (p->out.n > 0 && !p->unsettled) {
        bool at_cut;
        size_t n = may_write(p, &at_cut);
        if (at_cut && stream_unread(p->stream) > 0) {
            /* The kernel has no event for "the other side has read": ask again in a moment. */
            net_arm(p->t->net, &p->recheck->timer, net_now(p->t->net) + 1);
            return;
        }
        struct slice part = { .p = buf_slice(&p->out).p, .n = n };
        ptrdiff_t wrote = stream_write(p->stream, &part, 1);
        if (wrote == -E_AGAIN)
            return;
        if (wrote < 0) {
            /* It closed while we wrote.  What it sent before that is still read. */
            buf_clear(&p->out);
            for (size_t before = SIZE_MAX; before != p->in.n && reads(p);) {
                before = p->in.n;
                read_all(p);
            }
            if (!p->paused)
                ended(p, wrote == -E_REFUSED ? STREAM_REFUSED : STREAM_RST);
            return;
        }
        p->sent_before += (uint64_t)wrote;
        buf_drop(&p->out, (size_t)wrote);
    }
    if (p->out.n == 0 && p->finish) {
        p->finish = false;
        stream_finish(p->stream);
    }
}

void peer_flush(struct peer *p)
{
    if (!p->stream || !stream_connected(p->stream))
        return;
    write_out(p);
    peer_rewant(p);
    t_wake(p->t);
}

static void on_ready(void *ctx, unsigned events)
{
    struct peer *p = ctx;
    if (events & STREAM_READABLE)
        read_all(p);
    if (events & STREAM_WRITABLE)
        write_out(p);
    peer_rewant(p);
    t_wake(p->t);
}

void peer_put(struct peer *p, struct slice octets)
{
    peer_trace(p, TRACE_OUT, octets, NULL);
    p->t->put += octets.n;
    buf_put_slice(&p->out, octets);
    if (p->out.failed)
        cannot_judge(p->t, "out of memory");
    if (p->stream && stream_connected(p->stream))
        write_out(p);
    if (p->stream)
        peer_rewant(p);
}

/* ---- its life ---- */

void peer_describe(struct peer *p, uint16_t self)
{
    enum trace_framing framing = p->ws ? TRACE_WS : p->ipc ? TRACE_IPC : TRACE_TCP;
    trace_describe(p->t->trace, p->number, framing, self);
}

struct peer *peer_new(struct t *t, struct at at, struct stream *stream, const char *url,
                      struct endpoint *endpoint)
{
    struct peer *p = calloc(1, sizeof *p);
    struct peer_timer *pt = calloc(1, sizeof *pt);
    if (!p || !pt) {
        free(p);
        free(pt);
        stream_close(stream);
        t_stop(t, UNFAIR, at, "out of memory");
    }
    p->t = t;
    p->number = ++t->peer_count;
    p->stream = stream;
    p->ipc = strncmp(url, "ipc:", 4) == 0;
    if (strncmp(url, "ws:", 3) == 0 || strncmp(url, "wss:", 4) == 0)
        p->ws = ws_side_new();
    p->endpoint = endpoint;
    p->we_dialled = !endpoint && !(t->on->black_box && dials(t));
    p->recheck = pt;
    pt->peer = p;
    pt->timer.fire = recheck;
    snprintf(p->url, sizeof p->url, "%s", url);
    p->next = t->peers;
    t->peers = p;
    char note[240];
    snprintf(note, sizeof note, "%s, %s", p->we_dialled ? "we dialled" : "it dialled", url);
    peer_trace(p, TRACE_OPEN, (struct slice){ 0 }, note);
    peer_describe(p, 0);
    stream_watch(stream, on_ready, p);
    peer_rewant(p);
    return p;
}

void peer_drop(struct peer *p, bool reset, const char *note)
{
    if (!p->stream)
        return;
    peer_trace(p, TRACE_END, (struct slice){ 0 }, note);
    net_arm(p->t->net, &p->recheck->timer, MSEC_NEVER);
    if (reset)
        stream_reset(p->stream);
    else
        stream_close(p->stream);
    p->stream = NULL;
    if (p->end == STREAM_OPEN)
        p->end = STREAM_FIN;
    p->we_closed = true;
}

void peer_secure(struct peer *p, struct at at, struct tls_context *context)
{
    struct t *t = p->t;
    struct stream *stream = p->stream;
    if (!context)
        cannot_judge(t, "no TLS to be had");
    p->stream = NULL; /* taken, whatever comes of it */
    p->stream = tls_stream_new(t->net, stream, context, NULL);
    if (!p->stream)
        t_stop(t, UNFAIR, at, "out of memory");
    p->tls = true;
    stream_watch(p->stream, on_ready, p);
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "TLS; what follows is what it carries");
    peer_rewant(p);
}

void t_close_wire(struct t *t)
{
    for (struct peer *p = t->peers, *next; p; p = next) {
        next = p->next;
        peer_drop(p, false, "the case is over");
        buf_free(&p->in);
        buf_free(&p->out);
        ws_side_free(p->ws);
        free(p->recheck);
        free(p);
    }
    t->peers = NULL;
    for (struct endpoint *e = t->endpoints, *next; e; e = next) {
        next = e->next;
        for (size_t i = 0; i < e->count; i++)
            stream_close(e->waiting[(e->first + i) % (sizeof e->waiting / sizeof e->waiting[0])]);
        if (e->listener)
            listener_close(e->listener);
        free(e);
    }
    t->endpoints = NULL;
}
