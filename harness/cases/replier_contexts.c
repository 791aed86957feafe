/* replier_contexts.c -- several contexts of one REP or RESPONDENT.  Each holds a question as such a
 * socket holds one (sp-request-reply-01 6.2, sp-surveyor-01 6.2); what they share is the pipes
 * (nng_ctx(5), mangos Context). */
#include "replier.h"

/* ---- what both do; `protocol` is rep or respondent ---- */

static void answers_each_its_own(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *a = attach(s, peer_of(protocol));
    struct peer *b = attach(s, peer_of(protocol));
    struct iut *one = iut_context(s), *two = iut_context(s);

    sp_send(a, "0000000a 0000000b 80000001 'from a'");
    iut_expect(one, "'from a'");
    sp_send(b, "80000001 'from b'");
    iut_expect(two, "'from b'");
    sp_send(b, "0000000b 80000002 'more of b'");
    iut_expect(s, "'more of b'");
    iut_send(two, "'two to b'");
    sp_expect(b, "80000001 'two to b'");
    iut_send(one, "'one to a'");
    sp_expect(a, "0000000a 0000000b 80000001 'one to a'");
    iut_send(s, "'own to b'");
    sp_expect(b, "0000000b 80000002 'own to b'");
}

static void holds_several_of_one_pipe(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));
    struct iut *one = iut_context(s), *two = iut_context(s);

    for (unsigned i = 1; i <= 3; i++)
        sp_send(p, value(t, "u32:0x%08x u32:%u", 0x80000000 + i, i));
    iut_expect(one, "u32:1");
    iut_expect(two, "u32:2");
    iut_expect(s, "u32:3");
    iut_send(s, "'three'");
    sp_expect(p, "80000003 'three'");
    iut_send(one, "'one'");
    sp_expect(p, "80000001 'one'");
    iut_send(two, "'two'");
    sp_expect(p, "80000002 'two'");
}

static void drops_the_answer_of_one(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *a = attach(s, peer_of(protocol));
    struct peer *b = attach(s, peer_of(protocol));
    struct iut *one = iut_context(s), *two = iut_context(s);

    sp_send(a, "80000001 'from a'");
    iut_expect(one, "'from a'");
    sp_send(b, "80000001 'from b'");
    iut_expect(two, "'from b'");
    wire_close(a);
    if (iut_has(t, "pipes"))
        iut_pipes(s, 1); /* it has noticed */
    iut_send(one, "'too late'");
    iut_send(two, "'to b'");
    sp_expect(b, "80000001 'to b'");
    expect_served(one, b, "80000002");
}

static void goes_on_when_one_is_closed(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *a = attach(s, peer_of(protocol));
    struct iut *one = iut_context(s), *two = iut_context(s);

    sp_send(a, "80000001 'never answered'");
    iut_expect(one, "'never answered'");
    sp_send(a, "80000002 'question'");
    iut_expect(two, "'question'");
    iut_close(one);
    iut_send(two, "'answer'");
    sp_expect(a, "80000002 'answer'");
    expect_served(two, a, "80000003");
    expect_served(s, a, "80000004");
}

static void refuses_an_answer_to_nothing(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));
    struct iut *one = iut_context(s), *two = iut_context(s);

    sp_send(p, "80000001 'question'");
    iut_expect(one, "'question'");
    iut_send_fails(two, 1000, "'of another'", "state");
    iut_send_fails(s, 1000, "'of the socket'", "state");
    iut_send(one, "'answer'");
    sp_expect(p, "80000001 'answer'");
    iut_send_fails(one, 1000, "'a second one'", "state");
    expect_served(two, p, "80000002"); /* the next thing that comes is this answer */
}

static void is_closed_before_it_answers(struct t *t, const char *protocol)
{
    enum { CONTEXTS = 30 };
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));

    for (unsigned i = 0; i < CONTEXTS; i++) {
        struct iut *c = iut_context(s);
        sp_send(p, value(t, "u32:0x%08x 'q'", 0x80000000 + i));
        iut_expect(c, "'q'");
        if (i % 2 == 0)
            iut_send(c, "'a'");
        iut_close(c);
    }
    for (unsigned i = 0; i < CONTEXTS; i += 2)
        sp_expect(p, value(t, "u32:0x%08x 'a'", 0x80000000 + i));
    expect_served(s, p, "80001000");
    expect_served(iut_context(s), p, "80001001");
}

/* ---- REP ---- */

CASE(rep_contexts_answer_their_own,
     .title = "REP sends the reply of each context to its own request, in whatever order",
     .covers = "SP-REP-029", .why = "clients would read each other's answers", .via = ANY,
     .needs = "ctx")
{
    answers_each_its_own(t, "rep");
}

CASE(rep_contexts_hold_requests_of_one_pipe,
     .title = "REP hands the requests of one pipe to several contexts and replies to each of them",
     .covers = "SP-REP-030", .why = "one slow request would hold up all others of that client",
     .via = ANY, .needs = "ctx")
{
    holds_several_of_one_pipe(t, "rep");
}

CASE(rep_context_requester_gone,
     .title = "REP drops the reply of a context whose requester has gone; the others reply",
     .covers = "SP-REP-031", .why = "one impatient client would stop the service", .via = ANY,
     .needs = "ctx")
{
    drops_the_answer_of_one(t, "rep");
}

CASE(
    rep_context_closed_leaves_the_others,
    .title = "REP serves the pipe on in its other contexts when one is closed that holds a request",
    .covers = "SP-REP-032", .via = ANY, .needs = "ctx")
{
    goes_on_when_one_is_closed(t, "rep");
}

CASE(rep_context_replies_to_its_own_alone,
     .title = "REP refuses a reply in a context that holds no request, though another does",
     .covers = "SP-REP-033", .via = ANY, .needs = "ctx")
{
    refuses_an_answer_to_nothing(t, "rep");
}

CASE(rep_contexts_come_and_go,
     .title = "REP goes on serving when contexts are closed, some after a reply, some before it",
     .covers = "SP-REP-034", .via = TCP | IPC_LISTENS, .needs = "ctx")
{
    is_closed_before_it_answers(t, "rep");
}

/* ---- RESPONDENT ---- */

CASE(respondent_contexts_answer_their_own,
     .title = "RESPONDENT sends the response of each context to its own survey, in whatever order",
     .covers = "SP-RSP-017", .why = "surveyors would read each other's responses", .via = ANY,
     .needs = "ctx")
{
    answers_each_its_own(t, "respondent");
}

CASE(respondent_contexts_hold_surveys_of_one_pipe,
     .title = "RESPONDENT hands the surveys of one pipe to several contexts and answers each",
     .covers = "SP-RSP-018", .via = ANY, .needs = "ctx")
{
    holds_several_of_one_pipe(t, "respondent");
}

CASE(respondent_context_surveyor_gone,
     .title = "RESPONDENT drops the response of a context whose surveyor has gone; others respond",
     .covers = "SP-RSP-019", .via = ANY, .needs = "ctx")
{
    drops_the_answer_of_one(t, "respondent");
}

CASE(
    respondent_context_closed_leaves_the_others,
    .title = "RESPONDENT serves the pipe on in its other contexts when one with a survey is closed",
    .covers = "SP-RSP-020", .via = ANY, .needs = "ctx")
{
    goes_on_when_one_is_closed(t, "respondent");
}

CASE(respondent_context_responds_to_its_own_alone,
     .title = "RESPONDENT refuses a response in a context without a survey, though another has one",
     .covers = "SP-RSP-021", .via = ANY, .needs = "ctx")
{
    refuses_an_answer_to_nothing(t, "respondent");
}

CASE(respondent_contexts_come_and_go,
     .title = "RESPONDENT goes on serving when contexts are closed, some before they respond",
     .covers = "SP-RSP-022", .via = TCP | IPC_LISTENS, .needs = "ctx")
{
    is_closed_before_it_answers(t, "respondent");
}
