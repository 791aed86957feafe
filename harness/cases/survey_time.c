/* survey_time.c -- how long a survey lasts: sp-surveyor-01 6.1. */
#include "case.h"

CASE(
    survey_time_default,
    .title = "SURVEYOR ends a survey after 1 s by default as everywhere, or after the draft's 60 s",
    .covers = "SP-SUR-005", .via = TCP_LISTENS)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    int64_t asked = now(t);
    iut_send(sur, "'?'");
    sp_expect(rsp, "<id: %1....... .. .. ..> '?'");
    iut_recv_fails(sur, 1600, "timedout|state");
    int64_t took = now(t) - asked;
    if (took >= 800 && took <= 1300)
        variant(t, "a survey lasts 1 s");
    else if (took >= 1600)
        variant(t, "a survey lasts longer than 1.6 s");
    else
        variant(t, "a survey lasts %lld ms", (long long)took);
}

CASE(
    survey_time_longer,
    .title = "SURVEYOR delivers a response that comes late but within the survey time that was set",
    .covers = "SP-SUR-006", .why = "an option that is ignored loses every slow respondent",
    .via = TCP_LISTENS, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=10000");
    struct peer *rsp = attach(sur, "respondent");

    iut_send(sur, "'?'");
    sp_expect(rsp, "<id: %1....... .. .. ..> '?'");
    let_pass(t, 1200, "the default of 1 s must have passed");
    sp_send(rsp, "$id 'slow'");
    iut_expect(sur, "'slow'");
}

CASE(survey_time_shorter,
     .title = "SURVEYOR does not deliver a response that comes after the survey time that was set",
     .covers = "SP-SUR-006", .via = TCP_LISTENS, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=200");
    struct peer *rsp = attach(sur, "respondent");

    iut_send(sur, "'?'");
    sp_expect(rsp, "<id: %1....... .. .. ..> '?'");
    let_pass(t, 400, "twice the survey time that was set");
    sp_send(rsp, "$id 'late'");
    wire_drains_within(rsp, 100);
    iut_recv_fails(sur, 1000, "timedout|state");
}

CASE(survey_pending_receive_ends,
     .title = "SURVEYOR fails a receive that waits within 100 ms of the end of the survey",
     .covers = "SP-SUR-007a", .why = "the caller would wait for responses that can no longer count",
     .via = TCP, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=250");
    struct peer *rsp = attach(sur, "respondent");

    int64_t asked = now(t);
    iut_send(sur, "'?'");
    iut_recv_fails(sur, 3000, "timedout|state");
    expect_elapsed(t, asked, 240, 350);
    sp_expect(rsp, "%1....... .. .. .. '?'");
}

CASE(survey_receive_after_the_end,
     .title = "SURVEYOR names the end of a survey to the receive, and has nothing more to receive",
     .covers = "SP-SUR-007b", .via = TCP, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=150");
    attach(sur, "respondent");

    iut_send(sur, "'?'");
    const char *at_the_end = iut_try_recv(sur, 2000);
    const char *after_it = iut_try_recv(sur, 500);
    check(t, strcmp(at_the_end, "ok") != 0 && strcmp(after_it, "ok") != 0,
          "it delivers a response that nobody sent");
    variant(t, "at the end: %s, after it: %s", at_the_end, after_it);
}

CASE(survey_receive_without_survey,
     .title = "SURVEYOR refuses a receive when it has sent no survey, with a state error",
     .covers = "SP-SUR-015", .via = LOCAL)
{
    struct iut *sur = iut_open(t, "surveyor");
    int64_t asked = now(t);
    iut_recv_fails(sur, 1500, "state");
    expect_elapsed(t, asked, 0, 500);
}

CASE(survey_without_respondent,
     .title =
         "SURVEYOR sends a survey with success when nobody is there, and the receive ends in time",
     .covers = "SP-SUR-016", .via = LOCAL, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=200");
    int64_t asked = now(t);
    iut_send(sur, "'anybody?'");
    iut_recv_fails(sur, 3000, "timedout|state");
    expect_elapsed(t, asked, 180, 500);
}

CASE(survey_not_resent, .title = "SURVEYOR does not send a survey again while it lasts",
     .covers = "SP-SUR-019", .via = TCP_LISTENS, .needs = "survey-deadline")
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=500");
    struct peer *rsp = attach(sur, "respondent");

    iut_send(sur, "'first'");
    sp_expect(rsp, "%1....... .. .. .. 'first'");
    iut_recv_fails(sur, 3000, "timedout|state"); /* it lasted, unanswered */
    iut_send(sur, "'next'");
    sp_expect(rsp, "%1....... .. .. .. 'next'");
}

CASE(survey_many_at_the_deadline,
     .title = "SURVEYOR survives surveys sent just as the one before ends, and sends them all",
     .covers = "SP-SUR-024", .why = "a timer that is stopping may meet a new survey", .via = ANY,
     .needs = "survey-deadline", .fragile = true,
     .slow = true /* a peer that deadlocks here does so only now and then */)
{
    struct iut *sur = iut_open(t, "surveyor", "survey-deadline=5");
    struct peer *rsp = attach(sur, "respondent");

    for (unsigned i = 0; i < 40; i++) {
        iut_send(sur, value(t, "u32:%u", i));
        sp_expect(rsp, value(t, "<id: %%1....... .. .. ..> u32:%u", i));
        iut_try_recv(sur, i % 8); /* before, at and after the deadline */
    }
    iut_send(sur, "'last'");
    sp_expect(rsp, "%1....... .. .. .. 'last'");
}
