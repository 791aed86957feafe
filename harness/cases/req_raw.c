/* req_raw.c -- the raw REQ of devices. */
#include "case.h"

CASE(req_raw_sends_unmodified, .title = "a raw REQ sends header and body as they are",
     .covers = "SP-REQ-035", .via = ANY, .needs = "raw")
{
    struct iut *req = iut_open(t, "req raw");
    struct peer *rep = attach(req, "rep");

    iut_send_raw(req, "80000001", "'hi'");
    sp_expect(rep, "80000001 'hi'");
    iut_send_raw(req, "0000000a 7fffffff 92345678", "");
    sp_expect(rep, "0000000a 7fffffff 92345678");
}

CASE(req_raw_deep_backtrace,
     .title = "a raw REQ discards a request whose backtrace is too deep, or leaves that to the REP",
     .covers = "SP-REQ-034", .via = ANY, .needs = "raw")
{
    struct iut *req = iut_open(t, "req raw");
    struct peer *rep = attach(req, "rep");

    iut_send_raw(req, "u32:0x0000000a*11 80000001", "'deep'");
    iut_send_raw(req, "80000002", "'good'");
    sp_expect(rep, "<first: .. .. .. ..> *");
    if (captured(t, "first") == 0x0000000a) {
        variant(t, "a deep backtrace is sent: only REP looks at it");
        sp_expect(rep, "80000002 'good'");
    } else {
        variant(t, "a deep backtrace is discarded by the raw REQ");
        check(t, captured(t, "first") == 0x80000002, "neither request was sent as it is");
    }
}
