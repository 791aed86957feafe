/* contexts_answering.c -- faults of REP and RESPONDENT with several contexts. */
#include "mutants/tags.h"
#include "sp/protocol.h"

/* What a context holds, in `kept`: one each. */
struct held {
    const struct context *in; /* NULL: the socket's own */
    pipe_id from;             /* 0: nothing, or it is answered */
};

/* Notes: who asked last, the context that received last, the pipe that is not heard any more. */
enum { FROM, LAST, SILENCED };

#define BOTH(suffix, sentence, issue, ...)                                                         \
    MACHINE_MUTANT(rep_##suffix, sentence, issue, .only = SP_REP, .kind = KIND_COOKED,             \
                   __VA_ARGS__);                                                                   \
    MACHINE_MUTANT(respondent_##suffix, sentence, issue, .only = SP_RESPONDENT,                    \
                   .kind = KIND_COOKED, __VA_ARGS__)

static struct held *held_by(struct machine *k, const struct context *in)
{
    struct held *v = (struct held *)(void *)k->kept.p;
    size_t n = k->kept.n / sizeof *v;
    for (size_t i = 0; i < n; i++)
        if (v[i].in == in)
            return &v[i];
    buf_put(&k->kept, &(struct held){ .in = in }, sizeof *v);
    return (struct held *)(void *)k->kept.p + n;
}

static bool another_holds(struct machine *k)
{
    const struct held *v = (struct held *)(void *)k->kept.p;
    for (size_t i = 0; i < k->kept.n / sizeof *v; i++)
        if (v[i].from != 0)
            return true;
    return false;
}

static bool see_action(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER)
        held_by(k, k->in)->from = a->pipe;
    if (a->type == SP_ACT_SEND)
        held_by(k, k->in)->from = 0;
    return true;
}

/* ---- what contexts share that they should not ---- */

static bool for_all(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    k->in = NULL;
    return true;
}

BOTH(contexts_are_one, "holds one question, whichever context has received it", "", .send = for_all,
     .recv = for_all);

static bool see_stack(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    size_t size = tags_size(msg->body);
    if (size > 0) {
        buf_clear(&k->kept2);
        buf_put(&k->kept2, msg->body.p, size);
        k->note[FROM] = pipe;
    }
    return true;
}

static bool with_last_stack(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && machine_has(k, (pipe_id)k->note[FROM])) {
        a->msg.head = buf_slice(&k->kept2);
        a->pipe = (pipe_id)k->note[FROM];
    }
    return true;
}

BOTH(contexts_share_the_backtrace, "keeps one backtrace for all contexts",
     "mangos issue 17, 622c0f9", .arrived = see_stack, .action = with_last_stack);

static bool receives_last(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    k->note[LAST] = (int64_t)(intptr_t)k->in;
    return true;
}

static bool if_it_received_last(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_STATE;
    return k->note[LAST] == (int64_t)(intptr_t)k->in;
}

BOTH(contexts_cancel_each_other, "forgets the question of a context when another one receives", "",
     .recv = receives_last, .send = if_it_received_last);

/* ---- who asked is gone ---- */

static bool die_if_gone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    pipe_id from = held_by(k, k->in)->from;
    if (k->in && from != 0 && !machine_has(k, from))
        mutation_die(k->m, "heap-use-after-free");
    return true;
}

BOTH(context_dies_answering_who_is_gone,
     "dies when a context answers a question whose peer has gone", "nng #1241, 79aed583",
     .action = see_action, .send = die_if_gone);

static bool fail_if_gone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    pipe_id from = held_by(k, k->in)->from;
    *answer = E_CLOSED;
    return !k->in || from == 0 || machine_has(k, from);
}

BOTH(context_cannot_answer_who_is_gone,
     "fails the send of a context for ever once the peer is gone that it holds a question of", "",
     .action = see_action, .send = fail_if_gone);

/* ---- nothing is held ---- */

static bool swallow_unasked(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    return held_by(k, k->in)->from != 0 || !another_holds(k);
}

BOTH(context_swallows_an_unasked_answer,
     "reports success for an answer in a context without a question, when another has one", "",
     .action = see_action, .send = swallow_unasked);

/* ---- a context is closed that holds a question ---- */

static bool end_its_pipe(struct machine *k, struct context *c)
{
    pipe_id from = held_by(k, c)->from;
    if (from != 0)
        machine_act(k, SP_ACT_CLOSE, from, NULL);
    return true;
}

BOTH(closed_context_ends_its_pipe, "ends the pipe whose question a closed context holds", "",
     .action = see_action, .closing = end_its_pipe);

static bool silence_its_pipe(struct machine *k, struct context *c)
{
    k->note[SILENCED] = held_by(k, c)->from;
    return true;
}

static bool hear_others(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    return pipe != k->note[SILENCED];
}

BOTH(closed_context_keeps_its_pipe,
     "reads no more of the pipe whose question a closed context holds", "", .action = see_action,
     .arrived = hear_others, .closing = silence_its_pipe);
