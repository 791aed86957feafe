/* ws_frame_sp.c -- SP inside WebSocket: sp-websocket-mapping-01 3.  No greeting, no frames of its
 * own: what the protocol puts before the body is in the payload. */
#include "malformed.h"
#include "ws_frame.h"

CASE(ws_message_is_binary, .title = "sends its messages as binary", .covers = "SP-WS-039",
     .why = "a message of SP may be any octets, and text may not", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send(pair, "'plain ASCII'");
    check(t, ws_next_head(us).opcode == WS_BINARY, "a message is sent as %s",
          ws_next_head(us).opcode == WS_TEXT ? "text" : "something else than binary");
}

CASE(ws_message_has_no_greeting,
     .title = "PAIR sends the octets of a message as payload, with nothing before them",
     .covers = "SP-WS-038", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send(pair, "'first'");
    sp_expect(us, "'first'");
    sp_send(us, "'second'");
    iut_expect(pair, "'second'");
}

CASE(ws_message_reserved_bits_are_0, .title = "sends messages with the reserved bits 0",
     .covers = "WS-FRM-017", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t n = 1; n <= 100000; n *= 10) {
        iut_send(pair, value(t, "'a'*%zu", n));
        sp_expect(us, value(t, "'a'*%zu", n));
        iut_send(pair, value(t, "'a'*%zu", n));
        check(t, ws_next_head(us).rsv == 0, "a message of %zu octets has reserved bits", n);
        frames_of_message(t, us, n);
    }
}

CASE(ws_empty_messages_sent, .title = "sends an empty message as a frame without payload",
     .covers = "SP-WS-038 WS-FRM-024", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send(pair, "");
    iut_send(pair, "");
    iut_send(pair, "'good'");
    sp_expect(us, "");
    sp_expect(us, "");
    sp_expect(us, "'good'");
}

CASE(ws_request_begins_with_its_id,
     .title = "REQ sends its request id as the first four octets of the payload",
     .covers = "SP-WS-038", .via = WS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    ws_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(ws_reply_begins_with_backtrace,
     .title = "REP reads the backtrace from the payload, and puts it before its reply",
     .covers = "SP-WS-038", .via = WS)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    ws_send(req, "00000001 80000002 'ping'");
    iut_expect(rep, "'ping'");
    iut_send(rep, "'pong'");
    sp_expect(req, "00000001 80000002 'pong'");
}

CASE(ws_survey_begins_with_its_id,
     .title = "SURVEYOR sends its survey id as the first four octets of the payload",
     .covers = "SP-WS-038", .via = WS)
{
    struct iut *surveyor = iut_open(t, "surveyor");
    struct peer *respondent = attach(surveyor, "respondent");

    iut_send(surveyor, "'who?'");
    sp_expect(respondent, "<id: %1....... .. .. ..> 'who?'");
    ws_send(respondent, "$id 'me'");
    iut_expect(surveyor, "'me'");
}

CASE(ws_pair1_begins_with_hop_count,
     .title = "PAIR v1 sends and takes its hop count as the first four octets of the payload",
     .covers = "SP-WS-038", .via = WS)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    iut_send(pair, "'out'");
    sp_expect(us, "00000001 'out'");
    ws_send(us, "00000001 'in'");
    iut_expect(pair, "'in'");
}

CASE(ws_push_has_no_header, .title = "PUSH, PUB and BUS send the body alone as payload",
     .covers = "SP-WS-038", .via = WS)
{
    static const char *const protocols[] = { "push", "pub", "bus" };

    for (unsigned i = 0; i < 3; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        struct peer *us = attach(s, peer_of(protocols[i]));
        iut_send(s, "'body'");
        sp_expect(us, "'body'");
    }
}

CASE(ws_empty_messages_of_others,
     .title = "PULL and BUS deliver an empty frame as an empty message", .covers = "SP-WS-046",
     .via = WS)
{
    static const char *const protocols[] = { "pull", "bus" };

    for (unsigned i = 0; i < 2; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        struct peer *us = attach(s, peer_of(protocols[i]));
        ws_send(us, "");
        ws_send(us, "'good'");
        iut_expect(s, "");
        iut_expect(s, "'good'");
    }
}

/* ---- headers and fragments ---- */

CASE(ws_header_over_two_fragments,
     .title = "REP reads a request id of which each of two fragments has a half",
     .covers = "SP-WS-043", .why = "a fragment is no unit of SP: its header may be cut anywhere",
     .via = WS)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    ws_send(req, "8000", .more = true);
    ws_send(req, "0001 'ping'", .continuation = true);
    iut_expect(rep, "'ping'");
    iut_send(rep, "'pong'");
    sp_expect(req, "80000001 'pong'");
}

CASE(ws_header_cut_anywhere,
     .title = "REP reads a backtrace wherever the two fragments of a request divide it",
     .covers = "SP-WS-043", .via = WS)
{
    static const char *const octets[] = { "00", "00", "00", "01", "80", "00", "00", "02", "61" };
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    for (unsigned cut = 0; cut <= 9; cut++) {
        const char *first = "", *rest = "";
        for (unsigned i = 0; i < 9; i++)
            if (i < cut)
                first = value(t, "%s%s", first, octets[i]);
            else
                rest = value(t, "%s%s", rest, octets[i]);
        ws_send(req, first, .more = true);
        ws_send(req, rest, .continuation = true);
        iut_expect(rep, "'a'");
        iut_send(rep, "'b'");
        sp_expect(req, "00000001 80000002 'b'");
    }
}

CASE(ws_header_in_octets, .title = "REP reads a request of which every fragment is one octet",
     .covers = "SP-WS-043", .via = WS)
{
    static const char *const octets[] = { "80", "00", "00", "07", "68", "69" };
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    for (unsigned i = 0; i < 6; i++)
        ws_send(req, octets[i], .continuation = i > 0, .more = i < 5);
    iut_expect(rep, "'hi'");
    iut_send(rep, "'ho'");
    sp_expect(req, "80000007 'ho'");
}

CASE(ws_reply_header_over_fragments,
     .title = "REQ reads its id from a reply whose fragments divide it", .covers = "SP-WS-043",
     .via = WS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    for (unsigned i = 0; i < 2; i++) {
        iut_send(req, "'ping'");
        sp_expect(rep, "<head: %1....... .. ..> <tail: ..> 'ping'");
        ws_send(rep, "$head", .more = true);
        if (i == 1)
            ws_send(rep, "", .continuation = true, .more = true);
        ws_send(rep, "$tail 'po'", .continuation = true, .more = true);
        ws_send(rep, "'ng'", .continuation = true);
        iut_expect(req, "'pong'");
    }
}

CASE(ws_malformed_message,
     .title = "REP ignores a message of three octets, or closes the connection over it",
     .covers = "SP-WS-072", .via = WS)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    ws_send(req, "800000");
    if (still_answers(t, rep, req, "req", "80000001") == req)
        variant(t, "a message too short for its protocol is ignored");
    else
        variant(t, "a message too short for its protocol closes the connection");
}

/* ---- payloads that look like something else ---- */

CASE(ws_payload_like_frames,
     .title = "delivers and sends payloads that look like frames as any other",
     .covers = "WS-FRM-050", .via = WS)
{
    static const char *const payloads[] = { "89 80 00000000", "88 82 00000000 03e8",
                                            "82 05 'Hello'",  "8a 00",
                                            "88 00",          "82 ff ffffffffffffffff" };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        sp_send(us, payloads[i]);
        iut_expect(pair, payloads[i]);
        iut_send(pair, payloads[i]);
        sp_expect(us, payloads[i]);
    }
}

CASE(ws_payload_like_greeting,
     .title = "delivers a payload that looks like an SP greeting as any other",
     .covers = "WS-FRM-050", .why = "over WebSocket there is none", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    sp_send(us, "00 'SP' 00 0010 0000");
    sp_send(us, "u64:5 'hello'");
    iut_expect(pair, "00 'SP' 00 0010 0000");
    iut_expect(pair, "u64:5 'hello'");
}

CASE(ws_payload_like_http,
     .title = "delivers a payload that looks like an opening handshake as any other",
     .covers = "WS-FRM-050", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    sp_send(us, "'GET / HTTP/1.1' 0d0a 'Upgrade: websocket' 0d0a 0d0a");
    iut_expect(pair, "'GET / HTTP/1.1' 0d0a 'Upgrade: websocket' 0d0a 0d0a");
    iut_send(pair, "'HTTP/1.1 400 Bad Request' 0d0a 0d0a");
    sp_expect(us, "'HTTP/1.1 400 Bad Request' 0d0a 0d0a");
}

CASE(ws_payload_of_every_octet, .title = "delivers and sends every octet there is",
     .covers = "WS-FRM-050",
     .why = "what is no UTF-8, a zero, or the end of a line, is payload too", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *all = "";

    for (unsigned i = 0; i < 256; i++)
        all = value(t, "%s%02x", all, i);
    sp_send(us, all);
    iut_expect(pair, all);
    iut_send(pair, all);
    sp_expect(us, all);
}
