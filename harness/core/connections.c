/* connections.c -- what scripts say about connections: attach, accept, dial, listen. */
#include "core/peer.h"
#include <stdio.h>

static void belongs_to(struct peer *p, struct iut *s)
{
    const struct sp_protocol *protocol = s ? sp_protocol_named(s->protocol) : NULL;
    p->iut = s;
    peer_describe(p, protocol ? protocol->self : 0);
}

struct peer *attach_raw_(struct at at, struct iut *s)
{
    return peer_attach(s, at, false);
}

struct peer *peer_attach(struct iut *s, struct at at, bool plain)
{
    struct t *t = s->t;
    t_expect(t, at);
    peers_settle(t);
    if (t->via & (INPROC | LOCAL))
        t_stop(t, UNFAIR, at, "the case is broken: attach without a wire");
    struct peer *p;
    if (dials(t) && t->on->black_box) {
        for (p = t->peers; p; p = p->next)
            if (p->end == STREAM_OPEN)
                t_stop(t, SKIPPED, at, "a service that dials makes one connection at a time");
        p = peer_accept_service(t, at, plain);
    } else if (dials(t)) {
        char place[160];
        struct endpoint *e =
            endpoint_listen(t, at, t_place(t, via_scheme(t->via), place, sizeof place));
        e->plain = plain;
        iut_dial_(at, s, e->url);
        p = endpoint_accept(e, at);
    } else {
        if (!s->listen_url[0])
            snprintf(s->listen_url, sizeof s->listen_url, "%s", iut_listen_(at, s, NULL));
        p = peer_dial(t, at, s->listen_url, plain ? DIAL_PLAIN : 0);
    }
    belongs_to(p, s);
    return p;
}

struct peer *reattach_raw_(struct at at, struct peer *old)
{
    struct t *t = old->t;
    t_expect(t, at);
    peers_settle(t);
    struct peer *p = old->endpoint     ? endpoint_accept(old->endpoint, at)
                     : old->we_dialled ? peer_dial(t, at, old->url, 0)
                                       : peer_accept_service(t, at, false);
    belongs_to(p, old->iut);
    return p;
}

const char *our_listener(struct t *t)
{
    char place[160];
    struct at at = HERE("our_listener(t)");
    return endpoint_listen(t, at, t_place(t, via_scheme(t->via), place, sizeof place))->url;
}

void start_listening_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    endpoint_listen(t, at, url);
}

void stop_listening_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    struct endpoint *e = endpoint_find(t, url);
    if (!e || !e->listener)
        t_stop(t, UNFAIR, at, "the case is broken: nobody listens at %s", url);
    listener_close(e->listener);
    e->listener = NULL;
    e->url[0] = '\0';
}

struct peer *accept_raw_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    peers_settle(t);
    struct endpoint *e = endpoint_find(t, url);
    if (!e)
        t_stop(t, UNFAIR, at, "the case is broken: nobody listens at %s", url);
    return endpoint_accept(e, at);
}

struct peer *dial_raw_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    peers_settle(t);
    return peer_dial(t, at, url, 0);
}

void expect_refused_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    msec deadline = t_patience(t);
    for (;;) {
        struct peer *p = peer_dial(t, at, url, DIAL_MAY_FAIL);
        if (p->end == STREAM_REFUSED)
            return;
        peer_drop(p, false, "we closed");
        if (net_now(t->net) >= deadline)
            t_stop(t, FAILED, at, "%s still accepts connections", url);
        t_pause(t, net_now(t->net) + 10);
    }
}

size_t connections_seen(struct t *t, const char *url)
{
    struct endpoint *e = endpoint_find(t, url);
    return e ? e->seen : 0;
}
