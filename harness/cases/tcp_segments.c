/* tcp_segments.c -- TCP is a stream: where a segment ends means nothing. */
#include "any.h"

CASE(tcp_greeting_octet_by_octet,
     .title =
         "accepts a greeting that arrives one octet at a time, and delivers the message behind it",
     .covers = "SP-TCP-023", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_raw(pull);

    wire_expect(push, "00 'SP' 00 0051 0000");
    wire_trickle(push, "00 'SP' 00 0050 0000");
    wire_trickle(push, "u64:5 'hello'");
    iut_expect(pull, "'hello'");
}

CASE(tcp_greeting_with_messages,
     .title =
         "accepts a greeting and messages that arrive in one segment, and delivers every message",
     .covers = "SP-TCP-024",
     .why = "what comes with the greeting is thrown away by one who reads as much as there is",
     .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_raw(pull);

    wire_expect(push, "00 'SP' 00 0051 0000");
    wire_send(push, "00 'SP' 00 0050 0000 u64:3 'one' u64:0 u64:5 'three'");
    iut_expect(pull, "'one'");
    iut_expect(pull, "");
    iut_expect(pull, "'three'");
}

CASE(tcp_greeting_with_part_of_message,
     .title = "accepts a greeting that arrives with a part of the first message",
     .covers = "SP-TCP-024", .via = TCP)
{
    static const char frame[] = "\0\0\0\0\0\0\0\5hello";

    for (size_t cut = 1; cut < sizeof frame - 1; cut++) {
        struct iut *pull = iut_open(t, "pull");
        struct peer *push = attach_raw(pull);
        char octets[8 + sizeof frame];
        wire_expect(push, "00 'SP' 00 0051 0000");
        memcpy(octets, "\0SP\0\0\x50\0\0", 8);
        memcpy(octets + 8, frame, sizeof frame - 1);
        wire_send_octets(push, octets, 8 + cut);
        wire_drains_within(push, 50);
        wire_send_octets(push, octets + 8 + cut, sizeof frame - 1 - cut);
        iut_expect(pull, "'hello'");
        iut_close(pull);
    }
}

CASE(tcp_message_octet_by_octet,
     .title = "delivers a message that arrives one octet at a time, once and intact",
     .covers = "SP-TCP-032", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    wire_trickle(push, "u64:12 'slowly, then'");
    wire_trickle(push, "u64:4 'good'");
    iut_expect(pull, "'slowly, then'");
    iut_expect(pull, "'good'");
}

CASE(tcp_message_cut_anywhere,
     .title = "delivers a message that arrives in two parts, wherever it is cut, once and intact",
     .covers = "SP-TCP-034", .via = TCP)
{
    static const char frames[] = "\0\0\0\0\0\0\0\5first\0\0\0\0\0\0\0\6second";
    struct iut *pull = iut_open(t, "pull");

    delivers_cut_anywhere(pull, attach(pull, "push"), frames, sizeof frames - 1);
}

CASE(tcp_request_cut_anywhere,
     .title = "REP reads its header from a request that arrives in two parts, wherever it is cut",
     .covers = "SP-TCP-034", .via = TCP)
{
    static const char frame[] = "\0\0\0\0\0\0\0\x0c"
                                "\0\0\0\1\x80\0\0\2ping";
    const size_t n = sizeof frame - 1;
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    for (size_t cut = 1; cut < n; cut++) {
        wire_send_octets(req, frame, cut);
        wire_drains_within(req, 50);
        wire_send_octets(req, frame + cut, n - cut);
        iut_expect(rep, "'ping'");
        iut_send(rep, "'pong'");
        sp_expect(req, "00000001 80000002 'pong'");
    }
}

enum { MANY = 1000, FRAME = 8 + 4 };

static void delivers_many(struct t *t, const char *protocol, const char *as)
{
    static unsigned char octets[MANY * FRAME];
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach(s, as);

    for (unsigned i = 0; i < MANY; i++) {
        const unsigned char frame[FRAME] = {
            0, 0, 0, 0, 0, 0, 0, 4, 'n', 0, (unsigned char)(i >> 8), (unsigned char)i
        };
        memcpy(octets + i * FRAME, frame, FRAME);
    }
    wire_send_octets(us, octets, sizeof octets);
    for (unsigned i = 0; i < MANY; i++)
        iut_expect(s, value(t, "'n' 00 u16:%u", i));
}

CASE(tcp_thousand_messages_at_once,
     .title = "PULL delivers a thousand messages that arrive in one write, all and in order",
     .covers = "SP-TCP-033", .why = "a reader that takes one message from each read loses the rest",
     .via = TCP)
{
    delivers_many(t, "pull", "push");
}

CASE(tcp_pair_thousand_messages_at_once,
     .title = "PAIR delivers a thousand messages that arrive in one write, all and in order",
     .covers = "SP-TCP-033", .via = TCP)
{
    delivers_many(t, "pair0", "pair0");
}
