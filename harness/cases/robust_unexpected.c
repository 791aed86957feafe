/* robust_unexpected.c -- well-formed frames where the pattern has no use for them. */
#include "malformed.h"

/* ---- empty messages where a header is due ---- */

static const char *const empty[] = { "", NULL };

CASE(robust_empty_message_to_rep, .title = "REP delivers no empty message, and goes on serving",
     .covers = "SP-ROB-012", .needs = "wire", .via = TCP)
{
    ignores_questions(t, "rep", empty);
}

CASE(robust_empty_message_to_respondent,
     .title = "RESPONDENT delivers no empty message, and goes on serving", .covers = "SP-ROB-012",
     .needs = "wire", .via = TCP)
{
    ignores_questions(t, "respondent", empty);
}

CASE(robust_empty_message_to_req, .title = "REQ delivers no empty message, and goes on",
     .covers = "SP-ROB-012", .via = TCP)
{
    ignores_answers(t, "req", empty);
}

CASE(robust_empty_message_to_surveyor, .title = "SURVEYOR delivers no empty message, and goes on",
     .covers = "SP-ROB-012", .via = TCP)
{
    ignores_answers(t, "surveyor", empty);
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

/* Sends on `p` what nobody expects.  Returns the pipe to go on with: it may have been closed. */
static struct peer *speak_out_of_turn(struct iut *s, struct peer *p, const char *as)
{
    sp_send(p, "80000001 'what?'");
    return closes_within(p, 300) ? attach(s, as) : p;
}

static void still_sends(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *first = attach(s, peer_of(protocol));
    struct peer *p = speak_out_of_turn(s, first, peer_of(protocol));

    if (is_black_box(t))
        return;
    iut_send(s, "'news'");
    sp_expect(p, "'news'");
}

static void still_asks(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *first = attach(s, peer_of(protocol));
    struct peer *p = speak_out_of_turn(s, first, peer_of(protocol));

    iut_send(s, "'well?'");
    sp_expect(p, "<id: %1....... .. .. ..> 'well?'");
    sp_send(p, "$id 'so so'");
    iut_expect(s, "'so so'");
}

CASE(robust_message_to_pub,
     .title = "PUB goes on publishing when a subscriber sends a message: it ignores it or closes",
     .covers = "SP-ROB-013", .why = "any subscriber could end the publisher", .needs = "wire",
     .via = ANY, .fragile = true)
{
    still_sends(t, "pub");
}

CASE(robust_message_to_push,
     .title = "PUSH goes on when a PULL sends a message: it ignores it or closes",
     .covers = "SP-ROB-013", .needs = "wire", .via = TCP, .fragile = true)
{
    still_sends(t, "push");
}

CASE(robust_unasked_reply, .title = "REQ goes on after a reply that it has not asked for",
     .covers = "SP-ROB-013", .via = TCP, .fragile = true)
{
    still_asks(t, "req");
}

CASE(robust_unasked_response,
     .title = "SURVEYOR goes on after a response that it has not asked for", .covers = "SP-ROB-013",
     .via = TCP, .fragile = true)
{
    still_asks(t, "surveyor");
}
