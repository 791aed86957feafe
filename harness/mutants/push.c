/* push.c -- faults of PUSH and PULL. */
#include "mutants/shared.h"
#include <stdio.h>
#include <string.h>

#define PUSH(suffix, sentence, issue, ...)                                                         \
    MACHINE_MUTANT(push_##suffix, sentence, issue, .only = SP_PUSH, .kind = KIND_COOKED,           \
                   __VA_ARGS__)
#define PULL(suffix, sentence, issue, ...)                                                         \
    MACHINE_MUTANT(pull_##suffix, sentence, issue, .only = SP_PULL, .kind = KIND_COOKED,           \
                   __VA_ARGS__)

PUSH(strips_what_looks_like_an_id, "takes the head of a body for an id", "",
     .action = send_strips_id);
PUSH(sends_no_empty_message, "does not send a message without octets", "", .action = send_no_empty);
PUSH(sends_twice_to_the_second, "sends twice what is the second puller's", "",
     .action = send_twice_to_second);
PUSH(leaves_out_newcomers, "spreads work over those only that were there at the start", "",
     .action = see_sending, .pipe_writable = not_once_sending);
PUSH(waits_for_a_stalled_one, "lets a send wait while any puller does not read", "",
     .pipe_writable = see_blocked, .send = wait_if_blocked);
PUSH(takes_without_bound, "takes any number of messages for a puller that does not read", "",
     .pipe_writable = hide_blocked);
PUSH(discards_without_puller, "takes a message and drops it when there is no puller", "",
     .send = discard_if_alone);
PUSH(receive_waits, "lets a receive wait, though nothing can come", "",
     .received = wait_if_refused);
PUSH(keeps_the_turn_of_one_that_left, "loses the share of a puller that has gone",
     "nanomsg 32b40655", .pipe_del = see_loss, .action = send_not_to_last_after_loss);
PUSH(silenced_by_a_puller, "sends no more when a puller has sent a message", "",
     .arrived = see_heard, .action = send_nothing_once_heard);

static bool oldest(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND && k->pipes > 0)
        a->pipe = k->pipe[0];
    return true;
}

PUSH(sends_to_the_oldest, "sends everything to the puller that is there longest", "",
     .action = oldest);

/* `SHARED_OWN`: who got the last message. */
static bool see_who(struct machine *k, struct sp_action *a, msec now)
{
    if (a->type == SP_ACT_SEND)
        k->note[SHARED_OWN] = a->pipe;
    return see_sending(k, a, now);
}

static bool send_again(struct machine *k, pipe_id pipe)
{
    struct msg last = kept_payload(&k->kept);
    if (k->note[SHARED_OWN] == pipe && k->pipes > 0)
        machine_act(k, SP_ACT_SEND, k->pipe[0], &last);
    return true;
}

PUSH(sends_again_what_was_sent, "gives the last message of a puller that has gone to another", "",
     .action = see_who, .pipe_del = send_again);

static bool not_to_speaker(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_SEND || a->pipe != k->note[SHARED_HEARD];
}

PUSH(loses_the_share_of_a_speaker, "loses what is the turn of a puller that has sent something", "",
     .arrived = see_heard, .action = not_to_speaker);

static bool no_more(struct machine *k, pipe_id pipe, bool *answer)
{
    (void)pipe;
    *answer = false;
    return !k->note[SHARED_HEARD];
}

PUSH(takes_no_puller_after_a_message, "refuses pullers when one has sent a message", "",
     .arrived = see_heard, .pipe_add = no_more);

static bool park(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)payload;
    f->note[0] |= f->self == SP_PUSH;
    return true;
}

static bool parked(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    return f->note[0] != 0;
}

const struct mutant push_parks_a_speaking_puller = {
    .name = "push_parks_a_speaking_puller",
    .fault = "does not read on, and misses the end, when a puller has sent a message",
    .source = "libnanomsg 1.1.5 xpush.c, nn_xpush_in",
    .frame_in = park,
    .hides_end = parked,
};

/* ---- PULL ---- */

PULL(strips_what_looks_like_an_id, "takes the head of a body for an id", "",
     .action = deliver_strips_id);
PULL(delivers_no_empty_message, "does not deliver a message without octets", "",
     .action = deliver_no_empty);
PULL(delivers_the_300th_twice, "delivers a message twice where its queue wraps",
     "nng #1132, 4299a5b4", .action = deliver_300th_twice);
PULL(swallows_a_send, "reports success for a send, and drops it", "", .send = swallow_sent);

/* Nine of ten messages of all pushers but the first are lost. */
static bool starve(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    if (k->pipes < 2 || pipe == k->pipe[0])
        return true;
    return ++k->note[SHARED_COUNT] % 10 == 0;
}

PULL(starves_the_second_pusher, "takes ten messages of one pusher for one of the other", "",
     .arrived = starve);

/* The buffer is made as good as endless behind the runner's back. */
static bool no_bound(struct mutation *m, struct buf *line)
{
    char name[32], protocol[32];
    if (line_is(line, "open") && sscanf(buf_text(line), "open %31s %31s", name, protocol) == 2 &&
        strcmp(protocol, "pull") == 0)
        mutation_aside(m, "set %s recv-buf 1000000000", name);
    return true;
}

const struct mutant pull_reads_without_bound = {
    .name = "pull_reads_without_bound",
    .fault = "reads what pushers send though nobody receives",
    .source = "nng #459, b2c9baba",
    .ask = no_bound,
};
