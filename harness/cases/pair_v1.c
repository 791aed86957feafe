/* pair_v1.c -- PAIR v1: a hop count before each message, and more than one peer when asked to.  No
 * draft describes it; this is what the implementations that have it agree on. */
#include "case.h"
#include "any.h"

CASE(pair1_refuses_pair0, .title = "PAIR v1 refuses a peer of type PAIR v0", .covers = "SP-PR1-012",
     .via = STREAM, .needs = "wire")
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach_raw(pair);

    wire_expect(us, "00 'SP' 00  0011  0000");
    wire_send(us, "00 'SP' 00  0010  0000");
    expect_closed(us);
}

CASE(pair1_sends_a_hop_count,
     .title = "PAIR v1 sends three zero octets, a hop count of 0 or 1, then the body",
     .covers = "SP-PR1-001a", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    iut_send(pair, "'hi'");
    sp_expect(us, "00 00 00 %0000000. 'hi'");
    iut_send(pair, "");
    sp_expect(us, "00 00 00 %0000000.");
}

CASE(pair1_first_hop_count, .title = "PAIR v1 begins to count hops at 1, or at 0",
     .covers = "SP-PR1-001b", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    iut_send(pair, "'hi'");
    sp_expect(us, "00 00 00 <hop: ..> 'hi'");
    variant(t, "the first hop count is %u", (unsigned)captured(t, "hop"));
}

CASE(pair1_delivers_hops_below_ttl,
     .title = "PAIR v1 delivers hop counts of 0 to 7, without the header", .covers = "SP-PR1-002",
     .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    for (unsigned hop = 0; hop < 8; hop++) {
        sp_send(us, value(t, "000000 %02x 'hop ' u32:%u", hop, hop));
        iut_expect(pair, value(t, "'hop ' u32:%u", hop));
    }
}

CASE(pair1_drops_above_ttl,
     .title = "PAIR v1 drops a message with a hop count of 9 and keeps its pipe",
     .covers = "SP-PR1-003", .why = "the ttl is what ends a loop of devices", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    sp_send(us, "000000 09 'too far'");
    sp_send(us, "000000 ff 'much too far'");
    sp_send(us, "000000 01 'near'");
    iut_expect(pair, "'near'");
}

CASE(pair1_ttl_option,
     .title = "PAIR v1 with its ttl set to N delivers a hop count of N - 1 and drops one of N + 1",
     .covers = "SP-PR1-004", .via = ANY, .needs = "ttl")
{
    static const unsigned ttls[] = { 2, 5, 15 };

    for (size_t i = 0; i < sizeof ttls / sizeof ttls[0]; i++) {
        struct iut *pair = iut_open(t, "pair1", value(t, "ttl=%u", ttls[i]));
        struct peer *us = attach(pair, "pair1");
        sp_send(us, value(t, "000000 %02x 'too far'", ttls[i] + 1));
        sp_send(us, value(t, "000000 %02x 'near'", ttls[i] - 1));
        iut_expect(pair, "'near'");
    }
}

CASE(pair1_hop_count_of_the_ttl,
     .title = "PAIR v1 delivers a message whose hop count equals the ttl, or drops it",
     .covers = "SP-PR1-014", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    sp_send(us, "000000 08 'edge'");
    sp_send(us, "000000 01 'near'");
    iut_expect(pair, "<first: .. .. .. ..>");
    bool delivered = captured(t, "first") == 0x65646765; /* edge */
    variant(t, delivered ? "a hop count of the ttl is delivered"
                         : "a hop count of the ttl is dropped");
    if (delivered)
        iut_expect(pair, "'near'");
}

CASE(pair1_header_alone, .title = "PAIR v1 delivers a message of its header alone as an empty one",
     .covers = "SP-PR1-007", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    sp_send(us, "000000 01");
    iut_expect(pair, "");
    sp_send(us, "000000 01 'next'");
    iut_expect(pair, "'next'");
}

/* Each malformed message is sent on a pipe that works; what is delivered next must be the good
 * one.  True: every pipe stayed open. */
static bool survives(struct t *t, struct iut *pair, const char *const *malformed)
{
    bool kept = true;
    struct peer *us = attach(pair, "pair1");
    for (size_t i = 0; malformed[i]; i++) {
        sp_send(us, malformed[i]);
        sp_send(us, value(t, "000000 01 'good' u32:%zu", i));
        for (int64_t began = now(t); strcmp(iut_try_recv(pair, 20), "ok") != 0;) {
            if (is_closed(us)) {
                kept = false;
                us = taken_in(t, us, "pair1");
                sp_send(us, value(t, "000000 01 'good' u32:%zu", i));
            }
            check(t, now(t) - began < patience(t), "a good message is not delivered any more");
        }
        check(t, captured(t, "got") == (0x676f6f64ULL << 32 | i),
              "what was delivered is not the good message sent last");
    }
    return kept;
}

static const char *const upper_bits[] = { "00 00 01 01 'bad'", "01 00 00 01 'bad'",
                                          "80 00 00 01 'bad'", NULL };
static const char *const too_short[] = { "", "00", "00 00", "00 00 00", NULL };

CASE(pair1_upper_bits_not_delivered,
     .title = "PAIR v1 never delivers a message whose header has any of its upper 24 bits set",
     .covers = "SP-PR1-005a", .via = ANY)
{
    survives(t, iut_open(t, "pair1"), upper_bits);
}

CASE(pair1_upper_bits_pipe,
     .title = "PAIR v1 closes the pipe of a header with upper bits set, or drops the message",
     .covers = "SP-PR1-005b", .via = TCP)
{
    bool kept = survives(t, iut_open(t, "pair1"), upper_bits);
    variant(t, kept ? "a header with upper bits set is dropped"
                    : "a header with upper bits set closes the pipe");
}

CASE(pair1_short_not_delivered,
     .title = "PAIR v1 never delivers a message of fewer than four octets", .covers = "SP-PR1-006a",
     .via = ANY)
{
    survives(t, iut_open(t, "pair1"), too_short);
}

CASE(pair1_short_pipe,
     .title = "PAIR v1 closes the pipe of a message of fewer than four octets, or drops it",
     .covers = "SP-PR1-006b", .via = TCP)
{
    bool kept = survives(t, iut_open(t, "pair1"), too_short);
    variant(t, kept ? "a truncated header is dropped" : "a truncated header closes the pipe");
}

CASE(pair1_second_peer_refused,
     .title = "PAIR v1 disconnects a second peer; the first pipe goes on", .covers = "SP-PR1-008",
     .via = ANY)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *first = attach(pair, "pair1");
    struct peer *second = attach_unchecked(pair, "pair1");

    expect_closed(second);
    sp_send(first, "000000 01 'still here'");
    iut_expect(pair, "'still here'");
    iut_send(pair, "'you too'");
    sp_expect(first, "00 00 00 .. 'you too'");
}

CASE(pair1_polyamorous_two_peers,
     .title = "PAIR v1 in polyamorous mode accepts two peers and hears both",
     .covers = "SP-PR1-009", .via = ANY, .needs = "polyamorous")
{
    struct iut *pair = iut_open(t, "pair1", "polyamorous=1");
    struct peer *a = attach(pair, "pair1");
    struct peer *b = attach(pair, "pair1");

    sp_send(a, "000000 01 'from a'");
    iut_expect(pair, "'from a'");
    sp_send(b, "000000 01 'from b'");
    iut_expect(pair, "'from b'");
    variant(t, "two peers are accepted");
}

CASE(pair1_polyamorous_undirected,
     .title = "PAIR v1 in polyamorous mode sends a message without a pipe to one peer only",
     .covers = "SP-PR1-010", .via = ANY, .needs = "polyamorous")
{
    struct iut *pair = iut_open(t, "pair1", "polyamorous=1");
    struct peer *a = attach(pair, "pair1");
    struct peer *b = attach(pair, "pair1");

    iut_send(pair, "'one'");
    struct peer *first = sp_expect_on_any("00 00 00 .. 'one'", a, b);
    iut_send(pair, "'two'"); /* a copy of 'one' would come before it, or on the other pipe */
    struct peer *second = sp_expect_on_any("00 00 00 .. 'two'", a, b);
    iut_send(pair, "'three'");
    sp_expect_on_any("00 00 00 .. 'three'", a, b);
    if (first != second)
        variant(t, "messages without a pipe go to the peers in turn");
    else
        variant(t, "messages without a pipe go to one peer");
}

CASE(pair1_polyamorous_greeting,
     .title = "PAIR v1 in polyamorous mode still announces endpoint type 0x0011",
     .covers = "SP-PR1-011", .via = STREAM, .needs = "polyamorous")
{
    struct iut *pair = iut_open(t, "pair1", "polyamorous=1");
    struct peer *us = attach_raw(pair);

    wire_expect(us, "00 'SP' 00  0011  0000");
}

CASE(pair1_raw_counts_a_hop,
     .title = "a raw PAIR v1 in a device sends a message on with a hop count one higher",
     .covers = "SP-PR1-013", .via = ANY, .needs = "raw device")
{
    struct iut *in = iut_open(t, "pair1 raw");
    struct iut *out = iut_open(t, "pair1 raw");
    struct peer *front = attach(in, "pair1");
    struct peer *back = attach(out, "pair1");
    iut_device(in, out);

    sp_send(front, "000000 03 'on'");
    sp_expect(back, "000000 04 'on'");
    sp_send(back, "000000 00 'and back'");
    sp_expect(front, "000000 01 'and back'");
}
