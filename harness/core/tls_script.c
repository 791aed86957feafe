/* tls_script.c -- what scripts say about TLS itself. */
#include "core/credentials.h"
#include "core/ws_peer.h"

struct peer *attach_plain_(struct at at, struct iut *s)
{
    return peer_attach(s, at, true);
}

static void ours(struct peer *p, struct at at)
{
    t_expect(p->t, at);
    if (!p->stream)
        t_stop(p->t, UNFAIR, at, "the case is broken: we closed this connection");
    peer_settle_others(p);
}

void tls_begin_(struct at at, struct peer *p, int lowest, int highest)
{
    ours(p, at);
    struct tls_context *context = credentials_context(!p->we_dialled, lowest, highest);
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

void tls_update_key_(struct at at, struct peer *p)
{
    ours(p, at);
    if (!p->tls || !tls_stream_update_key(p->stream))
        skip(p->t, "TLS 1.3 was not agreed on: there is no KeyUpdate");
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent KeyUpdate");
}

void tls_cut_(struct at at, struct peer *p)
{
    ours(p, at);
    if (!p->tls)
        t_stop(p->t, UNFAIR, at, "the case is broken: no TLS here");
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "we sent fin without close_notify");
    stream_finish(tls_stream_below(p->stream));
}
