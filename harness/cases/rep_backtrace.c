/* rep_backtrace.c -- how deep a backtrace may be: sp-request-reply-01 6.2, 7. */
#include "backtrace.h"
#include "malformed.h"

enum { DEEP = 0x64656570 }; /* 'deep' */

/* A request that the ttl forbids, then a good one on the same pipe.  True: it was dropped. */
static bool dropped(struct t *t, struct iut *rep, struct peer *req, const char *too_deep)
{
    sp_send(req, value(t, "%s 'deep'", too_deep));
    sp_send(req, "80000002 'good'");
    check(t, strcmp(iut_try_recv(rep, patience(t)), "ok") == 0,
          "the request after one that is too deep is not delivered%s",
          is_closed(req) ? ": the pipe was closed" : "");
    bool deep = captured(t, "got") == DEEP;
    if (deep) {
        iut_send(rep, "'so be it'");
        sp_expect(req, value(t, "%s 'so be it'", too_deep));
        iut_expect(rep, "'good'");
    }
    iut_send(rep, "'fine'");
    sp_expect(req, "80000002 'fine'");
    return !deep;
}

CASE(rep_eight_hops, .title = "REP drops a request of eight hops and the id, or delivers it",
     .covers = "SP-REP-006", .via = ANY)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    if (dropped(t, rep, req, backtrace(t, 8, "80000001")))
        variant(t, "nine tags are dropped: the id counts, the ttl is 8");
    else
        variant(t, "nine tags are delivered");
}

CASE(rep_ttl_option, .title = "REP with the ttl set to N delivers requests of N tags",
     .covers = "SP-REP-007", .via = ANY, .needs = "ttl")
{
    static const unsigned ttls[] = { 1, 2, 3, 8, 15 };
    unsigned drops = 0, n = sizeof ttls / sizeof ttls[0];

    for (unsigned i = 0; i < n; i++) {
        struct iut *rep = iut_open(t, "rep", value(t, "ttl=%u", ttls[i]));
        struct peer *req = attach(rep, "req");
        expect_served(rep, req, backtrace(t, ttls[i] - 1, "80000001"));
        drops += dropped(t, rep, req, backtrace(t, ttls[i], "80000001"));
        iut_close(rep);
    }
    if (drops == n)
        variant(t, "N + 1 tags are dropped");
    else if (drops == 0)
        variant(t, "N + 1 tags are delivered");
    else
        variant(t, "N + 1 tags are dropped for %u of %u values of N", drops, n);
}

CASE(rep_forty_hops, .title = "REP never delivers a request of forty hops, and its pipe stays open",
     .covers = "SP-REP-026", .why = "without a limit a loop of devices never ends", .via = ANY,
     .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, value(t, "%s 'lost'", backtrace(t, 40, "80000001")));
    expect_served(rep, req, "80000002");
}

CASE(rep_ten_tags_without_id,
     .title = "REP drops ten tags without an id for their ttl, or treats them as malformed",
     .covers = "SP-REP-011", .via = TCP, .needs = "wire")
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, backtrace(t, 9, "00000001"));
    if (still_answers(t, rep, req, "req", "80000002") == req)
        variant(t, "dropped: the pipe stays open");
    else
        variant(t, "treated as malformed: the pipe is closed");
}
