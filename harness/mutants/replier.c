/* replier.c -- faults of REP and RESPONDENT in what they take and in what they answer. */
#include "mutants/tags.h"
#include "sp/protocol.h"
#include <string.h>

enum { OWN };

/* Both are the same machine and have the same faults. */
#define BOTH(suffix, sentence, issue, ...)                                                         \
    MACHINE_MUTANT(rep_##suffix, sentence, issue, .only = SP_REP, .kind = KIND_COOKED,             \
                   __VA_ARGS__);                                                                   \
    MACHINE_MUTANT(respondent_##suffix, sentence, issue, .only = SP_RESPONDENT,                    \
                   .kind = KIND_COOKED, __VA_ARGS__)

/* ---- the backtrace ---- */

static bool id_alone(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_SEND && a->msg.head.n > 4)
        a->msg.head = slice_drop(a->msg.head, a->msg.head.n - 4);
    return true;
}

BOTH(returns_the_id_alone, "answers without the tags before the id", "", .action = id_alone);

static bool four_tags(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_SEND && a->msg.head.n > 16)
        a->msg.head = slice_drop(a->msg.head, a->msg.head.n - 16);
    return true;
}

BOTH(returns_four_tags, "has room for a backtrace of four tags", "", .action = four_tags);

static bool reversed(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    size_t n = a->msg.head.n;
    if (a->type != SP_ACT_SEND || n <= 8)
        return true;
    buf_clear(&k->kept2);
    for (size_t i = n - 4; i >= 4; i -= 4)
        buf_put(&k->kept2, a->msg.head.p + i - 4, 4);
    buf_put(&k->kept2, a->msg.head.p + n - 4, 4);
    a->msg.head = buf_slice(&k->kept2);
    return true;
}

BOTH(turns_the_backtrace_round, "returns the hops of a backtrace in the opposite order", "",
     .action = reversed);

static void seven(struct machine *k)
{
    k->original->set(k->inner, "ttl", 7);
}

static bool one_less(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)answer;
    if (strcmp(option, "ttl") == 0 && *value > 1)
        --*value;
    return true;
}

BOTH(counts_one_hop_too_many, "drops what has as many tags as the ttl", "", .began = seven,
     .set = one_less);

static void no_limit(struct machine *k)
{
    k->original->set(k->inner, "ttl", 255);
}

BOTH(has_no_hop_limit, "delivers what has more tags than any ttl", "nanomsg #386, 515cd412",
     .began = no_limit);

static bool close_deep(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    bool deep = tags_size(msg->body) > 32;
    if (deep)
        machine_act(k, SP_ACT_CLOSE, pipe, NULL);
    return !deep;
}

BOTH(hop_limit_closes_the_pipe, "closes the pipe over a message of more than eight tags",
     "mangos-v1 #162, b0e8c61", .arrived = close_deep);

static bool eat_body(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    while (a->type == SP_ACT_DELIVER && has_id(a->msg.body))
        a->msg.body = slice_drop(a->msg.body, 4);
    return true;
}

BOTH(eats_a_body_like_tags, "goes on behind the id while the body looks like one", "",
     .action = eat_body);

static bool ignore_zero(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)k;
    (void)pipe;
    (void)now;
    size_t size = tags_size(msg->body);
    return size == 0 || word_at(msg->body, size - 4) != ID_BIT;
}

BOTH(ignores_id_zero, "takes the id 80000000 for none", "", .arrived = ignore_zero);

/* The backtrace of the first answer is used again; `OWN`: it has one. */
static bool first_again(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type != SP_ACT_SEND)
        return true;
    if (k->note[OWN] == a->pipe && a->msg.head.n == k->kept.n)
        a->msg.head = buf_slice(&k->kept);
    else if (k->note[OWN] == 0)
        set_head(&a->msg, &k->kept, a->msg.head);
    if (k->note[OWN] == 0)
        k->note[OWN] = a->pipe;
    return true;
}

BOTH(returns_the_first_id_again, "answers all requests of the first pipe under the first one's id",
     "", .action = first_again);

/* ---- bodies ---- */

static bool pad_reply(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    static const uint8_t zeros[4];
    if (a->type == SP_ACT_SEND && a->msg.body.n < 3)
        set_body(&a->msg, &k->kept, a->msg.body, slice_of(zeros, 3 - a->msg.body.n));
    return true;
}

BOTH(pads_its_answers, "fills an answer up to three octets", "", .action = pad_reply);

static bool deliver_some(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_DELIVER || a->msg.body.n > 0;
}

static bool send_some(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_SEND || a->msg.body.n > 0;
}

BOTH(ignores_an_empty_question, "does not deliver what has no body", "", .action = deliver_some);
BOTH(sends_no_empty_answer, "does not send an answer without a body", "", .action = send_some);

/* ---- malformed ---- */

static bool malformed(struct slice payload)
{
    return tags_size(payload) == 0 && payload.n <= 32;
}

static bool deliver_without_id(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    bool bad = malformed(msg->body) && msg->body.n > 0 && msg->body.n % 4 == 0;
    if (bad)
        machine_act(k, SP_ACT_DELIVER, pipe, msg);
    return !bad;
}

static bool deliver_half_tag(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    bool bad = malformed(msg->body) && msg->body.n > 4 && msg->body.n % 4 != 0;
    if (bad)
        machine_act(k, SP_ACT_DELIVER, pipe, msg);
    return !bad;
}

static bool deliver_truncated(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (msg->body.n < 4)
        machine_act(k, SP_ACT_DELIVER, pipe, msg);
    return msg->body.n >= 4;
}

BOTH(delivers_tags_without_id, "delivers tags of which none is an id", "",
     .arrived = deliver_without_id);
BOTH(delivers_half_a_tag, "delivers what ends within a tag", "", .arrived = deliver_half_tag);
BOTH(delivers_what_is_truncated, "delivers what is shorter than an id", "",
     .arrived = deliver_truncated);

static bool close_malformed(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (malformed(msg->body))
        machine_act(k, SP_ACT_CLOSE, pipe, NULL);
    return !malformed(msg->body);
}

BOTH(closes_over_malformed, "closes the pipe over a message without an id", "nng 1.5.2",
     .arrived = close_malformed);

static bool deafen(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (malformed(msg->body))
        k->note[OWN] = pipe;
    return k->note[OWN] != pipe;
}

BOTH(hears_no_more_after_malformed, "ignores a pipe for ever that has sent a message without an id",
     "", .arrived = deafen);
