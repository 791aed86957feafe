/* ws_frame_ping.c -- Ping and Pong: RFC 6455 5.5.2, 5.5.3. */
#include "ws_frame.h"

/* On a new pipe this Ping is answered by its Pong, in one frame, and a second one too. */
static void answers(struct t *t, const char *payload)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, payload, .opcode = WS_PING);
    ws_expect(pipe.us, payload, .opcode = WS_PONG);
    expect_ws_alive(pipe.us);
}

CASE(ws_ping_answered, .title = "answers a Ping by a Pong of the same payload",
     .covers = "SP-WS-047 WS-FRM-030",
     .why = "who pings takes one that does not answer for dead, and closes", .needs = "wire",
     .via = WS | WSS)
{
    answers(t, "'abc'");
}

CASE(ws_ping_empty_answered, .title = "answers an empty Ping by an empty Pong",
     .covers = "SP-WS-047 WS-FRM-030", .needs = "wire", .via = WS)
{
    answers(t, "");
}

CASE(ws_ping_of_1_answered, .title = "answers a Ping of one octet", .covers = "WS-FRM-030",
     .needs = "wire", .via = WS)
{
    answers(t, "00");
}

CASE(ws_ping_of_124_answered, .title = "answers a Ping of 124 octets",
     .covers = "WS-FRM-026 WS-FRM-030", .needs = "wire", .via = WS)
{
    answers(t, "'p'*123 'q'");
}

CASE(ws_ping_of_125_answered, .title = "answers a Ping of 125 octets, as many as there may be",
     .covers = "WS-FRM-026 WS-FRM-030", .needs = "wire", .via = WS)
{
    answers(t, "'p'*124 'q'");
}

CASE(ws_ping_of_any_octets_answered,
     .title = "answers Pings of every octet there is, zeros and no UTF-8 among them",
     .covers = "WS-FRM-030", .why = "the payload of a Ping is no text", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    for (unsigned i = 0; i < 256; i += 64) {
        const char *payload = "";
        for (unsigned k = i; k < i + 64; k++)
            payload = value(t, "%s%02x", payload, k);
        ws_send(pipe.us, payload, .opcode = WS_PING);
        ws_expect(pipe.us, payload, .opcode = WS_PONG);
    }
    ws_send(pipe.us, "fe ff fe fd fc fb 00 ff", .opcode = WS_PING);
    ws_expect(pipe.us, "fe ff fe fd fc fb 00 ff", .opcode = WS_PONG);
}

CASE(ws_ping_octet_by_octet, .title = "answers a Ping that arrives one octet at a time",
     .covers = "SP-WS-047 WS-FRM-042", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    wire_trickle(pipe.us, ws_frame_pattern(pipe.us, "'slow ping'", .opcode = WS_PING));
    ws_expect(pipe.us, "'slow ping'", .opcode = WS_PONG);
}

CASE(ws_ping_after_ping, .title = "answers each of ten Pings, sent when the one before is answered",
     .covers = "SP-WS-047", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    for (unsigned i = 0; i < 10; i++) {
        ws_send(pipe.us, value(t, "'ping' %02x", i), .opcode = WS_PING);
        ws_expect(pipe.us, value(t, "'ping' %02x", i), .opcode = WS_PONG);
    }
}

CASE(ws_ping_ten_at_once,
     .title = "answers the last of ten Pings sent at once, and leaves out none or some before it",
     .covers = "WS-FRM-031", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);
    const char *all = "";

    for (unsigned i = 0; i < 10; i++)
        all = value(t, "%s%s", all,
                    ws_frame_pattern(pipe.us, value(t, "u16:%u", i), .opcode = WS_PING));
    wire_send(pipe.us, all);
    pongs_until(t, pipe.us, 9);
}

CASE(ws_ping_never_delivered,
     .title = "delivers the message behind a Ping, and nothing of the Ping", .covers = "SP-WS-049",
     .why = "the application would take a Ping for a message", .via = WS)
{
    frames_deliver(t, "'good'", { "'evil'", .opcode = WS_PING }, { .pattern = "'good'" });
}

CASE(ws_pong_never_delivered,
     .title = "delivers the message behind a Pong, and nothing of the Pong", .covers = "SP-WS-049",
     .via = WS)
{
    frames_deliver(t, "'good'", { "'evil'", .opcode = WS_PONG }, { .pattern = "'good'" });
}

CASE(ws_ping_empty_never_delivered,
     .title = "delivers no empty message for an empty Ping or an empty Pong", .covers = "SP-WS-049",
     .via = WS)
{
    frames_deliver(t, "'good'", { "", .opcode = WS_PING }, { "", .opcode = WS_PONG },
                   { .pattern = "'good'" });
}

CASE(ws_ping_between_messages,
     .title = "answers a Ping between two messages in one segment, and delivers both",
     .covers = "SP-WS-047 WS-FRM-043", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    const char *one = ws_frame_pattern(us, "'one'");
    const char *ping = ws_frame_pattern(us, "'ping'", .opcode = WS_PING);
    const char *two = ws_frame_pattern(us, "'two'");
    wire_send(us, value(t, "%s%s%s", one, ping, two));
    iut_expect(pair, "'one'");
    iut_expect(pair, "'two'");
    ws_expect(us, "'ping'", .opcode = WS_PONG);
}

/* ---- Pongs ---- */

static void ignores_pong(struct t *t, const char *payload)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, payload, .opcode = WS_PONG);
    ws_send(pipe.us, "'alive?'", .opcode = WS_PING);
    ws_expect(pipe.us, "'alive?'", .opcode = WS_PONG);
}

CASE(ws_pong_unasked_ignored,
     .title = "ignores a Pong that it has not asked for, and answers the Ping behind it",
     .covers = "SP-WS-050 WS-FRM-032",
     .why = "an unasked Pong is a heartbeat that expects no answer", .needs = "wire", .via = WS)
{
    ignores_pong(t, "'unasked'");
}

CASE(ws_pong_empty_ignored, .title = "ignores an empty Pong that it has not asked for",
     .covers = "SP-WS-050 WS-FRM-032", .needs = "wire", .via = WS)
{
    ignores_pong(t, "");
}

CASE(ws_pong_of_125_ignored, .title = "ignores a Pong of 125 octets that it has not asked for",
     .covers = "SP-WS-050 WS-FRM-026", .needs = "wire", .via = WS)
{
    ignores_pong(t, "'x'*125");
}

CASE(ws_pongs_ignored_many, .title = "ignores a hundred unasked Pongs in a row",
     .covers = "SP-WS-050 WS-FRM-032", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    for (unsigned i = 0; i < 100; i++)
        ws_send(pipe.us, value(t, "u16:%u", i), .opcode = WS_PONG);
    expect_ws_alive(pipe.us);
}

CASE(ws_pong_of_another_ping_ignored,
     .title = "ignores a Pong with the payload of a Ping of ours, and answers that Ping",
     .covers = "SP-WS-050 WS-FRM-032", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "'same'", .opcode = WS_PING);
    ws_send(pipe.us, "'same'", .opcode = WS_PONG);
    ws_expect(pipe.us, "'same'", .opcode = WS_PONG);
    expect_ws_alive(pipe.us);
}
