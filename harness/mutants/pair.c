/* pair.c -- faults of PAIR v0 and v1. */
#include "mutants/shared.h"
#include <string.h>

#define PAIR0(suffix, sentence, issue, ...)                                                        \
    MACHINE_MUTANT(pair0_##suffix, sentence, issue, .only = SP_PAIR0, .kind = KIND_COOKED,         \
                   __VA_ARGS__)
#define PAIR1(suffix, sentence, issue, ...)                                                        \
    MACHINE_MUTANT(pair1_##suffix, sentence, issue, .only = SP_PAIR1, .kind = KIND_COOKED,         \
                   __VA_ARGS__)

/* ---- the second peer; `SHARED_OWN`: polyamorous ---- */

static bool see_poly(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)answer;
    if (strcmp(option, "polyamorous") == 0)
        k->note[SHARED_OWN] = *value;
    return true;
}

static bool swallow_second(struct machine *k, pipe_id pipe, bool *answer)
{
    (void)pipe;
    *answer = true;
    return k->pipes == 0 || k->note[SHARED_OWN];
}

static bool hear_first(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)msg;
    (void)now;
    return k->pipes < 2 || k->note[SHARED_OWN] || pipe == k->pipe[0];
}

PAIR0(accepts_a_second_peer, "accepts a second peer, and swallows what it sends", "jeromq #285",
      .pipe_add = swallow_second, .arrived = hear_first);
PAIR1(accepts_a_second_peer, "accepts a second peer, and swallows what it sends", "nng #1527",
      .set = see_poly, .pipe_add = swallow_second, .arrived = hear_first);
PAIR0(hears_a_second_peer, "accepts a second peer, and delivers what it sends", "",
      .pipe_add = swallow_second);

static bool die_at_second(struct machine *k, pipe_id pipe, bool *answer)
{
    (void)pipe;
    (void)answer;
    if (k->pipes > 0 && !k->note[SHARED_OWN])
        mutation_die(k->m, "assertion failed: the pipe is taken");
    return true;
}

PAIR0(dies_at_a_second_peer, "dies when a second peer comes", "nanomsg #777, 08cb6aa9",
      .pipe_add = die_at_second);
PAIR1(dies_at_a_second_peer, "dies when a second peer comes", "nanomsg #777, 08cb6aa9",
      .set = see_poly, .pipe_add = die_at_second);

static bool end_the_first(struct machine *k, pipe_id pipe, bool *answer)
{
    (void)pipe;
    (void)answer;
    if (k->pipes > 0 && !k->note[SHARED_OWN])
        machine_act(k, SP_ACT_CLOSE, k->pipe[0], NULL);
    return true;
}

PAIR0(second_peer_ends_the_first, "closes the first pipe too when a second peer comes", "",
      .pipe_add = end_the_first);
PAIR1(second_peer_ends_the_first, "closes the first pipe too when a second peer comes", "",
      .set = see_poly, .pipe_add = end_the_first);

static bool mute_after_loss(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return k->note[SHARED_LOST] == 0 || a->type == SP_ACT_CLOSE || a->type == SP_ACT_DROP;
}

PAIR0(has_one_peer_in_its_life, "takes a next peer, and passes no message to it or from it", "",
      .pipe_del = see_loss, .action = mute_after_loss);

/* ---- messages of v0 ---- */

PAIR0(strips_what_looks_like_an_id, "takes the head of a body for an id", "",
      .action = deliver_strips_id);
PAIR0(delivers_no_empty_message, "does not deliver a message without octets", "",
      .action = deliver_no_empty);
PAIR0(takes_without_bound, "takes any number of messages for a peer that does not read", "",
      .pipe_writable = hide_blocked);

static bool fail_alone(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_STATE;
    return k->pipes > 0;
}

PAIR0(fails_a_send_without_peer, "fails a send with a state error when there is no peer", "",
      .send = fail_alone);

static bool backwards(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER && ++k->note[SHARED_COUNT] == 5) { /* the fifth waits */
        keep_payload(&k->kept, &a->msg);
        return false;
    }
    struct msg held = kept_payload(&k->kept);
    if (a->type == SP_ACT_DELIVER && k->note[SHARED_COUNT] == 6)
        machine_act(k, SP_ACT_DELIVER, a->pipe, &a->msg);
    if (a->type == SP_ACT_DELIVER && k->note[SHARED_COUNT] == 6)
        a->msg = held;
    return true;
}

PAIR0(swaps_two_messages, "delivers the sixth message before the fifth", "", .action = backwards);

/* ---- the hop count of v1 ---- */

static bool one_hop_more(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept, word_at(a->msg.head, 0) + 1);
    return true;
}

static bool in_host_order(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept, __builtin_bswap32(word_at(a->msg.head, 0)));
    return true;
}

PAIR1(begins_with_two_hops, "begins to count hops at 2", "", .action = one_hop_more);
PAIR1(writes_hops_in_host_order, "writes the hop count with its octets turned round", "",
      .action = in_host_order);
PAIR1(sends_no_empty_message, "does not send a message without a body", "",
      .action = send_no_empty);

static void six(struct machine *k)
{
    k->original->set(k->inner, "ttl", 6);
}

static bool two_less(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)answer;
    if (strcmp(option, "ttl") == 0 && *value > 2)
        *value -= 2;
    return true;
}

PAIR1(drops_below_the_ttl, "drops a message whose hop count is one below the ttl", "", .began = six,
      .set = two_less);

static void no_limit(struct machine *k)
{
    k->original->set(k->inner, "ttl", 255);
}

static bool ignore_ttl(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)k;
    (void)value;
    (void)answer;
    return strcmp(option, "ttl") != 0;
}

PAIR1(has_no_hop_limit, "delivers a message of any hop count", "", .began = no_limit,
      .set = ignore_ttl);
PAIR1(ignores_the_ttl_option, "keeps the default ttl whatever is set", "", .set = ignore_ttl);

static bool close_far(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    uint32_t hops = word_at(msg->body, 0);
    if (hops > 8 && hops < 256)
        machine_act(k, SP_ACT_CLOSE, pipe, NULL);
    return hops <= 8 || hops >= 256;
}

PAIR1(closes_over_the_ttl, "closes the pipe over a hop count above the ttl", "",
      .arrived = close_far);

static bool some_body(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)k;
    (void)pipe;
    (void)now;
    return msg->body.n != 4;
}

PAIR1(ignores_a_header_alone, "does not deliver a message that is its header alone", "",
      .arrived = some_body);

static bool low_octet(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    uint8_t head[4] = { 0 };
    if (msg->body.n < 4 || word_at(msg->body, 0) < 256)
        return true;
    head[3] = msg->body.p[3];
    set_body(msg, &k->kept, slice_of(head, 4), slice_drop(msg->body, 4));
    return true;
}

PAIR1(ignores_the_upper_octets, "looks at the last octet of the hop count only", "",
      .arrived = low_octet);

static bool short_too(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (msg->body.n < 4)
        machine_act(k, SP_ACT_DELIVER, pipe, msg);
    return msg->body.n >= 4;
}

PAIR1(delivers_what_is_too_short, "delivers a message of fewer than four octets", "",
      .arrived = short_too);

static bool undirected(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)k;
    (void)now;
    (void)answer;
    msg->pipe = 0;
    return true;
}

PAIR1(sends_directed_ones_in_turn, "sends a message for one peer to the next in turn", "",
      .send = undirected);

static bool to_all(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    for (size_t i = 0; a->type == SP_ACT_SEND && i < k->pipes; i++)
        if (k->pipe[i] != a->pipe)
            machine_act(k, SP_ACT_SEND, k->pipe[i], &a->msg);
    return true;
}

PAIR1(sends_undirected_ones_to_all, "sends a message for anybody to every peer", "",
      .action = to_all);
