/* tcp_connection.c -- what a connection is used for, from its greeting to its end. */
#include "any.h"

CASE(tcp_idle_sends_nothing, .title = "sends nothing but its greeting while it is idle",
     .covers = "SP-TCP-041", .why = "there are no keepalive messages: a peer would deliver them",
     .needs = "wire", .via = TCP, .slow = true)
{
    /* None of these speaks unless it is spoken to, or its application sends. */
    static const char *const quiet[] = { "rep", "sub", "pull", "respondent", "pair0", "bus" };
    struct peer *us[6];
    unsigned n = 0;

    for (unsigned i = 0; i < (is_black_box(t) ? 4 : 6); i++)
        if (strcmp(any_protocol(t, quiet[i]), quiet[i]) == 0)
            us[n++] = attach(iut_open(t, quiet[i]), peer_of(quiet[i]));
    if (n == 0)
        skip(t, "the service may send of its own accord");
    for (unsigned i = 0; i < n; i++)
        expect_quiet(us[i], i == 0 ? 3000 : 1, "an idle socket has nothing to send");
}

CASE(tcp_one_connection_for_each_socket, .title = "uses a connection of its own for each socket",
     .covers = "SP-TCP-042", .why = "a frame has no room to say which socket it is for",
     .via = TCP_DIALS)
{
    const char *url = our_listener(t);
    struct iut *first = iut_open(t, "push");
    struct iut *second = iut_open(t, "push");

    iut_dial(first, url);
    struct peer *one = accept_raw(t, url);
    wire_expect(one, "00 'SP' 00 0050 0000");
    wire_send(one, "00 'SP' 00 0051 0000");
    iut_dial(second, url);
    struct peer *two = accept_raw(t, url);
    wire_expect(two, "00 'SP' 00 0050 0000");
    wire_send(two, "00 'SP' 00 0051 0000");
    iut_send(first, "'from the first'");
    iut_send(second, "'from the second'");
    sp_expect(one, "'from the first'");
    sp_expect(two, "'from the second'");
}

CASE(tcp_close_ends_connection,
     .title = "closes the connection when the application closes the socket, and sends no more",
     .covers = "SP-TCP-043", .why = "a peer that is not told keeps sending to nobody", .via = TCP)
{
    static const char *const protocols[] = { "pair0", "pub", "rep", "pull" };

    for (unsigned i = 0; i < 4; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        struct peer *us = attach(s, peer_of(protocols[i]));
        iut_close(s);
        expect_closed(us);
    }
}

enum { ROUNDS = 20, ROUND_MS = 20 };

CASE(tcp_round_trips_are_prompt, .title = "answers a small message at once", .covers = "SP-TCP-048",
     .why = "a send held back for more (Nagle) costs 40 ms against a delayed acknowledgement",
     .via = TCP)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    int64_t start = now(t);
    for (unsigned i = 0; i < ROUNDS; i++) {
        sp_send(req, "80000001 'ping'");
        iut_expect(rep, "'ping'");
        iut_send(rep, "'pong'");
        sp_expect(req, "80000001 'pong'");
    }
    expect_elapsed(t, start, 0, ROUNDS * ROUND_MS);
}

CASE(tcp_small_messages_are_prompt, .title = "sends small messages at once, one behind the other",
     .covers = "SP-TCP-048",
     .why = "a send held back for more (Nagle) costs 40 ms against a delayed acknowledgement",
     .via = TCP)
{
    struct iut *pair = iut_open(t, "pair0");
    struct peer *us = attach(pair, "pair0");

    int64_t start = now(t);
    for (unsigned i = 0; i < ROUNDS; i++) {
        sp_send(us, "'go'");
        iut_expect(pair, "'go'");
        iut_send(pair, "'one'");
        iut_send(pair, "'two'");
        sp_expect(us, "'one'");
        sp_expect(us, "'two'");
    }
    expect_elapsed(t, start, 0, ROUNDS * ROUND_MS);
}
