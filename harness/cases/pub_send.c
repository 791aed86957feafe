/* pub_send.c -- what PUB puts on the wire, and to whom.  sp-publish-subscribe-01 has no normative
 * text beyond its section 8. */
#include "case.h"

CASE(pub_sends_unmodified,
     .title = "PUB sends each message as it is, without a header, to every subscriber",
     .covers = "SP-PUB-001", .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *a = attach(pub, "sub");
    struct peer *b = attach(pub, "sub");
    static const char *const bodies[] = { "'topic and text'", "",         "00",
                                          "80000001 'id?'",   "00 ff 00", "'x'*1000" };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        iut_send(pub, bodies[i]);
        sp_expect(a, bodies[i]);
        sp_expect(b, bodies[i]);
    }
}

CASE(pub_frames_exactly, .title = "PUB writes a message as its length and its octets, nothing else",
     .covers = "SP-PUB-001", .via = STREAM)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach(pub, "sub");
    const char *type = over_ipc(t) ? "01" : "";

    iut_send(pub, "'abc'");
    wire_expect(sub, value(t, "%s u64:3 'abc'", type));
    iut_send(pub, "");
    wire_expect(sub, value(t, "%s u64:0", type));
}

CASE(pub_does_not_filter,
     .title = "PUB sends every topic to a subscriber, who has told it of no subscription",
     .covers = "SP-PUB-002", .why = "subscriptions are local to SUB: nothing announces them",
     .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach(pub, "sub");
    static const char *const topics[] = { "'a'", "'ab'", "'zzz'", "", "ff ff", "00" };

    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        iut_send(pub, topics[i]);
        sp_expect(sub, topics[i]);
    }
}

CASE(pub_to_three_once, .title = "PUB sends each message exactly once to each of three subscribers",
     .covers = "SP-PUB-003", .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *p[3] = { attach(pub, "sub"), attach(pub, "sub"), attach(pub, "sub") };

    for (unsigned i = 0; i < 30; i++) {
        iut_send(pub, value(t, "u32:%u", i));
        for (unsigned k = 0; k < 3; k++) /* a second copy would come before the next number */
            sp_expect(p[k], value(t, "u32:%u", i));
    }
}

CASE(pub_send_without_subscriber, .title = "PUB takes messages at once when there is no subscriber",
     .covers = "SP-PUB-004", .why = "a publisher must not wait for an audience", .via = LOCAL)
{
    struct iut *pub = iut_open(t, "pub");
    int64_t start = now(t);
    for (unsigned i = 0; i < 200; i++)
        iut_send(pub, "'is anybody there?'");
    expect_elapsed(t, start, 0, 1000);
}

CASE(pub_late_subscriber,
     .title = "PUB sends a subscriber nothing that was published before it was there",
     .covers = "SP-PUB-004", .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");

    for (unsigned i = 0; i < 3; i++)
        iut_send(pub, "'early'");
    struct peer *first = attach(pub, "sub");
    iut_send(pub, "'one'");
    sp_expect(first, "'one'");
    struct peer *second = attach(pub, "sub");
    iut_send(pub, "'two'");
    sp_expect(second, "'two'");
    sp_expect(first, "'two'");
}

CASE(pub_receive_refused, .title = "PUB refuses a receive", .covers = "SP-PUB-006", .via = LOCAL)
{
    struct iut *pub = iut_open(t, "pub");
    iut_recv_fails(pub, 300, "notsup|state");
}

CASE(pub_burst_within_send_buffer,
     .title = "PUB loses none of a burst of 16 messages for which its send buffer has room",
     .covers = "SP-PUB-011",
     .why = "a queue of a fixed, smaller size drops what the application made room for", .via = ANY,
     .needs = "send-buf")
{
    struct iut *pub = iut_open(t, "pub", "send-buf=16384");
    struct peer *sub = attach(pub, "sub");

    for (unsigned i = 0; i < 16; i++)
        iut_send(pub, value(t, "u32:%u 00*100", i));
    for (unsigned i = 0; i < 16; i++)
        sp_expect(sub, value(t, "u32:%u 00*100", i));
}

CASE(pub_endpoint_type, .title = "PUB has endpoint type 0x0020", .covers = "SP-PUB-009",
     .via = STREAM, .needs = "wire")
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach_raw(pub);

    wire_expect(sub, "00 'SP' 00 0020 0000");
}
