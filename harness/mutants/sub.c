/* sub.c -- faults of SUB. */
#include "mutants/shared.h"
#include <string.h>

#define SUB(suffix, sentence, issue, ...)                                                          \
    MACHINE_MUTANT(sub_##suffix, sentence, issue, .only = SP_SUB, .kind = KIND_COOKED, __VA_ARGS__)

/* `kept2` lists the topics: a length, then the octets. */
static bool next_topic(const struct machine *k, size_t *at, struct slice *topic)
{
    struct slice all = buf_slice(&k->kept2);
    if (*at + 4 > all.n)
        return false;
    *topic = slice_of(all.p + *at + 4, word_at(all, *at));
    *at += 4 + topic->n;
    return true;
}

static bool has_topic(const struct machine *k, struct slice topic)
{
    struct slice one;
    for (size_t at = 0; next_topic(k, &at, &one);)
        if (slice_equal(one, topic))
            return true;
    return false;
}

static void drop_topic(struct machine *k, struct slice topic)
{
    struct buf left = { 0 };
    struct slice one;
    for (size_t at = 0; next_topic(k, &at, &one);)
        if (!slice_equal(one, topic)) {
            buf_be32(&left, (uint32_t)one.n);
            buf_put_slice(&left, one);
        }
    buf_free(&k->kept2);
    k->kept2 = left;
}

static bool see_topic(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    (void)answer;
    if (!on) {
        drop_topic(k, topic);
    } else if (!has_topic(k, topic)) {
        buf_be32(&k->kept2, (uint32_t)topic.n);
        buf_put_slice(&k->kept2, topic);
    }
    return true;
}

/* ---- matching too much: what the true machine drops is delivered ---- */

static bool deliver_if(const struct machine *k, struct sp_action *a,
                       bool (*match)(struct slice topic, struct slice body))
{
    struct slice topic;
    for (size_t at = 0; a->type == SP_ACT_DROP && next_topic(k, &at, &topic);)
        if (match(topic, a->msg.body))
            a->type = SP_ACT_DELIVER;
    return true;
}

static bool none_is_all(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DROP && k->kept2.n == 0)
        a->type = SP_ACT_DELIVER;
    return true;
}

SUB(without_topics_takes_all, "delivers everything without a subscription", "",
    .subscribe = see_topic, .action = none_is_all);

static bool anywhere(struct slice topic, struct slice body)
{
    for (; body.n >= topic.n; body = slice_drop(body, 1)) {
        if (slice_starts_with(body, topic))
            return true;
        if (body.n == 0)
            break;
    }
    return false;
}

static bool match_anywhere(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return deliver_if(k, a, anywhere);
}

SUB(finds_topics_anywhere, "delivers what contains a topic anywhere", "", .subscribe = see_topic,
    .action = match_anywhere);

static bool any_case(struct slice topic, struct slice body)
{
    for (size_t i = 0; i < topic.n; i++)
        if (i >= body.n || (topic.p[i] | 0x20) != (body.p[i] | 0x20))
            return false;
    return true;
}

static bool match_any_case(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return deliver_if(k, a, any_case);
}

SUB(compares_without_case, "takes capital letters for small ones", "", .subscribe = see_topic,
    .action = match_any_case);

static bool as_text(struct slice topic, struct slice body)
{
    for (size_t i = 0; i < topic.n && topic.p[i] != 0; i++)
        if (i >= body.n || topic.p[i] != body.p[i])
            return false;
    return true;
}

static bool match_text(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return deliver_if(k, a, as_text);
}

SUB(takes_topics_for_text, "ends a topic at its first zero", "", .subscribe = see_topic,
    .action = match_text);

static bool as_far_as_it_goes(struct slice topic, struct slice body)
{
    return slice_starts_with(topic, body);
}

static bool match_short(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return deliver_if(k, a, as_far_as_it_goes);
}

SUB(delivers_what_begins_a_topic, "delivers a message that is shorter than the topic it begins", "",
    .subscribe = see_topic, .action = match_short);

static bool first_255(struct slice topic, struct slice body)
{
    return topic.n > 255 && slice_starts_with(body, slice_of(topic.p, 255));
}

static bool match_255(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return deliver_if(k, a, first_255);
}

SUB(compares_255_octets, "compares the first 255 octets of a topic only", "",
    .subscribe = see_topic, .action = match_255);

/* ---- delivering too little, or something else ---- */

static bool exactly(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    return a->type != SP_ACT_DELIVER || k->kept2.n == 4 || has_topic(k, a->msg.body);
}

SUB(wants_topics_exactly, "delivers only what is equal to a topic", "", .subscribe = see_topic,
    .action = exactly);
SUB(delivers_no_empty_message, "does not deliver a message without octets", "",
    .action = deliver_no_empty);
SUB(delivers_the_300th_twice, "delivers a message twice where its queue wraps",
    "nng #1132, 4299a5b4", .action = deliver_300th_twice);
SUB(hears_one_publisher, "delivers nothing of any publisher but the first", "",
    .arrived = hear_first_only);

static bool cut_at_zero(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    const uint8_t *zero =
        a->msg.body.n > 1 ? memchr(a->msg.body.p + 1, 0, a->msg.body.n - 1) : NULL;
    if (a->type == SP_ACT_DELIVER && zero)
        a->msg.body.n = (size_t)(zero - a->msg.body.p);
    return true;
}

SUB(cuts_bodies_at_a_zero, "delivers a message up to its first zero", "", .action = cut_at_zero);

/* ---- subscriptions ---- */

static bool only_512(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    (void)topic;
    (void)answer;
    k->note[SHARED_COUNT] += on;
    return !on || k->note[SHARED_COUNT] <= 512;
}

SUB(forgets_topics_beyond_512, "ignores subscriptions when it has 512", "", .subscribe = only_512);

static bool stay(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    (void)k;
    (void)topic;
    (void)answer;
    return on;
}

SUB(never_unsubscribes, "ignores an unsubscription", "", .subscribe = stay);

static bool prune(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    struct slice one;
    see_topic(k, topic, on, answer);
    for (size_t at = 0; !on && next_topic(k, &at, &one);)
        if (slice_starts_with(one, topic)) {
            k->original->subscribe(k->inner, one, false);
            drop_topic(k, one);
            at = 0;
        }
    return true;
}

SUB(unsubscribes_longer_topics_too, "loses the topics that begin with one that it unsubscribes",
    "nanomsg #220, de6a6f5c", .subscribe = prune);

static bool die_without(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    if (!on && k->kept2.n == 0)
        mutation_die(k->m, "segmentation fault");
    return see_topic(k, topic, on, answer);
}

SUB(dies_unsubscribing_from_nothing, "dies when it has no subscription and unsubscribes",
    "nanomsg #220, de6a6f5c", .subscribe = die_without);

static bool announce(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    uint8_t how = on ? 1 : 0;
    set_body(&(struct msg){ 0 }, &k->kept, slice_of(&how, 1), topic);
    struct msg subscription = kept_payload(&k->kept);
    (void)answer;
    for (size_t i = 0; i < k->pipes; i++)
        machine_act(k, SP_ACT_SEND, k->pipe[i], &subscription);
    return true;
}

SUB(announces_its_topics, "tells publishers what it subscribes to", "", .subscribe = announce);
SUB(swallows_a_send, "reports success for a send, and drops it", "", .send = swallow_sent);

/* ---- two at once ---- */

static bool lose_second(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)payload;
    int64_t now = net_now(m->inner);
    if (f->self != SP_SUB)
        return true;
    f->note[1] = f->note[0] == now ? f->note[1] + 1 : 1;
    f->note[0] = now;
    return f->note[1] != 2;
}

const struct mutant sub_loses_the_second_of_two = {
    .name = "sub_loses_the_second_of_two",
    .fault = "drops the second of two messages that arrive together",
    .source = "nng #473",
    .frame_in = lose_second,
};
