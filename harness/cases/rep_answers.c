/* rep_answers.c -- one request, its reply, and nothing else: sp-request-reply-01 6.2. */
#include "backtrace.h"
#include "replier.h"

CASE(rep_returns_id_before_body,
     .title = "REP delivers a request without its id and sends the reply as that id, then the body",
     .covers = "SP-REP-001", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "80000001 'hi'");
    iut_expect(rep, "'hi'");
    iut_send(rep, "'ok'");
    sp_expect(req, "80000001 'ok'");
}

CASE(rep_delivers_body_that_looks_like_tags,
     .title = "REP ends the backtrace at the request id, whatever the body looks like",
     .covers = "SP-REP-001", .why = "a reader that goes on eats the body", .via = ANY)
{
    ends_backtrace_at_the_id(t, "rep");
}

CASE(rep_answers_on_the_wire, .title = "REP answers a request under the request's own id",
     .covers = "SP-REP-001", .via = ANY, .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    expect_served(rep, req, "80000001");
    expect_served(rep, req, "80000002");
}

CASE(rep_returns_any_id, .title = "REP returns every bit of the request id", .covers = "SP-REP-002",
     .via = ANY, .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    expect_served(rep, req, "80000000");
    expect_served(rep, req, "ffffffff");
    expect_served(rep, req, "92345678");
}

CASE(rep_returns_one_hop, .title = "REP returns a backtrace of one hop and the id octet for octet",
     .covers = "SP-REP-003", .why = "without it no reply finds its way through a device",
     .via = ANY, .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    expect_served(rep, req, "0000000a 80000001");
    expect_served(rep, req, backtrace(t, 1, "ffffffff"));
}

CASE(rep_returns_five_hops,
     .title = "REP returns a backtrace of five hops and the id octet for octet",
     .covers = "SP-REP-004", .via = ANY, .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    expect_served(rep, req, backtrace(t, 5, "80000001"));
}

CASE(rep_returns_seven_hops,
     .title = "REP returns a backtrace of seven hops and the id octet for octet",
     .covers = "SP-REP-005", .why = "seven devices is what the default ttl of 8 allows", .via = ANY,
     .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    expect_served(rep, req, backtrace(t, 7, "80000001"));
}

CASE(rep_empty_messages,
     .title = "REP delivers an empty request and sends an empty reply as the id alone",
     .covers = "SP-REP-012", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "80000001");
    iut_expect(rep, "");
    iut_send(rep, "");
    sp_expect(req, "80000001");
}

CASE(rep_reply_without_waiting,
     .title = "REP sends a reply that may not block when the pipe is free", .covers = "SP-REP-028",
     .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "80000001 'hi'");
    iut_expect(rep, "'hi'");
    const char *code = iut_try_send(rep, 0, "'ok'");
    check(t, strcmp(code, "ok") == 0, "a reply sent without waiting fails: %s", code);
    sp_expect(req, "80000001 'ok'");
}
