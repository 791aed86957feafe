/* sanity.c -- one plain exchange for each transport: when it fails, nothing else can be judged, and
 * the run stops. */
#include "any.h"

CASE(sanity_greeting,
     .title = "sends the SP header of a socket it opened: magic, version 0, type, reserved 0",
     .covers = "SP-TCP-003",
     .why = "without a greeting there is no connection that could be judged", .needs = "wire",
     .via = TCP)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    wire_expect(us, "00 'SP' 00 .. .. 0000");
}

CASE(sanity_ipc_greeting, .title = "sends the SP header over ipc as over tcp",
     .covers = "SP-IPC-005", .needs = "wire", .via = IPC)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    wire_expect(us, "00 'SP' 00 .. .. 0000");
}

CASE(sanity_tls_greeting, .title = "sends the SP header inside TLS as over tcp",
     .covers = "SP-TLS-001", .needs = "wire", .via = TLS)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    wire_expect(us, "00 'SP' 00 .. .. 0000");
}

CASE(sanity_upgrade,
     .title = "upgrades a connection to a WebSocket, or asks for that when it dials",
     .covers = "SP-WS-016 SP-WS-013",
     .why = "without an opening handshake there is no connection that could be judged",
     .needs = "wire", .via = WS | WSS)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    if (dials(t)) {
        ws_expect_request(us);
    } else {
        ws_send_request(us, ws_offer_of(t, type_of(protocol)->peer));
        ws_expect_upgraded(us);
    }
}
