/* req_replies.c -- which replies REQ takes, well-formed ones: sp-request-reply-01 6.1. */
#include "case.h"

enum { ARRIVAL_MS = 100 }; /* for what is to be there before the application receives */

static void ask(struct iut *req, struct peer *rep)
{
    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
}

CASE(req_delivers_the_reply, .title = "REQ delivers the reply under its id, without that id",
     .covers = "SP-REQ-005", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    sp_send(rep, "$id 80000001 'x'"); /* the body may look like a tag */
    iut_expect(req, "80000001 'x'");
}

CASE(req_ignores_other_ids, .title = "REQ ignores replies under other ids and waits for its own",
     .covers = "SP-REQ-007", .why = "an answer to another question would be taken for this one",
     .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    uint32_t id = (uint32_t)captured(t, "id");
    /* Its neighbours, one bit off in each octet, and the octets turned round. */
    const uint32_t wrong[] = {
        id + 1,       id - 1,         id ^ 0x01,        id ^ 0x0100,
        id ^ 0x10000, id ^ 0x1000000, ~id | 0x80000000, __builtin_bswap32(id)
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if ((wrong[i] | 0x80000000) != id)
            sp_send(rep, value(t, "u32:0x%08x 'bad'", wrong[i] | 0x80000000));

    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(req_duplicate_reply_after_delivery,
     .title = "REQ never delivers a second reply to a request that has been answered",
     .covers = "SP-REQ-011", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    sp_send(rep, "$id 'once'");
    iut_expect(req, "'once'");
    sp_send(rep, "$id 'twice'");
    wire_drains_within(rep, ARRIVAL_MS);
    iut_recv_fails(req, 300, "state|timedout");

    ask(req, rep);
    sp_send(rep, "$id 'next'");
    iut_expect(req, "'next'");
}

CASE(req_duplicate_reply_before_delivery,
     .title = "REQ keeps the first of two replies that arrive before the application receives",
     .covers = "SP-REQ-011", .why = "whoever answers last would decide what the application reads",
     .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    sp_send(rep, "$id 'once'");
    sp_send(rep, "$id 'twice'");
    wire_drains_within(rep, ARRIVAL_MS);
    iut_expect(req, "'once'");
    iut_recv_fails(req, 300, "state|timedout");

    ask(req, rep);
    sp_send(rep, "$id 'next'");
    iut_expect(req, "'next'");
}

CASE(req_keeps_reply_before_other_id,
     .title = "REQ delivers a reply that waits although one under another id arrives behind it",
     .covers = "SP-REQ-012", .why = "any peer could overwrite a correct reply", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    sp_send(rep, "$id 'pong'");
    sp_send(rep, value(t, "u32:0x%08x 'evil'", ((uint32_t)captured(t, "id") + 1) | 0x80000000));
    wire_drains_within(rep, ARRIVAL_MS);
    iut_expect(req, "'pong'");
}

CASE(req_keeps_reply_before_truncated,
     .title = "REQ delivers a reply that waits although a truncated one arrives behind it",
     .covers = "SP-REQ-012", .why = "one stray octet would replace a correct reply", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    sp_send(rep, "$id 'pong'");
    sp_send(rep, "80");
    wire_drains_within(rep, ARRIVAL_MS);
    iut_expect(req, "'pong'");
}

/* A reply that nobody asked for, then a request and its reply: on a new pipe where that one has
 * ended.  Returns the pipe that serves. */
static struct peer *unsolicited(struct iut *req, struct peer *rep)
{
    sp_send(rep, "80000001 'what?'");
    sp_send(rep, "ffffffff");
    wire_drains_within(rep, ARRIVAL_MS);
    iut_recv_fails(req, 300, "state|timedout");
    if (is_closed(rep))
        rep = reattach(rep, "rep");
    ask(req, rep);
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
    return rep;
}

CASE(req_ignores_unsolicited_reply,
     .title = "REQ never delivers a reply that nobody asked for, and goes on serving",
     .covers = "SP-REQ-013a", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    unsolicited(req, rep);
}

CASE(req_unsolicited_reply_keeps_pipe,
     .title = "REQ ignores a reply that nobody asked for and keeps the pipe open",
     .covers = "SP-REQ-013b", .why = "late replies are the ordinary course of things", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");
    check(t, unsolicited(req, rep) == rep, "it closed the pipe instead of ignoring the reply");
    expect_open(rep);
}

CASE(req_ignores_reply_to_replaced_request,
     .title = "REQ ignores the reply to a request that a newer one has replaced",
     .covers = "SP-REQ-014", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    uint32_t old = (uint32_t)captured(t, "id");
    ask(req, rep);
    sp_send(rep, value(t, "u32:0x%08x 'old'", old));
    sp_send(rep, "$id 'new'");
    iut_expect(req, "'new'");
}

CASE(req_cancel_drops_late_reply,
     .title = "REQ lets the application cancel a request, and drops the reply that comes too late",
     .covers = "SP-REQ-032", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    uint32_t old = (uint32_t)captured(t, "id");
    ask(req, rep); /* a newer request is how every API cancels */
    sp_send(rep, "$id 'new'");
    iut_expect(req, "'new'");
    sp_send(rep, value(t, "u32:0x%08x 'late'", old));
    wire_drains_within(rep, ARRIVAL_MS);

    ask(req, rep);
    iut_begin_recv(req, patience(t)); /* what was kept of it would be delivered now */
    sp_send(rep, value(t, "u32:0x%08x 'later still'", old));
    sp_send(rep, "$id 'next'");
    iut_end_expect(req, "'next'");
}

CASE(req_reply_from_another_pipe,
     .title = "REQ takes a reply from any pipe, or only from the one that it asked",
     .covers = "SP-REQ-024", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *a = attach(req, "rep");
    struct peer *b = attach(req, "rep");

    iut_send(req, "'ping'");
    struct peer *asked = sp_expect_on_any("<id: %1....... .. .. ..> 'ping'", a, b);
    struct peer *other = asked == a ? b : a;
    sp_send(other, "$id 'pong'");
    if (strcmp(iut_try_recv(req, 300), "ok") == 0) {
        check(t, captured(t, "got") == 0x706f6e67, "the reply delivered is not the one sent");
        variant(t, "a reply from any pipe is taken");
    } else {
        variant(t, "only the pipe that was asked may reply");
    }
}

CASE(req_receive_before_request, .title = "REQ refuses a receive when it has asked nothing",
     .covers = "SP-REQ-033", .via = LOCAL)
{
    struct iut *req = iut_open(t, "req");
    int64_t asked = now(t);
    iut_recv_fails(req, 1500, "state");
    expect_elapsed(t, asked, 0, 500);
}

CASE(req_receive_after_reply, .title = "REQ refuses a receive after the reply has been received",
     .covers = "SP-REQ-033", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    ask(req, rep);
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
    int64_t asked = now(t);
    iut_recv_fails(req, 1500, "state");
    expect_elapsed(t, asked, 0, 500);
}
