/* tls.h -- what the cases about TLS in clear have in common. */
#ifndef CASES_TLS_H
#define CASES_TLS_H
#include "case.h"

/* A dialer's ClientHello comes, whole: one message, in as many records as it likes (RFC 8446 5.1),
 * and nothing with it. */
#define expect_client_hello(t, p)                                                                  \
    expect_client_hello_(HERE("expect_client_hello(" #p ")"), (t), (p))
void expect_client_hello_(struct at, struct t *, struct peer *);
#endif
