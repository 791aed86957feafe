/* ws_patterns.c -- Ping and Close at the patterns that expect nothing from their peers. */
#include "case.h"

/* What a socket hears in the wrong direction must not end it: RFC 6455 5.5.2 knows no patterns. */
static void answers_ping(struct t *t, const char *protocol)
{
    struct peer *us = attach(iut_open(t, protocol), peer_of(protocol));

    ws_send(us, "'are you there?'", .opcode = WS_PING);
    ws_expect(us, "'are you there?'", .opcode = WS_PONG);
}

CASE(ws_ping_to_pub, .title = "PUB answers a Ping", .covers = "SP-WS-047",
     .why = "publishers have been aborted by any frame of a subscriber", .via = WS, .fragile = true)
{
    answers_ping(t, "pub");
}

CASE(ws_ping_to_push, .title = "PUSH answers a Ping", .covers = "SP-WS-047",
     .why = "it expects no message: a Ping is none", .via = WS, .fragile = true)
{
    answers_ping(t, "push");
}

CASE(ws_close_to_pub, .title = "PUB answers a Close, and goes on for other subscribers",
     .covers = "SP-WS-053a", .why = "publishers have been aborted by a browser that left",
     .via = WS, .fragile = true)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *us = attach(pub, "sub");

    ws_send_close(us, 1000, "");
    closes_within(us, patience(t));
    struct peer *next = reattach(us, "sub");
    ws_send(next, "'are you there?'", .opcode = WS_PING);
    ws_expect(next, "'are you there?'", .opcode = WS_PONG);
}
