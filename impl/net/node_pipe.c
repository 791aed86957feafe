/* Between a stream and its sp_pipe. */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include "net/node_state.h"
#include "net/ws_carrier.h"

enum {
    READ_AT_ONCE = 256 * 1024, /* then the others get their turn */
    SLICES = 64,
};

static void update_want(struct node_pipe *p)
{
    unsigned want = 0;
    if (!p->sp)
        want = STREAM_READABLE | STREAM_WRITABLE; /* connected, or refused */
    else if (!p->deaf)
        want |= STREAM_READABLE;
    if (p->sp && p->blocked && !p->mute)
        want |= STREAM_WRITABLE;
    stream_want(p->stream, want);
}

/* ---- out ---- */

/* True: octets went out. */
static bool node_pipe_write(struct node_pipe *p)
{
    struct slice v[SLICES];
    bool wrote = false;
    int count;
    p->blocked = false;
    while (!p->mute && (count = sp_pipe_out(p->sp, v, SLICES)) > 0) {
        ptrdiff_t n = stream_write(p->stream, v, count);
        if (n > 0) {
            sp_pipe_sent(p->sp, (size_t)n, node_now(p->socket->node));
            wrote = true;
        } else if (n == -E_AGAIN) {
            p->blocked = true;
            break;
        } else {
            p->mute = true;
        }
    }
    update_want(p);
    return wrote;
}

/* Nothing that would be worth to linger for. */
static bool node_pipe_idle(const struct node_pipe *p)
{
    struct slice v;
    return !p->sp || p->mute || sp_pipe_greeting(p->sp) || sp_pipe_out(p->sp, &v, 1) == 0;
}

bool node_write(struct node_socket *s)
{
    bool wrote = false;
    s->full = false;
    for (struct link *k; (k = list_first(&s->writing));) {
        link_remove(k);
        wrote |= node_pipe_write(container_of(k, struct node_pipe, writing));
        node_gather(s); /* room in a pipe may let the pattern send */
    }
    return wrote;
}

void node_gather(struct node_socket *s)
{
    for (struct sp_pipe *sp; (sp = sp_socket_next_dirty(s->sp));) {
        struct node_pipe *p = sp_pipe_user(sp);
        if (!p)
            continue;
        if (sp_pipe_over(sp)) {
            if (!link_in(&p->ended))
                list_append(&s->ended, &p->ended);
            continue;
        }
        if (!p->blocked && !link_in(&p->writing))
            list_append(&s->writing, &p->writing);
        s->full |= !p->blocked && sp_pipe_full(sp);
        if (p->deaf && !s->closed) {
            p->deaf = false;
            update_want(p);
        }
    }
    if (!list_empty(&s->writing) || !list_empty(&s->ended))
        node_mark(s);
}

/* ---- in ---- */

static void read_some(struct node_pipe *p)
{
    struct node *node = p->socket->node;
    for (size_t total = 0; total < READ_AT_ONCE;) {
        size_t room;
        uint8_t *to = sp_pipe_room(p->sp, &room);
        if (!to) {
            p->deaf = true;
            update_want(p);
            return;
        }
        ptrdiff_t n = stream_read(p->stream, to, room);
        if (n == -E_AGAIN)
            return;
        if (n <= 0) {
            if (sp_pipe_greeting(p->sp))
                node_note(node, "closed: the peer ended it before its greeting was whole");
            p->ended_by_peer = true;
            sp_pipe_eof(p->sp, node_now(node));
            return;
        }
        sp_pipe_fed(p->sp, (size_t)n, node_now(node));
        if ((size_t)n < room)
            return; /* most likely all there was; if not, the stream says so again */
        total += (size_t)n;
    }
}

/* A closed socket delivers nothing any more; octets left unread would turn its end into a reset.
 * False: the stream has failed. */
static bool discard_some(struct node_pipe *p)
{
    uint8_t nowhere[4096];
    for (size_t total = 0; total < READ_AT_ONCE;) {
        ptrdiff_t n = stream_read(p->stream, nowhere, sizeof nowhere);
        if (n == -E_AGAIN)
            return true;
        if (n < 0)
            return false;
        p->discarded = true;
        if (n == 0) {
            p->ended_by_peer = true;
            p->deaf = true;
            update_want(p);
            return true;
        }
        total += (size_t)n;
    }
    return true;
}

void node_pipe_linger(struct node_pipe *p)
{
    if (node_pipe_idle(p)) {
        /* No clause asks for it, and neither nanomsg nor nng does it; but a reset would throw away
         * what the kernel still has to send. */
        if (!p->polite && stream_connected(p->stream))
            discard_some(p);
        node_pipe_end(p);
        return;
    }
    p->deaf = false;
    update_want(p);
}

static void linger_on(struct node_pipe *p, unsigned events)
{
    struct node_socket *s = p->socket;
    bool alive = !(events & STREAM_READABLE) || discard_some(p);
    if (alive && (events & STREAM_WRITABLE))
        node_pipe_write(p);
    if (!alive || node_pipe_idle(p))
        node_pipe_end(p);
    if (list_empty(&s->pipes))
        node_destroy(s);
}

/* ---- life ---- */

static bool draw(struct node *node, void *to, size_t n)
{
    if (n > node->chances) {
        if (RAND_bytes(node->chance, sizeof node->chance) != 1)
            return false;
        node->chances = sizeof node->chance;
    }
    uint8_t *from = node->chance + sizeof node->chance - node->chances;
    memcpy(to, from, n);
    memset(from, 0, n);
    node->chances -= n;
    return true;
}

/* RFC 6455 5.3: masks and keys that nobody can foresee, drawn many at a time, since four octets
 * cost as much as hundreds; a simulated world repeats itself. */
static void fill_random(void *ctx, void *to, size_t n)
{
    struct node *node = ctx;
    if (!node->net->simulated && n <= sizeof node->chance && draw(node, to, n))
        return;
    for (uint8_t *p = to; n > 0;) {
        uint64_t some = rng_next(&node->rng);
        size_t part = n < sizeof some ? n : sizeof some;
        memcpy(p, &some, part);
        p += part;
        n -= part;
    }
}

static struct sp_pipe *open_ws(struct node_pipe *p)
{
    struct node_socket *s = p->socket;
    char host[160];
    url_authority(p->url, host, sizeof host);
    const struct ws_carrier_config config = {
        .sp = sp_socket_conn_config(s->sp, SP_FRAMING_TCP),
        .role = p->dialer ? WS_CLIENT : WS_SERVER,
        .host = host,
        .target = p->url->target,
        .text = s->text,
        .random = fill_random,
        .random_ctx = s->node,
    };
    struct carrier *carrier = ws_carrier_new(&config);
    p->polite = true;
    return carrier ? sp_pipe_carried(s->sp, carrier, node_now(s->node)) : NULL;
}

static bool open_sp(struct node_pipe *p)
{
    struct node_socket *s = p->socket;
    enum sp_framing framing = p->stream->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP;
    p->sp = p->url->ws ? open_ws(p) : sp_pipe_open(s->sp, framing, node_now(s->node));
    if (!p->sp)
        return false;
    sp_pipe_set_user(p->sp, p);
    /* sp-tcp-mapping-01 2: the greeting goes out at once. */
    node_pipe_write(p);
    return true;
}

static void on_stream(void *ctx, unsigned events)
{
    struct node_pipe *p = ctx;
    struct node_socket *s = p->socket;
    if (s->closed) {
        linger_on(p, events);
        return;
    }
    if (!p->sp && (!stream_connected(p->stream) || !open_sp(p))) {
        node_pipe_end(p);
        return;
    }
    if (events & STREAM_WRITABLE)
        node_pipe_write(p);
    if (events & STREAM_READABLE)
        read_some(p);
    if (!sp_pipe_greeting(p->sp)) {
        net_arm(s->node->net, &p->limit, MSEC_NEVER);
        if (p->dialer && !sp_pipe_over(p->sp))
            p->dialer->wait = 0;
    }
    node_after_event(s);
}

static void on_limit(struct net_timer *t, msec now)
{
    struct node_pipe *p = container_of(t, struct node_pipe, limit);
    struct node_socket *s = p->socket;
    (void)now;
    node_note(s->node, "closed: no greeting in time");
    node_pipe_end(p);
    node_after_event(s);
}

static struct stream *around(struct node_endpoint *e, struct stream *stream, bool below_tls)
{
    const struct node_hooks *hooks = &e->socket->node->config.hooks;
    if (!stream || !hooks->around || e->url.scheme == URL_INPROC)
        return stream;
    const struct node_stream about = {
        .dialled = e->dials,
        .ws = e->url.ws,
        .tls = e->tls != NULL,
        .below_tls = below_tls,
        .self = sp_socket_conn_config(e->socket->sp, SP_FRAMING_TCP).self,
        .target = e->url.target,
    };
    return hooks->around(hooks->ctx, stream, &about);
}

static struct stream *secure(struct node_endpoint *e, struct stream *stream)
{
    char host[160];
    struct url name = e->url;
    url_authority(&name, host, sizeof host);
    char *end = strrchr(host, ':');
    if (end)
        *end = '\0';
    size_t n = strlen(host);
    if (host[0] == '[' && n > 1) { /* an address of IPv6, as OpenSSL wants it */
        host[n - 1] = '\0';
        memmove(host, host + 1, n - 1);
    }
    bool named = e->dials && !e->socket->node->config.hooks.tls_any_name;
    return tls_stream_new(e->socket->node->net, stream, e->tls, named ? host : NULL);
}

static struct stream *layers(struct node_endpoint *e, struct stream *stream)
{
    if (e->tls) {
        stream = around(e, stream, true);
        stream = stream ? secure(e, stream) : NULL;
    }
    return around(e, stream, false);
}

struct node_pipe *node_pipe_new(struct node_endpoint *e, struct stream *stream)
{
    struct node_socket *s = e->socket;
    struct node_pipe *p = calloc(1, sizeof *p);
    if (!p) {
        stream_close(stream);
        return NULL;
    }
    p->stream = layers(e, stream);
    if (!p->stream) {
        free(p);
        return NULL;
    }
    p->socket = s;
    p->url = &e->url;
    p->dialer = e->dials ? e : NULL;
    list_append(&s->pipes, &p->link);
    p->limit.fire = on_limit;
    if (s->handshake > 0)
        net_arm(s->node->net, &p->limit, msec_after(node_now(s->node), s->handshake));
    stream_watch(p->stream, on_stream, p);
    if (!e->dials && !open_sp(p)) {
        node_pipe_end(p);
        return NULL;
    }
    update_want(p);
    return p;
}

static void say_why(const struct node_pipe *p)
{
    const char *tls = is_tls_stream(p->stream) ? tls_stream_why(p->stream) : "";
    if (tls[0])
        node_note(p->socket->node, "closed: %s", tls);
    else if (!p->sp && p->dialer && !stream_connected(p->stream))
        node_note(p->socket->node, "no connection to %s", p->dialer->text);
}

void node_pipe_end(struct node_pipe *p)
{
    struct node_socket *s = p->socket;
    struct node_endpoint *dialer = p->dialer;
    struct carrier *carrier = NULL;
    bool last_word = p->sp && p->polite && !p->mute && !p->ended_by_peer;
    say_why(p);
    if (p->sp) {
        /* What was queued before the end, while there is one to take it. */
        node_pipe_write(p);
        sp_pipe_set_user(p->sp, NULL);
        if (last_word)
            carrier = sp_pipe_release(p->sp, s->closed, node_now(s->node));
        else
            sp_pipe_free(p->sp, node_now(s->node));
    }
    net_arm(s->node->net, &p->limit, MSEC_NEVER);
    link_remove(&p->writing);
    link_remove(&p->ended);
    if (last_word) {
        node_closing(p, carrier);
    } else {
        stream_close(p->stream);
        link_remove(&p->link);
        free(p);
    }
    if (dialer)
        node_endpoint_lost(dialer);
}
