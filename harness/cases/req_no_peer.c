/* req_no_peer.c -- requests made while nobody is there. */
#include "case.h"

/* A connection without a greeting of ours is no pipe yet: the adapter is free for other calls. */
CASE(req_send_without_peer_waits,
     .title = "REQ does not report success for a request when there is nobody to send it to",
     .covers = "SP-REQ-029", .why = "the caller must feel the push-back", .via = LOCAL)
{
    struct iut *req = iut_open(t, "req");
    int64_t asked = now(t);
    iut_send_fails(req, 200, "'anybody?'", "timedout"); /* at once, or when it has waited */
    expect_elapsed(t, asked, 0, 1000);
}

CASE(req_early_request_reaches_first_peer,
     .title = "REQ sends a request made before any peer exists to the first that connects",
     .covers = "SP-REQ-030", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach_raw(req);

    iut_begin_send(req, patience(t), "'early'");
    open_peer(rep, "rep");
    sp_expect(rep, "<id: %1....... .. .. ..> 'early'");
    iut_end_ok(req);
    sp_send(rep, "$id 'bird'");
    iut_expect(req, "'bird'");
}

CASE(req_replaced_before_any_peer,
     .title = "REQ sends only the newer of two requests made before any peer exists",
     .covers = "SP-REQ-036", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach_raw(req);

    if (strcmp(iut_try_send(req, 100, "'old'"), "ok") == 0) { /* taken, to be sent later */
        iut_send(req, "'new'");
        open_peer(rep, "rep");
        sp_expect(rep, "<id: %1....... .. .. ..> 'new'");
    } else {
        iut_begin_send(req, patience(t), "'new'");
        open_peer(rep, "rep");
        sp_expect(rep, "<id: %1....... .. .. ..> 'new'");
        iut_end_ok(req);
    }
    sp_send(rep, "$id 'ok'");
    iut_expect(req, "'ok'");

    iut_send(req, "'next'");
    sp_expect(rep, "%1....... .. .. .. 'next'");
}

CASE(req_timed_out_send_is_not_sent_later,
     .title = "REQ does not send a request later whose send timed out for want of a peer",
     .covers = "SP-REQ-039", .why = "the caller has been told that it was not sent", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach_raw(req);

    if (strcmp(iut_try_send(req, 100, "'late'"), "timedout") != 0)
        skip(t, "the send does not time out without a peer");
    open_peer(rep, "rep");
    iut_send(req, "'next'");
    sp_expect(rep, "%1....... .. .. .. 'next'");
}

CASE(req_many_replaced_requests,
     .title =
         "REQ sends the last of a hundred requests, each replaced by the next, and takes its reply",
     .covers = "SP-REQ-038", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    for (unsigned i = 1; i <= 100; i++)
        iut_send(req, value(t, "u32:%u", i));
    do
        sp_expect(rep, "<id: %1....... .. .. ..> <n: .. .. .. ..>");
    while (captured(t, "n") != 100);
    sp_send(rep, "$id 'ok'");
    iut_expect(req, "'ok'");
}
