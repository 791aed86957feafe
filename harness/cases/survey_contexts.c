/* survey_contexts.c -- several contexts of one SURVEYOR.  Each has a survey as a SURVEYOR has one
 * (sp-surveyor-01 6.1); what they share is the pipes (nng_ctx(5), mangos Context). */
#include "case.h"

/* `context` asks, and the survey comes to `rsp`; returns its id. */
static uint32_t ask(struct t *t, struct iut *context, struct peer *rsp, const char *what)
{
    iut_send(context, value(t, "'%s'", what));
    sp_expect(rsp, value(t, "<id: %%1....... .. .. ..> '%s'", what));
    return (uint32_t)captured(t, "id");
}

static void respond(struct t *t, struct peer *rsp, uint32_t id, const char *what)
{
    sp_send(rsp, value(t, "u32:0x%08x '%s'", id, what));
}

CASE(survey_contexts_have_a_survey_each,
     .title = "SURVEYOR has a survey open in each context, each sent to all under its own id",
     .covers = "SP-SUR-025", .why = "a program of many threads could ask one thing at a time only",
     .via = ANY, .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *one = attach(sur, "respondent");
    struct peer *two = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    uint32_t own = ask(t, sur, one, "own");
    uint32_t of_a = ask(t, a, one, "a");
    uint32_t of_b = ask(t, b, one, "b");
    check(t, own != of_a && of_a != of_b && of_b != own, "two surveys have the same id");
    sp_expect(two, value(t, "u32:0x%08x 'own'", own));
    sp_expect(two, value(t, "u32:0x%08x 'a'", of_a));
    sp_expect(two, value(t, "u32:0x%08x 'b'", of_b));
    respond(t, two, own, "to own");
    iut_expect(sur, "'to own'");
    respond(t, one, of_a, "to a");
    iut_expect(a, "'to a'");
    respond(t, two, of_b, "to b");
    iut_expect(b, "'to b'");
}

CASE(survey_contexts_get_their_own_responses,
     .title = "SURVEYOR delivers each response in the context that asked, in whatever order",
     .covers = "SP-SUR-026", .why = "a thread would take the answer to another one's question",
     .via = ANY, .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *rsp = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    uint32_t own = ask(t, sur, rsp, "own");
    uint32_t of_a = ask(t, a, rsp, "a");
    uint32_t of_b = ask(t, b, rsp, "b");
    respond(t, rsp, of_b, "to b");
    respond(t, rsp, own, "to own");
    respond(t, rsp, of_a, "to a");
    iut_expect(a, "'to a'"); /* those of the others are in front of it */
    iut_expect(sur, "'to own'");
    iut_expect(b, "'to b'");
}

CASE(survey_context_waits_for_its_own_response,
     .title = "SURVEYOR lets a context wait for its own response while others get theirs",
     .covers = "SP-SUR-026", .via = ANY, .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *one = attach(sur, "respondent");
    struct peer *two = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    uint32_t of_a = ask(t, a, one, "a");
    sp_expect(two, value(t, "u32:0x%08x 'a'", of_a));
    uint32_t of_b = ask(t, b, one, "b");
    sp_expect(two, value(t, "u32:0x%08x 'b'", of_b));
    iut_begin_recv(b, patience(t));
    respond(t, one, of_a, "to a");
    respond(t, two, of_a, "to a");
    wire_drains_within(two, 100);
    respond(t, two, of_b, "to b");
    iut_end_expect(b, "'to b'");
    iut_expect(a, "'to a'");
    iut_expect(a, "'to a'");
}

CASE(survey_contexts_end_apart,
     .title = "SURVEYOR ends the survey of each context in its own time, and the others go on",
     .covers = "SP-SUR-027", .why = "the shortest of all would decide", .via = ANY,
     .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *rsp = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    iut_set(a, "survey-deadline", "200");
    uint32_t of_b = ask(t, b, rsp, "b");
    uint32_t own = ask(t, sur, rsp, "own");
    int64_t asked = now(t);
    uint32_t of_a = ask(t, a, rsp, "a");
    iut_recv_fails(a, 3000, "timedout|state");
    expect_elapsed(t, asked, 180, 500);
    respond(t, rsp, of_a, "late");
    respond(t, rsp, own, "to own");
    respond(t, rsp, of_b, "to b");
    iut_expect(b, "'to b'");
    iut_expect(sur, "'to own'");
}

CASE(survey_context_replaces_its_own_survey,
     .title = "SURVEYOR ends by a second survey of a context the first of that context alone",
     .covers = "SP-SUR-028", .via = ANY, .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *rsp = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    uint32_t own = ask(t, sur, rsp, "own");
    uint32_t of_b = ask(t, b, rsp, "b");
    uint32_t replaced = ask(t, a, rsp, "first");
    uint32_t of_a = ask(t, a, rsp, "second");
    respond(t, rsp, replaced, "to first");
    respond(t, rsp, of_a, "to second");
    iut_expect(a, "'to second'");
    respond(t, rsp, of_b, "to b");
    iut_expect(b, "'to b'");
    respond(t, rsp, own, "to own");
    iut_expect(sur, "'to own'");
}

CASE(survey_context_closed_leaves_the_others,
     .title = "SURVEYOR delivers responses to a closed context nowhere, and those to others there",
     .covers = "SP-SUR-029", .via = ANY, .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *rsp = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    uint32_t of_b = ask(t, b, rsp, "b");
    uint32_t of_a = ask(t, a, rsp, "a");
    respond(t, rsp, of_a, "in time");
    iut_close(a);
    respond(t, rsp, of_a, "late");
    respond(t, rsp, of_b, "to b");
    iut_expect(b, "'to b'");
    uint32_t own = ask(t, sur, rsp, "own");
    respond(t, rsp, of_a, "later still");
    respond(t, rsp, own, "to own");
    iut_expect(sur, "'to own'");
}

CASE(survey_context_receives_nothing_unasked,
     .title = "SURVEYOR refuses a receive in a context without a survey, whatever others ask",
     .covers = "SP-SUR-030", .via = ANY, .needs = "ctx survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *rsp = attach(sur, "respondent");
    struct iut *a = iut_context(sur), *b = iut_context(sur);

    uint32_t of_a = ask(t, a, rsp, "a");
    int64_t asked = now(t);
    iut_recv_fails(b, 1500, "state");
    expect_elapsed(t, asked, 0, 500);
    respond(t, rsp, of_a, "to a");
    iut_expect(a, "'to a'");
}

CASE(survey_contexts_come_and_go,
     .title = "SURVEYOR goes on serving when contexts are closed at once after they have asked",
     .covers = "SP-SUR-031", .via = TCP | IPC_LISTENS, .needs = "ctx survey-deadline")
{
    enum { CONTEXTS = 30 };
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *rsp = attach(sur, "respondent");

    for (unsigned i = 0; i < CONTEXTS; i++) {
        struct iut *c = iut_context(sur);
        uint32_t id = ask(t, c, rsp, "x");
        if (i % 3 == 0)
            respond(t, rsp, id, "in time");
        iut_close(c);
        respond(t, rsp, id, "late");
    }
    struct iut *last = iut_context(sur);
    uint32_t of_last = ask(t, last, rsp, "last");
    respond(t, rsp, of_last, "to last");
    iut_expect(last, "'to last'");
    uint32_t own = ask(t, sur, rsp, "own");
    respond(t, rsp, own, "to own");
    iut_expect(sur, "'to own'");
}
