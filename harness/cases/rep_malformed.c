/* rep_malformed.c -- requests that REP must ignore because they are malformed. */
#include "malformed.h"

static const char *const truncated[] = { "", "80", "80 00", "80 00 00", NULL };
static const char *const without_id[] = { "00000001", "00000001 00000002", "00000001 'hey!'",
                                          NULL };
static const char *const half_tag[] = { "00000001 80", "00000001 8000", "00000001 800000", NULL };

CASE(rep_request_without_id_not_delivered,
     .title = "REP never delivers tags without a request id, and goes on serving",
     .covers = "SP-REP-008a", .via = ANY, .needs = "wire")
{
    ignores_questions(t, "rep", without_id);
}

CASE(rep_request_without_id_keeps_pipe,
     .title = "REP ignores tags without a request id and keeps the pipe open",
     .covers = "SP-REP-008b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    expect_pipe_kept(t, ignores_questions(t, "rep", without_id));
}

CASE(rep_truncated_request_not_delivered,
     .title = "REP never delivers a request of fewer than four octets, and goes on serving",
     .covers = "SP-REP-009a", .via = ANY, .needs = "wire")
{
    ignores_questions(t, "rep", truncated);
}

CASE(rep_truncated_request_keeps_pipe,
     .title = "REP ignores a request of fewer than four octets and keeps the pipe open",
     .covers = "SP-REP-009b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    expect_pipe_kept(t, ignores_questions(t, "rep", truncated));
}

CASE(rep_half_tag_not_delivered,
     .title = "REP never delivers a request that ends within a tag, and goes on serving",
     .covers = "SP-REP-010a", .via = ANY, .needs = "wire")
{
    ignores_questions(t, "rep", half_tag);
}

CASE(rep_half_tag_keeps_pipe,
     .title = "REP ignores a request that ends within a tag and keeps the pipe open",
     .covers = "SP-REP-010b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    expect_pipe_kept(t, ignores_questions(t, "rep", half_tag));
}
