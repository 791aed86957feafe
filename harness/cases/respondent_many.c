/* respondent_many.c -- surveys of several surveyors, and what is easily taken for a backtrace:
 * sp-surveyor-01 5.2, 6.2. */
#include "replier.h"

CASE(respondent_delivers_body_that_looks_like_tags,
     .title = "RESPONDENT ends the backtrace at the survey id, whatever the body looks like",
     .covers = "SP-RSP-001", .why = "a reader that goes on eats the body", .via = ANY)
{
    ends_backtrace_at_the_id(t, "respondent");
}

CASE(respondent_keeps_backtrace_of_its_survey,
     .title = "RESPONDENT returns the backtrace of the survey it answers, though others have come",
     .covers = "SP-RSP-014", .why = "a backtrace kept in a buffer that is used again misroutes",
     .via = ANY)
{
    keeps_the_backtrace(t, "respondent");
}

CASE(respondent_surveyor_that_does_not_read,
     .title = "RESPONDENT serves the other surveyors when one has stopped reading its responses",
     .covers = "SP-RSP-015", .via = TCP)
{
    serves_beside_one_that_does_not_read(t, "respondent");
}
