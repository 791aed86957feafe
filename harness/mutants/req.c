/* req.c -- faults of REQ's ids, and of the replies that it takes. */
#include "mutants/tags.h"
#include "sp/protocol.h"

/* Notes that most of these keep, see watch_*. */
enum { ID, OPEN, WAITING, ASKED, BEFORE, OWN, OWN2 };

/* A request goes out.  True: it is a new one, not sent again. */
static bool watch_sent(struct machine *k, const struct sp_action *a)
{
    if (a->type != SP_ACT_SEND || word_at(a->msg.head, 0) == (uint32_t)k->note[ID])
        return false;
    k->note[BEFORE] = k->note[OPEN] ? k->note[ID] : 0; /* the one that it replaced */
    k->note[ID] = word_at(a->msg.head, 0);
    k->note[OPEN] = k->note[ASKED] = 1;
    k->note[WAITING] = 0;
    return true;
}

static bool watch_action(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch_sent(k, a);
    return true;
}

/* True: it is the reply. */
static bool watch_arrived(struct machine *k, const struct msg *msg)
{
    if (!k->note[OPEN] || word_at(msg->body, 0) != (uint32_t)k->note[ID])
        return false;
    k->note[OPEN] = 0;
    k->note[WAITING] = 1;
    return true;
}

static void watch_received(struct machine *k, const enum err *answer)
{
    if (*answer == E_OK)
        k->note[WAITING] = 0;
}

/* The reply gets the right id, whatever stood in front. */
static void make_reply(struct machine *k, struct msg *msg, struct slice body)
{
    uint8_t id[4];
    set_be32(id, (uint32_t)k->note[ID]);
    set_body(msg, &k->kept2, slice_of(id, 4), body);
}

/* ---- ids ---- */

MACHINE_MUTANT(req_ids_count_by_three, "gives each request the id of the one before plus 3", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = triple_ids, .arrived = third_of_ids);

static bool clear_first_id(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && word_at(a->msg.head, 0) == ID_BIT)
        set_head_word(&a->msg, &k->kept, 0);
    return true;
}

MACHINE_MUTANT(req_id_wraps_to_zero, "goes on with 00000000 after the id FFFFFFFF", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = clear_first_id);

MACHINE_MUTANT(req_first_id_is_fixed, "begins with the same request id in each process", "",
               .only = SP_REQ, .kind = KIND_COOKED, .start = same_seed);

static void begin_with_the_time(struct machine *k)
{
    int64_t ms = net_now(k->m->inner) & INT32_MAX;
    k->original->set(k->inner, "first-id", ms | ID_BIT);
}

MACHINE_MUTANT(req_first_id_is_a_clock, "begins with the milliseconds of a clock as request id", "",
               .only = SP_REQ, .kind = KIND_COOKED, .began = begin_with_the_time);

/* `OWN`: how many ids were used twice. */
static bool keep_id_out(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    bool open = k->note[OPEN];
    if (watch_sent(k, a) && open)
        k->note[OWN]++;
    if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept,
                      (word_at(a->msg.head, 0) - (uint32_t)k->note[OWN]) | ID_BIT);
    return true;
}

static bool keep_id_in(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (has_id(msg->body) &&
        word_at(msg->body, 0) == (((uint32_t)k->note[ID] - (uint32_t)k->note[OWN]) | ID_BIT))
        make_reply(k, msg, slice_drop(msg->body, 4));
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_newer_request_keeps_the_id,
               "gives a request that replaces an unanswered one the same id", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = keep_id_out, .arrived = keep_id_in);

static bool pad_request(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    static const uint8_t zeros[4];
    if (a->type == SP_ACT_SEND && a->msg.body.n % 4 != 0)
        set_body(&a->msg, &k->kept, a->msg.body, slice_of(zeros, 4 - a->msg.body.n % 4));
    return true;
}

MACHINE_MUTANT(req_pads_requests, "fills a request up to a multiple of four octets", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = pad_request);

static bool swallow_empty(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)k;
    (void)now;
    (void)answer;
    return msg->body.n > 0;
}

MACHINE_MUTANT(req_empty_request_not_sent, "does not send a request without a body", "",
               .only = SP_REQ, .kind = KIND_COOKED, .send = swallow_empty);

static bool ignore_id_alone(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)k;
    (void)pipe;
    (void)now;
    return msg->body.n != 4;
}

MACHINE_MUTANT(req_empty_reply_ignored, "takes no reply that is an id alone", "", .only = SP_REQ,
               .kind = KIND_COOKED, .arrived = ignore_id_alone);

/* ---- replies that it must not take ---- */

static bool take_truncated(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (msg->body.n < 4 && k->note[OPEN])
        make_reply(k, msg, msg->body);
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_truncated_reply_delivered, "delivers a reply of fewer than four octets", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = watch_action,
               .arrived = take_truncated);

static bool close_over_truncated(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (msg->body.n < 4)
        machine_act(k, SP_ACT_CLOSE, pipe, NULL);
    return msg->body.n >= 4;
}

MACHINE_MUTANT(req_truncated_reply_closes_the_pipe,
               "closes the pipe over a reply of fewer than four octets", "nng 1.5.2",
               .only = SP_REQ, .kind = KIND_COOKED, .arrived = close_over_truncated);

MACHINE_MUTANT(req_id_bit_of_reply_ignored, "compares ids without their uppermost bit", "",
               .only = SP_REQ, .kind = KIND_COOKED, .arrived = set_id_bit);

MACHINE_MUTANT(req_tags_before_id_skipped, "looks for the id behind the tags of devices",
               "nanomsg #509", .only = SP_REQ, .kind = KIND_COOKED, .arrived = skip_tags);

static bool compare_half(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (has_id(msg->body) && ((word_at(msg->body, 0) ^ (uint32_t)k->note[ID]) & 0xffff) == 0)
        make_reply(k, msg, slice_drop(msg->body, 4));
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_compares_half_the_id, "compares the lower sixteen bits of ids only", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = watch_action,
               .arrived = compare_half);

static bool either_order(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (has_id(msg->body) &&
        (__builtin_bswap32(word_at(msg->body, 0)) | ID_BIT) == (uint32_t)k->note[ID])
        make_reply(k, msg, slice_drop(msg->body, 4));
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_takes_swapped_ids, "takes a reply whose id has its octets turned round", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = watch_action,
               .arrived = either_order);

static bool strip_reply(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (has_id(msg->body) && (word_at(msg->body, 4) & ID_BIT))
        set_body(msg, &k->kept2, slice_of(msg->body.p, 4), slice_drop(msg->body, 8));
    return true;
}

MACHINE_MUTANT(req_strips_body_of_reply, "takes the head of a reply's body for further tags",
               "nanomsg #509", .only = SP_REQ, .kind = KIND_COOKED, .arrived = strip_reply);

/* ---- replies that come twice, late or early; `OWN`: the next receive gets what is kept ---- */

static bool hand_out_kept(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    if (!k->note[OWN])
        return true;
    k->note[OWN] = k->note[WAITING] = 0;
    *msg = kept_payload(&k->kept);
    *answer = E_OK;
    return false;
}

static bool keep_reply(struct machine *k, const struct msg *msg)
{
    keep_payload(&k->kept, &(struct msg){ .body = slice_drop(msg->body, 4) });
    k->note[OWN] = 1;
    return false;
}

static void see_received(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)msg;
    watch_received(k, answer);
}

static bool keep_duplicate(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (watch_arrived(k, msg) || k->note[WAITING] || !k->note[ASKED] ||
        word_at(msg->body, 0) != (uint32_t)k->note[ID])
        return true;
    return keep_reply(k, msg);
}

MACHINE_MUTANT(req_duplicate_answers_the_next,
               "keeps a second reply to a request as the reply to the next", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .arrived = keep_duplicate,
               .recv = hand_out_kept, .received = see_received);

static bool replace_waiting(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (watch_arrived(k, msg) || !k->note[WAITING] ||
        word_at(msg->body, 0) != (uint32_t)k->note[ID])
        return true;
    return keep_reply(k, msg);
}

static void hand_out_last(struct machine *k, struct msg *msg, enum err *answer)
{
    if (*answer == E_OK && k->note[OWN])
        *msg = kept_payload(&k->kept);
    k->note[OWN] = 0;
    watch_received(k, answer);
}

MACHINE_MUTANT(req_last_reply_wins, "replaces a reply that waits by a later one under the same id",
               "", .only = SP_REQ, .kind = KIND_COOKED, .action = watch_action,
               .arrived = replace_waiting, .received = hand_out_last);

static bool refuse_lost(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return !k->note[OWN];
}

static bool lose_at_other_id(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    bool other = msg->body.n >= 4 && word_at(msg->body, 0) != (uint32_t)k->note[ID];
    k->note[OWN] |= other && k->note[WAITING];
    watch_arrived(k, msg);
    return true;
}

static bool lose_at_truncated(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    k->note[OWN] |= msg->body.n < 4 && k->note[WAITING];
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_other_id_discards_waiting_reply,
               "loses a reply that waits when one under another id arrives", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .arrived = lose_at_other_id,
               .recv = refuse_lost, .received = see_received);
MACHINE_MUTANT(req_truncated_reply_discards_waiting_one,
               "loses a reply that waits when a truncated one arrives", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .arrived = lose_at_truncated,
               .recv = refuse_lost, .received = see_received);

static bool close_over_unsolicited(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    if (!k->note[ASKED])
        machine_act(k, SP_ACT_CLOSE, pipe, NULL);
    return k->note[ASKED];
}

MACHINE_MUTANT(req_unsolicited_reply_closes_the_pipe,
               "closes the pipe over a reply when it has asked nothing", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .arrived = close_over_unsolicited);

static bool keep_unsolicited(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    return k->note[ASKED] || !has_id(msg->body) || keep_reply(k, msg);
}

MACHINE_MUTANT(req_unsolicited_reply_delivered,
               "keeps a reply that nobody asked for as the reply to the first request", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = watch_action,
               .arrived = keep_unsolicited, .recv = hand_out_kept, .received = see_received);

static bool take_replaced(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (k->note[OPEN] && k->note[BEFORE] && word_at(msg->body, 0) == (uint32_t)k->note[BEFORE])
        make_reply(k, msg, slice_drop(msg->body, 4));
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_takes_reply_to_the_replaced,
               "takes the reply to a request that a newer one has replaced", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .arrived = take_replaced);

/* `OWN2`: the request that was cancelled last, however many have followed. */
static bool see_cancelled(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (watch_sent(k, a) && k->note[BEFORE])
        k->note[OWN2] = k->note[BEFORE];
    return true;
}

static bool take_cancelled(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    uint32_t id = word_at(msg->body, 0);
    if (id != 0 && id == (uint32_t)k->note[OWN2] && id != (uint32_t)k->note[BEFORE]) {
        if (!k->note[OPEN])
            return keep_reply(k, msg);
        make_reply(k, msg, slice_drop(msg->body, 4));
    }
    watch_arrived(k, msg);
    return true;
}

MACHINE_MUTANT(req_late_reply_answers_a_later_one,
               "takes the late reply to a cancelled request for that to a later one", "",
               .only = SP_REQ, .kind = KIND_COOKED, .action = see_cancelled,
               .arrived = take_cancelled, .recv = hand_out_kept, .received = see_received);

static bool count_bogus(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    if (k->note[OPEN] && word_at(msg->body, 0) != (uint32_t)k->note[ID])
        k->note[OWN]++;
    return k->note[OWN] < 100;
}

MACHINE_MUTANT(req_gives_up_after_bogus_replies,
               "takes no reply any more when a hundred bogus ones have come", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .arrived = count_bogus);

/* ---- receives that it must refuse ---- */

static void wait_before_request(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)msg;
    if (*answer == E_STATE && !k->note[ASKED])
        *answer = E_AGAIN;
}

MACHINE_MUTANT(req_receive_without_request_waits,
               "lets a receive wait although nothing was ever asked", "", .only = SP_REQ,
               .kind = KIND_COOKED, .action = watch_action, .received = wait_before_request);

static void wait_after_reply(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)msg;
    if (*answer == E_STATE && k->note[ASKED])
        *answer = E_AGAIN;
}

MACHINE_MUTANT(req_receive_after_reply_waits, "lets a receive wait although its reply was taken",
               "", .only = SP_REQ, .kind = KIND_COOKED, .action = watch_action,
               .received = wait_after_reply);

static void give_again(struct machine *k, struct msg *msg, enum err *answer)
{
    if (*answer == E_OK) {
        keep_payload(&k->kept, &(struct msg){ .body = msg->body });
        k->note[OWN] = 1;
    } else if (*answer == E_STATE && k->note[OWN]) {
        *msg = kept_payload(&k->kept);
        *answer = E_OK;
    }
}

MACHINE_MUTANT(req_reply_received_twice, "delivers the reply to every further receive", "",
               .only = SP_REQ, .kind = KIND_COOKED, .received = give_again);
