/* robust_unexpected.c -- well-formed frames where the pattern has no use for them. */
#include "malformed.h"

/* ---- empty messages where a header is due ---- */

CASE(robust_empty_message_to_rep, .title = "REP delivers no empty message, and goes on serving",
     .covers = "SP-ROB-012", .needs = "wire", .via = TCP)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    sp_send(req, "");
    still_answers(t, rep, req, "req", "92345678");
}

CASE(robust_empty_message_to_respondent,
     .title = "RESPONDENT delivers no empty message, and goes on serving", .covers = "SP-ROB-012",
     .needs = "wire", .via = TCP)
{
    struct iut *respondent = iut_open(t, "respondent");
    struct peer *surveyor = attach(respondent, "surveyor");

    sp_send(surveyor, "");
    still_answers(t, respondent, surveyor, "surveyor", "92345678");
}

CASE(robust_empty_message_to_req, .title = "REQ delivers no empty message, and goes on",
     .covers = "SP-ROB-012", .via = TCP)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    sp_send(rep, "");
    still_takes_answer(t, req, rep, "rep");
}

CASE(robust_empty_message_to_surveyor, .title = "SURVEYOR delivers no empty message, and goes on",
     .covers = "SP-ROB-012", .via = TCP)
{
    struct iut *surveyor = iut_open(t, "surveyor");
    struct peer *respondent = attach(surveyor, "respondent");

    iut_send(surveyor, "'well?'");
    sp_expect(respondent, "<id: %1....... .. .. ..> 'well?'");
    sp_send(respondent, "");
    still_takes_answer(t, surveyor, respondent, "respondent");
}

CASE(robust_empty_message_to_pair1, .title = "PAIR v1 delivers no empty message, and goes on",
     .covers = "SP-ROB-012", .via = TCP)
{
    struct iut *pair = iut_open(t, "pair1");
    struct peer *us = attach(pair, "pair1");

    sp_send(us, "");
    /* It may close; then the next connection may come before the old peer is forgotten. */
    for (int64_t start = now(t); closes_within(us, 100) && now(t) - start < patience(t);)
        us = attach_unchecked(pair, "pair1");
    sp_send(us, "00000001 'good'");
    iut_expect(pair, "'good'");
}

/* ---- the wrong direction ---- */

CASE(robust_message_to_pub,
     .title = "PUB goes on publishing when a subscriber sends a message: it ignores it or closes",
     .covers = "SP-ROB-013", .why = "any subscriber could end the publisher", .needs = "wire",
     .via = ANY, .fragile = true)
{
    struct iut *pub = iut_open(t, "pub");
    struct peer *sub = attach(pub, "sub");

    sp_send(sub, "'what?'");
    if (closes_within(sub, 300))
        sub = attach(pub, "sub");
    if (is_black_box(t))
        return;
    iut_send(pub, "'news'");
    sp_expect(sub, "'news'");
}

CASE(robust_message_to_push,
     .title = "PUSH goes on when a PULL sends a message: it ignores it or closes",
     .covers = "SP-ROB-013", .needs = "wire", .via = TCP, .fragile = true)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    sp_send(pull, "'what?'");
    if (closes_within(pull, 300))
        pull = attach(push, "pull");
    if (is_black_box(t))
        return;
    iut_send(push, "'job'");
    sp_expect(pull, "'job'");
}

CASE(robust_unasked_reply, .title = "REQ goes on after a reply that it has not asked for",
     .covers = "SP-ROB-013", .via = TCP, .fragile = true)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    sp_send(rep, "80000001 'what?'");
    if (closes_within(rep, 300))
        rep = attach(req, "rep");
    iut_send(req, "'ping'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(robust_unasked_response,
     .title = "SURVEYOR goes on after a response that it has not asked for", .covers = "SP-ROB-013",
     .via = TCP, .fragile = true)
{
    struct iut *surveyor = iut_open(t, "surveyor");
    struct peer *respondent = attach(surveyor, "respondent");

    sp_send(respondent, "80000001 'what?'");
    if (closes_within(respondent, 300))
        respondent = attach(surveyor, "respondent");
    iut_send(surveyor, "'well?'");
    sp_expect(respondent, "<id: %1....... .. .. ..> 'well?'");
    sp_send(respondent, "$id 'so so'");
    iut_expect(surveyor, "'so so'");
}
