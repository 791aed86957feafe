/* fake_cases.c -- cases that are never run: what the catalogue, list and explain are tested on. */
#include "core/case.h"

CASE(toy_asks_again, .title = "an unanswered request is sent again",
     .covers = "SP-REQ-017 SP-REQ-018", .why = "a lost reply would block the requester for ever",
     .needs = "resend-ivl", .via = TCP | IPC)
{
    struct iut *req = iut_open(t, "req", "resend-ivl=200");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'"); /* iut_send(req, "'not a call'") */
    int64_t first = now(t);
    sp_expect(rep, "$id 'ping'");
    expect_elapsed(t, first, 190, 450);

    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
    expect_quiet(rep, 3 * 200, "driven by the resend timer: three intervals");
}

CASE(toy_may_close, .title = "a frame to a publisher closes its pipe, or not",
     .covers = "SP-PUB-007", .via = TCP_LISTENS, .fragile = true)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *one = attach(pub, "sub");
    struct peer *two = attach(pub, "sub");

    sp_send(one, "'hm'");
    if (closes_within(one, 300))
        variant(t, "closes the pipe");
    else
        variant(t, "ignores the frame");
    iut_send(pub, "'news'");
    sp_expect(two, "'news'");
}

/* Two helpers, one within the other; the inner one as a function behind a macro. */
static void greets_(struct at at, struct iut *s, const char *word)
{
    iut_send_(at, s, word);
}
#define greets(s, word) greets_(HERE("greets(" #s ")"), (s), (word))

static void meets(struct iut *s, const char *as, const char *text) /* text: what it says */
{
    struct peer *p = attach(s, as);
    greets(s, text);
    sp_expect(p, text);
}

CASE(toy_of_its_own, .title = "a pair is a pair without a wire", .covers = "SP-INP-001",
     .via = INPROC | LOCAL | TCP6_DIALS, .slow = true)
{
    iut_open(t, "pair");
}

CASE(
    toy_mistaken,
    .title = "cites a row that there is not, under a title as long as it takes to wrap its head on",
    .covers = "SP-REQ-001 SP-NIL-999 SP-PUB-007", .via = IPC_DIALS)
{
    struct iut *req = iut_open(t, "req");
    meets(req, "rep", "'salve'");
}
