/* req_resend.c -- sending an unanswered request again by time: sp-request-reply-01 6.1. */
#include "case.h"

/* Answers $id, which is sent again each `ivl` ms, until the reply is delivered: one that comes just
 * while the implementation stops its resend timer may be lost.  Nothing forbids that: a request is
 * sent again because replies may be lost. */
static void answer_until_delivered_(struct at at, struct t *t, struct iut *req, struct peer *rep,
                                    int64_t ivl)
{
    enum { ANSWERS = 4 };
    iut_begin_recv_(at, req, patience(t));
    sp_send_(at, rep, "$id 'pong'");
    for (unsigned i = 1; i < ANSWERS && !iut_ends_within_(at, req, 2 * ivl); i++) {
        sp_expect_(at, rep, "$id *");
        sp_send_(at, rep, "$id 'pong'");
    }
    iut_end_expect_(at, req, "'pong'");
}
#define answer_until_delivered(t, req, rep, ivl)                                                   \
    answer_until_delivered_(HERE("answer_until_delivered(" #req ", " #rep ")"), (t), (req), (rep), \
                            (ivl))

CASE(req_resends_until_answered,
     .title = "REQ sends an unanswered request again under the same id; a reply ends it",
     .covers = "SP-REQ-022", .why = "work would be done, and charged, again and again", .via = TCP,
     .needs = "resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=150");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    sp_expect(rep, "$id 'ping'");
    answer_until_delivered(t, req, rep, 150);
    while (sp_waiting(rep) > 0)
        sp_expect(rep, "$id 'ping'"); /* sent before the reply was there */
    expect_quiet(rep, 3 * 150, "driven by the resend timer: three intervals");
}

CASE(req_resends_at_the_interval,
     .title = "REQ sends an unanswered request again at each multiple of the interval that was set",
     .covers = "SP-REQ-017", .via = TCP_LISTENS, .needs = "resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=300");
    struct peer *rep = attach(req, "rep");

    int64_t asked = now(t);
    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    for (int i = 1; i <= 3; i++) {
        sp_expect(rep, "$id 'ping'");
        expect_elapsed(t, asked, i * 300 - 20, i * 300 + 150);
    }
}

CASE(req_resends_same_octets, .title = "REQ sends a request again octet for octet, id and body",
     .covers = "SP-REQ-018", .why = "the body may have been handed over or freed meanwhile",
     .via = TCP, .needs = "resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=100");
    struct peer *rep = attach(req, "rep");

    iut_send_seq(req, 5000);
    sp_expect_seq(rep, "<id: %1....... .. .. ..>", 5000);
    for (int i = 0; i < 3; i++)
        sp_expect_seq(rep, "$id", 5000);
    answer_until_delivered(t, req, rep, 100);
}

CASE(req_resend_interval_defaults_to_60_s,
     .title = "REQ sends an unanswered request again after 60 s by default, and not before",
     .covers = "SP-REQ-016", .via = ANY, .slow = true)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    int64_t asked = now(t);
    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    closes_within(rep, 62500); /* until the next message */
    sp_expect(rep, "$id 'ping'");
    expect_elapsed(t, asked, 58000, 62000);
}

CASE(req_replaced_request_not_resent,
     .title = "REQ does not send a replaced request again when the resend interval ends",
     .covers = "SP-REQ-023", .via = TCP, .needs = "resend-ivl")
{
    enum { NEW = 0x6e6577 };
    struct iut *req = iut_open(t, "req", "resend-ivl=150");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'old'");
    sp_expect(rep, "%1....... .. .. .. 'old'");
    iut_send(req, "'new'");
    do
        sp_expect(rep, "<id: %1....... .. .. ..> <word: .. .. ..>");
    while (captured(t, "word") != NEW); /* before it the old one may have been due again */
    for (int i = 0; i < 3; i++)
        sp_expect(rep, "$id 'new'");
}

CASE(req_without_resend_sends_once,
     .title = "REQ with resending disabled sends an unanswered request once",
     .covers = "SP-REQ-037", .why = "an interval of 0 taken for \"now\" floods the peer",
     .via = TCP, .needs = "resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=0");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    expect_quiet(rep, 300, "what floods is a timer of 0 ms: it would run many times");
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
}
