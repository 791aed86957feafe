/* tls_certificates.c -- whom the implementation believes: RFC 5280 6, RFC 6125 6.  It was told to
 * trust one authority (tls-ca); whoever is not vouched for by it gets nothing. */
#include "any.h"

/* A server with such a certificate gets neither greeting nor request; the next one is right. */
static void refuses_certificate(struct t *t, const char *how)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    tls_begin_as(us, how);
    /* In TLS 1.2 a client may finish the handshake before it looks: then it has to end it. */
    if (tls_established(us))
        variant(t, "it refuses the certificate after the handshake");
    expect_closed(us);
    us = attach_plain(s);
    tls_begin(us, 0, 0);
    check(t, tls_established(us), "it takes no good certificate any more");
    open_peer(us, "pair");
    sp_send(us, "'good'");
    iut_expect(s, "'good'");
}

#define REFUSES(name, how, what, row)                                                              \
    CASE(tls_certificate_##name,                                                                   \
         .title = "sends nothing to a server whose certificate " what ", and takes a good one",    \
         .covers = row, .why = "it may be anybody: what is sent there is given away",              \
         .needs = "tls-ca", .via = TLS_DIALS | WSS_DIALS)                                          \
    {                                                                                              \
        refuses_certificate(t, how);                                                               \
    }

REFUSES(of_a_stranger, "of a stranger", "was signed by another authority", "SP-TLS-032")
REFUSES(expired, "expired", "has expired", "SP-TLS-033")
REFUSES(not_valid_yet, "not valid yet", "is not valid yet", "SP-TLS-033")
REFUSES(for_another_host, "for another host", "was made for another host", "SP-TLS-034")
REFUSES(for_clients_only, "for clients only", "was made for clients only", "SP-TLS-035")

CASE(tls_certificate_refused_again, .title = "refuses a bad certificate each time that it is shown",
     .covers = "SP-TLS-032", .needs = "tls-ca", .via = TLS_DIALS | WSS_DIALS)
{
    struct iut *s = iut_open(t, "pair");

    for (unsigned i = 0; i < 3; i++) {
        struct peer *us = attach_plain(s);
        tls_begin_as(us, "of a stranger");
        tls_established(us);
        expect_closed(us);
    }
}

CASE(tls_certificate_of_its_own,
     .title = "as server shows the certificate that it was given, to any peer that checks it",
     .covers = "SP-TLS-036", .needs = "tls-cert", .via = TLS_LISTENS | WSS_LISTENS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    tls_begin_as(us, "checking");
    check(t, tls_established(us), "we do not take its certificate");
    open_peer(us, "pair");
    sp_send(us, "'checked'");
    iut_expect(s, "'checked'");
}

CASE(tls_certificate_refused_by_us,
     .title = "as server goes on when a client does not take its certificate",
     .covers = "SP-TLS-028", .via = TLS_LISTENS | WSS_LISTENS)
{
    struct iut *pull = iut_open(t, "pull");

    for (unsigned i = 0; i < 3; i++) {
        struct peer *us = attach_plain(pull);
        tls_begin_as(us, "trusting nobody");
        check(t, !tls_established(us), "the handshake comes through");
        wire_close(us);
    }
    struct peer *push = attach(pull, "push");
    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
}
