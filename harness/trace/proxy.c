/* proxy.c -- between a dialer and its target.  FIN is passed on as FIN, so that half-closed
 * connections stay so, and a reset as a reset, but only behind the octets that came before it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "trace/proxy.h"
#include "net/url.h"

enum {
    READ_SIZE = 64 << 10,
    QUEUE_MAX = 256 << 10, /* octets waiting for one side before the other is no longer read */
    RESET_CHECK_MS = 2,    /* a reset waits until what came before it has been read, */
    RESET_WAIT_MS = 1000,  /* but not for ever */
};

enum { DIALER, TARGET };
static const char *const side_name[] = { "dialer", "target" };

struct side {
    struct session *session;
    struct stream *stream;
    struct buf out;    /* to be written to it */
    bool ended, reset; /* nothing more will be read from it */
    bool deaf;         /* it takes no more */
    bool finished;     /* it has been sent our FIN */
};

struct session {
    struct proxy *proxy;
    struct session *next;
    unsigned conn;
    struct side side[2];
    struct net_timer reset_check;
    msec reset_at;
};

struct proxy {
    const struct proxy_config *config;
    struct listener *listener;
    char url[sizeof((struct listener *)0)->url];
    struct session *sessions;
    size_t taken;
};

static void tell(const struct session *s, enum trace_kind kind, struct slice octets,
                 const char *note)
{
    const struct proxy_config *c = s->proxy->config;
    c->event(
        c->ctx,
        &(struct trace_event){
            .kind = kind, .at = net_now(c->net), .conn = s->conn, .octets = octets, .note = note });
}

static void tell_of(const struct side *a, enum trace_kind kind, const char *what)
{
    char note[320];
    const struct session *s = a->session;
    snprintf(note, sizeof note, "%s %s", side_name[a - s->side], what);
    tell(s, kind, (struct slice){ 0 }, note);
}

static void session_end(struct session *s, bool reset)
{
    struct proxy *p = s->proxy;
    net_arm(p->config->net, &s->reset_check, MSEC_NEVER);
    for (int i = 0; i < 2; i++) {
        struct side *a = &s->side[i];
        if (a->stream && reset && !a->reset)
            stream_reset(a->stream);
        else if (a->stream)
            stream_close(a->stream);
        buf_free(&a->out);
    }
    struct session **at = &p->sessions;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    free(s);
}

static void ask(struct session *s)
{
    for (int i = 0; i < 2; i++) {
        struct side *a = &s->side[i], *b = &s->side[1 - i];
        unsigned want = 0;
        if (!a->ended && (b->out.n < QUEUE_MAX || b->deaf))
            want |= STREAM_READABLE;
        if (a->out.n || (!a->ended && !stream_connected(a->stream)))
            want |= STREAM_WRITABLE;
        stream_want(a->stream, want);
    }
}

static void flush(struct side *a)
{
    while (a->out.n && !a->deaf) {
        struct slice all = buf_slice(&a->out);
        ptrdiff_t n = stream_write(a->stream, &all, 1);
        if (n == -E_AGAIN)
            return;
        if (n < 0) {
            a->deaf = true;
            /* After its FIN nothing more is read from it that could tell of the reset. */
            if (a->ended && !a->reset) {
                a->reset = true;
                tell_of(a, TRACE_END, "reset");
            }
        } else {
            buf_drop(&a->out, (size_t)n);
        }
    }
    if (a->deaf)
        buf_clear(&a->out);
}

static void pull(struct side *a)
{
    struct session *s = a->session;
    struct side *b = &s->side[a == &s->side[DIALER] ? TARGET : DIALER];
    uint8_t octets[READ_SIZE];
    ptrdiff_t n = stream_read(a->stream, octets, sizeof octets);
    if (n > 0) {
        tell(s, a == &s->side[DIALER] ? TRACE_OUT : TRACE_IN, slice_of(octets, (size_t)n), NULL);
        if (!b->deaf)
            buf_put(&b->out, octets, (size_t)n);
        flush(b);
        if (b->out.failed) { /* what comes next would not be what was sent */
            a->ended = a->reset = true;
            tell_of(a, TRACE_END, "cut off: out of memory");
        }
    } else if (n != -E_AGAIN) {
        a->ended = true;
        a->reset = n < 0;
        tell_of(a, TRACE_END, n == 0 ? "fin" : n == -E_REFUSED ? "refused" : "reset");
    }
}

/* `b` is the side that is still to learn of a reset.  True: the session is over. */
static bool pass_reset(struct session *s, struct side *b)
{
    struct net *net = s->proxy->config->net;
    msec now = net_now(net);
    if (s->reset_at == 0)
        s->reset_at = now + RESET_WAIT_MS;
    bool waiting = b->out.n || stream_unread(b->stream) > 0;
    if (!b->deaf && !b->ended && waiting && now < s->reset_at) {
        net_arm(net, &s->reset_check, now + RESET_CHECK_MS);
        return false;
    }
    session_end(s, true);
    return true;
}

/* What the new state calls for.  `s` may be gone afterwards. */
static void go_on(struct session *s)
{
    struct side *dialer = &s->side[DIALER], *target = &s->side[TARGET];
    if (dialer->reset || target->reset) {
        struct side *gone = dialer->reset ? dialer : target;
        gone->deaf = true;
        buf_clear(&gone->out);
        if (pass_reset(s, gone == dialer ? target : dialer))
            return;
    } else {
        for (int i = 0; i < 2; i++) {
            struct side *a = &s->side[i], *b = &s->side[1 - i];
            if (a->ended && b->out.n == 0 && !b->finished && stream_connected(b->stream)) {
                b->finished = true;
                stream_finish(b->stream);
            }
        }
        if (dialer->finished && target->finished) {
            session_end(s, false);
            return;
        }
    }
    ask(s);
}

static void ready(void *ctx, unsigned events)
{
    struct side *a = ctx;
    if (events & STREAM_WRITABLE)
        flush(a);
    if ((events & STREAM_READABLE) && !a->ended)
        pull(a);
    go_on(a->session);
}

static void check_reset(struct net_timer *t, msec now)
{
    (void)now;
    char *start = (char *)t - offsetof(struct session, reset_check);
    go_on((struct session *)(void *)start);
}

/* ws://HOST:PORT/PATH goes through as tcp://HOST:PORT. */
static enum err carrier_url(const char *text, char *out, size_t cap)
{
    struct url url;
    enum err err = url_parse(text, &url);
    url = url_below(&url);
    if (!err)
        url_text(&url, out, cap);
    return err;
}

static void accepted(void *ctx, struct stream *dialer)
{
    struct proxy *p = ctx;
    const struct proxy_config *c = p->config;
    if (c->max && p->taken == c->max) {
        stream_reset(dialer);
        return;
    }
    struct session *s = calloc(1, sizeof *s);
    if (!s) {
        stream_reset(dialer);
        return;
    }
    p->taken++;
    *s = (struct session){
        .proxy = p, .next = p->sessions, .conn = (unsigned)p->taken, .reset_check.fire = check_reset
    };
    p->sessions = s;
    for (int i = 0; i < 2; i++)
        s->side[i].session = s;
    s->side[DIALER].stream = dialer;
    stream_watch(dialer, ready, &s->side[DIALER]);

    char note[300];
    snprintf(note, sizeof note, "%s to %s", p->url, c->target);
    tell(s, TRACE_OPEN, (struct slice){ 0 }, note);
    char address[160];
    enum err err = carrier_url(c->target, address, sizeof address);
    if (!err)
        err = net_dial(c->net, address, &s->side[TARGET].stream);
    if (err) {
        snprintf(note, sizeof note, "cannot be dialled: %s", err_name(err));
        tell_of(&s->side[TARGET], TRACE_END, note);
        session_end(s, true);
        return;
    }
    stream_watch(s->side[TARGET].stream, ready, &s->side[TARGET]);
    ask(s);
}

enum err proxy_open(const struct proxy_config *config, struct proxy **out)
{
    struct proxy *p = calloc(1, sizeof *p);
    if (!p)
        return E_NOMEM;
    p->config = config;
    char address[160];
    enum err err = carrier_url(config->listen, address, sizeof address);
    if (!err)
        err = net_listen(config->net, address, accepted, p, &p->listener);
    if (err) {
        free(p);
        return err;
    }
    url_with_port(config->listen, p->listener->url, p->url, sizeof p->url);
    *out = p;
    return E_OK;
}

const char *proxy_url(const struct proxy *p)
{
    return p->url;
}

bool proxy_done(const struct proxy *p)
{
    return p->config->max && p->taken == p->config->max && !p->sessions;
}

void proxy_close(struct proxy *p)
{
    listener_close(p->listener);
    while (p->sessions) {
        tell(p->sessions, TRACE_END, (struct slice){ 0 }, "the proxy was stopped");
        session_end(p->sessions, true);
    }
    free(p);
}
