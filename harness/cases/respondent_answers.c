/* respondent_answers.c -- surveys and responses of RESPONDENT: sp-surveyor-01 5.2, 6.2, 8. */
#include "backtrace.h"
#include "replier.h"

CASE(respondent_returns_id_before_body,
     .title = "RESPONDENT delivers a survey without its id and sends the response as that id, then "
              "the body",
     .covers = "SP-RSP-001", .via = ANY)
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    sp_send(sur, "80000001 '?'");
    iut_expect(rsp, "'?'");
    iut_send(rsp, "'!'");
    sp_expect(sur, "80000001 '!'");
}

CASE(respondent_returns_any_id, .title = "RESPONDENT returns every bit of the survey id",
     .covers = "SP-RSP-001", .via = ANY, .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    expect_served(rsp, sur, "80000000");
    expect_served(rsp, sur, "ffffffff");
    expect_served(rsp, sur, "92345678");
}

CASE(respondent_returns_seven_hops,
     .title = "RESPONDENT returns a backtrace of seven hops and the id octet for octet",
     .covers = "SP-RSP-002", .via = ANY, .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    expect_served(rsp, sur, backtrace(t, 1, "80000001"));
    expect_served(rsp, sur, backtrace(t, 7, "80000001"));
}

CASE(respondent_eight_hops,
     .title = "RESPONDENT drops a survey of eight hops and the id, or delivers it",
     .covers = "SP-RSP-003", .via = ANY)
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    sp_send(sur, value(t, "%s 'deep'", backtrace(t, 8, "80000001")));
    sp_send(sur, "80000002 'good'");
    check(t, strcmp(iut_try_recv(rsp, patience(t)), "ok") == 0,
          "the survey after one that is too deep is not delivered%s",
          is_closed(sur) ? ": the pipe was closed" : "");
    if (captured(t, "got") == 0x64656570) { /* 'deep' */
        variant(t, "nine tags are delivered");
        iut_expect(rsp, "'good'");
    } else {
        variant(t, "nine tags are dropped: the id counts, the ttl is 8");
    }
    iut_send(rsp, "'fine'");
    sp_expect(sur, "80000002 'fine'");
}

CASE(respondent_forty_hops,
     .title = "RESPONDENT never delivers a survey of forty hops, and its pipe stays open",
     .covers = "SP-RSP-013", .why = "without a limit a loop of devices never ends", .via = ANY,
     .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    sp_send(sur, value(t, "%s 'lost'", backtrace(t, 40, "80000001")));
    expect_served(rsp, sur, "80000002");
}

CASE(respondent_empty_messages,
     .title = "RESPONDENT delivers an empty survey and sends an empty response as the id alone",
     .covers = "SP-RSP-012", .via = ANY)
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    sp_send(sur, "80000001");
    iut_expect(rsp, "");
    iut_send(rsp, "");
    sp_expect(sur, "80000001");
}

CASE(respondent_answers_latest_survey,
     .title = "RESPONDENT answers the second survey after two receives, and not the first",
     .covers = "SP-RSP-005", .via = ANY)
{
    answers_the_latest(t, "respondent");
}

CASE(respondent_answer_without_survey_refused,
     .title = "RESPONDENT refuses a response when it has received no survey, with a state error",
     .covers = "SP-RSP-006", .via = LOCAL)
{
    struct iut *rsp = iut_open(t, "respondent");
    iut_send_fails(rsp, 1000, "'nobody asked'", "state");
}

CASE(respondent_second_answer_refused,
     .title =
         "RESPONDENT refuses a second response to one survey with a state error, and sends none",
     .covers = "SP-RSP-006", .via = ANY)
{
    refuses_a_second_answer(t, "respondent");
}

CASE(respondent_surveyor_gone,
     .title = "RESPONDENT drops the response to a surveyor that has gone, without an error, and "
              "serves the next",
     .covers = "SP-RSP-007", .via = ANY)
{
    drops_the_answer_to_one_gone(t, "respondent");
}

CASE(respondent_same_id_on_two_pipes,
     .title =
         "RESPONDENT sends each response to the pipe its survey came from, though ids are equal",
     .covers = "SP-RSP-008", .via = ANY)
{
    answers_each_pipe_its_own(t, "respondent");
}

CASE(respondent_need_not_answer,
     .title = "RESPONDENT stays usable when it does not answer a survey", .covers = "SP-RSP-009",
     .via = ANY)
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach(rsp, "surveyor");

    for (unsigned i = 0; i < 10; i++) {
        sp_send(sur, value(t, "u32:0x%08x u32:%u", 0x80000000 + i, i));
        iut_expect(rsp, value(t, "u32:%u", i));
    }
    expect_served(rsp, sur, "8000000a");
}

CASE(respondent_endpoint_type, .title = "RESPONDENT has endpoint type 0x0063",
     .covers = "SP-RSP-010", .via = STREAM, .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    struct peer *sur = attach_raw(rsp);

    wire_expect(sur, "00 'SP' 00 0063 0000");
}

CASE(respondent_refuses_former_types,
     .title = "RESPONDENT refuses peers of the former survey types 0x0060 and 0x0061",
     .covers = "SP-RSP-011",
     .why = "the former types have no backtrace: their messages would be misread", .via = STREAM,
     .needs = "wire")
{
    struct iut *rsp = iut_open(t, "respondent");
    static const char *const former[] = { "0060", "0061" };

    for (unsigned i = 0; i < 2; i++) {
        struct peer *p = attach_raw(rsp);
        wire_expect(p, "00 'SP' 00 .. .. 0000");
        wire_send(p, value(t, "00 'SP' 00 %s 0000", former[i]));
        expect_closed(p);
    }
}
