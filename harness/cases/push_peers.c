/* push_peers.c -- PUSH without pullers, with pullers that do not read, and with ones that speak. */
#include "case.h"

CASE(push_without_puller,
     .title = "PUSH lets a send wait while there is no puller, or queues the message",
     .covers = "SP-PSH-004", .via = LOCAL)
{
    struct iut *push = iut_open(t, "push");
    const char *code = iut_try_send(push, 200, "'anybody?'");
    if (strcmp(code, "ok") == 0)
        variant(t, "the message is queued");
    else if (strcmp(code, "timedout") == 0)
        variant(t, "the send waits");
    else
        check(t, false, "the send fails: %s", code);
}

CASE(push_waits_in_the_end,
     .title = "PUSH lets a send wait in the end when its only puller does not read, and loses "
              "nothing that it took",
     .covers = "SP-PSH-005", .why = "without a bound the memory of the sender is the bound",
     .via = TCP)
{
    /* More than system buffers and a queue of some hundred messages hold. */
    enum { SIZE = 65536, MOST = 1024, WAIT_MS = 150 };
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");
    size_t taken = 0;
    const char *code = "ok";

    wire_pause(pull);
    while (taken < MOST && strcmp(code = iut_try_send_seq(push, WAIT_MS, SIZE + taken), "ok") == 0)
        taken++;
    check(t, taken < MOST, "it takes %d messages of %d octets for a puller that does not read",
          MOST, SIZE);
    check(t, strcmp(code, "timedout") == 0, "the send does not wait, it fails: %s", code);
    wire_resume(pull);
    for (size_t i = 0; i < taken; i++)
        sp_expect_seq(pull, "", SIZE + i);
}

/* A connection without a greeting of ours is no pipe yet: the adapter is free for other calls. */
CASE(push_early_message,
     .title = "PUSH sends a message that waits for a puller to the first that has greeted it",
     .covers = "SP-PSH-006", .via = ANY)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach_raw(push);

    iut_begin_send(push, patience(t), "'early'");
    open_peer(pull, "pull");
    sp_expect(pull, "'early'");
    iut_end_ok(push);
    iut_send(push, "'next'");
    sp_expect(pull, "'next'");
}

CASE(push_accepted_early_message,
     .title = "PUSH sends every message that it took before there was a puller to the first one",
     .covers = "SP-PSH-006", .why = "a success that loses the message cannot be told from one",
     .via = ANY, .needs = "send-buf")
{
    enum { EARLY = 8 };
    struct iut *push = iut_open(t, "push", "send-buf=65536");
    struct peer *pull = attach_raw(push);

    unsigned taken = 0;
    while (taken < EARLY && strcmp(iut_try_send(push, 50, value(t, "u32:%u", taken)), "ok") == 0)
        taken++;
    if (taken == 0)
        skip(t, "it takes no message without a puller");
    open_peer(pull, "pull");
    for (unsigned i = 0; i < taken; i++)
        sp_expect(pull, value(t, "u32:%u", i));
}

CASE(push_receive_refused, .title = "PUSH refuses a receive", .covers = "SP-PSH-007", .via = LOCAL)
{
    struct iut *push = iut_open(t, "push");
    iut_recv_fails(push, 300, "notsup|state");
}

CASE(push_survives_message_from_puller,
     .title = "PUSH goes on accepting pullers when one has sent a message", .covers = "SP-PSH-008",
     .via = TCP, .needs = "wire", .fragile = true)
{
    struct iut *push = iut_open(t, "push");
    struct peer *speaker = attach(push, "pull");

    sp_send(speaker, "'what is this?'");
    sp_send(speaker, "");
    wire_drains_within(speaker, 100);
    struct peer *next = attach_raw(push);
    wire_expect(next, "00 'SP' 00 0050 0000");
    wire_send(next, "00 'SP' 00 0051 0000");
    check(t, !closes_within(next, 100), "it closes the connection of another puller");
}

CASE(push_ignores_message_from_puller,
     .title = "PUSH goes on sending to another puller when one has sent a message",
     .covers = "SP-PSH-008", .via = ANY, .fragile = true)
{
    struct iut *push = iut_open(t, "push");
    struct peer *speaker = attach(push, "pull");
    struct peer *other = attach(push, "pull");

    sp_send(speaker, "'what is this?'");
    sp_send(speaker, "");
    closes_within(speaker, 100); /* it need not */
    iut_recv_fails(push, 100, "notsup|state");
    unsigned here = 0;
    for (unsigned i = 0; i < 100 && here < 3; i++) {
        iut_send(push, value(t, "u32:%u", i));
        here += sp_expect_on_any(value(t, "u32:%u", i), speaker, other) == other;
    }
    check(t, here == 3, "of 100 messages the puller that said nothing got %u", here);
}

CASE(push_speaking_puller_gets_its_share,
     .title = "PUSH still sends a puller its share that has sent a message", .covers = "SP-PSH-011",
     .via = ANY, .fragile = true)
{
    struct iut *push = iut_open(t, "push");
    struct peer *speaker = attach(push, "pull");
    struct peer *other = attach(push, "pull");

    sp_send(speaker, "'what is this?'");
    wire_drains_within(speaker, 100);
    unsigned here = 0;
    for (unsigned i = 0; i < 100 && here < 3; i++) {
        iut_send(push, value(t, "u32:%u", i));
        here += sp_expect_on_any(value(t, "u32:%u", i), speaker, other) == speaker;
    }
    check(t, here == 3, "of 100 messages the puller that spoke got %u%s", here,
          is_closed(speaker) ? ": its pipe was closed" : "");
}

CASE(push_notices_speaking_puller_leave,
     .title = "PUSH notices when a puller leaves that has sent messages", .covers = "SP-PSH-011",
     .why = "messages for a puller that has gone are lost", .via = LISTENS, .needs = "pipes",
     .fragile = true)
{
    struct iut *push = iut_open(t, "push");
    struct peer *speaker = attach(push, "pull");
    struct peer *other = attach(push, "pull");

    sp_send(speaker, "'what is this?'");
    sp_send(speaker, "'and this?'");
    wire_drains_within(speaker, 100);
    wire_close(speaker);
    iut_pipes(push, 1);
    for (unsigned i = 0; i < 4; i++) {
        iut_send(push, value(t, "u32:%u", i));
        sp_expect(other, value(t, "u32:%u", i));
    }
}

CASE(push_endpoint_type, .title = "PUSH has endpoint type 0x0050", .covers = "SP-PSH-010",
     .via = STREAM, .needs = "wire")
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach_raw(push);

    wire_expect(pull, "00 'SP' 00 0050 0000");
}
