/* req_ids.c -- the request id: sp-request-reply-01 6.1. */
#include "fresh_ids.h"

CASE(req_sends_id_then_body,
     .title = "REQ sends a request as a four-octet id with its uppermost bit set, then the body",
     .covers = "SP-REQ-001", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'hi'");
    sp_expect(rep, "%1....... .. .. .. 'hi'");
}

CASE(req_ids_count_up, .title = "REQ gives each new request the id of the one before plus 1",
     .covers = "SP-REQ-002",
     .why = "an id that is used again lets a late reply answer the wrong request", .via = ANY)
{
    expect_ids_count_up(t, "req");
}

CASE(req_first_id_is_random,
     .title = "REQ begins with a random request id in each process, not with a clock's",
     .covers = "SP-REQ-003",
     .why =
         "a restarted requester that begins with an id in use takes replies meant for the old one",
     .via = TCP_LISTENS)
{
    struct fresh_ids f = first_ids(t, "req");
    expect_random_ids(t, &f);
}

CASE(req_id_wraps, .title = "REQ goes on with request id 80000000 after FFFFFFFF",
     .covers = "SP-REQ-004",
     .why = "an id without its uppermost bit is taken for a hop and never answered", .via = ANY,
     .needs = "first-id")
{
    struct iut *req = iut_open(t, "req", "first-id=4294967295");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'last'");
    sp_expect(rep, "ffffffff 'last'");
    sp_send(rep, "ffffffff 'ok'");
    iut_expect(req, "'ok'");

    iut_send(req, "'first'");
    sp_expect(rep, "80000000 'first'");
    sp_send(rep, "80000000 'ok'");
    iut_expect(req, "'ok'");
}

CASE(req_empty_messages,
     .title = "REQ exchanges an empty request and an empty reply as the id alone",
     .covers = "SP-REQ-006", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "");
    sp_expect(rep, "<id: %1....... .. .. ..>");
    sp_send(rep, "$id");
    iut_expect(req, "");
}

CASE(req_newer_request_takes_next_id,
     .title = "REQ replaces an outstanding request by a newer one, under the next id",
     .covers = "SP-REQ-015", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'old'");
    sp_expect(rep, "<old: %1....... .. .. ..> 'old'");
    iut_send(req, "'new'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'new'");
    expect_next_id(t, "the id of the newer request,", captured(t, "old"), captured(t, "id"));

    sp_send(rep, "$id 'ok'");
    iut_expect(req, "'ok'");
}
