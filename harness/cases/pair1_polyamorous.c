/* pair1_polyamorous.c -- PAIR v1 in polyamorous mode: messages to one of several peers.  One
 * library alone has it. */
#include "case.h"

CASE(pair1_polyamorous_directed,
     .title = "PAIR v1 in polyamorous mode tells the pipe of a message and sends to that pipe only",
     .covers = "SP-PR1-009", .why = "an answer would reach whoever is next", .via = ANY,
     .needs = "polyamorous")
{
    struct iut *pair = iut_open(t, "pair1", "polyamorous=1");
    struct peer *a = attach(pair, "pair1");
    struct peer *b = attach(pair, "pair1");

    sp_send(a, "00000001 'from a'");
    uint32_t to_a = iut_expect_from(pair, "'from a'");
    sp_send(b, "00000001 'from b'");
    uint32_t to_b = iut_expect_from(pair, "'from b'");
    if (to_a == 0 && to_b == 0)
        skip(t, "the adapter does not tell the pipe of a message");
    check(t, to_a != to_b, "messages of two peers carry the same pipe, %u", (unsigned)to_a);

    for (unsigned i = 0; i < 6; i++) { /* not in turn: what goes astray comes out of order */
        bool at_a = i % 3 != 2;
        iut_send_to(pair, at_a ? to_a : to_b, value(t, "u32:%u", i));
        sp_expect(at_a ? a : b, value(t, "000000 .. u32:%u", i));
    }
    sp_send(a, "00000001 'again'");
    check(t, iut_expect_from(pair, "'again'") == to_a, "the pipe of a peer has changed");
    variant(t, "messages carry their pipe and can be sent to one");
}
