/* TLS streams.  OpenSSL reads from and writes to the stream below directly; nothing is buffered
 * twice but one record on its way out. */
#include "net/tls_state.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD = 16 * 1024 };

struct tls_stream {
    struct stream s;
    struct net *net;
    struct stream *inner;
    struct tls_context *context;
    SSL *ssl;
    unsigned want; /* what the owner wants */
    bool failed, eof;
    bool mute;      /* writing failed; what the peer sent before may still be read */
    bool finishing; /* close_notify is to be sent, then FIN */
    bool inside;    /* the owner's callback runs: closing waits for its return */
    bool closed;
    size_t pending;         /* of `record`: not yet taken by OpenSSL and the stream below */
    size_t repeated;        /* octets of it that the owner offers again: it was told E_AGAIN */
    struct net_timer again; /* what is buffered, or an end, can be read without news from below */
    uint8_t record[RECORD];
    char why[200];
};

static struct tls_stream *of(struct stream *s)
{
    return (struct tls_stream *)s;
}

/* ---- the state of a stream ---- */

static bool established(const struct tls_stream *t)
{
    return SSL_is_init_finished(t->ssl);
}

static bool readable_now(const struct tls_stream *t)
{
    return t->failed || t->eof || (established(t) && SSL_pending(t->ssl) > 0);
}

/* Asks the stream below, and the clock, for what matters now. */
static void update(struct tls_stream *t)
{
    unsigned below = 0;
    bool news = false;
    if (t->closed)
        return;
    if (!t->failed && !established(t)) {
        below = SSL_want_write(t->ssl) ? STREAM_WRITABLE : STREAM_READABLE;
        if (!stream_connected(t->inner))
            below = STREAM_WRITABLE | STREAM_READABLE;
    } else {
        bool deaf = t->failed || t->mute;
        news = (t->want & STREAM_READABLE) && readable_now(t);
        bool reading = (t->want & STREAM_READABLE) && !news;
        if (reading)
            below |= STREAM_READABLE;
        /* A handshake message of ours may be due before more can be read. */
        if (!deaf && (t->pending || t->finishing || (t->want & STREAM_WRITABLE) ||
                      (reading && SSL_want_write(t->ssl))))
            below |= STREAM_WRITABLE;
        news |= deaf && (t->want & STREAM_WRITABLE);
    }
    stream_want(t->inner, below);
    net_arm(t->net, &t->again, news ? net_now(t->net) : MSEC_NEVER);
}

static void fail(struct tls_stream *t, const char *what)
{
    if (t->failed || t->eof)
        return;
    t->failed = true;
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    long verified = SSL_get_verify_result(t->ssl);
    if (t->context->verify && verified != X509_V_OK)
        reason = X509_verify_cert_error_string(verified);
    struct buf text = { 0 };
    buf_printf(&text, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
    size_t n = text.n < sizeof t->why - 1 ? text.n : sizeof t->why - 1;
    memcpy(t->why, buf_text(&text), n);
    t->why[n] = '\0';
    buf_free(&text);
    ERR_clear_error();
}

/* What SSL_read or SSL_do_handshake said, when it was not success.  True: only later. */
static bool later(struct tls_stream *t, int result, const char *doing)
{
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return true;
    case SSL_ERROR_ZERO_RETURN:
        t->eof = true;
        return false;
    default:
        fail(t, doing);
        return false;
    }
}

static void shake_hands(struct tls_stream *t)
{
    ERR_clear_error();
    int result = SSL_do_handshake(t->ssl);
    if (result != 1)
        later(t, result, "the TLS handshake failed");
}

/* What SSL_write or SSL_shutdown said, when it was not success.  True: only later.  If it is the
 * stream below that takes no more, there may still be something to read. */
static bool write_later(struct tls_stream *t, int result)
{
    int error = SSL_get_error(t->ssl, result);
    if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ)
        return true;
    t->mute = true;
    t->pending = 0;
    if (error == SSL_ERROR_SSL)
        fail(t, "writing failed");
    ERR_clear_error();
    return false;
}

static void push(struct tls_stream *t)
{
    while (t->pending > 0 && !t->failed) {
        ERR_clear_error();
        int n = SSL_write(t->ssl, t->record, (int)t->pending);
        if (n <= 0) {
            write_later(t, n);
            break;
        }
        t->pending -= (size_t)n;
        memmove(t->record, t->record + n, t->pending);
    }
    if (t->finishing && t->pending == 0 && established(t)) {
        ERR_clear_error();
        int result = t->mute ? 0 : SSL_shutdown(t->ssl);
        if (result < 0 && write_later(t, result))
            return;
        t->finishing = false;
        stream_finish(t->inner);
    }
}

/* ---- the stream above ---- */

static ptrdiff_t tls_read(struct stream *s, void *to, size_t room)
{
    struct tls_stream *t = of(s);
    size_t total = 0;
    while (total < room && !t->failed && !t->eof && established(t)) {
        size_t n = 0;
        ERR_clear_error();
        int result = SSL_read_ex(t->ssl, (uint8_t *)to + total, room - total, &n);
        if (result != 1) {
            later(t, result, "the connection broke off");
            break;
        }
        total += n;
    }
    update(t);
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
    if (!established(t))
        return -E_AGAIN;
    size_t total = 0;
    push(t);
    if (t->pending == 0) {
        total = go_on(&c, NULL, t->repeated);
        t->repeated -= total;
    }
    while (t->pending == 0 && !t->failed && !t->mute) {
        size_t n = t->pending = go_on(&c, t->record, RECORD);
        if (n == 0)
            break;
        push(t);
        if (t->pending > 0)
            t->repeated = n;
        else if (!t->failed && !t->mute)
            total += n;
    }
    update(t);
    if (total > 0)
        return (ptrdiff_t)total;
    return t->failed || t->mute ? -E_CLOSED : -E_AGAIN;
}

static void tls_want(struct stream *s, unsigned events)
{
    struct tls_stream *t = of(s);
    t->want = events;
    update(t);
}

static void tls_finish(struct stream *s)
{
    struct tls_stream *t = of(s);
    t->finishing = true;
    push(t);
    update(t);
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
    if (!t->failed && !t->mute && established(t) && !reset) {
        push(t);
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
    return !t->failed && stream_connected(t->inner) && established(t);
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
    if (!t->failed && !established(t)) {
        if (stream_connected(t->inner)) {
            shake_hands(t);
        } else if (events & STREAM_READABLE) {
            fail(t, "the connection was refused");
        }
        if (!t->failed && !established(t)) {
            update(t);
            return;
        }
        news = STREAM_READABLE | STREAM_WRITABLE;
    } else {
        push(t);
        if (t->pending > 0)
            news &= ~(unsigned)STREAM_WRITABLE;
        if (SSL_want_write(t->ssl))
            news |= STREAM_READABLE;
    }
    if (tell(t, news))
        update(t);
}

static void on_again(struct net_timer *timer, msec now)
{
    struct tls_stream *t =
        (struct tls_stream *)(void *)((char *)timer - offsetof(struct tls_stream, again));
    (void)now;
    if (tell(t, t->failed || t->mute ? STREAM_READABLE | STREAM_WRITABLE : STREAM_READABLE))
        update(t);
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
        shake_hands(t);
    update(t);
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
    if (!established(t) || SSL_version(t->ssl) < TLS1_3_VERSION || t->pending > 0 ||
        !SSL_key_update(t->ssl, SSL_KEY_UPDATE_REQUESTED))
        return false;
    shake_hands(t); /* puts it on the wire */
    update(t);
    return !t->failed;
}

bool tls_stream_notify(struct stream *s)
{
    struct tls_stream *t = of(s);
    if (!established(t) || t->pending > 0)
        return false;
    int result = SSL_shutdown(t->ssl);
    ERR_clear_error();
    update(t);
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
