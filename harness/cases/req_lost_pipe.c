/* req_lost_pipe.c -- what becomes of a request whose pipe goes away.  The draft leaves it to the
 * resend timer; every implementation sends at once. */
#include "case.h"

enum { IVL = 1000 }; /* "resend-ivl=1000" below */

/* The request comes on `to` within one interval: at once, or when the interval ends. */
static void comes_again(struct t *t, struct peer *to, int64_t lost)
{
    sp_expect(to, "$id 'ping'");
    int64_t took = now(t) - lost;
    if (took < IVL / 2)
        variant(t, "sent again at once");
    else
        variant(t, "sent again when the resend interval ends");
}

struct two_pipes {
    struct iut *req;
    struct peer *asked, *other;
};

static struct two_pipes asked_on_one_of_two(struct t *t)
{
    struct iut *req = iut_open(t, "req", "resend-ivl=1000");
    struct peer *a = attach(req, "rep");
    struct peer *b = attach(req, "rep");

    iut_send(req, "'ping'");
    struct peer *asked = sp_expect_on_any("<id: %1....... .. .. ..> 'ping'", a, b);
    return (struct two_pipes){ req, asked, asked == a ? b : a };
}

static void answered_on_the_other(struct t *t, const struct two_pipes *p, int64_t lost)
{
    comes_again(t, p->other, lost);
    sp_send(p->other, "$id 'pong'");
    iut_expect(p->req, "'pong'");
}

CASE(req_moves_to_another_pipe,
     .title = "REQ sends the request on another pipe when the one that carried it closes",
     .covers = "SP-REQ-019", .why = "waiting out the interval costs the caller a minute",
     .via = ANY, .needs = "resend-ivl")
{
    struct two_pipes p = asked_on_one_of_two(t);

    int64_t lost = now(t);
    wire_close(p.asked);
    answered_on_the_other(t, &p, lost);
}

CASE(req_moves_to_a_new_pipe,
     .title = "REQ sends the request again on the next connection when its only pipe closes",
     .covers = "SP-REQ-020", .via = ANY, .needs = "resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=1000");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    for (int i = 0; i < 3; i++) { /* it must survive more than one loss */
        wire_close(rep);
        rep = reattach(rep, "rep");
        comes_again(t, rep, now(t));
    }
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(req_moves_after_reset,
     .title = "REQ sends the request on another pipe when the one that carried it is reset",
     .covers = "SP-REQ-021", .via = ANY, .needs = "resend-ivl")
{
    struct two_pipes p = asked_on_one_of_two(t);

    int64_t lost = now(t);
    wire_reset(p.asked);
    answered_on_the_other(t, &p, lost);
}

CASE(req_moves_after_half_close,
     .title = "REQ sends the request on another pipe when its peer stops sending",
     .covers = "SP-REQ-021", .why = "no reply can come from a peer that has sent its last octet",
     .via = ANY, .needs = "resend-ivl")
{
    struct two_pipes p = asked_on_one_of_two(t);

    int64_t lost = now(t);
    wire_finish(p.asked);
    answered_on_the_other(t, &p, lost);
}

CASE(req_replaced_request_not_moved,
     .title = "REQ does not send a replaced request again when its pipe closes",
     .covers = "SP-REQ-023", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'old'");
    sp_expect(rep, "<old: %1....... .. .. ..> 'old'");
    iut_send(req, "'new'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'new'");
    sp_send(rep, "$id 'ok'");
    iut_expect(req, "'ok'");
    wire_close(rep);

    rep = reattach(rep, "rep");
    iut_send(req, "'next'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'next'"); /* and neither of the two before it */
    sp_send(rep, "$id 'ok'");
    iut_expect(req, "'ok'");
}

CASE(req_answered_request_not_moved,
     .title = "REQ does not send an answered request again on the next connection",
     .covers = "SP-REQ-022", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
    wire_close(rep);

    rep = reattach(rep, "rep");
    iut_send(req, "'next'");
    sp_expect(rep, "%1....... .. .. .. 'next'");
}

CASE(req_without_resend_and_lost_pipe,
     .title = "REQ with resending disabled fails the receive when the pipe closes, or waits on",
     .covers = "SP-REQ-025", .via = TCP, .needs = "resend-ivl")
{
    struct iut *req = iut_open(t, "req", "resend-ivl=0");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    wire_close(rep);
    rep = reattach(rep, "rep");
    const char *code = iut_try_recv(req, 300);
    check(t, strcmp(code, "ok") != 0, "it delivers a reply that nobody sent");
    if (sp_waiting(rep) > 0)
        variant(t, "the request is sent again on the new connection");
    else if (strcmp(code, "timedout") == 0)
        variant(t, "the receive waits on");
    else
        variant(t, "the receive fails: %s", code);
}
