/* tls_issue.h -- a throwaway authority and the certificates it signs: for tests, which need right
 * and wrong ones, and never for anything that is to stay secret. */
#ifndef NET_TLS_ISSUE_H
#define NET_TLS_ISSUE_H
#include "base/bytes.h"

struct tls_authority;

struct tls_wish {
    const char *names;         /* of subjectAltName: "DNS:localhost,IP:127.0.0.1"; NULL: none */
    long valid_from, valid_to; /* seconds from now */
    const char *subject;       /* common name; NULL: "localhost" */
    const char *purpose;       /* of extendedKeyUsage; NULL: "serverAuth,clientAuth" */
};

struct tls_authority *tls_authority_new(void); /* NULL: no memory */
void tls_authority_free(struct tls_authority *);
/* Appends PEM.  False: no memory, or a name OpenSSL does not take. */
bool tls_authority_cert(const struct tls_authority *, struct buf *out);
bool tls_issue(const struct tls_authority *, const struct tls_wish *, struct buf *cert,
               struct buf *key);

#endif
