/* replier_state.c -- faults of REP and RESPONDENT in whom they answer, and when. */
#include "mutants/tags.h"
#include "sp/protocol.h"

/* Notes: who asked last and was not answered; whether something was ever answered. */
enum { FROM, ANSWERED, OWN, OWN2 };

#define BOTH(suffix, sentence, issue, ...)                                                         \
    MACHINE_MUTANT(rep_##suffix, sentence, issue, .only = SP_REP, .kind = KIND_COOKED,             \
                   __VA_ARGS__);                                                                   \
    MACHINE_MUTANT(respondent_##suffix, sentence, issue, .only = SP_RESPONDENT,                    \
                   .kind = KIND_COOKED, __VA_ARGS__)

static void watch(struct machine *k, const struct sp_action *a)
{
    if (a->type == SP_ACT_DELIVER)
        k->note[FROM] = a->pipe;
    if (a->type == SP_ACT_SEND) {
        k->note[FROM] = 0;
        k->note[ANSWERED] = 1;
    }
}

static bool see_action(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch(k, a);
    return true;
}

static bool asker_gone(const struct machine *k)
{
    return k->note[FROM] != 0 && !machine_has(k, (pipe_id)k->note[FROM]);
}

/* ---- who asked is gone ---- */

static bool die_if_gone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    if (asker_gone(k))
        mutation_die(k->m, "heap-use-after-free");
    return true;
}

BOTH(dies_answering_who_is_gone, "dies when it answers a peer that has gone", "nng #1241, 79aed583",
     .action = see_action, .send = die_if_gone);

static bool fail_if_gone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_CLOSED;
    return !asker_gone(k);
}

BOTH(cannot_answer_who_is_gone, "fails the send, now and later, when the peer has gone that asked",
     "", .action = see_action, .send = fail_if_gone);

static bool to_another(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DROP && a->msg.head.n > 0 && asker_gone(k) && k->pipes > 0) {
        a->type = SP_ACT_SEND;
        a->pipe = k->pipe[0];
    }
    watch(k, a);
    return true;
}

BOTH(answers_another_when_gone, "sends the answer to another peer when the one that asked has gone",
     "", .action = to_another);

/* ---- several that ask ---- */

/* `kept2`: for each id seen, the id and the pipe that used it first. */
static bool route_in(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    size_t size = tags_size(msg->body);
    struct slice all = buf_slice(&k->kept2);
    if (size == 0)
        return true;
    uint32_t id = word_at(msg->body, size - 4);
    for (size_t i = 0; i + 8 <= all.n; i += 8)
        if (word_at(all, i) == id)
            return true;
    buf_be32(&k->kept2, id);
    buf_be32(&k->kept2, pipe);
    return true;
}

static bool route_out(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    struct slice all = buf_slice(&k->kept2);
    if (a->type != SP_ACT_SEND || a->msg.head.n < 4)
        return true;
    uint32_t id = word_at(a->msg.head, a->msg.head.n - 4);
    for (size_t i = 0; i + 8 <= all.n; i += 8)
        if (word_at(all, i) == id && machine_has(k, word_at(all, i + 4)))
            a->pipe = word_at(all, i + 4);
    return true;
}

BOTH(routes_by_the_id, "sends an answer to the pipe that was first to use its id", "",
     .arrived = route_in, .action = route_out);

/* The mutation's `kept`: the message that arrived last, whether taken or not. */
static bool overwrite(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    if (f->self == SP_REP || f->self == SP_RESPONDENT) {
        buf_clear(&m->kept);
        buf_put_slice(&m->kept, buf_slice(payload));
    }
    return true;
}

static bool overwritten(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    struct slice last = buf_slice(&k->m->kept);
    if (a->type == SP_ACT_SEND && last.n >= a->msg.head.n)
        set_head(&a->msg, &k->kept, slice_of(last.p, a->msg.head.n));
    return true;
}

#define OVERWRITTEN(ident, type)                                                                   \
    const struct mutant ident = {                                                                  \
        .name = #ident,                                                                            \
        .fault = "keeps the backtrace in the buffer that the next message is read into",           \
        .source = "mangos #62, cc2ec98",                                                           \
        .frame_in = overwrite,                                                                     \
        .machine = &(const struct machine_hooks){ .only = (type),                                  \
                                                  .kind = KIND_COOKED,                             \
                                                  .action = overwritten },                         \
    }
OVERWRITTEN(rep_backtrace_overwritten, SP_REP);
OVERWRITTEN(respondent_backtrace_overwritten, SP_RESPONDENT);

/* `OWN`: pipes that do not take more. */
static bool count_blocked(struct machine *k, pipe_id pipe, bool *writable)
{
    (void)pipe;
    if (!*writable)
        k->note[OWN]++;
    else if (k->note[OWN] > 0)
        k->note[OWN]--;
    return true;
}

static bool blocked_by_one(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return k->note[OWN] == 0;
}

BOTH(waits_for_who_does_not_read, "answers nobody while one peer does not read", "",
     .pipe_writable = count_blocked, .send = blocked_by_one);

/* `OWN`: the pipe served last, `OWN2`: how often in a row.  One message of another pipe waits in
 * `kept`, FROM says whose. */
enum { BURST = 4, PATIENCE = 1000 };

static bool hold_others(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    if (k->note[FROM] && k->note[OWN2] >= PATIENCE) {
        struct msg held = kept_payload(&k->kept);
        pipe_id whose = (pipe_id)k->note[FROM];
        k->note[FROM] = k->note[OWN] = k->note[OWN2] = 0;
        k->original->arrived(k->inner, whose, &held, now);
    }
    if (pipe != k->note[OWN] && k->note[OWN2] >= BURST && !k->note[FROM]) {
        keep_payload(&k->kept, msg);
        k->note[FROM] = pipe;
        return false;
    }
    k->note[OWN2] = pipe == k->note[OWN] ? k->note[OWN2] + 1 : 1;
    k->note[OWN] = pipe;
    return true;
}

MACHINE_MUTANT(rep_stays_with_a_busy_pipe, "serves a thousand requests of one pipe before the next",
               "", .only = SP_REP, .kind = KIND_COOKED, .arrived = hold_others);

/* The mutation's notes: requests that wait. */
enum { QUEUED, HEARD };

static bool queue_64(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)payload;
    return f->self != SP_REP || ++m->note[QUEUED] <= 64;
}

static bool unqueue(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER && k->m->note[QUEUED] > 0)
        k->m->note[QUEUED]--;
    return true;
}

const struct mutant rep_queues_64_requests = {
    .name = "rep_queues_64_requests",
    .fault = "drops requests when 64 wait",
    .source = "",
    .frame_in = queue_64,
    .machine =
        &(const struct machine_hooks){ .only = SP_REP, .kind = KIND_COOKED, .action = unqueue },
};

/* ---- the state ---- */

/* `kept`: the backtrace of the oldest question without an answer, `OWN`: whose. */
static bool see_question(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    size_t size = tags_size(msg->body);
    if (size > 0 && k->note[OWN] == 0) {
        buf_clear(&k->kept);
        buf_put(&k->kept, msg->body.p, size);
        k->note[OWN] = pipe;
    }
    return true;
}

static bool answer_oldest(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type != SP_ACT_SEND)
        return true;
    if (machine_has(k, (pipe_id)k->note[OWN])) {
        a->msg.head = buf_slice(&k->kept);
        a->pipe = (pipe_id)k->note[OWN];
    }
    k->note[OWN] = 0;
    return true;
}

BOTH(answers_the_older_question, "answers the older of two questions that were received", "",
     .arrived = see_question, .action = answer_oldest);

/* `kept`: the last backtrace answered. */
static bool see_answer(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch(k, a);
    if (a->type == SP_ACT_SEND) {
        set_head(&a->msg, &k->kept, a->msg.head);
        k->note[OWN] = a->pipe;
    }
    return true;
}

static bool send_again(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    if (k->note[FROM] || !k->note[ANSWERED] || !machine_has(k, (pipe_id)k->note[OWN]))
        return true;
    struct msg again = *msg;
    again.head = buf_slice(&k->kept);
    machine_act(k, SP_ACT_SEND, (pipe_id)k->note[OWN], &again);
    return false;
}

BOTH(sends_a_second_answer, "sends a second answer to the same question", "", .action = see_answer,
     .send = send_again);

static bool swallow_second(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    return k->note[FROM] || !k->note[ANSWERED];
}

BOTH(swallows_a_second_answer, "reports success for a second answer and drops it", "",
     .action = see_action, .send = swallow_second);

static bool swallow_first(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    return k->note[FROM] || k->note[ANSWERED];
}

BOTH(swallows_an_unasked_answer, "reports success for an answer when nobody has asked", "",
     .action = see_action, .send = swallow_first);

static bool hear(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)payload;
    m->note[HEARD] |= f->self == SP_REP;
    return true;
}

static bool answer_unreceived(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    return k->note[FROM] || k->note[ANSWERED] || !k->m->note[HEARD];
}

const struct mutant rep_answers_before_it_receives = {
    .name = "rep_answers_before_it_receives",
    .fault = "takes a reply to a request that the application has not received",
    .source = "",
    .frame_in = hear,
    .machine =
        &(const struct machine_hooks){
            .only = SP_REP, .kind = KIND_COOKED, .action = see_action, .send = answer_unreceived },
};

/* `OWN`: the reply has been put off, `OWN2`: until when. */
static bool not_at_once(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    if (k->note[FROM] && !k->note[OWN]) {
        k->note[OWN] = 1;
        k->note[OWN2] = now + 1;
    }
    *answer = E_AGAIN;
    return now >= k->note[OWN2];
}

static bool soon(const struct machine *k, msec *answer)
{
    *answer = k->note[OWN2] ? k->note[OWN2] : MSEC_NEVER;
    return false;
}

static bool now_it_may(struct machine *k, msec now)
{
    if (now >= k->note[OWN2])
        k->note[OWN2] = 0;
    return true;
}

static bool see_sent(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch(k, a);
    if (a->type == SP_ACT_SEND)
        k->note[OWN] = 0;
    return true;
}

MACHINE_MUTANT(rep_cannot_answer_at_once, "fails a reply that may not block", "nng #1304, 4e7205ce",
               .only = SP_REP, .kind = KIND_COOKED, .action = see_sent, .send = not_at_once,
               .deadline = soon, .tick = now_it_may);
