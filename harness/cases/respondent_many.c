/* respondent_many.c -- surveys of several surveyors, and what is easily taken for a backtrace:
 * sp-surveyor-01 5.2, 6.2. */
#include "case.h"

CASE(respondent_delivers_body_that_looks_like_tags,
     .title = "RESPONDENT ends the backtrace at the survey id, whatever the body looks like",
     .covers = "SP-RSP-001", .why = "a reader that goes on eats the body", .via = ANY)
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    sp_send(sur, "80000001 80000002 00000003 '?'");
    iut_expect(rsp, "80000002 00000003 '?'");
    iut_send(rsp, "80000004 00000005 '!'");
    sp_expect(sur, "80000001 80000004 00000005 '!'");
}

CASE(respondent_keeps_backtrace_of_its_survey,
     .title = "RESPONDENT returns the backtrace of the survey it answers, though others have come",
     .covers = "SP-RSP-014", .why = "a backtrace kept in a buffer that is used again misroutes",
     .via = ANY)
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *a = attach(rsp, "surveyor");
    struct peer *b = attach(rsp, "surveyor");

    sp_send(a, "0000000a 0000000b 80000001 'from a'");
    iut_expect(rsp, "'from a'");
    sp_send(a, "0000001a 0000001b 80000003 'more'");
    sp_send(b, "0000002a 80000002 'from b'");
    wire_drains_within(a, 100);
    wire_drains_within(b, 100);
    iut_send(rsp, "'to a'");
    sp_expect(a, "0000000a 0000000b 80000001 'to a'");
}

CASE(respondent_surveyor_that_does_not_read,
     .title = "RESPONDENT serves the other surveyors when one has stopped reading its responses",
     .covers = "SP-RSP-015", .via = TCP)
{
    enum { MOST = 40, BLOCK_MS = 150 };
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *stalled = attach(rsp, "surveyor");
    struct peer *other = attach(rsp, "surveyor");

    wire_pause(stalled);
    for (int i = 0; i < MOST; i++) {
        sp_send(stalled, "80000001 '?'");
        iut_expect(rsp, "'?'");
        /* Dropped, queued or refused: all are legitimate, so long as it ends. */
        if (strcmp(iut_try_send_seq(rsp, BLOCK_MS, 500000), "ok") != 0)
            break;
    }
    int64_t asked = now(t);
    expect_served(rsp, other, "80000002");
    expect_elapsed(t, asked, 0, 1000);
}
