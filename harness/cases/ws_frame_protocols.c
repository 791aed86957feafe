/* ws_frame_protocols.c -- control frames are the transport's business, whatever the protocol of the
 * socket; and how each protocol sends its messages. */
#include "ws_frame.h"

static void answers_ping(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach(s, peer_of(protocol));

    ws_send(us, "'not for you'", .opcode = WS_PING);
    ws_expect(us, "'not for you'", .opcode = WS_PONG);
    ws_send(us, "", .opcode = WS_PONG);
    expect_ws_alive(us);
}

#define PROTOCOL(name, words)                                                                      \
    CASE(ws_ping_to_##name, .title = words " answers a Ping, and goes on", .covers = "WS-FRM-054", \
         .why = "a Ping that reaches a pattern is what no pattern knows", .via = WS,               \
         .fragile = true)                                                                          \
    {                                                                                              \
        answers_ping(t, #name);                                                                    \
    }

PROTOCOL(pub, "PUB")
PROTOCOL(push, "PUSH")
PROTOCOL(req, "REQ")
PROTOCOL(rep, "REP")
PROTOCOL(sub, "SUB")
PROTOCOL(pull, "PULL")
PROTOCOL(surveyor, "SURVEYOR")
PROTOCOL(respondent, "RESPONDENT")
PROTOCOL(bus, "BUS")

CASE(ws_messages_of_others_are_binary,
     .title = "PUB, PUSH, BUS, REQ and SURVEYOR send their messages as binary",
     .covers = "SP-WS-039", .via = WS)
{
    static const char *const protocols[] = { "pub", "push", "bus", "req", "surveyor" };

    for (unsigned i = 0; i < 5; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        struct peer *us = attach(s, peer_of(protocols[i]));
        iut_send(s, "'plain ASCII'");
        check(t, ws_next_head(us).opcode == WS_BINARY, "a message of %s is not sent as binary",
              protocols[i]);
    }
}
