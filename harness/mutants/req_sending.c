/* req_sending.c -- faults of when and where REQ sends its requests. */
#include "mutants/tags.h"
#include "sp/protocol.h"
#include <string.h>

/* `kept` holds the last request as it went out, `kept2` the one before. */
enum { ID, OPEN, ASKED, CARRIER, OWN, OWN2, IVL };

/* True: a new request, not one that is sent again. */
static bool watch_sent(struct machine *k, const struct sp_action *a)
{
    if (a->type != SP_ACT_SEND || word_at(a->msg.head, 0) == (uint32_t)k->note[ID])
        return false;
    buf_clear(&k->kept2);
    if (k->note[OPEN])
        buf_put_slice(&k->kept2, buf_slice(&k->kept));
    keep_payload(&k->kept, &a->msg);
    k->note[ID] = word_at(a->msg.head, 0);
    k->note[OPEN] = k->note[ASKED] = 1;
    return true;
}

static bool see_action(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch_sent(k, a);
    return true;
}

static bool see_arrived(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (word_at(msg->body, 0) == (uint32_t)k->note[ID])
        k->note[OPEN] = 0;
    return true;
}

static void act_kept(struct machine *k, pipe_id pipe, const struct buf *kept)
{
    struct msg msg = kept_payload(kept);
    if (msg.body.n > 0)
        machine_act(k, SP_ACT_SEND, pipe, &msg);
}

/* ---- by time ---- */

static bool new_id_again(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (watch_sent(k, a))
        k->note[OWN] = 0;
    else if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept2,
                      ((uint32_t)k->note[ID] + (uint32_t)++k->note[OWN]) | ID_BIT);
    return true;
}

MACHINE_MUTANT(req_resends_under_a_new_id, "sends an unanswered request again under the next id",
               "", .only = SP_REQ, .kind = KIND_COOKED, .action = new_id_again);

static bool cut_again(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (!watch_sent(k, a) && a->type == SP_ACT_SEND && a->msg.body.n > 1024)
        a->msg.body.n = 1024;
    return true;
}

MACHINE_MUTANT(req_resend_cuts_the_body, "sends 1024 octets of the body the second time", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = cut_again);

static bool once_more_only(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (watch_sent(k, a))
        k->note[OWN] = 0;
    else if (a->type == SP_ACT_SEND)
        return k->note[OWN]++ == 0;
    return true;
}

MACHINE_MUTANT(req_resends_only_once, "sends an unanswered request again once, then never", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = once_more_only);

static bool resend_both(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (!watch_sent(k, a) && a->type == SP_ACT_SEND)
        act_kept(k, a->pipe, &k->kept2);
    return true;
}

MACHINE_MUTANT(req_replaced_request_resent,
               "goes on sending a request that a newer one has replaced", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = resend_both, .arrived = see_arrived);

/* `OWN`: when the next copy is due, 0: not. */
static bool see_carrier(struct machine *k, struct sp_action *a, msec now)
{
    if (watch_sent(k, a)) {
        k->note[CARRIER] = a->pipe;
        k->note[OWN] = k->note[IVL] > 0 ? now + k->note[IVL] : 0;
    }
    return true;
}

static bool see_interval(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)answer;
    if (strcmp(option, "resend-ivl") == 0)
        k->note[IVL] = *value;
    return true;
}

static bool also_due(const struct machine *k, msec *answer)
{
    msec inner = k->original->deadline(k->inner);
    *answer = k->note[OWN] && k->note[OWN] < inner ? k->note[OWN] : inner;
    return false;
}

static bool resend_answered(struct machine *k, msec now)
{
    if (!k->note[OWN] || now < k->note[OWN])
        return true;
    k->note[OWN] += k->note[IVL];
    if (!k->note[OPEN] && machine_has(k, (pipe_id)k->note[CARRIER]))
        act_kept(k, (pipe_id)k->note[CARRIER], &k->kept);
    return true;
}

MACHINE_MUTANT(req_resends_after_the_reply,
               "does not stop the resend timer when the reply has come", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = see_carrier, .arrived = see_arrived,
               .set = see_interval, .deadline = also_due, .tick = resend_answered);

static bool double_interval(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type != SP_ACT_SEND || k->note[IVL] <= 0)
        return true;
    if (watch_sent(k, a))
        k->note[OWN] = k->note[IVL];
    k->note[OWN] *= 2;
    k->original->set(k->inner, "resend-ivl", k->note[OWN]);
    return true;
}

MACHINE_MUTANT(req_resend_interval_doubles, "doubles the interval with each time it sends again",
               "", .only = SP_REQ, .kind = KIND_COOKED, .action = double_interval,
               .set = see_interval);

static bool ignore_interval(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)value;
    (void)answer;
    return strcmp(option, "resend-ivl") != 0;
}

MACHINE_MUTANT(req_resend_interval_ignored, "keeps the default interval whatever is set", "",
               .only = SP_REQ, .kind = KIND_COOKED, .set = ignore_interval);

static bool whole_seconds(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)answer;
    if (strcmp(option, "resend-ivl") == 0)
        *value = (*value + 999) / 1000 * 1000;
    return true;
}

MACHINE_MUTANT(req_resend_interval_in_seconds, "rounds the resend interval up to whole seconds", "",
               .only = SP_REQ, .kind = KIND_COOKED, .set = whole_seconds);

static bool zero_is_now(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)answer;
    if (strcmp(option, "resend-ivl") == 0 && *value <= 0)
        *value = 1;
    return true;
}

MACHINE_MUTANT(req_disabled_resend_floods, "sends again without end when told never to send again",
               "nng #857, c28dac16", .only = SP_REQ, .kind = KIND_COOKED, .set = zero_is_now);

static void half_a_minute(struct machine *k)
{
    k->original->set(k->inner, "resend-ivl", 30000);
}

MACHINE_MUTANT(req_resends_after_half_a_minute, "has a default resend interval of 30 s", "",
               .only = SP_REQ, .kind = KIND_COOKED, .began = half_a_minute);

/* ---- when a pipe goes ---- */

static bool see_loss(struct machine *k, pipe_id pipe)
{
    (void)pipe;
    k->note[OWN]++;
    return true;
}

static bool forget_lost(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (watch_sent(k, a))
        k->note[OWN] = 0;
    return a->type != SP_ACT_SEND || k->note[OWN] == 0;
}

MACHINE_MUTANT(req_lost_pipe_loses_the_request,
               "never sends a request again when the pipe that carried it closes",
               "nanomsg #87, 67d02ec7", .only = SP_REQ, .kind = KIND_COOKED, .action = forget_lost,
               .arrived = see_arrived, .pipe_del = see_loss);

static bool die_at_second_loss(struct machine *k, pipe_id pipe)
{
    (void)pipe;
    if (k->note[OPEN] && ++k->note[OWN] == 2)
        mutation_die(k->m, "panic: a request is outstanding");
    return true;
}

MACHINE_MUTANT(req_dies_at_the_second_loss,
               "dies when a request loses the pipe that carried it twice", "mangos #192, eb5e83a",
               .only = SP_REQ, .kind = KIND_COOKED, .action = see_action, .arrived = see_arrived,
               .pipe_del = die_at_second_loss);

static bool bring_back_replaced(struct machine *k, pipe_id pipe, bool *writable)
{
    if (*writable && k->note[OWN])
        act_kept(k, pipe, &k->kept2);
    k->note[OWN] = 0;
    return true;
}

MACHINE_MUTANT(req_loss_brings_back_the_replaced,
               "sends a replaced request on the connection after the one that carried it", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = see_action, .arrived = see_arrived,
               .pipe_del = see_loss, .pipe_writable = bring_back_replaced);

static bool bring_back_answered(struct machine *k, pipe_id pipe, bool *writable)
{
    if (*writable && k->note[OWN] && k->note[ASKED] && !k->note[OPEN])
        act_kept(k, pipe, &k->kept);
    k->note[OWN] = 0;
    return true;
}

MACHINE_MUTANT(req_loss_brings_back_the_answered,
               "sends an answered request again when the pipe that carried it closes", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = see_action, .arrived = see_arrived,
               .pipe_del = see_loss, .pipe_writable = bring_back_answered);

/* ---- when nobody is there ---- */

static bool success_without_peer(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    return k->pipes > 0;
}

MACHINE_MUTANT(req_send_without_peer_succeeds, "discards a request when there is no peer", "",
               .only = SP_REQ, .kind = KIND_COOKED, .send = success_without_peer);

/* The mutation's notes: a send is being answered; it timed out. */
enum { SENDING, TIMED_OUT };

static bool see_verb(struct mutation *m, struct buf *line)
{
    m->note[SENDING] = line_is(line, "send");
    return true;
}

static bool see_answer(struct mutation *m, struct buf *line)
{
    m->note[TIMED_OUT] = m->note[SENDING] && line_is(line, "err timedout");
    return true;
}

static bool keep_unsent(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    if (!k->m->note[TIMED_OUT])
        keep_payload(&k->kept, msg);
    return true;
}

static bool send_unsent(struct machine *k, pipe_id pipe, bool *writable)
{
    static const uint8_t id[4] = { 0x80, 0, 0, 0 };
    struct msg msg = { .head = slice_of(id, 4), .body = buf_slice(&k->kept) };
    if (*writable && k->m->note[TIMED_OUT])
        machine_act(k, SP_ACT_SEND, pipe, &msg);
    k->m->note[TIMED_OUT] = 0;
    return true;
}

const struct mutant req_timed_out_send_is_sent_later = {
    .name = "req_timed_out_send_is_sent_later",
    .fault = "sends a request whose send has timed out to the first peer that comes",
    .source = "mangos-v1 #72, b18c687",
    .machine = &(const struct machine_hooks){ .only = SP_REQ,
                                              .kind = KIND_COOKED,
                                              .send = keep_unsent,
                                              .pipe_writable = send_unsent },
    .ask = see_verb,
    .answer = see_answer,
};

static bool give_up(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return k->note[OPEN] == 0 || ++k->note[OWN] < 50;
}

MACHINE_MUTANT(req_table_of_requests_fills, "takes no request more after fifty without a reply",
               "nng #931, 1d61214d", .only = SP_REQ, .kind = KIND_COOKED, .action = see_action,
               .arrived = see_arrived, .send = give_up);

/* ---- to whom ---- */

static bool oldest_pipe(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && k->pipes > 0)
        a->pipe = k->pipe[0];
    return true;
}

MACHINE_MUTANT(req_asks_the_oldest_pipe, "sends every request on the pipe that is there longest",
               "mangos #195, 3139ecf", .only = SP_REQ, .kind = KIND_COOKED, .action = oldest_pipe);

static bool silent_pipe(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    bool open = k->note[OPEN];
    if (watch_sent(k, a) && open && machine_has(k, (pipe_id)k->note[CARRIER]))
        a->pipe = (pipe_id)k->note[CARRIER];
    if (a->type == SP_ACT_SEND)
        k->note[CARRIER] = a->pipe;
    return true;
}

MACHINE_MUTANT(req_stays_with_the_silent_pipe,
               "sends the next request on the pipe that has not answered the last", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = silent_pipe, .arrived = see_arrived);

static bool not_later(struct machine *k, pipe_id pipe, bool *writable)
{
    (void)pipe;
    return !(*writable && k->note[ASKED] && k->pipes > 1);
}

MACHINE_MUTANT(req_later_pipes_are_not_asked,
               "asks only the pipes that were there at the first request", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = see_action, .pipe_writable = not_later);

static bool oldest_after_loss(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && k->note[OWN] && k->pipes > 1)
        a->pipe = k->pipe[0];
    return true;
}

MACHINE_MUTANT(req_rotation_ends_when_a_pipe_goes, "asks one pipe only when another has gone", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = oldest_after_loss,
               .pipe_del = see_loss);

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

MACHINE_MUTANT(req_waits_for_a_blocked_pipe, "sends no request while any pipe is blocked", "",
               .only = SP_REQ, .kind = KIND_COOKED, .pipe_writable = count_blocked,
               .send = blocked_by_one);
