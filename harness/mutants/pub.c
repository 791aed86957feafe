/* pub.c -- faults of PUB. */
#include "mutants/shared.h"

#define PUB(suffix, sentence, issue, ...)                                                          \
    MACHINE_MUTANT(pub_##suffix, sentence, issue, .only = SP_PUB, .kind = KIND_COOKED, __VA_ARGS__)

PUB(strips_what_looks_like_an_id, "takes the head of a body for an id", "",
    .action = send_strips_id);
PUB(sends_no_empty_message, "does not send a message without octets", "", .action = send_no_empty);
PUB(sends_twice_to_the_second, "sends a message twice to the second subscriber", "",
    .action = send_twice_to_second);
PUB(leaves_out_the_third, "does not send to the third subscriber", "", .action = send_not_to_third);
PUB(blocks_without_subscriber, "lets a send wait for a subscriber", "mangos-v1 #219, 2aabcb6",
    .send = wait_if_alone);
PUB(blocks_for_a_stalled_one, "lets a send wait while one subscriber does not read", "",
    .pipe_writable = see_blocked, .send = wait_if_blocked);
PUB(keeps_the_last_for_newcomers, "sends the last message to each subscriber that comes", "",
    .action = see_sending, .pipe_writable = last_to_newcomer);
PUB(receive_waits, "lets a receive wait, though nothing can come", "", .received = wait_if_refused);
PUB(forgets_one_when_another_leaves, "sends nothing to the newest subscriber when one has left", "",
    .pipe_del = see_loss, .action = send_not_to_last_after_loss);
PUB(silenced_by_a_subscriber, "publishes no more when a subscriber has sent a message", "",
    .arrived = see_heard, .action = send_nothing_once_heard);

static bool not_control(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_SEND || a->msg.body.n == 0 || a->msg.body.p[0] != 0;
}

PUB(filters_what_begins_with_zero, "sends no message whose first octet is 0", "",
    .action = not_control);

/* `SHARED_OWN`: when the last was sent, `SHARED_COUNT`: how many at that time. */
static bool five_at_once(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)answer;
    k->note[SHARED_COUNT] = k->note[SHARED_OWN] == now ? k->note[SHARED_COUNT] + 1 : 1;
    k->note[SHARED_OWN] = now;
    return k->note[SHARED_COUNT] <= 5;
}

PUB(queues_five_messages, "drops what goes beyond five messages at once, whatever is set",
    "mangos-v1 #56, c5ef7e8", .send = five_at_once);
