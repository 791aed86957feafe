/* tcp_greeting.c -- the eight octets that the implementation sends first: sp-tcp-mapping-01 2. */
#include "any.h"

CASE(tcp_greeting_comes_first,
     .title = "sends its eight greeting octets without waiting for the peer's, and nothing else",
     .covers = "SP-TCP-001",
     .why = "both sides send at once: two that wait for each other never connect", .needs = "wire",
     .via = TCP_LISTENS | TCP6_LISTENS)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);

    expect_quiet(us, 200, "we have not greeted, so nothing that we could do calls for octets");
}

CASE(
    tcp_dialer_greets_first,
    .title = "sends its greeting on a connection that it dialled before the peer has sent an octet",
    .covers = "SP-TCP-002",
    .why = "both sides send at once: two that wait for each other never connect", .needs = "wire",
    .via = TCP_DIALS | TCP6_DIALS)
{
    const char *protocol = any_protocol(t, "req");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);

    expect_quiet(us, 200, "we have not greeted, so nothing that we could do calls for octets");
}

CASE(tcp_greeting_reserved_is_zero,
     .title = "sends zero in the reserved octets of its greeting, on every connection",
     .covers = "SP-TCP-005", .why = "a strict peer closes the connection", .needs = "wire",
     .via = TCP)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (int i = 0; i < 3; i++) {
        struct peer *us = attach_raw(s);
        wire_expect(us, "00 'SP' 00 .. .. 00 00");
        wire_close(us);
    }
}

/* ---- SP-TCP-004: one case for each type, so that a report names the one that is wrong ---- */

static void announces(struct t *t, const char *protocol, const char *octets)
{
    struct iut *s = iut_open(t, protocol);

    wire_expect(attach_raw(s), octets);
}

#define TYPE_CASE(name, protocol, octets)                                                          \
    CASE(tcp_type_of_##name, .title = "announces " protocol " as endpoint type " octets,           \
         .covers = "SP-TCP-004", .why = "every peer refuses another type", .needs = "wire",        \
         .via = TCP)                                                                               \
    {                                                                                              \
        announces(t, #name, "00 'SP' 00 " octets " 0000");                                         \
    }

TYPE_CASE(pair0, "PAIR v0", "0010")
TYPE_CASE(pair1, "PAIR v1", "0011")
TYPE_CASE(pub, "PUB", "0020")
TYPE_CASE(sub, "SUB", "0021")
TYPE_CASE(req, "REQ", "0030")
TYPE_CASE(rep, "REP", "0031")
TYPE_CASE(push, "PUSH", "0050")
TYPE_CASE(pull, "PULL", "0051")
TYPE_CASE(surveyor, "SURVEYOR", "0062")
TYPE_CASE(respondent, "RESPONDENT", "0063")
TYPE_CASE(bus, "BUS", "0070")

/* ---- before the peer's greeting is complete ---- */

CASE(tcp_no_message_before_greeting,
     .title = "sends no message on a connection until the peer's greeting is complete",
     .covers = "SP-TCP-006",
     .why = "the peer may turn out to be incompatible, and the message is lost", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach_ungreeted(t, push, "push");

    iut_begin_send(push, patience(t), "'early'"); /* may wait, or be taken at once */
    wire_trickle(pull, "00 'SP' 00 0051 00");
    expect_quiet(pull, 200, "one octet of our greeting is missing: nothing may answer it");
    wire_send(pull, "00");
    iut_end_ok(push);
    sp_expect(pull, "'early'");
}

CASE(
    tcp_publishes_only_to_greeted,
    .title = "PUB sends nothing to a connection that has not greeted when the message is published",
    .covers = "SP-TCP-006", .via = TCP, .needs = "pipes")
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach_ungreeted(t, pub, "pub");

    wire_trickle(sub, "00 'SP' 00 0021 00");
    iut_send(pub, "'early'");
    wire_send(sub, "00");
    iut_pipes(pub, 1);
    iut_send(pub, "'late'");
    sp_expect(sub, "'late'"); /* and not 'early' before it */
}

CASE(tcp_ungreeted_takes_no_message,
     .title = "gives no message to a connection whose greeting is incomplete",
     .covers = "SP-TCP-007",
     .why = "one peer that hangs in its greeting would swallow its share of the work", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *stalled = attach_ungreeted(t, push, "push");
    wire_trickle(stalled, "00 'SP' 00 0051 00");
    struct peer *pull = attach(push, "pull");

    for (unsigned i = 0; i < 8; i++) {
        iut_send(push, value(t, "'job' %02x", i));
        sp_expect(pull, value(t, "'job' %02x", i)); /* none in turn for the one that stalls */
    }
}

CASE(tcp_message_in_place_of_greeting,
     .title = "delivers nothing from a connection that sends a message without a greeting",
     .covers = "SP-TCP-007", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *rude = attach_ungreeted(t, pull, "pull");

    wire_send(rude, "u64:4 'evil'");
    expect_closed(rude);
    struct peer *push = attach(pull, "push");
    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
}

CASE(tcp_greeting_in_two_parts_of_two_peers,
     .title = "reads the greeting of each connection apart from those of others",
     .covers = "SP-TCP-007", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *half = attach_ungreeted(t, pull, "pull");
    struct peer *rest = attach_ungreeted(t, pull, "pull");

    wire_trickle(half, "00 'SP' 00");
    wire_send(rest, "0050 0000 u64:4 'evil'"); /* no greeting by itself */
    expect_closed(rest);
    wire_send(half, "0050 0000 u64:4 'good'");
    iut_expect(pull, "'good'");
}
