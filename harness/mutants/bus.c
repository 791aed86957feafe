/* bus.c -- faults of BUS. */
#include "mutants/shared.h"

#define BUS(suffix, sentence, issue, ...)                                                          \
    MACHINE_MUTANT(bus_##suffix, sentence, issue, .only = SP_BUS, .kind = KIND_COOKED, __VA_ARGS__)

BUS(strips_what_looks_like_an_id, "takes the head of a body for an id", "",
    .action = send_strips_id);
BUS(sends_no_empty_message, "does not send a message without octets", "", .action = send_no_empty);
BUS(delivers_no_empty_message, "does not deliver a message without octets", "",
    .action = deliver_no_empty);
BUS(sends_twice_to_the_second, "sends a message twice to the second peer", "nng #797",
    .action = send_twice_to_second);
BUS(leaves_out_the_third, "does not send to the third peer", "", .action = send_not_to_third);
BUS(hears_the_first_only, "delivers nothing of any peer but the first", "",
    .arrived = hear_first_only);
BUS(blocks_without_peer, "lets a send wait for a peer", "mangos-v1 #221, 9ab8e24",
    .send = wait_if_alone);
BUS(blocks_for_a_stalled_one, "lets a send wait while one peer does not read", "",
    .pipe_writable = see_blocked, .send = wait_if_blocked);
BUS(forgets_one_when_another_leaves, "sends nothing to the newest peer when one has left", "",
    .pipe_del = see_loss, .action = send_not_to_last_after_loss);

static bool forward(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    for (size_t i = 0; a->type == SP_ACT_DELIVER && i < k->pipes; i++)
        if (k->pipe[i] != a->pipe)
            machine_act(k, SP_ACT_SEND, k->pipe[i], &a->msg);
    return true;
}

BUS(forwards, "sends what one peer sent to the others", "", .action = forward);

static bool hear_itself(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    if (k->pipes > 0)
        machine_act(k, SP_ACT_DELIVER, k->pipe[0], msg);
    return true;
}

BUS(hears_itself, "delivers its own messages", "", .send = hear_itself);

/* `kept`: what came last, `SHARED_HEARD`: from whom. */
static bool see_origin(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    keep_payload(&k->kept, msg);
    k->note[SHARED_HEARD] = pipe;
    return true;
}

static bool spare_origin(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_SEND || a->pipe != k->note[SHARED_HEARD] ||
           !slice_equal(a->msg.body, buf_slice(&k->kept));
}

BUS(sends_nothing_back, "does not send what it received to the peer that it came from",
    "nng #441, e490aa33", .arrived = see_origin, .action = spare_origin);

/* A message for which there is nobody waits for the next peer. */
static bool keep_if_alone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    if (k->pipes == 0) {
        keep_payload(&k->kept, msg);
        k->note[SHARED_SENT] = 1;
    }
    return true;
}

BUS(keeps_what_nobody_got, "sends a message for which there was no peer to the next that comes", "",
    .send = keep_if_alone, .pipe_writable = last_to_newcomer);

static bool without_origin(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)k;
    (void)now;
    (void)answer;
    msg->head = (struct slice){ 0 };
    return true;
}

MACHINE_MUTANT(raw_bus_sends_back, "forwards a message also to the peer that it came from", "",
               .only = SP_BUS, .kind = KIND_RAW, .send = without_origin);
