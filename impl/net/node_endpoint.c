/* Listeners and dialers of a socket, inproc included. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net/node_state.h"

static struct node_endpoint *find_name(struct node *n, const char *name)
{
    for (struct link *k = list_first(&n->inproc); k; k = list_next(&n->inproc, k)) {
        struct node_endpoint *e = container_of(k, struct node_endpoint, name_link);
        if (strcmp(e->url.name, name) == 0)
            return e;
    }
    return NULL;
}

static void on_accepted(void *ctx, struct stream *stream)
{
    struct node_endpoint *e = ctx;
    if (node_pipe_new(e, stream))
        node_settle(e->socket);
}

/* ---- what lies below ---- */

/* E_INVAL: what the tls options say does not do. */
static enum err prepare_tls(struct node_endpoint *e, bool server)
{
    struct node_socket *s = e->socket;
    struct buf why = { 0 };
    if (!e->url.tls)
        return E_OK;
    const struct tls_config config = {
        .ca = server ? NULL : s->tls[TLS_CA],
        .cert = server ? s->tls[TLS_CERT] : NULL,
        .key = server ? s->tls[TLS_KEY] : NULL,
        .lowest = s->node->config.hooks.tls_lowest,
    };
    e->tls = tls_context_new(&config, server, &why);
    if (!e->tls)
        node_note(s->node, "%s: %s", e->text, buf_text(&why));
    buf_free(&why);
    return e->tls ? E_OK : E_INVAL;
}

/* ---- dialing ---- */

static enum err dial_inproc(struct node_endpoint *e, struct stream **out)
{
    struct node *n = e->socket->node;
    struct node_endpoint *to = find_name(n, e->url.name);
    struct mem_stream *ours, *theirs;
    if (!to) {
        ours = mem_refused(&n->mem, false);
        if (!ours)
            return E_NOMEM;
    } else {
        if (!mem_pair(&n->mem, false, &ours, &theirs))
            return E_NOMEM;
        on_accepted(to, &theirs->s);
    }
    *out = &ours->s;
    return E_OK;
}

static enum err dial(struct node_endpoint *e)
{
    struct stream *stream;
    enum err err = e->url.scheme == URL_INPROC ? dial_inproc(e, &stream)
                                               : net_dial(e->socket->node->net, e->below, &stream);
    if (err)
        return err;
    e->pipe = node_pipe_new(e, stream);
    return e->pipe ? E_OK : E_NOMEM;
}

void node_endpoint_lost(struct node_endpoint *e)
{
    struct node_socket *s = e->socket;
    msec least = s->reconnect_min > 0 ? s->reconnect_min : 1; /* never a busy loop */
    msec most = s->reconnect_max > least ? s->reconnect_max : least;
    msec wait = e->wait < least ? least : msec_earlier(e->wait, most);
    e->pipe = NULL;
    net_arm(s->node->net, &e->redial, node_now(s->node) + wait);
    e->wait = 2 * wait;
}

static void on_redial(struct net_timer *t, msec now)
{
    struct node_endpoint *e = container_of(t, struct node_endpoint, redial);
    (void)now;
    if (dial(e))
        node_endpoint_lost(e);
}

/* ---- life ---- */

static struct node_endpoint *make(struct node_socket *s, const char *url, enum err *err)
{
    struct node_endpoint *e = calloc(1, sizeof *e);
    *err = E_NOMEM;
    if (!e)
        return NULL;
    *err = url_parse(url, &e->url);
    if (*err) {
        free(e);
        return NULL;
    }
    e->socket = s;
    e->redial.fire = on_redial;
    url_text(&e->url, e->text, sizeof e->text);
    struct url below = url_below(&e->url);
    url_text(&below, e->below, sizeof e->below);
    list_append(&s->endpoints, &e->link);
    return e;
}

void node_endpoint_free(struct node_endpoint *e)
{
    net_arm(e->socket->node->net, &e->redial, MSEC_NEVER);
    if (e->pipe) {
        struct node_pipe *p = e->pipe;
        p->dialer = NULL;
        if (!p->sp)
            node_pipe_end(p);
    }
    if (e->listener)
        listener_close(e->listener);
    tls_context_free(e->tls);
    link_remove(&e->name_link);
    link_remove(&e->link);
    free(e);
}

static enum err start_listening(struct node_endpoint *e)
{
    struct node *n = e->socket->node;
    if (e->url.scheme == URL_INPROC) {
        if (find_name(n, e->url.name))
            return E_INUSE;
        list_append(&n->inproc, &e->name_link);
        return E_OK;
    }
    enum err err = prepare_tls(e, true);
    return err ? err : net_listen(n->net, e->below, on_accepted, e, &e->listener);
}

/* The port that was found is part of the address from now on. */
static void know_port(struct node_endpoint *e)
{
    struct url found;
    if (!e->listener || url_parse(e->listener->url, &found) != E_OK)
        return;
    e->url.scheme = found.scheme;
    memcpy(e->url.addr, found.addr, sizeof found.addr);
    e->url.port = found.port;
    url_text(&e->url, e->text, sizeof e->text);
}

enum err node_listen(struct node_socket *s, const char *url, char *actual, size_t cap)
{
    enum err err;
    struct node_endpoint *e = make(s, url, &err);
    if (!e)
        return err;
    err = start_listening(e);
    if (err) {
        e->listener = NULL;
        node_endpoint_free(e);
        return err;
    }
    know_port(e);
    if (actual)
        snprintf(actual, cap, "%s", e->text);
    return E_OK;
}

enum err node_dial(struct node_socket *s, const char *url)
{
    enum err err;
    struct node_endpoint *e = make(s, url, &err);
    if (!e)
        return err;
    e->dials = true;
    err = prepare_tls(e, false);
    if (!err)
        err = dial(e);
    if (err)
        node_endpoint_free(e);
    return err;
}
