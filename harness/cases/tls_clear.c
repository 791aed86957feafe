/* tls_clear.c -- a TLS listener and what is no TLS, or none that is taken any more. */
#include "any.h"
#include "tls.h"

/* A listener that gets these octets refuses the connection, and serves the next. */
static void refuses_clear(struct t *t, const char *pattern)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_plain(s);

    wire_send(us, pattern);
    expect_tls_refused(us);
    serves_next(t, s, protocol);
}

#define REFUSES(name, what, row, pattern)                                                          \
    CASE(tls_refuses_##name,                                                                       \
         .title = "closes a connection that begins with " what                                     \
                  " where TLS is due, and answers nothing in clear but an "                        \
                  "alert",                                                                         \
         .covers = row, .needs = "wire", .via = TLS_LISTENS | WSS_LISTENS)                         \
    {                                                                                              \
        refuses_clear(t, pattern);                                                                 \
    }

REFUSES(greeting, "a greeting of SP", "SP-TLS-008", "00 'SP' 00 0030 0000")
REFUSES(greeting_and_request, "a greeting of SP and a request", "SP-TLS-008",
        "00 'SP' 00 0030 0000 u64:8 80000001 'ping'")
REFUSES(http, "a request of HTTP", "SP-TLS-018",
        "'GET / HTTP/1.1' 0d0a 'Host: localhost' 0d0a 0d0a")
REFUSES(garbage, "octets that mean nothing", "SP-TLS-018", "a5*200")
REFUSES(zeros, "zeros", "SP-TLS-018", "00*200")
REFUSES(application_data, "a record of application data", "SP-TLS-018", "17 0303 0010 'evil'*4")
REFUSES(change_cipher, "a ChangeCipherSpec", "SP-TLS-018", "14 0303 0001 01")
REFUSES(server_hello, "a ServerHello", "SP-TLS-018", "16 0303 0026 02 000022 0303 00*32")
REFUSES(large_record, "a record that claims more than TLS allows", "SP-TLS-018",
        "16 0301 ffff 01 00fffb 0303 00*100")
REFUSES(empty_hello, "a ClientHello without a body", "SP-TLS-018", "16 0301 0004 01 000000")
REFUSES(sslv2, "a ClientHello of SSLv2", "SP-TLS-009",
        "80 2e 01 0002 0015 0000 0010 0700c0 050080 030080 010080 080080 060040 040080 'c'*16")
REFUSES(sslv3, "a ClientHello of SSLv3", "SP-TLS-010",
        "16 0300 0031 01 00002d 0300 'r'*32 00 0006 c00a c009 002f 01 00")

CASE(wss_refuses_ws, .title = "refuses a WebSocket without TLS where it listens with TLS",
     .covers = "SP-TLS-018", .via = WSS_LISTENS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    wire_send_text(us, ws_request_text(us, ws_offer_of(t, "pair")));
    expect_tls_refused(us);
    attach(s, "pair");
}

CASE(tls_client_refuses_clear,
     .title = "as client ends a connection on which a greeting of SP comes in clear",
     .covers = "SP-TLS-018", .via = TLS_DIALS | WSS_DIALS)
{
    struct iut *s = iut_open(t, "pull");
    struct peer *us = attach_plain(s);

    expect_client_hello(t, us);
    wire_send(us, "00 'SP' 00 0050 0000 u64:4 'evil'");
    expect_tls_refused(us);
}

/* ---- versions ---- */

static void speaks(struct t *t, int version)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    tls_begin(us, version, version);
    check(t, tls_established(us), "the handshake does not come through");
    open_peer(us, "pair");
    sp_send(us, "'inside'");
    iut_expect(s, "'inside'");
    iut_send(s, "'and back'");
    sp_expect(us, "'and back'");
}

CASE(tls_speaks_1_2, .title = "speaks TLS 1.2", .covers = "SP-TLS-019", .via = TLS | WSS)
{
    speaks(t, 0x0303);
}

CASE(tls_speaks_1_3, .title = "speaks TLS 1.3", .covers = "SP-TLS-020", .via = TLS | WSS)
{
    speaks(t, 0x0304);
}

static void refuses_version(struct t *t, int version)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    tls_begin(us, version, version);
    check(t, !tls_established(us), "the handshake comes through");
    expect_closed(us);
}

CASE(tls_refuses_1_0, .title = "refuses TLS 1.0", .covers = "SP-TLS-010",
     .why = "its ciphers have been broken for years: RFC 8996", .via = TLS | WSS)
{
    refuses_version(t, 0x0301);
}

CASE(tls_refuses_1_1, .title = "refuses TLS 1.1", .covers = "SP-TLS-010", .via = TLS | WSS)
{
    refuses_version(t, 0x0302);
}

CASE(tls_prefers_the_newer,
     .title = "speaks TLS 1.2 or 1.3 with a peer that offers all versions from 1.0",
     .covers = "SP-TLS-021", .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    tls_begin(us, 0x0301, 0);
    check(t, tls_established(us), "the handshake does not come through");
    check(t, tls_version(us) >= 0x0303, "it chose version %04x", (unsigned)tls_version(us));
}
