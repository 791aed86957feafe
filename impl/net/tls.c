/* TLS streams.  OpenSSL reads from and writes to the stream below directly; nothing is buffered
 * twice but one record on its way out. */
#include "net/tls_state.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static struct tls_stream *of(struct stream *s)
{
    return (struct tls_stream *)s;
}

/* ---- the stream above ---- */

static ptrdiff_t tls_read(struct stream *s, void *to, size_t room)
{
    struct tls_stream *t = of(s);
    size_t total = 0;
    while (total < room && !t->failed && !t->eof && tls_is_up(t)) {
        size_t n = 0;
        ERR_clear_error();
        int result = SSL_read_ex(t->ssl, (uint8_t *)to + total, room - total, &n);
        if (result != 1) {
            tls_later(t, result, "the connection broke off");
            break;
        }
        total += n;
    }
    tls_update(t);
    if (total > 0)
        return (ptrdiff_t)total;
    return t->failed ? -E_CLOSED : t->eof ? 0 : -E_AGAIN;
}

/* Slices, as far as they are used up. */
struct cursor {
    const struct slice *v;
    int count;
    size_t at; /* in the first of them */
};

/* Goes on by up to `n` octets, which are copied to `to` unless it is NULL; returns how many. */
static size_t go_on(struct cursor *c, uint8_t *to, size_t n)
{
    size_t done = 0;
    while (c->count > 0 && done < n) {
        size_t some = c->v->n - c->at;
        if (some > n - done)
            some = n - done;
        if (to && some > 0)
            memcpy(to + done, c->v->p + c->at, some);
        done += some;
        c->at += some;
        if (c->at < c->v->n)
            break;
        c->v++;
        c->count--;
        c->at = 0;
    }
    return done;
}

/* Octets count as taken when the stream below has them: who closes a stream knows what is lost. */
static ptrdiff_t tls_write(struct stream *s, const struct slice *v, int count)
{
    struct tls_stream *t = of(s);
    struct cursor c = { v, count, 0 };
    if (t->failed || t->mute)
        return -E_CLOSED;
    if (!tls_is_up(t))
        return -E_AGAIN;
    size_t total = 0;
    tls_push(t);
    if (t->pending == 0) {
        total = go_on(&c, NULL, t->repeated);
        t->repeated -= total;
    }
    while (t->pending == 0 && !t->failed && !t->mute) {
        size_t n = t->pending = go_on(&c, t->record, TLS_RECORD);
        if (n == 0)
            break;
        tls_push(t);
        if (t->pending > 0)
            t->repeated = n;
        else if (!t->failed && !t->mute)
            total += n;
    }
    tls_update(t);
    if (total > 0)
        return (ptrdiff_t)total;
    return t->failed || t->mute ? -E_CLOSED : -E_AGAIN;
}

static void tls_want(struct stream *s, unsigned events)
{
    struct tls_stream *t = of(s);
    t->want = events;
    tls_update(t);
}

static void tls_finish(struct stream *s)
{
    struct tls_stream *t = of(s);
    t->finishing = true;
    tls_push(t);
    tls_update(t);
}

static void release(struct tls_stream *t)
{
    SSL_free(t->ssl);
    tls_context_free(t->context);
    free(t);
}

static void tls_close(struct stream *s, bool reset)
{
    struct tls_stream *t = of(s);
    if (!t->failed && !t->mute && tls_is_up(t) && !reset) {
        tls_push(t);
        if (t->pending == 0 && !t->mute)
            SSL_shutdown(t->ssl); /* close_notify, if it can be taken at once */
        ERR_clear_error();
    }
    net_arm(t->net, &t->again, MSEC_NEVER);
    if (reset)
        stream_reset(t->inner);
    else
        stream_close(t->inner);
    t->inner = NULL;
    t->closed = true;
    if (!t->inside)
        release(t);
}

static ptrdiff_t tls_unread(struct stream *s)
{
    struct tls_stream *t = of(s);
    ptrdiff_t below = stream_unread(t->inner);
    return below < 0 ? below : below + (ptrdiff_t)t->pending;
}

static bool tls_connected(const struct stream *s)
{
    const struct tls_stream *t = (const struct tls_stream *)s;
    return !t->failed && stream_connected(t->inner) && tls_is_up(t);
}

static const struct stream_ops ops = {
    .read = tls_read,
    .write = tls_write,
    .want = tls_want,
    .finish = tls_finish,
    .close = tls_close,
    .unread = tls_unread,
    .connected = tls_connected,
};

/* ---- news ---- */

/* False: the owner closed the stream. */
static bool tell(struct tls_stream *t, unsigned events)
{
    events &= t->want;
    if (!events)
        return true;
    t->inside = true;
    t->s.ready(t->s.ctx, events);
    t->inside = false;
    if (!t->closed)
        return true;
    release(t);
    return false;
}

static void on_inner(void *ctx, unsigned events)
{
    struct tls_stream *t = ctx;
    unsigned news = events;
    if (!t->failed && !tls_is_up(t)) {
        if (stream_connected(t->inner)) {
            tls_shake_hands(t);
        } else if (events & STREAM_READABLE) {
            tls_fail(t, "the connection was refused");
        }
        if (!t->failed && !tls_is_up(t)) {
            tls_update(t);
            return;
        }
        news = STREAM_READABLE | STREAM_WRITABLE;
    } else {
        tls_push(t);
        if (t->pending > 0)
            news &= ~(unsigned)STREAM_WRITABLE;
        if (SSL_want_write(t->ssl))
            news |= STREAM_READABLE;
    }
    if (tell(t, news))
        tls_update(t);
}

static void on_again(struct net_timer *timer, msec now)
{
    struct tls_stream *t =
        (struct tls_stream *)(void *)((char *)timer - offsetof(struct tls_stream, again));
    (void)now;
    if (tell(t, t->failed || t->mute ? STREAM_READABLE | STREAM_WRITABLE : STREAM_READABLE))
        tls_update(t);
}

/* ---- life ---- */

static bool is_address(const char *host)
{
    uint8_t room[16];
    return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

static bool expect_host(struct tls_stream *t, const char *host)
{
    if (!host)
        return true;
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), host) == 1;
    return SSL_set_tlsext_host_name(t->ssl, host) == 1 && SSL_set1_host(t->ssl, host) == 1;
}

struct stream *tls_stream_new(struct net *net, struct stream *inner, struct tls_context *context,
                              const char *host)
{
    struct tls_stream *t = calloc(1, sizeof *t);
    BIO *bio = NULL;
    if (t) {
        t->s.ops = &ops;
        t->net = net;
        t->inner = inner;
        t->again.fire = on_again;
        t->ssl = SSL_new(context->ctx);
        bio = t->ssl ? tls_bio_new(inner) : NULL;
    }
    if (!bio || (!context->server && !expect_host(t, host))) {
        BIO_free(bio);
        if (t)
            SSL_free(t->ssl);
        free(t);
        stream_close(inner);
        return NULL;
    }
    SSL_set_bio(t->ssl, bio, bio);
    t->context = context;
    context->users++;
    if (context->server)
        SSL_set_accept_state(t->ssl);
    else
        SSL_set_connect_state(t->ssl);
    stream_watch(inner, on_inner, t);
    if (stream_connected(inner))
        tls_shake_hands(t);
    tls_update(t);
    return &t->s;
}

bool is_tls_stream(const struct stream *s)
{
    return s->ops == &ops;
}

const char *tls_stream_why(const struct stream *s)
{
    return ((const struct tls_stream *)s)->why;
}

bool tls_stream_update_key(struct stream *s)
{
    struct tls_stream *t = of(s);
    if (!tls_is_up(t) || SSL_version(t->ssl) < TLS1_3_VERSION || t->pending > 0 ||
        !SSL_key_update(t->ssl, SSL_KEY_UPDATE_REQUESTED))
        return false;
    tls_shake_hands(t); /* puts it on the wire */
    tls_update(t);
    return !t->failed;
}

bool tls_stream_notify(struct stream *s)
{
    struct tls_stream *t = of(s);
    if (!tls_is_up(t) || t->pending > 0)
        return false;
    int result = SSL_shutdown(t->ssl);
    ERR_clear_error();
    tls_update(t);
    return result >= 0;
}

int tls_stream_version(const struct stream *s)
{
    return SSL_version(((const struct tls_stream *)s)->ssl);
}

struct stream *tls_stream_below(struct stream *s)
{
    return of(s)->inner;
}
