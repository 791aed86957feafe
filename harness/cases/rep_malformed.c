/* rep_malformed.c -- requests that REP must ignore because they are malformed. */
#include "malformed.h"

static const char *const truncated[] = { "", "80", "80 00", "80 00 00" };
static const char *const without_id[] = { "00000001", "00000001 00000002", "00000001 'hey!'" };
static const char *const half_tag[] = { "00000001 80", "00000001 8000", "00000001 800000" };

/* Each on its own, followed by a good request. */
static bool all_ignored(struct t *t, const char *const *bad, unsigned n)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *first = attach(rep, "req"), *req = first;

    for (unsigned i = 0; i < n; i++) {
        sp_send(req, bad[i]);
        req = still_answers(t, rep, req, "req", "92345678");
    }
    return req == first;
}

CASE(rep_request_without_id_not_delivered,
     .title = "REP never delivers tags without a request id, and goes on serving",
     .covers = "SP-REP-008a", .via = ANY, .needs = "wire")
{
    all_ignored(t, without_id, 3);
}

CASE(rep_request_without_id_keeps_pipe,
     .title = "REP ignores tags without a request id and keeps the pipe open",
     .covers = "SP-REP-008b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    check(t, all_ignored(t, without_id, 3), "it closed the pipe instead of ignoring the message");
}

CASE(rep_truncated_request_not_delivered,
     .title = "REP never delivers a request of fewer than four octets, and goes on serving",
     .covers = "SP-REP-009a", .via = ANY, .needs = "wire")
{
    all_ignored(t, truncated, 4);
}

CASE(rep_truncated_request_keeps_pipe,
     .title = "REP ignores a request of fewer than four octets and keeps the pipe open",
     .covers = "SP-REP-009b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    check(t, all_ignored(t, truncated, 4), "it closed the pipe instead of ignoring the message");
}

CASE(rep_half_tag_not_delivered,
     .title = "REP never delivers a request that ends within a tag, and goes on serving",
     .covers = "SP-REP-010a", .via = ANY, .needs = "wire")
{
    all_ignored(t, half_tag, 3);
}

CASE(rep_half_tag_keeps_pipe,
     .title = "REP ignores a request that ends within a tag and keeps the pipe open",
     .covers = "SP-REP-010b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    check(t, all_ignored(t, half_tag, 3), "it closed the pipe instead of ignoring the message");
}
