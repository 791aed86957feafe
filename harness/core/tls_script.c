/* tls_script.c -- what scripts say about TLS itself. */
#include "core/credentials.h"
#include "core/ws_peer.h"

struct peer *attach_plain_(struct at at, struct iut *s)
{
    return peer_attach(s, at, true);
}

void tls_begin_(struct at at, struct peer *p, int lowest, int highest)
{
    peer_ours(p, at);
    struct tls_context *context = credentials_context(!p->we_dialled, lowest, highest);
    peer_secure(p, at, context);
    tls_context_free(context);
}

void tls_begin_as_(struct at at, struct peer *p, const char *how)
{
    peer_ours(p, at);
    struct tls_context *context = credentials_special(how);
    peer_secure(p, at, context);
    tls_context_free(context);
}

bool tls_established(struct peer *p)
{
    msec deadline = t_patience(p->t);
    while (p->stream && !stream_connected(p->stream) && p->end == STREAM_OPEN) {
        stream_want(p->stream, STREAM_READABLE | STREAM_WRITABLE);
        if (!t_wait(p->t, deadline))
            break;
    }
    return p->stream && stream_connected(p->stream);
}

int tls_version(const struct peer *p)
{
    return p->tls && p->stream ? tls_stream_version(p->stream) : 0;
}

/* An end without it is an error of the stream. */
bool tls_ended_well(const struct peer *p)
{
    return p->tls && p->end == STREAM_FIN && !p->we_closed;
}

void tls_update_key_(struct at at, struct peer *p)
{
    peer_ours(p, at);
    peer_flushed(p, at);
    if (!p->tls || !tls_stream_update_key(p->stream))
        skip(p->t, "TLS 1.3 was not agreed on: there is no KeyUpdate");
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent KeyUpdate");
}

void tls_cut_(struct at at, struct peer *p)
{
    peer_ours(p, at);
    peer_flushed(p, at);
    if (!p->tls)
        t_stop(p->t, UNFAIR, at, "the case is broken: no TLS here");
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent fin without close_notify");
    stream_finish(tls_stream_below(p->stream));
}

void tls_notify_(struct at at, struct peer *p)
{
    peer_ours(p, at);
    peer_flushed(p, at);
    if (!p->tls || !tls_stream_notify(p->stream))
        t_stop(p->t, UNFAIR, at, "the case is broken: no TLS here, or not ready");
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent close_notify, and no fin");
}

void tls_send_below_(struct at at, struct peer *p, const char *pattern)
{
    peer_ours(p, at);
    struct buf *octets = t_scratch(p->t, SCRATCH_OCTETS);
    t_emit(p->t, at, pattern, octets);
    if (!p->tls)
        t_stop(p->t, UNFAIR, at, "the case is broken: no TLS here");
    struct slice all = buf_slice(octets);
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent octets past TLS:");
    peer_trace(p, TRACE_OUT, all, NULL);
    /* Small, and nothing before it waits: it fits, or the connection is gone. */
    stream_write(tls_stream_below(p->stream), &all, 1);
}

/* Octets of whole alerts at the front: a record of type 21, or the start of one. */
static size_t alerts(struct slice in)
{
    size_t n = 0;
    while (in.n - n >= 5 && in.p[n] == 21 && in.p[n + 1] == 3 && get_be16(in.p + n + 3) <= 64 &&
           in.n - n >= 5u + get_be16(in.p + n + 3))
        n += 5u + get_be16(in.p + n + 3);
    return n;
}

void expect_tls_refused_(struct at at, struct peer *p)
{
    enum { LEAST_MS = 3000 };
    struct t *t = p->t;
    peer_ours(p, at);
    if (p->tls)
        t_stop(t, UNFAIR, at, "the case is broken: this is about what comes in clear");
    peers_settle(t);
    msec deadline = t_patience(t), least = msec_after(net_now(t->net), LEAST_MS);
    if (deadline < least)
        deadline = least;
    while (p->end == STREAM_OPEN)
        if (!t_wait(t, deadline) && p->end == STREAM_OPEN)
            t_stop(t, FAILED, at, "it keeps the connection open");
    struct slice in = slice_drop(buf_slice(&p->in), alerts(buf_slice(&p->in)));
    static const char http[] = "HTTP/1.";
    if (p->ws && in.n > 12 && memcmp(in.p, http, sizeof http - 1) == 0 && in.p[9] == '4')
        variant(t, "it says in HTTP, in clear, that it wants TLS");
    else if (in.n > 0)
        t_mismatch(t, at, "", in, "octets came in clear that are no alert of TLS");
}
