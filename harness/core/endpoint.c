/* endpoint.c -- where connections come from: our listeners, dialling, a service that dials us. */
#include "core/peer.h"
#include "core/black_box.h"
#include "core/credentials.h"
#include "net/url.h"
#include <stdio.h>
#include <stdlib.h>

static void on_accept(void *ctx, struct stream *stream)
{
    struct endpoint *e = ctx;
    e->seen++;
    size_t room = sizeof e->waiting / sizeof e->waiting[0];
    if (e->count == room) {
        stream_close(stream);
        return;
    }
    e->waiting[(e->first + e->count++) % room] = stream;
    t_wake(e->t);
}

struct endpoint *endpoint_find(struct t *t, const char *url)
{
    for (struct endpoint *e = t->endpoints; e; e = e->next)
        if (strcmp(e->url, url) == 0)
            return e;
    return NULL;
}

/* The address of what tls and ws are carried by. */
static const char *below(struct t *t, struct at at, const char *url, char *text, size_t cap)
{
    struct url u;
    if (url_parse(url, &u) != E_OK)
        t_stop(t, UNFAIR, at, "not an address: %s", url);
    u = url_below(&u);
    url_text(&u, text, cap);
    return text;
}

struct endpoint *endpoint_listen(struct t *t, struct at at, const char *url)
{
    char address[160];
    struct endpoint *e = calloc(1, sizeof *e);
    if (!e)
        cannot_judge(t, "out of memory");
    e->t = t;
    e->next = t->endpoints;
    t->endpoints = e;
    enum err err =
        net_listen(t->net, below(t, at, url, address, sizeof address), on_accept, e, &e->listener);
    if (err != E_OK)
        t_stop(t, UNFAIR, at, "we cannot listen at %s: %s", url, err_name(err));
    url_with_port(url, e->listener->url, e->url, sizeof e->url);
    return e;
}

static bool needs_tls(const char *url)
{
    return strncmp(url, "tls+tcp:", 8) == 0 || strncmp(url, "wss:", 4) == 0;
}

struct peer *endpoint_accept(struct endpoint *e, struct at at)
{
    struct t *t = e->t;
    msec deadline = t_patience(t);
    while (e->count == 0)
        if (!t_wait(t, deadline) && e->count == 0)
            t_stop(t, FAILED, at, "it does not connect to %s", e->url);
    struct stream *stream = e->waiting[e->first];
    e->first = (e->first + 1) % (sizeof e->waiting / sizeof e->waiting[0]);
    e->count--;
    struct peer *p = peer_new(t, at, stream, e->url, e);
    if (needs_tls(e->url) && !e->plain)
        peer_secure(p, at, credentials_server());
    return p;
}

static void await_connected(struct peer *p)
{
    msec deadline = t_patience(p->t);
    while (!stream_connected(p->stream) && p->end == STREAM_OPEN) {
        stream_want(p->stream, STREAM_WRITABLE | STREAM_READABLE);
        if (!t_wait(p->t, deadline))
            return;
    }
}

struct peer *peer_dial(struct t *t, struct at at, const char *url, unsigned how)
{
    char address[160];
    struct stream *stream;
    enum err err = net_dial(t->net, below(t, at, url, address, sizeof address), &stream);
    if (err != E_OK)
        t_stop(t, UNFAIR, at, "we cannot dial %s: %s", url, err_name(err));
    struct peer *p = peer_new(t, at, stream, url, NULL);
    await_connected(p);
    if (!stream_connected(p->stream) && p->end == STREAM_OPEN)
        t_stop(t, FAILED, at, "%s does not accept a connection", url);
    if (p->end == STREAM_REFUSED && !(how & DIAL_MAY_FAIL))
        t_stop(t, FAILED, at, "%s refuses the connection", url);
    if (p->end != STREAM_OPEN || !needs_tls(url) || (how & DIAL_PLAIN))
        return p;
    peer_secure(p, at, credentials_client());
    await_connected(p);
    if (!stream_connected(p->stream) && !(how & DIAL_MAY_FAIL))
        t_stop(t, FAILED, at, "the TLS handshake does not come through: %s",
               tls_stream_why(p->stream));
    return p;
}

static void it_arrived(void *ctx)
{
    t_wake(ctx);
}

struct peer *peer_accept_service(struct t *t, struct at at, bool plain)
{
    msec deadline = t_patience(t);
    struct stream *stream;
    black_box_trigger(t->port);
    while (!(stream = black_box_accept(t->port, it_arrived, t)))
        if (!t_wait(t, deadline))
            t_stop(t, FAILED, at, "it does not connect to %s", t->on->black_box_url);
    struct peer *p = peer_new(t, at, stream, t->on->black_box_url, NULL);
    if (needs_tls(p->url) && !plain)
        peer_secure(p, at, credentials_server());
    return p;
}
