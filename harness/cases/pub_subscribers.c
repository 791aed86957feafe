/* pub_subscribers.c -- subscribers of PUB that stall, leave or speak. */
#include "case.h"

CASE(pub_stalled_subscriber,
     .title = "PUB neither blocks nor keeps messages from the others when a subscriber stops "
              "reading",
     .covers = "SP-PUB-005", .why = "one slow subscriber would stop the whole audience", .via = TCP)
{
    enum { SIZE = 900000, LARGE = 14, TRIES = 20, ARRIVAL_MS = 50 };
    static const uint32_t MARK = 0xf0000000;
    struct iut *pub = iut_open(t, "pub");
    struct peer *stalled = attach(pub, "sub");
    struct peer *other = attach(pub, "sub");

    wire_pause(stalled);
    for (unsigned i = 0; i < LARGE; i++)
        iut_send_seq(pub, SIZE);

    /* Large messages may be lost on the other pipe too, where it was not free yet: its turn to be
     * judged comes when it has caught up. */
    unsigned caught_up = 0;
    for (unsigned i = 1; i <= TRIES && !caught_up; i++) {
        iut_send(pub, value(t, "u32:0x%08x", MARK + i));
        for (;;) {
            int64_t asked = now(t);
            closes_within(other, ARRIVAL_MS); /* until something comes */
            if (sp_waiting(other) == 0 && now(t) - asked >= ARRIVAL_MS)
                break; /* it was dropped: the next one */
            sp_expect(other, "<n: .. .. .. ..> *");
            if (captured(t, "n") == MARK + i) {
                caught_up = i;
                break;
            }
        }
    }
    check(t, caught_up > 0,
          "the subscriber that reads receives nothing beside the one that does not");
    for (unsigned i = 1; i <= 20; i++) {
        int64_t sent = now(t);
        iut_send(pub, value(t, "u32:%u", i));
        sp_expect(other, value(t, "u32:%u", i));
        expect_elapsed(t, sent, 0, 1000);
    }
}

CASE(pub_subscriber_leaves,
     .title = "PUB goes on sending to the others when a subscriber leaves in the middle",
     .covers = "SP-PUB-008", .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *a = attach(pub, "sub");
    struct peer *leaver = attach(pub, "sub");
    struct peer *b = attach(pub, "sub");

    for (unsigned i = 0; i < 40; i++) {
        if (i == 10)
            wire_close(leaver);
        iut_send(pub, value(t, "u32:%u", i));
        sp_expect(a, value(t, "u32:%u", i));
        sp_expect(b, value(t, "u32:%u", i));
    }
}

CASE(pub_subscriber_resets,
     .title = "PUB goes on sending to the others when a subscriber that does not read resets",
     .covers = "SP-PUB-008", .why = "a write that fails must cost one pipe only", .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *a = attach(pub, "sub");
    struct peer *leaver = attach(pub, "sub");

    wire_pause(leaver);
    for (unsigned i = 0; i < 40; i++) {
        if (i == 10)
            wire_reset(leaver);
        iut_send(pub, value(t, "u32:%u", i));
        sp_expect(a, value(t, "u32:%u", i));
    }
}

CASE(pub_subscriber_returns, .title = "PUB sends to a subscriber again that has left and come back",
     .covers = "SP-PUB-008", .via = ANY)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *a = attach(pub, "sub");
    struct peer *leaver = attach(pub, "sub");

    wire_close(leaver);
    if (iut_has(t, "pipes"))
        iut_pipes(pub, 1); /* it has noticed */
    iut_send(pub, "'without'");
    sp_expect(a, "'without'");
    leaver = reattach(leaver, "sub");
    iut_send(pub, "'again'");
    sp_expect(leaver, "'again'");
    sp_expect(a, "'again'");
}

/* What becomes of the pipe of a subscriber that has sent something; a service may be publishing. */
static void name_what_happens(struct t *t, struct peer *sub)
{
    enum { WITHIN_MS = 300 };
    int64_t start = now(t);
    while (!closes_within(sub, WITHIN_MS) && sp_waiting(sub) > 0 && now(t) - start < WITHIN_MS)
        sp_expect(sub, "*");
    if (is_closed(sub))
        variant(t, "closes the pipe of a subscriber that sends");
    else
        variant(t, "ignores what a subscriber sends");
}

CASE(pub_message_from_subscriber,
     .title = "PUB closes the pipe of a subscriber that sends, or ignores what it sends",
     .covers = "SP-PUB-007", .why = "any stranger could end the publisher with one message",
     .via = ANY, .needs = "wire", .fragile = true)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach(pub, "sub");

    sp_send(sub, "'what is this?'");
    name_what_happens(t, sub);
}

CASE(pub_empty_message_from_subscriber,
     .title = "PUB closes the pipe of a subscriber that sends an empty message, or ignores it",
     .covers = "SP-PUB-007", .via = ANY, .needs = "wire", .fragile = true)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach(pub, "sub");

    sp_send(sub, "");
    name_what_happens(t, sub);
}

CASE(pub_serves_after_message_from_subscriber,
     .title = "PUB still serves the other subscribers, and new ones, when one has sent a message",
     .covers = "SP-PUB-010", .via = ANY, .fragile = true)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *other = attach(pub, "sub");
    struct peer *sub = attach(pub, "sub");

    sp_send(sub, "'what is this?'");
    wire_drains_within(sub, 200); /* read, or closed */
    for (unsigned i = 0; i < 5; i++) {
        iut_send(pub, value(t, "u32:%u", i));
        sp_expect(other, value(t, "u32:%u", i));
    }
    wire_close(sub);
    if (iut_has(t, "pipes"))
        iut_pipes(pub, 1); /* it has noticed */
    struct peer *next = attach(pub, "sub");
    iut_send(pub, "'next'");
    sp_expect(next, "'next'");
    sp_expect(other, "'next'");
}
