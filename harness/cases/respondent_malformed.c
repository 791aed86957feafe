/* respondent_malformed.c -- surveys that RESPONDENT must ignore because they are malformed. */
#include "malformed.h"

static const char *const bad[] = {
    "", "80", "80 00", "80 00 00", "00000001", "00000001 00000002", "00000001 'hey!'",
};
enum { BAD = sizeof bad / sizeof bad[0] };

CASE(respondent_malformed_survey_not_delivered,
     .title = "RESPONDENT never delivers a survey without a survey id, and goes on serving",
     .covers = "SP-RSP-004a", .via = ANY, .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    for (unsigned i = 0; i < BAD; i++) {
        sp_send(sur, bad[i]);
        sur = still_answers(t, rsp, sur, "surveyor", "92345678");
    }
}

CASE(respondent_malformed_survey_keeps_pipe,
     .title = "RESPONDENT ignores a survey without a survey id and keeps the pipe open",
     .covers = "SP-RSP-004b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    for (unsigned i = 0; i < BAD; i++) {
        sp_send(sur, bad[i]);
        check(t, still_answers(t, rsp, sur, "surveyor", "92345678") == sur,
              "it closed the pipe over the survey <%s> instead of ignoring it", bad[i]);
    }
}
