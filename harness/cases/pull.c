/* pull.c -- what PULL delivers.  There is no draft: as every implementation does. */
#include "any.h"

CASE(pull_delivers_unmodified, .title = "PULL delivers each message as it is, in order",
     .covers = "SP-PUL-001", .via = ANY)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");
    static const char *const bodies[] = { "'work'", "", "00", "80000001 'id?'", "'x'*1000" };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        sp_send(push, bodies[i]);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        iut_expect(pull, bodies[i]);
}

CASE(pull_two_pushers_in_order,
     .title = "PULL delivers every message of two pushers once, each pusher's in order",
     .covers = "SP-PUL-001", .via = ANY)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push[] = { attach(pull, "push"), attach(pull, "push") };

    delivers_in_order_of_each(t, pull, push, 2, 100);
}

CASE(pull_takes_turns,
     .title = "PULL takes about as many messages from each of two pushers that both flood",
     .covers = "SP-PUL-002", .why = "one busy pusher would starve the others", .via = TCP)
{
    /* What an implementation has read ahead is over before the count begins: with messages of a
     * thousand octets, 400 of one pusher are more than the usual buffers and queues hold. */
    enum { EACH = 1000, AHEAD = 400, COUNTED = 100 };
    struct iut *pull = iut_open(t, "pull");
    struct peer *push[2] = { attach(pull, "push"), attach(pull, "push") };

    for (unsigned i = 0; i < EACH; i++)
        for (unsigned k = 0; k < 2; k++)
            sp_send(push[k], value(t, "u32:%u 'x'*996", k));
    for (unsigned i = 0; i < AHEAD; i++)
        iut_expect(pull, "000000 <k: ..> *");
    unsigned n[2] = { 0 };
    for (unsigned i = 0; i < COUNTED; i++) {
        for (unsigned k = 0; k < 2; k++)
            wire_drains_within(push[k], 1); /* so that both have something here */
        iut_expect(pull, "000000 <k: ..> *");
        n[captured(t, "k") & 1]++;
    }
    check(t, n[0] >= 30 && n[1] >= 30, "of 100 messages %u are of one pusher and %u of the other",
          n[0], n[1]);
}

CASE(pull_holds_pusher_back,
     .title = "PULL holds a pusher back while nobody receives, and delivers every message later",
     .covers = "SP-PUL-003", .why = "work would be lost, or fill the memory", .via = TCP)
{
    /* More than system buffers and a queue of some hundred messages hold. */
    enum { SIZE = 20000, MESSAGES = 1000 };
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    for (size_t i = 0; i < MESSAGES; i++)
        sp_send_seq(push, "", SIZE + i);
    check(t, !wire_drains_within(push, 150), "it reads %d messages of %d octets that nobody takes",
          MESSAGES, SIZE);
    check(t, !is_closed(push), "it closes the connection of a pusher that is ahead");
    for (size_t i = 0; i < MESSAGES; i++)
        iut_expect_seq(pull, SIZE + i);
}

CASE(pull_send_refused, .title = "PULL refuses a send", .covers = "SP-PUL-004", .via = LOCAL)
{
    struct iut *pull = iut_open(t, "pull");
    iut_send_fails(pull, 300, "'x'", "notsup|state");
}

CASE(pull_message_cut_off,
     .title = "PULL never delivers a part of a message whose pusher went away in the middle of it",
     .covers = "SP-PUL-005", .why = "half a job looks like a job", .via = STREAM)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");
    const char *head = over_ipc(t) ? "01 u64:10" : "u64:10";
    static const char *const parts[] = { "", "'c'", "'cut off.'", "'cut off.!'" };

    for (unsigned i = 0; i < 8; i++) {
        wire_send(push, value(t, "%s %s", head, parts[i / 2]));
        wire_drains_within(push, 50); /* it may read only when somebody receives */
        if (i % 2 == 0)
            wire_reset(push);
        else
            wire_close(push);
        push = attach(pull, "push");
        sp_send(push, value(t, "'whole' u32:%u", i));
        iut_expect(pull, value(t, "'whole' u32:%u", i));
    }
}

CASE(pull_message_before_close,
     .title = "PULL delivers a whole message whose pusher closes right behind it",
     .covers = "SP-PUL-008", .why = "the last job of a pusher that has done would be lost",
     .via = LISTENS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    for (unsigned i = 0; i < 10; i++) {
        sp_send(push, value(t, "u32:%u", i));
        wire_close(push);
        iut_expect(pull, value(t, "u32:%u", i));
        push = attach(pull, "push");
    }
}

CASE(pull_endpoint_type, .title = "PULL has endpoint type 0x0051", .covers = "SP-PUL-006",
     .via = STREAM, .needs = "wire")
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_raw(pull);

    wire_expect(push, "00 'SP' 00 0051 0000");
}

CASE(pull_burst_beyond_buffer,
     .title = "PULL delivers a burst larger than its receive buffer in order, none of it twice",
     .covers = "SP-PUL-007", .via = ANY, .needs = "recv-buf")
{
    enum { BURST = 400 };
    struct iut *pull = iut_open(t, "pull", "recv-buf=3072");
    struct peer *push = attach(pull, "push");

    for (unsigned i = 0; i < BURST; i++)
        sp_send(push, value(t, "u32:%u 'x'*12", i));
    for (unsigned i = 0; i < BURST; i++)
        iut_expect(pull, value(t, "u32:%u 'x'*12", i));
    sp_send(push, "'after'");
    iut_expect(pull, "'after'");
}
