/* ws_close_order.c -- what comes before, within, behind and across a Close: RFC 6455 5.5.1, 7.1. */
#include "ws_end.h"

CASE(ws_close_data_behind_ignored,
     .title = "delivers nothing that comes behind a Close, not even in the same segment",
     .covers = "WS-CLS-017", .via = WS)
{
    struct talk k = talk_to(t);

    wire_send(k.us, value(t, "%s %s", ws_frame_pattern(k.us, "03e8", .opcode = WS_CLOSE),
                          ws_frame_pattern(k.us, "'late'")));
    ws_close_comes(k.us);
    wire_finish(k.us);
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_close_data_later_ignored,
     .title = "delivers nothing that comes after it has answered a Close", .covers = "WS-CLS-017",
     .via = WS)
{
    struct talk k = talk_to(t);

    ws_manual(k.us);
    ws_send_close(k.us, 1000, "");
    ws_close_comes(k.us);
    ws_send(k.us, "'late'");
    ws_send(k.us, "'later'");
    wire_finish(k.us);
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_close_ping_behind, .title = "ends the connection when a Ping comes behind a Close",
     .covers = "WS-CLS-018", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    wire_send(k.us, value(t, "%s %s", ws_frame_pattern(k.us, "03e8", .opcode = WS_CLOSE),
                          ws_frame_pattern(k.us, "'too late'", .opcode = WS_PING)));
    ws_close_comes(k.us);
    wire_finish(k.us);
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_close_second_behind, .title = "ends the connection when a second Close comes",
     .covers = "WS-CLS-018", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);
    const char *one = ws_frame_pattern(k.us, "03e8", .opcode = WS_CLOSE);
    const char *two = ws_frame_pattern(k.us, "03e9 'again'", .opcode = WS_CLOSE);

    wire_send(k.us, value(t, "%s %s", one, two));
    ws_close_comes(k.us);
    wire_finish(k.us);
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_close_garbage_behind,
     .title = "takes what comes behind a Close for nothing, be it no frame at all",
     .covers = "WS-CLS-018", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    wire_send(k.us, value(t, "%s ff*300", ws_frame_pattern(k.us, "03e8", .opcode = WS_CLOSE)));
    ws_close_comes(k.us);
    wire_finish(k.us);
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_close_inside_fragments,
     .title = "answers a Close inside a fragmented message, and delivers nothing of the message",
     .covers = "WS-CLS-019", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "'not '", .more = true);
    ws_send(k.us, "'whole'", .continuation = true, .more = true);
    takes_close(&k, 1000, "");
    good_is_next(&k);
}

CASE(ws_close_behind_a_message, .title = "delivers a message when a Close comes right behind it",
     .covers = "WS-CLS-020", .why = "the last words of a peer that leaves would be lost", .via = WS)
{
    struct talk k = talk_to(t);

    iut_begin_recv(k.s, patience(t));
    wire_send(k.us, value(t, "%s %s", ws_frame_pattern(k.us, "'last words'"),
                          ws_frame_pattern(k.us, "03e8", .opcode = WS_CLOSE)));
    iut_end_expect(k.s, "'last words'");
}

CASE(ws_close_behind_messages, .title = "delivers every message that came before a Close, in order",
     .covers = "WS-CLS-020", .via = WS)
{
    enum { MESSAGES = 8 };
    struct talk k = talk_to(t);

    for (unsigned i = 0; i < MESSAGES; i++) {
        ws_send(k.us, value(t, "'word' %02x", i));
        iut_expect(k.s, value(t, "'word' %02x", i));
    }
    iut_begin_recv(k.s, patience(t));
    ws_send(k.us, "'the last'");
    ws_send_close(k.us, 1000, "");
    iut_end_expect(k.s, "'the last'");
}

CASE(ws_close_no_data_behind_its_own, .title = "sends no message on a connection after its Close",
     .covers = "SP-WS-073 WS-CLS-021", .why = "the peer ignores it, and the message is lost",
     .via = WS)
{
    struct talk k = talk_to(t);

    ws_manual(k.us);
    ws_send_close(k.us, 1000, "");
    ws_close_comes(k.us);
    iut_try_send(k.s, 100, "'into the void'"); /* it may wait for another peer */
    wire_finish(k.us);
    ws_expect_end(k.us);
}

CASE(ws_close_message_goes_to_the_next,
     .title = "REQ sends its request again elsewhere when the peer that has it sends a Close",
     .covers = "WS-CLS-008", .why = "the request would wait for the resend interval, 60 s",
     .via = WS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *one = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(one, "<id: %1....... .. .. ..> 'ping'");
    struct peer *two = attach(req, "rep");
    ws_send_close(one, 1001, "");
    sp_expect(two, "$id 'ping'");
    sp_send(two, "$id 'pong'");
    iut_expect(req, "'pong'");
}

/* ---- of every protocol ---- */

#define GOES_ON(protocol, name)                                                                    \
    CASE(ws_close_to_##protocol,                                                                   \
         .title = name " ends the connection of a peer that sends a Close, and takes the next",    \
         .covers = "WS-CLS-008", .why = "one peer that leaves must not end a service", .via = WS)  \
    {                                                                                              \
        struct iut *s = iut_open(t, #protocol);                                                    \
        struct peer *stays = attach(s, peer_of(#protocol));                                        \
        struct peer *leaves = attach(s, peer_of(#protocol));                                       \
        ws_send_close(leaves, 1000, "");                                                           \
        ws_expect_end(leaves);                                                                     \
        attach(s, peer_of(#protocol));                                                             \
        expect_open(stays);                                                                        \
    }

GOES_ON(pub, "PUB")
GOES_ON(sub, "SUB")
GOES_ON(req, "REQ")
GOES_ON(rep, "REP")
GOES_ON(push, "PUSH")
GOES_ON(pull, "PULL")
GOES_ON(surveyor, "SURVEYOR")
GOES_ON(respondent, "RESPONDENT")
GOES_ON(bus, "BUS")

/* ---- it closes by itself ---- */

CASE(ws_application_close_says_so,
     .title = "sends a Close of code 1000 or 1001 when its application closes the socket",
     .covers = "SP-WS-056 WS-CLS-022", .why = "a page shows a broken connection (1006) otherwise",
     .via = WS)
{
    struct talk k = talk_to(t);

    iut_close(k.s);
    ws_expect_close(k.us, "1000|1001");
}

CASE(ws_application_close_ends,
     .title = "ends the connection when its application closes the socket", .covers = "WS-CLS-023",
     .via = WS)
{
    struct talk k = talk_to(t);

    iut_close(k.s);
    ws_expect_end(k.us);
}

CASE(ws_application_close_behind_a_message,
     .title = "sends what its application has sent before the Close", .covers = "WS-CLS-024",
     .via = WS)
{
    struct talk k = talk_to(t);

    iut_send(k.s, "'goodbye'");
    sp_expect(k.us, "'goodbye'");
    iut_close(k.s);
    ws_expect_end(k.us);
}

CASE(ws_application_close_crossed_by_data,
     .title = "ends the connection when messages cross its Close", .covers = "WS-CLS-023",
     .via = WS)
{
    struct talk k = talk_to(t);

    ws_manual(k.us);
    iut_close(k.s);
    ws_close_comes(k.us);
    for (unsigned i = 0; i < 8; i++)
        ws_send(k.us, "'crossing' 00*1000");
    ws_send_close(k.us, 1000, "");
    if (dials(t))
        wire_finish(k.us);
    ws_expect_end(k.us);
}

CASE(ws_close_both_at_once, .title = "ends the connection when both sides send a Close at once",
     .covers = "WS-CLS-025", .via = WS)
{
    struct talk k = talk_to(t);

    ws_manual(k.us);
    iut_close(k.s);
    ws_send_close(k.us, 1001, ""); /* before we have read its own */
    if (dials(t))
        wire_finish(k.us);
    ws_expect_end(k.us);
}

CASE(ws_application_close_unanswered, .title = "drops a peer that does not answer its Close",
     .covers = "WS-CLS-026", .why = "a silent peer would keep a closed connection for ever",
     .via = WS, .slow = true)
{
    enum { BOUND_MS = 35000 };
    struct talk k = talk_to(t);

    ws_manual(k.us);
    iut_close(k.s);
    check(t, ws_ends_within(k.us, BOUND_MS), "35 s later it still waits for an answer");
}

CASE(ws_application_close_unread, .title = "closes a socket within 2 s whose peer does not read",
     .covers = "WS-CLS-027", .why = "an application that cannot end has to be killed", .via = WS)
{
    struct talk k = talk_to(t);

    wire_pause(k.us);
    for (unsigned i = 0; i < 20; i++)
        if (strcmp(iut_try_send_seq(k.s, 20, 60000), "ok") != 0)
            break;
    int64_t start = now(t);
    iut_close(k.s);
    expect_elapsed(t, start, 0, 2000);
}
