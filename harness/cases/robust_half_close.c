/* robust_half_close.c -- peers that stop sending and go on reading. */
#include "case.h"

CASE(robust_message_before_end,
     .title = "delivers a complete message though the peer stops sending right after it",
     .covers = "SP-ROB-007a", .via = ANY)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    sp_send(push, "'last words'");
    wire_finish(push);
    iut_expect(pull, "'last words'");
}

CASE(robust_two_messages_before_end,
     .title = "delivers both of two messages that arrive together with the end of the connection",
     .covers = "SP-ROB-021", .via = STREAM)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    if (over_ipc(t))
        wire_send(push, "01 u64:3 'one' 01 u64:3 'two'");
    else
        wire_send(push, "u64:3 'one' u64:3 'two'");
    wire_finish(push);
    iut_expect(pull, "'one'");
    iut_expect(pull, "'two'");
}

CASE(robust_reply_after_end,
     .title = "closes its side when the peer stops sending, or goes on sending",
     .covers = "SP-ROB-007b", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "80000001 'last words'");
    wire_finish(req);
    if (strcmp(iut_try_recv(rep, 300), "ok") != 0) {
        variant(t, "a request whose pipe has ended is not delivered");
        return;
    }
    if (closes_within(req, 500)) {
        variant(t, "closes its side");
        return;
    }
    iut_send(rep, "'not too late'");
    sp_expect(req, "80000001 'not too late'");
    variant(t, "goes on sending to a peer that stopped");
}

CASE(robust_end_after_greeting_loses_nothing,
     .title = "loses no waiting message to a peer that stops sending right after its greeting",
     .covers = "SP-ROB-008a", .via = STREAM, .needs = "pipes")
{
    struct iut *push = iut_open(t, "push");
    struct peer *ended = attach_raw(push);

    wire_expect(ended, "00 'SP' 00 0050 0000");
    wire_send(ended, "00 'SP' 00 0051 0000");
    wire_finish(ended);
    bool gone = closes_within(ended, 300);
    if (gone)
        iut_pipes(push, 0);
    struct peer *pull = attach_unchecked(push, "pull");
    iut_pipes(push, gone ? 1 : 2);
    for (unsigned i = 0; i < 4; i++) {
        iut_send(push, value(t, "'job' %02x", i));
        sp_expect_on_any(value(t, "'job' %02x", i), pull, ended);
    }
}

CASE(robust_end_after_greeting,
     .title = "closes its side when the peer stops sending right after its greeting, or sends on",
     .covers = "SP-ROB-008b", .via = STREAM)
{
    struct iut *push = iut_open(t, "push");
    struct peer *ended = attach_raw(push);

    wire_expect(ended, "00 'SP' 00 0050 0000");
    wire_send(ended, "00 'SP' 00 0051 0000");
    wire_finish(ended);
    if (closes_within(ended, 500)) {
        variant(t, "closes its side");
        return;
    }
    iut_send(push, "'job'");
    sp_expect(ended, "'job'");
    variant(t, "goes on sending to a peer that stopped");
}
