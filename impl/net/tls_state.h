/* tls_state.h -- what the files of TLS share; private to them. */
#ifndef NET_TLS_STATE_H
#define NET_TLS_STATE_H
#include <openssl/ssl.h>
#include "net/tls.h"

struct tls_context {
    SSL_CTX *ctx;
    bool server, verify;
    unsigned users;
    struct tls_config made_from; /* texts of its own */
};

enum { TLS_RECORD = 16 * 1024 };

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
    uint8_t record[TLS_RECORD];
    char why[200];
};

/* ---- tls_progress.c ---- */
bool tls_is_up(const struct tls_stream *);
/* Asks the stream below, and the clock, for what matters now. */
void tls_update(struct tls_stream *);
/* It has failed, and `what` says when; what OpenSSL or the certificates say comes behind that. */
void tls_fail(struct tls_stream *, const char *what);
/* What SSL_read or SSL_do_handshake said, when it was not success.  True: only later. */
bool tls_later(struct tls_stream *, int result, const char *doing);
void tls_shake_hands(struct tls_stream *);
/* What is pending goes out, as far as it is taken; behind it what finishing asks for. */
void tls_push(struct tls_stream *);

/* ---- tls_bio.c ---- */
BIO *tls_bio_new(struct stream *below); /* borrows it; NULL: no memory */

#endif
