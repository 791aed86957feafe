/* surveyor.c -- faults of SURVEYOR. */
#include "mutants/tags.h"
#include "sp/protocol.h"
#include <string.h>

/* `kept` holds the last survey as it went out. */
enum { ID, BEFORE, OWN, OWN2, TIME, SENT_AT };

static void watch_sent(struct machine *k, const struct sp_action *a, msec now)
{
    if (a->type != SP_ACT_SEND || word_at(a->msg.head, 0) == (uint32_t)k->note[ID])
        return;
    k->note[BEFORE] = k->note[ID];
    k->note[ID] = word_at(a->msg.head, 0);
    k->note[SENT_AT] = now;
    keep_payload(&k->kept, &a->msg);
}

static bool see_action(struct machine *k, struct sp_action *a, msec now)
{
    watch_sent(k, a, now);
    return true;
}

static void default_time(struct machine *k)
{
    k->note[TIME] = 1000;
}

static bool see_time(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)answer;
    if (strcmp(option, "survey-deadline") == 0)
        k->note[TIME] = *value;
    return true;
}

/* ---- the survey ---- */

static bool but_the_third(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_SEND || k->pipes < 3 || a->pipe != k->pipe[2];
}

MACHINE_MUTANT(survey_leaves_out_the_third, "does not send a survey to the third respondent", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = but_the_third);

static bool second_twice(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && k->pipes > 1 && a->pipe == k->pipe[1])
        machine_act(k, SP_ACT_SEND, a->pipe, &a->msg);
    return true;
}

MACHINE_MUTANT(survey_goes_twice_to_the_second, "sends a survey twice to the second respondent", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = second_twice);

static bool id_for_each(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && k->pipes > 1 && a->pipe == k->pipe[1])
        set_head_word(&a->msg, &k->kept2, (word_at(a->msg.head, 0) + 1) | ID_BIT);
    return true;
}

MACHINE_MUTANT(survey_has_an_id_for_each,
               "sends a survey to the second respondent under the next id", "", .only = SP_SURVEYOR,
               .kind = KIND_COOKED, .action = id_for_each);
MACHINE_MUTANT(survey_ids_count_by_three, "gives each survey the id of the one before plus 3", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = triple_ids,
               .arrived = third_of_ids);
MACHINE_MUTANT(survey_first_id_is_fixed, "begins with the same survey id in each process", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .start = same_seed);

static bool not_empty(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_SEND || a->msg.body.n > 0;
}

MACHINE_MUTANT(survey_without_body_not_sent, "does not send a survey without a body", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = not_empty);

static bool to_latecomer(struct machine *k, pipe_id pipe, bool *writable)
{
    struct msg survey = kept_payload(&k->kept);
    if (*writable && k->note[ID] && k->pipes > 0 && pipe == k->pipe[k->pipes - 1])
        machine_act(k, SP_ACT_SEND, pipe, &survey);
    return true;
}

MACHINE_MUTANT(survey_sent_to_latecomers, "sends the survey to a respondent that connects after it",
               "", .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = see_action,
               .pipe_writable = to_latecomer);

static bool blocks_alone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return k->pipes > 0;
}

MACHINE_MUTANT(survey_without_respondent_blocks, "lets the send of a survey wait for a respondent",
               "mangos-v1 #219, 2aabcb6", .only = SP_SURVEYOR, .kind = KIND_COOKED,
               .send = blocks_alone);

static bool not_while_open(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)answer;
    return k->note[ID] == 0 || now >= k->note[SENT_AT] + k->note[TIME];
}

MACHINE_MUTANT(survey_second_never_goes_out, "does not send a survey while the one before lasts",
               "nng #196, 1cfa242c", .only = SP_SURVEYOR, .kind = KIND_COOKED,
               .began = default_time, .set = see_time, .action = see_action,
               .send = not_while_open);

static bool die_at_deadline(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)answer;
    if (k->note[ID] && now == k->note[SENT_AT] + k->note[TIME])
        mutation_die(k->m, "assertion failed: timer is stopping");
    return true;
}

MACHINE_MUTANT(survey_dies_at_the_deadline, "dies when a survey is sent just as one ends",
               "nanomsg eeb074e4", .only = SP_SURVEYOR, .kind = KIND_COOKED, .began = default_time,
               .set = see_time, .action = see_action, .send = die_at_deadline);

/* `OWN`: when the copy is due. */
static bool due_again(struct machine *k, struct sp_action *a, msec now)
{
    watch_sent(k, a, now);
    if (a->type == SP_ACT_SEND)
        k->note[OWN] = now + k->note[TIME] / 2;
    return true;
}

static bool again_or(const struct machine *k, msec *answer)
{
    msec inner = k->original->deadline(k->inner);
    *answer = k->note[OWN] && k->note[OWN] < inner ? k->note[OWN] : inner;
    return false;
}

static bool send_again(struct machine *k, msec now)
{
    struct msg survey = kept_payload(&k->kept);
    if (k->note[OWN] == 0 || now < k->note[OWN])
        return true;
    k->note[OWN] = 0;
    for (size_t i = 0; i < k->pipes; i++)
        machine_act(k, SP_ACT_SEND, k->pipe[i], &survey);
    return true;
}

MACHINE_MUTANT(survey_sent_again, "sends a survey again when half its time is over", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .began = default_time, .set = see_time,
               .action = due_again, .deadline = again_or, .tick = send_again);

/* ---- responses ---- */

/* `OWN`: the survey that has its response. */
static bool one_response(struct machine *k, struct sp_action *a, msec now)
{
    watch_sent(k, a, now);
    if (a->type != SP_ACT_DELIVER)
        return true;
    bool first = k->note[OWN] != k->note[ID];
    k->note[OWN] = k->note[ID];
    return first;
}

MACHINE_MUTANT(survey_takes_one_response, "delivers the first response to a survey only", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = one_response);

static bool deliver_twice(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER)
        machine_act(k, SP_ACT_DELIVER, a->pipe, &a->msg);
    return true;
}

MACHINE_MUTANT(survey_response_delivered_twice, "delivers each response twice", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = deliver_twice);

static void deliver_dropped(struct sp_action *a)
{
    a->type = SP_ACT_DELIVER;
    a->msg.body = slice_drop(a->msg.body, 4);
}

static bool deliver_late(struct machine *k, struct sp_action *a, msec now)
{
    watch_sent(k, a, now);
    if (a->type == SP_ACT_DROP && k->note[ID] && word_at(a->msg.body, 0) == (uint32_t)k->note[ID])
        deliver_dropped(a);
    return true;
}

MACHINE_MUTANT(survey_late_response_delivered, "delivers a response that comes after the survey",
               "mangos-v1 #223, c3916ba", .only = SP_SURVEYOR, .kind = KIND_COOKED,
               .action = deliver_late);

static bool deliver_before(struct machine *k, struct sp_action *a, msec now)
{
    watch_sent(k, a, now);
    if (a->type == SP_ACT_DROP && k->note[BEFORE] &&
        word_at(a->msg.body, 0) == (uint32_t)k->note[BEFORE])
        deliver_dropped(a);
    return true;
}

MACHINE_MUTANT(survey_takes_response_to_the_last, "delivers a response to the survey before", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = deliver_before);

static bool deliver_unsolicited(struct machine *k, struct sp_action *a, msec now)
{
    watch_sent(k, a, now);
    if (a->type == SP_ACT_DROP && k->note[ID] == 0 && has_id(a->msg.body))
        deliver_dropped(a);
    return true;
}

MACHINE_MUTANT(survey_unsolicited_response_delivered,
               "keeps a response to no survey for the first receive", "", .only = SP_SURVEYOR,
               .kind = KIND_COOKED, .action = deliver_unsolicited);

MACHINE_MUTANT(survey_id_bit_of_response_ignored, "compares ids without their uppermost bit", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .arrived = set_id_bit);
MACHINE_MUTANT(survey_tags_before_id_skipped, "looks for the id behind the tags of devices", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .arrived = skip_tags);

static bool deliver_truncated(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (msg->body.n < 4)
        machine_act(k, SP_ACT_DELIVER, pipe, msg);
    return msg->body.n >= 4;
}

MACHINE_MUTANT(survey_truncated_response_delivered, "delivers a response of fewer than four octets",
               "", .only = SP_SURVEYOR, .kind = KIND_COOKED, .arrived = deliver_truncated);

static bool close_truncated(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (msg->body.n < 4)
        machine_act(k, SP_ACT_CLOSE, pipe, NULL);
    return msg->body.n >= 4;
}

MACHINE_MUTANT(survey_truncated_response_closes_the_pipe,
               "closes the pipe over a response of fewer than four octets", "nng 1.5.2",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .arrived = close_truncated);

static bool ignore_id_alone(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)k;
    (void)pipe;
    (void)now;
    return msg->body.n != 4;
}

MACHINE_MUTANT(survey_empty_response_ignored, "takes no response that is an id alone", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .arrived = ignore_id_alone);

static bool strip_response(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_DELIVER && has_id(a->msg.body))
        a->msg.body = slice_drop(a->msg.body, 4);
    return true;
}

MACHINE_MUTANT(survey_strips_body_of_response, "takes the head of a response's body for an id", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = strip_response);

/* `OWN`: whose responses come first, `OWN2`: how many have. */
static bool busiest_only(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    if (k->note[OWN] == 0)
        k->note[OWN] = pipe;
    k->note[OWN2] += k->note[OWN] == pipe;
    return k->note[OWN] == pipe || k->note[OWN2] > 200 || k->pipes != 2;
}

MACHINE_MUTANT(survey_busy_respondent_shuts_out_others,
               "drops the response of one respondent while another floods", "", .only = SP_SURVEYOR,
               .kind = KIND_COOKED, .arrived = busiest_only);

/* ---- time ---- */

static bool ignore_time(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)value;
    (void)answer;
    return strcmp(option, "survey-deadline") != 0;
}

MACHINE_MUTANT(survey_time_ignored, "keeps the default survey time whatever is set",
               "mangos-v1 #223, c3916ba", .only = SP_SURVEYOR, .kind = KIND_COOKED,
               .set = ignore_time);

static bool a_second_at_most(struct machine *k, const char *option, int64_t *value,
                             enum err *answer)
{
    (void)k;
    (void)answer;
    if (strcmp(option, "survey-deadline") == 0 && *value > 1000)
        *value = 1000;
    return true;
}

MACHINE_MUTANT(survey_time_at_most_a_second, "ends every survey after a second at the latest", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .set = a_second_at_most);

static bool half_seconds(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)answer;
    if (strcmp(option, "survey-deadline") == 0)
        *value = (*value + 499) / 500 * 500;
    return true;
}

MACHINE_MUTANT(survey_time_in_half_seconds, "rounds the survey time up to half seconds", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .set = half_seconds);

static void waits_on(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)msg;
    if (k->note[ID] && (*answer == E_TIMEDOUT || *answer == E_STATE))
        *answer = E_AGAIN;
}

MACHINE_MUTANT(survey_receive_outlasts_it, "lets a receive wait on when its survey has ended", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = see_action,
               .received = waits_on);

static void waits_before(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)msg;
    if (k->note[ID] == 0 && *answer == E_STATE)
        *answer = E_AGAIN;
}

MACHINE_MUTANT(survey_receive_without_one_waits, "lets a receive wait when no survey was sent", "",
               .only = SP_SURVEYOR, .kind = KIND_COOKED, .action = see_action,
               .received = waits_before);
