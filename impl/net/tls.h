/* tls.h -- TLS over any stream, by OpenSSL; itself a stream, so that what is above does not know.
 * Clauses: sp-tls-mapping-01 2; RFC 8996: nothing below TLS 1.2 unless asked for. */
#ifndef NET_TLS_H
#define NET_TLS_H
#include "net/net.h"

struct tls_config { /* texts in PEM, borrowed during tls_context_new; NULL: none */
    const char *ca; /* the peer's certificate must be signed by it; NULL: it is not checked */
    const char *cert, *key;
    const char *groups;  /* of key exchange, as SSL_CTX_set1_groups_list() takes them; NULL: any */
    int lowest, highest; /* protocol versions as OpenSSL numbers them; 0: TLS 1.2, no bound */
};

struct tls_context; /* counted: streams keep it */

/* NULL: `why` says what is wrong with the config.  A server needs cert and key. */
struct tls_context *tls_context_new(const struct tls_config *, bool server, struct buf *why);
void tls_context_free(struct tls_context *);

/* Owns `inner`, also when it fails (NULL: no memory).  `host`: client: asked for (SNI, unless it is
 * an address) and, where a ca is set, checked against the certificate; NULL: neither.
 * Connected means that the handshake is through.  Who was told -E_AGAIN on writing offers the same
 * octets again, with or without more behind them.  A handshake that fails, and an end without
 * close_notify, are -E_CLOSED on reading; close_notify is the end of the stream. */
struct stream *tls_stream_new(struct net *, struct stream *inner, struct tls_context *,
                              const char *host);
/* Why it failed; "" if it did not. */
const char *tls_stream_why(const struct stream *);
bool is_tls_stream(const struct stream *);
/* Sends a KeyUpdate (TLS 1.3), asking the peer for one too.  False: not possible. */
bool tls_stream_update_key(struct stream *);
/* Sends close_notify and no FIN: nothing more can be written, what comes is still read.  False: not
 * possible. */
bool tls_stream_notify(struct stream *);
/* What was agreed on, as OpenSSL numbers it. */
int tls_stream_version(const struct stream *);
/* The stream below, still owned by the TLS stream: to cut it off without close_notify. */
struct stream *tls_stream_below(struct stream *);

#endif
