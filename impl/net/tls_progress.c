/* tls_progress.c -- how a TLS stream gets on, by what OpenSSL says: handshake, records on their way
 * out, failures. */
#include "net/tls_state.h"
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

bool tls_is_up(const struct tls_stream *t)
{
    return SSL_is_init_finished(t->ssl);
}

static bool readable_now(const struct tls_stream *t)
{
    return t->failed || t->eof || (tls_is_up(t) && SSL_pending(t->ssl) > 0);
}

void tls_update(struct tls_stream *t)
{
    unsigned below = 0;
    bool news = false;
    if (t->closed)
        return;
    if (!t->failed && !tls_is_up(t)) {
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

void tls_fail(struct tls_stream *t, const char *what)
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

bool tls_later(struct tls_stream *t, int result, const char *doing)
{
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return true;
    case SSL_ERROR_ZERO_RETURN:
        t->eof = true;
        return false;
    default:
        tls_fail(t, doing);
        return false;
    }
}

void tls_shake_hands(struct tls_stream *t)
{
    ERR_clear_error();
    int result = SSL_do_handshake(t->ssl);
    if (result != 1)
        tls_later(t, result, "the TLS handshake failed");
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
        tls_fail(t, "writing failed");
    ERR_clear_error();
    return false;
}

void tls_push(struct tls_stream *t)
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
    if (t->finishing && t->pending == 0 && tls_is_up(t)) {
        ERR_clear_error();
        int result = t->mute ? 0 : SSL_shutdown(t->ssl);
        if (result < 0 && write_later(t, result))
            return;
        t->finishing = false;
        stream_finish(t->inner);
    }
}
