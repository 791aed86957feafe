/* tcp_messages.c -- how messages are framed over tcp, and that all sizes pass: sp-tcp-mapping-01 3.
 */
#include "any.h"

CASE(tcp_frame_is_length_and_message,
     .title = "sends a message as its length in eight octets, big-endian, and then its octets",
     .covers = "SP-TCP-025", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    iut_send(push, "'hello'");
    wire_expect(pull, "00 00 00 00 00 00 00 05 'hello'");
    iut_send(push, "'a'*258");
    wire_expect(pull, "00 00 00 00 00 00 01 02 'a'*258");
}

CASE(
    tcp_reply_is_length_and_message,
    .title = "a service sends its reply as length in eight octets, big-endian, and then the octets",
    .covers = "SP-TCP-025", .needs = "wire", .via = TCP)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    wire_send(req, "00 00 00 00 00 00 00 09 80000001 'hello'");
    if (is_black_box(t)) { /* whatever it answers, and nothing over 16 MiB */
        wire_expect(req, "00 00 00 00 00 .. .. .. 80000001");
        return;
    }
    iut_expect(rep, "'hello'");
    iut_send(rep, "'yes'");
    wire_expect(req, "00 00 00 00 00 00 00 07 80000001 'yes'");
}

CASE(tcp_length_counts_header, .title = "counts the protocol header and the body in the length",
     .covers = "SP-TCP-026", .via = TCP)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    wire_send(req, "u64:14 00000001 80000002 'say ok'");
    iut_expect(rep, "'say ok'");
    iut_send(rep, "'ok'");
    wire_expect(req, "u64:10 00000001 80000002 'ok'");

    struct iut *surveyor = iut_open(t, "surveyor");
    struct peer *respondent = attach(surveyor, "respondent");
    iut_send(surveyor, "'well?'");
    wire_expect(respondent, "u64:9 %1....... .. .. .. 'well?'");
}

CASE(tcp_empty_message_delivered, .title = "delivers a message of length 0 as an empty message",
     .covers = "SP-TCP-027", .why = "an empty message is a message, and not the end of the stream",
     .via = TCP)
{
    static const char *const protocols[] = { "pull", "pair0", "bus" };

    for (unsigned i = 0; i < 3; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        struct peer *us = attach(s, peer_of(protocols[i]));
        wire_send(us, "u64:0 u64:0 u64:4 'good'");
        iut_expect(s, "");
        iut_expect(s, "");
        iut_expect(s, "'good'");
    }
}

CASE(tcp_empty_message_sent,
     .title = "sends an empty message as eight zero octets and nothing more",
     .covers = "SP-TCP-028", .via = TCP)
{
    static const char *const protocols[] = { "push", "pair0", "bus", "pub" };

    for (unsigned i = 0; i < 4; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        struct peer *us = attach(s, peer_of(protocols[i]));
        iut_send(s, "");
        iut_send(s, "'good'");
        wire_expect(us, "00*8 u64:4 'good'");
    }
}

/* ---- sizes ---- */

static const size_t edges[] = { 1,   2,   7,   8,    9,    125,  126,   127,   128,
                                129, 255, 256, 1023, 1024, 1025, 65535, 65536, 65537 };
enum { EDGES = sizeof edges / sizeof edges[0] };

CASE(tcp_sizes_delivered, .title = "delivers messages of sizes at the edges octet for octet",
     .covers = "SP-TCP-029", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    for (unsigned i = 0; i < EDGES; i++) {
        sp_send_seq(push, NULL, edges[i]);
        iut_expect_seq(pull, edges[i]);
    }
}

CASE(tcp_sizes_sent, .title = "sends messages of sizes at the edges octet for octet",
     .covers = "SP-TCP-030", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    for (unsigned i = 0; i < EDGES; i++) {
        iut_send_seq(push, edges[i]);
        sp_expect_seq(pull, NULL, edges[i]);
    }
}

CASE(tcp_powers_of_two,
     .title = "passes messages of every power of two, and of one octet less and more, both ways",
     .covers = "SP-TCP-045",
     .why = "pools of buffers have sizes, and off-by-ones live at their ends", .via = TCP)
{
    struct iut *pair = iut_open(t, "pair0");
    struct peer *us = attach(pair, "pair0");

    for (size_t power = 16; power <= 131072; power *= 2)
        for (size_t n = power - 1; n <= power + 1; n++) {
            sp_send_seq(us, NULL, n);
            iut_expect_seq(pair, n);
            iut_send_seq(pair, n);
            sp_expect_seq(us, NULL, n);
        }
}

CASE(tcp_request_powers_of_two,
     .title =
         "REP passes bodies of every power of two, less and more, behind a backtrace, both ways",
     .covers = "SP-TCP-045", .why = "the header is put before a body that fills its buffer",
     .via = TCP)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    for (size_t power = 16; power <= 131072; power *= 2)
        for (size_t n = power - 1; n <= power + 1; n++) {
            sp_send_seq(req, "00000001 80000002", n);
            iut_expect_seq(rep, n);
            iut_send_seq(rep, n);
            sp_expect_seq(req, "00000001 80000002", n);
        }
}

CASE(tcp_messages_are_contiguous,
     .title = "sends the octets of one message in one piece, with nothing of another between them",
     .covers = "SP-TCP-044", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    for (size_t i = 0; i < 40; i++)
        iut_send_seq(push, i % 2 ? 20000 + 1000 * i : i);
    for (size_t i = 0; i < 40; i++)
        sp_expect_seq(pull, NULL, i % 2 ? 20000 + 1000 * i : i);
}

CASE(tcp_body_like_a_greeting, .title = "treats a body that looks like a greeting as any other",
     .covers = "SP-TCP-035", .via = TCP)
{
    struct iut *pair = iut_open(t, "pair0");
    struct peer *us = attach(pair, "pair0");

    sp_send(us, "00 'SP' 00 0010 0000");
    iut_expect(pair, "00 'SP' 00 0010 0000");
    sp_send(us, "00 'SP' 00 0010 0000 00*7 05 'hello'");
    iut_expect(pair, "00 'SP' 00 0010 0000 00*7 05 'hello'");
    iut_send(pair, "00 'SP' 00 0010 0000");
    sp_expect(us, "00 'SP' 00 0010 0000");
}
