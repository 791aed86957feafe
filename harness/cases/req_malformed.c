/* req_malformed.c -- replies that REQ must ignore because they are malformed. */
#include "malformed.h"

static const char *const truncated[] = { "", "80", "80 00", "80 00 00", NULL };

CASE(req_truncated_reply_not_delivered,
     .title = "REQ never delivers a reply of fewer than four octets, and goes on serving",
     .covers = "SP-REQ-009a", .via = ANY)
{
    ignores_answers(t, "req", truncated);
}

CASE(req_truncated_reply_keeps_pipe,
     .title = "REQ ignores a reply of fewer than four octets and keeps the pipe open",
     .covers = "SP-REQ-009b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY)
{
    expect_pipe_kept(t, ignores_answers(t, "req", truncated));
}

CASE(req_reply_without_id_bit,
     .title = "REQ never delivers a reply whose id has its uppermost bit clear",
     .covers = "SP-REQ-008", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    sp_send(rep, value(t, "u32:0x%08x 'bad'", (uint32_t)captured(t, "id") & 0x7fffffff));
    still_takes_answer(t, req, rep, "rep");
}

CASE(req_reply_with_further_tag,
     .title = "REQ never delivers a reply that has a further tag before the id",
     .covers = "SP-REQ-010", .why = "such a reply was meant for a device, not for this socket",
     .via = ANY)
{
    static const char *const further[] = { "0000000a $id 'bad'", NULL };
    ignores_answers(t, "req", further);
}
