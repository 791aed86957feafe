/* mutated_net.c -- the net that the reference lives on: as the one inside, but for whom it dials
 * and what becomes of its listeners. */
#include "mutants/wrapped.h"
#include <stdlib.h>

struct accepting {
    struct mutation *m;
    void (*accepted)(void *, struct stream *);
    void *ctx;
    struct listener listener; /* what the node holds */
    struct listener *inner;
    bool deaf; /* kept behind the reference's back */
    struct accepting *next;
};

static void on_accept(void *ctx, struct stream *stream)
{
    struct accepting *a = ctx;
    if (a->deaf) {
        stream_close(stream);
        return;
    }
    a->accepted(a->ctx, stream);
}

static void close_listener(struct listener *l)
{
    struct accepting *a =
        (struct accepting *)(void *)((char *)l - offsetof(struct accepting, listener));
    if (a->m->there && a->m->mutant->keeps_listening && a->m->mutant->keeps_listening(a->m)) {
        a->deaf = true;
        a->next = a->m->kept_listeners;
        a->m->kept_listeners = a;
        return;
    }
    listener_close(a->inner);
    free(a);
}

static const struct listener_ops listener_ops = { .close = close_listener };

static struct mutation *of(struct net *net)
{
    return (struct mutation *)net;
}

static enum err mutated_listen(struct net *net, const char *url,
                               void (*accepted)(void *, struct stream *), void *ctx,
                               struct listener **out)
{
    struct accepting *a = calloc(1, sizeof *a);
    if (!a)
        return E_NOMEM;
    *a = (struct accepting){ .m = of(net), .accepted = accepted, .ctx = ctx };
    enum err err = net_listen(of(net)->inner, url, on_accept, a, &a->inner);
    if (err != E_OK) {
        free(a);
        return err;
    }
    a->listener = *a->inner;
    a->listener.ops = &listener_ops;
    *out = &a->listener;
    return E_OK;
}

static enum err mutated_dial(struct net *net, const char *url, struct stream **out)
{
    if (of(net)->there && of(net)->mutant->dials && !of(net)->mutant->dials(of(net), url))
        return E_REFUSED;
    return net_dial(of(net)->inner, url, out);
}

static msec mutated_now(struct net *net)
{
    return net_now(of(net)->inner);
}

static void mutated_arm(struct net *net, struct net_timer *timer, msec when)
{
    net_arm(of(net)->inner, timer, when);
}

static int mutated_step(struct net *net, msec until)
{
    return net_step(of(net)->inner, until);
}

static void mutated_free(struct net *net)
{
    (void)net; /* see mutated_net_free */
}

bool mutated_net_init(struct mutation *m, struct net *inner)
{
    struct net_ops *ops = malloc(sizeof *ops);
    if (!ops)
        return false;
    *ops = *inner->ops; /* files are as they are */
    ops->now = mutated_now;
    ops->arm = mutated_arm;
    ops->listen = mutated_listen;
    ops->dial = mutated_dial;
    ops->step = mutated_step;
    ops->free = mutated_free;
    m->net.ops = ops;
    m->net.simulated = inner->simulated;
    m->inner = inner;
    return true;
}

void mutated_net_free(struct mutation *m)
{
    union {
        const struct net_ops *ops;
        void *p;
    } ops = { .ops = m->net.ops };
    free(ops.p);
    for (struct accepting *a = m->kept_listeners, *next; a; a = next) {
        next = a->next;
        listener_close(a->inner);
        free(a);
    }
}
