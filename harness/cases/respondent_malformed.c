/* respondent_malformed.c -- surveys that RESPONDENT must ignore because they are malformed. */
#include "malformed.h"

static const char *const bad[] = {
    "", "80", "80 00", "80 00 00", "00000001", "00000001 00000002", "00000001 'hey!'", NULL,
};

CASE(respondent_malformed_survey_not_delivered,
     .title = "RESPONDENT never delivers a survey without a survey id, and goes on serving",
     .covers = "SP-RSP-004a", .via = ANY, .needs = "wire")
{
    ignores_questions(t, "respondent", bad);
}

CASE(respondent_malformed_survey_keeps_pipe,
     .title = "RESPONDENT ignores a survey without a survey id and keeps the pipe open",
     .covers = "SP-RSP-004b", .why = "the draft says ignore: closing loses what is in flight",
     .via = ANY, .needs = "wire")
{
    expect_pipe_kept(t, ignores_questions(t, "respondent", bad));
}

CASE(respondent_half_tag_not_delivered,
     .title = "RESPONDENT never delivers a survey that ends within a tag, and goes on serving",
     .covers = "SP-RSP-016", .via = ANY, .needs = "wire")
{
    static const char *const half_tag[] = { "00000001 80", "00000001 8000", "00000001 800000",
                                            NULL };
    ignores_questions(t, "respondent", half_tag);
}
