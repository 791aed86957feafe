/* tls_mapping.c -- SP inside TLS: greeting, frames and records: sp-tls-mapping-01 2; WebSocket
 * inside TLS: RFC 6455 3, 4. */
#include "any.h"
#include "tls.h"

CASE(tls_greeting_inside, .title = "sends its greeting, whole and first, inside TLS",
     .covers = "SP-TLS-001", .needs = "wire", .via = TLS)
{
    const char *protocol = any_protocol(t, "pair");
    struct iut *s = iut_open(t, protocol);

    wire_expect(attach_raw(s), value(t, "00 'SP' 00 %s 0000", type_of(protocol)->octets));
}

CASE(tls_server_silent_before_handshake,
     .title = "as server sends nothing before the handshake of TLS has begun",
     .covers = "SP-TLS-002",
     .why = "a greeting in clear is no part of TLS: the peer closes the connection",
     .needs = "wire", .via = TLS_LISTENS | WSS_LISTENS)
{
    struct iut *s = iut_open(t, any_protocol(t, "pair"));
    struct peer *us = attach_plain(s);

    expect_quiet(us, 200, "the server has nothing to answer yet");
}

CASE(tls_nothing_before_finished,
     .title = "as client sends a ClientHello, and nothing in clear before or behind it",
     .covers = "SP-TLS-002", .via = TLS_DIALS | WSS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    iut_begin_send(s, patience(t), "'early'");
    expect_client_hello(t, us);
    expect_quiet(us, 200, "it waits for our ServerHello");
}

/* ---- wrong greetings ---- */

#define REFUSES(name, what, row, head, type, reserved)                                             \
    CASE(tls_greeting_##name, .title = "closes a TLS connection whose greeting " what,             \
         .covers = row, .needs = "wire", .via = TLS)                                               \
    {                                                                                              \
        refuses(t, head, type, reserved);                                                          \
    }

REFUSES(magic, "begins with 01", "SP-TLS-003", "01 'SP' 00", NULL, NULL)
REFUSES(version, "has version 1", "SP-TLS-003", "00 'SP' 01", NULL, NULL)
REFUSES(reserved, "has reserved octets other than zero", "SP-TLS-003", NULL, NULL, "0001")
REFUSES(unassigned_type, "names a type that nobody has", "SP-TLS-004", NULL, "f000", NULL)
REFUSES(incompatible_type, "names a type that does not go with its own", "SP-TLS-004", NULL, "0050",
        NULL)

/* ---- frames and records ---- */

CASE(tls_framing, .title = "says the length of each message in 64 bits, big-endian, inside TLS",
     .covers = "SP-TLS-005", .via = TLS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    wire_expect(rep, "u64:8 <id: %1....... .. .. ..> 'ping'");
    wire_send(rep, "u64:9 $id 'reply'");
    iut_expect(req, "'reply'");
}

CASE(tls_message_in_three_records,
     .title = "delivers a message whose length, header and body come in a record each",
     .covers = "SP-TLS-006", .why = "nng sends every message so", .via = TLS)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    wire_send(req, "u64:8");
    wire_send(req, "80000001");
    wire_send(req, "'ping'");
    iut_expect(rep, "'ping'");
    iut_send(rep, "'pong'");
    sp_expect(req, "80000001 'pong'");
}

CASE(tls_record_for_each_octet,
     .title = "delivers a message each octet of which comes in a record of its own",
     .covers = "SP-TLS-006", .via = TLS)
{
    static const uint8_t frame[] = { 0, 0, 0, 0, 0, 0, 0, 4, 'b', 'i', 't', 's' };
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    for (size_t i = 0; i < sizeof frame; i++)
        wire_send_octets(us, frame + i, 1);
    iut_expect(s, "'bits'");
}

CASE(tls_greeting_in_records,
     .title = "takes a greeting each octet of which comes in a record of its own",
     .covers = "SP-TLS-006", .via = TLS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *us = attach_ungreeted(t, pull, "pull");

    wire_trickle(us, "00 'SP' 00 0050 0000");
    sp_send(us, "'behind'");
    iut_expect(pull, "'behind'");
}

CASE(tls_message_of_many_records,
     .title = "delivers a message that takes many records, octet for octet", .covers = "SP-TLS-006",
     .via = TLS | WSS)
{
    enum { OCTETS = 300000 }; /* a record holds 16,384 */
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    sp_send_seq(us, NULL, OCTETS);
    iut_expect_seq(s, OCTETS);
}

CASE(tls_sends_many_records, .title = "sends a message that takes many records, octet for octet",
     .covers = "SP-TLS-014", .via = TLS | WSS)
{
    enum { OCTETS = 300000 };
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    iut_send_seq(s, OCTETS);
    sp_expect_seq(us, NULL, OCTETS);
}

CASE(tls_messages_in_one_record, .title = "delivers every message of a record that holds several",
     .covers = "SP-TLS-007", .via = TLS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    wire_send(push, "u64:1 'a' u64:2 'bb' u64:0 u64:3 'ccc'");
    iut_expect(pull, "'a'");
    iut_expect(pull, "'bb'");
    iut_expect(pull, "");
    iut_expect(pull, "'ccc'");
}

CASE(tls_messages_across_records,
     .title = "delivers messages whose frames end and begin in the middle of records",
     .covers = "SP-TLS-006 SP-TLS-007", .via = TLS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    wire_send(push, "u64:3 'one' 00*5");
    wire_send(push, "00*2 03 'two' u64:5 'th'");
    wire_send(push, "'ree' u64:0");
    iut_expect(pull, "'one'");
    iut_expect(pull, "'two'");
    iut_expect(pull, "'three'");
    iut_expect(pull, "");
}

CASE(tls_greeting_and_messages_in_one_record,
     .title = "delivers messages that come in one record with the greeting", .covers = "SP-TLS-007",
     .via = TLS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_ungreeted(t, pull, "pull");

    wire_send(push, "00 'SP' 00 0050 0000 u64:5 'first' u64:6 'second'");
    iut_expect(pull, "'first'");
    iut_expect(pull, "'second'");
}

CASE(tls_octets_with_finished,
     .title = "delivers a message that comes with the end of the handshake of TLS",
     .covers = "SP-TLS-015", .why = "what is read with the last of the handshake is easily lost",
     .via = TLS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_plain(pull);

    tls_begin(push, 0, 0);
    wire_send(push, "00 'SP' 00 0050 0000 u64:5 'early'"); /* goes out with our Finished */
    iut_expect(pull, "'early'");
}

/* ---- WebSocket inside TLS ---- */

CASE(wss_request_in_records,
     .title = "upgrades a request each octet of which comes in a record of its own",
     .covers = "SP-TLS-016", .via = WSS_LISTENS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);
    const char *request = ws_request_text(us, ws_offer_of(t, "pair"));

    for (size_t i = 0; request[i]; i++)
        wire_send_octets(us, request + i, 1);
    ws_expect_upgraded(us);
    ws_send(us, "'inside'");
    iut_expect(s, "'inside'");
}

CASE(wss_response_in_records,
     .title = "takes a response each octet of which comes in a record of its own",
     .covers = "SP-TLS-016", .via = WSS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    ws_expect_request(us);
    const char *response = ws_response_text(us, 101);
    for (size_t i = 0; response[i]; i++)
        wire_send_octets(us, response + i, 1);
    ws_upgraded(us);
    ws_send(us, "'inside'");
    iut_expect(s, "'inside'");
}

CASE(wss_frame_in_records,
     .title = "delivers a WebSocket message each octet of which comes in a record of its own",
     .covers = "SP-TLS-016", .via = WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    wire_trickle(us, ws_frame_pattern(us, "'octets'"));
    iut_expect(s, "'octets'");
}

CASE(wss_frames_in_one_record, .title = "delivers every WebSocket message of one record",
     .covers = "SP-TLS-016", .via = WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    wire_send(us, value(t, "%s %s %s", ws_frame_pattern(us, "'one'"), ws_frame_pattern(us, ""),
                        ws_frame_pattern(us, "'three'")));
    iut_expect(s, "'one'");
    iut_expect(s, "");
    iut_expect(s, "'three'");
}

CASE(wss_closes_in_order, .title = "answers a Close inside TLS, and ends the connection",
     .covers = "SP-TLS-017", .via = WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    ws_send_close(us, 1000, "");
    ws_close_comes(us);
    ws_expect_end(us);
}
