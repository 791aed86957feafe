/* survey_responses.c -- which responses SURVEYOR takes: sp-surveyor-01 6.1. */
#include "malformed.h"

enum { ARRIVAL_MS = 100 }; /* for what is to be there before the application goes on */

static const char *const truncated[] = { "", "80", "80 00", "80 00 00", NULL };

static void survey(struct iut *sur, struct peer *rsp)
{
    iut_send(sur, "'?'");
    sp_expect(rsp, "<id: %1....... .. .. ..> '?'");
}

CASE(survey_delivers_responses,
     .title = "SURVEYOR delivers the response of every respondent without the survey id",
     .covers = "SP-SUR-004", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *p[] = { attach(sur, "respondent"), attach(sur, "respondent"),
                         attach(sur, "respondent") };

    iut_send(sur, "'?'");
    for (unsigned k = 0; k < 3; k++)
        sp_expect(p[k], "<id: %1....... .. .. ..> '?'");
    for (unsigned k = 0; k < 3; k++)
        sp_send(p[k], value(t, "$id u32:0x%08x", 0x80000000 + k)); /* like a further tag */
    unsigned seen = 0;
    for (unsigned k = 0; k < 3; k++) {
        check(t, strcmp(iut_try_recv(sur, patience(t)), "ok") == 0,
              "only %u of 3 responses are delivered", k);
        uint64_t got = captured(t, "got");
        check(t, got >= 0x80000000 && got < 0x80000003 && !(seen & 1U << (got & 3)),
              "what was delivered is no response that is still due");
        seen |= 1U << (got & 3);
    }
}

CASE(survey_responses_of_one_in_order,
     .title = "SURVEYOR delivers the responses of one respondent in their order",
     .covers = "SP-SUR-004", .via = ANY)
{
    enum { RESPONSES = 3, ROUND_MS = 100 };
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    survey(sur, rsp);
    for (unsigned i = 1; i <= RESPONSES; i++)
        sp_send(rsp, value(t, "$id u32:%u", i));
    iut_expect(sur, "u32:1");
    uint64_t last = 1; /* whether more than one counts is another matter */
    while (last < RESPONSES && strcmp(iut_try_recv(sur, ROUND_MS), "ok") == 0) {
        uint64_t got = captured(t, "got");
        check(t, got > last && got <= RESPONSES, "response %llu is delivered after response %llu",
              (unsigned long long)got, (unsigned long long)last);
        last = got;
    }
}

CASE(survey_two_responses_from_one,
     .title = "SURVEYOR delivers two responses of one respondent in their order, or the first only",
     .covers = "SP-SUR-013", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    survey(sur, rsp);
    sp_send(rsp, "$id 'one'");
    sp_send(rsp, "$id 'two'");
    iut_expect(sur, "'one'");
    if (strcmp(iut_try_recv(sur, 300), "ok") == 0) {
        check(t, captured(t, "got") == 0x74776f, "the second response is not what was sent");
        variant(t, "both responses are delivered");
    } else {
        variant(t, "only the first response of a respondent is delivered");
    }
}

CASE(survey_late_response_dropped,
     .title = "SURVEYOR drops a response that comes after the survey has ended",
     .covers = "SP-SUR-008", .via = TCP, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=500");
    struct peer *rsp = attach(sur, "respondent");

    survey(sur, rsp);
    iut_recv_fails(sur, 2000, "timedout|state"); /* the survey has ended */
    sp_send(rsp, "$id 'late'");
    wire_drains_within(rsp, ARRIVAL_MS);
    iut_recv_fails(sur, 300, "state|timedout");
    survey(sur, rsp);
    sp_send(rsp, "$id 'good'");
    iut_expect(sur, "'good'");
    expect_open(rsp);
}

CASE(survey_response_to_the_one_before,
     .title =
         "SURVEYOR drops a response to the survey before and delivers the one to the new survey",
     .covers = "SP-SUR-009", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    survey(sur, rsp);
    uint32_t old = (uint32_t)captured(t, "id");
    survey(sur, rsp);
    sp_send(rsp, value(t, "u32:0x%08x 'old'", old));
    sp_send(rsp, "$id 'new'");
    iut_expect(sur, "'new'");
}

CASE(survey_new_one_ends_the_one_before,
     .title = "SURVEYOR delivers no response of a survey that a new one has ended",
     .covers = "SP-SUR-018", .why = "responses already queued would be taken for the new survey's",
     .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    survey(sur, rsp);
    sp_send(rsp, "$id 'old'");
    wire_drains_within(rsp, ARRIVAL_MS);
    survey(sur, rsp);
    sp_send(rsp, "$id 'new'");
    iut_expect(sur, "'new'");
}

CASE(survey_unsolicited_response,
     .title = "SURVEYOR drops a response that arrives when no survey has been sent",
     .covers = "SP-SUR-014", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    sp_send(rsp, "80000001 'what?'");
    wire_drains_within(rsp, ARRIVAL_MS);
    iut_recv_fails(sur, 300, "state|timedout");
    survey(sur, rsp);
    sp_send(rsp, "$id 'good'");
    iut_expect(sur, "'good'");
}

CASE(survey_response_without_id_bit,
     .title = "SURVEYOR never delivers a response whose id has its uppermost bit clear",
     .covers = "SP-SUR-010", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    survey(sur, rsp);
    sp_send(rsp, value(t, "u32:0x%08x 'bad'", (uint32_t)captured(t, "id") & 0x7fffffff));
    still_takes_answer(t, sur, rsp, "respondent");
}

CASE(survey_response_with_further_tag,
     .title = "SURVEYOR never delivers a response that has a further tag before the id",
     .covers = "SP-SUR-012", .via = ANY)
{
    static const char *const further[] = { "0000000a $id 'bad'", NULL };
    ignores_answers(t, "surveyor", further);
}

CASE(survey_truncated_response_not_delivered,
     .title = "SURVEYOR never delivers a response of fewer than four octets, and goes on serving",
     .covers = "SP-SUR-011a", .via = ANY)
{
    ignores_answers(t, "surveyor", truncated);
}

CASE(survey_truncated_response_keeps_pipe,
     .title = "SURVEYOR ignores a response of fewer than four octets and keeps the pipe open",
     .covers = "SP-SUR-011b", .why = "the draft says ignore: closing loses a respondent",
     .via = ANY)
{
    expect_pipe_kept(t, ignores_answers(t, "surveyor", truncated));
}

CASE(survey_responses_in_turn,
     .title = "SURVEYOR delivers the response of one respondent although another floods",
     .covers = "SP-SUR-020", .via = TCP, .needs = "survey-deadline")
{
    enum { BACKLOG = 60, FAIR = 10, PATIENT = 2 * BACKLOG, LONE = 0x6c6f6e65 /* 'lone' */ };
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=20000");
    struct peer *busy = attach(sur, "respondent");
    struct peer *other = attach(sur, "respondent");

    iut_send(sur, "'?'");
    sp_expect(busy, "<id: %1....... .. .. ..> '?'");
    sp_expect(other, "$id '?'");
    for (unsigned i = 0; i < BACKLOG; i++)
        sp_send(busy, "$id 'more'");
    iut_expect(sur, "'more'");
    wire_drains_within(busy, ARRIVAL_MS); /* or it is held back there: that is fair too */
    sp_send(other, "$id 'lone'");
    wire_drains_within(other, ARRIVAL_MS);
    for (unsigned before = 0;; before++) {
        check(t, before <= PATIENT, "one response waits behind a flood from another pipe for ever");
        check(t, strcmp(iut_try_recv(sur, patience(t)), "ok") == 0,
              "the response beside a flood is lost");
        if (captured(t, "got") == LONE) {
            if (before > FAIR)
                variant(t, "responses of all pipes are delivered in order of arrival");
            return;
        }
        sp_send(busy, "$id 'more'"); /* the flood goes on */
        wire_drains_within(busy, 5);
    }
}
