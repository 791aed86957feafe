/* survey_ids.c -- the survey on the wire: sp-surveyor-01 5.1, 6.1, 8. */
#include "fresh_ids.h"

CASE(survey_reaches_every_respondent,
     .title = "SURVEYOR sends a survey to every respondent under one id with its uppermost bit set",
     .covers = "SP-SUR-001", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *a = attach(sur, "respondent");
    struct peer *b = attach(sur, "respondent");
    struct peer *c = attach(sur, "respondent");

    iut_send(sur, "'?'");
    sp_expect(a, "<id: %1....... .. .. ..> '?'");
    sp_expect(b, "$id '?'");
    sp_expect(c, "$id '?'");
}

CASE(survey_goes_once_to_each, .title = "SURVEYOR sends a survey once to each pipe",
     .covers = "SP-SUR-003", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *p[] = { attach(sur, "respondent"), attach(sur, "respondent"),
                         attach(sur, "respondent") };

    for (unsigned i = 0; i < 3; i++) { /* what comes next is the next survey: no copy before it */
        iut_send(sur, value(t, "u32:%u", i));
        for (unsigned k = 0; k < 3; k++)
            sp_expect(p[k], value(t, "%%1....... .. .. .. u32:%u", i));
    }
}

CASE(survey_ids_count_up, .title = "SURVEYOR gives each survey the id of the one before plus 1",
     .covers = "SP-SUR-002",
     .why = "an id that is used again lets a late response answer the wrong survey", .via = ANY)
{
    expect_ids_count_up(t, "surveyor");
}

CASE(survey_first_id_is_random,
     .title = "SURVEYOR begins with a random survey id in each process, not with a clock's",
     .covers = "SP-SUR-002",
     .why =
         "a restarted surveyor that begins with an id in use takes responses meant for the old one",
     .via = TCP_LISTENS)
{
    struct fresh_ids f = first_ids(t, "surveyor");
    expect_random_ids(t, &f);
}

CASE(survey_empty_messages,
     .title = "SURVEYOR sends an empty survey as the id alone and delivers an empty response",
     .covers = "SP-SUR-022", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    iut_send(sur, "");
    sp_expect(rsp, "<id: %1....... .. .. ..>");
    sp_send(rsp, "$id");
    iut_expect(sur, "");
}

CASE(survey_two_in_succession,
     .title = "SURVEYOR sends two surveys in quick succession, each with its own body",
     .covers = "SP-SUR-023",
     .why = "a body freed when the newer survey ends the older one goes out as rubbish", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *rsp = attach(sur, "respondent");

    iut_send(sur, "'the first of two'");
    iut_send(sur, "'the second'");
    sp_expect(rsp, "<one: %1....... .. .. ..> 'the first of two'");
    sp_expect(rsp, "<id: %1....... .. .. ..> 'the second'");
    sp_send(rsp, "$id 'heard'");
    iut_expect(sur, "'heard'");
}

CASE(survey_not_sent_to_latecomer,
     .title = "SURVEYOR does not send a survey to a respondent that connects after it",
     .covers = "SP-SUR-017", .via = ANY)
{
    struct iut *sur = iut_open(t, "surveyor");
    struct peer *a = attach(sur, "respondent");

    iut_send(sur, "'early'");
    sp_expect(a, "%1....... .. .. .. 'early'");
    struct peer *b = attach(sur, "respondent");
    iut_send(sur, "'later'");
    sp_expect(b, "%1....... .. .. .. 'later'"); /* the first thing that comes */
    sp_expect(a, "%1....... .. .. .. 'later'");
}

CASE(surveyor_endpoint_type,
     .title = "SURVEYOR has endpoint type 0x0062 and refuses the former types",
     .covers = "SP-SUR-021",
     .why = "the former types have no backtrace: their messages would be misread", .via = STREAM,
     .needs = "wire")
{
    struct iut *sur = iut_open(t, "surveyor");
    static const char *const former[] = { "0060", "0061" };

    for (unsigned i = 0; i < 2; i++) {
        struct peer *p = attach_raw(sur);
        wire_expect(p, "00 'SP' 00 0062 0000");
        wire_send(p, value(t, "00 'SP' 00 %s 0000", former[i]));
        expect_closed(p);
    }
}
