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

BIO *tls_bio_new(struct stream *below); /* borrows it; NULL: no memory */

#endif
