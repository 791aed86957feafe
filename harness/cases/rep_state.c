/* rep_state.c -- what the application may do when: sp-request-reply-01 6.2. */
#include "replier.h"

CASE(rep_reply_goes_to_latest_request,
     .title = "REP sends the reply to the second request after two receives, and none to the first",
     .covers = "SP-REP-017", .via = ANY)
{
    answers_the_latest(t, "rep");
}

CASE(rep_second_reply_refused,
     .title = "REP refuses a second reply to one request with a state error and sends nothing",
     .covers = "SP-REP-018", .via = ANY)
{
    refuses_a_second_answer(t, "rep");
}

CASE(rep_reply_without_request_refused,
     .title = "REP refuses a reply when it has received no request, with a state error",
     .covers = "SP-REP-019", .via = LOCAL)
{
    struct iut *rep = iut_open(t, "rep");
    iut_send_fails(rep, 1000, "'nobody asked'", "state");
}

CASE(rep_reply_before_receive_refused,
     .title = "REP refuses a reply to a request that the application has not received",
     .covers = "SP-REP-019", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "80000001 'hi'");
    wire_drains_within(req, 100); /* it is there */
    iut_send_fails(rep, 1000, "'nobody asked'", "state");
    iut_expect(rep, "'hi'");
    iut_send(rep, "'ok'");
    sp_expect(req, "80000001 'ok'");
}
