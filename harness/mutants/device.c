/* device.c -- faults of the raw sockets that devices are made of. */
#include "mutants/tags.h"
#include "sp/protocol.h"

enum { BASE };

/* ---- REP and RESPONDENT: the tag of the pipe ---- */

static bool untagged(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_DELIVER && a->msg.head.n > 8)
        a->msg.head = slice_drop(a->msg.head, 4);
    return true;
}

MACHINE_MUTANT(raw_rep_tags_no_tagged_request, "adds no tag to a request that has one already", "",
               .only = SP_REP, .kind = KIND_RAW, .action = untagged);
MACHINE_MUTANT(raw_respondent_tags_no_tagged_survey, "adds no tag to a survey that has one already",
               "", .only = SP_RESPONDENT, .kind = KIND_RAW, .action = untagged);

static bool tagged_twice(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER) {
        struct slice head = a->msg.head;
        buf_clear(&k->kept);
        buf_put(&k->kept, head.p, 4);
        buf_put_slice(&k->kept, head);
        a->msg.head = buf_slice(&k->kept);
    } else if (a->type == SP_ACT_SEND && a->msg.head.n > 4) {
        a->msg.head = slice_drop(a->msg.head, 4);
    }
    return true;
}

MACHINE_MUTANT(raw_respondent_adds_two_tags, "adds the tag of the pipe twice to a survey", "",
               .only = SP_RESPONDENT, .kind = KIND_RAW, .action = tagged_twice);
MACHINE_MUTANT(raw_rep_adds_two_tags, "adds the tag of the pipe twice to a request", "",
               .only = SP_REP, .kind = KIND_RAW, .action = tagged_twice);

static bool tag_of_first(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER && k->pipes > 0)
        set_head_word(&a->msg, &k->kept, k->pipe[0]);
    return true;
}

MACHINE_MUTANT(raw_rep_has_one_tag_for_all, "tags what comes from any pipe with that of the first",
               "", .only = SP_REP, .kind = KIND_RAW, .action = tag_of_first);

/* Channel ids as a function of the pipe's; `BASE`: the first one. */
static bool first_pipe(struct machine *k, pipe_id pipe, bool *answer)
{
    (void)answer;
    if (k->note[BASE] == 0)
        k->note[BASE] = pipe;
    return true;
}

static bool from_one_out(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_DELIVER)
        set_head_word(&a->msg, &k->kept,
                      (word_at(a->msg.head, 0) - (uint32_t)k->note[BASE] + 1) & ~ID_BIT);
    return true;
}

static bool from_one_in(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    uint32_t tag = word_at(msg->head, 0);
    if (!(tag & ID_BIT))
        set_head_word(msg, &k->kept2, (tag + (uint32_t)k->note[BASE] - 1) & ~ID_BIT);
    return true;
}

MACHINE_MUTANT(raw_rep_first_channel_id_is_one, "begins with channel id 1 in each process", "",
               .only = SP_REP, .kind = KIND_RAW, .pipe_add = first_pipe, .action = from_one_out,
               .send = from_one_in);

static bool by_two_out(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    uint32_t tag = word_at(a->msg.head, 0);
    if (a->type == SP_ACT_DELIVER)
        set_head_word(&a->msg, &k->kept, (tag + tag - (uint32_t)k->note[BASE]) & ~ID_BIT);
    return true;
}

static bool by_two_in(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    uint32_t tag = word_at(msg->head, 0), base = (uint32_t)k->note[BASE];
    if (!(tag & ID_BIT))
        set_head_word(msg, &k->kept2, (base + ((tag - base) & ~ID_BIT) / 2) & ~ID_BIT);
    return true;
}

MACHINE_MUTANT(raw_rep_channel_ids_count_by_two, "gives each next pipe a channel id 2 higher", "",
               .only = SP_REP, .kind = KIND_RAW, .pipe_add = first_pipe, .action = by_two_out,
               .send = by_two_in);

static bool to_first(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    uint32_t tag = word_at(msg->head, 0);
    if (k->pipes > 0 && !(tag & ID_BIT) && !machine_has(k, tag))
        set_head_word(msg, &k->kept2, k->pipe[0]);
    return true;
}

MACHINE_MUTANT(raw_rep_sends_misrouted_to_the_first,
               "sends a reply whose tag names no pipe to the first pipe", "", .only = SP_REP,
               .kind = KIND_RAW, .send = to_first);

static bool without_bit(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    set_head_word(msg, &k->kept2, word_at(msg->head, 0) & ~ID_BIT);
    return true;
}

MACHINE_MUTANT(raw_rep_ignores_bit_31_of_a_tag, "takes a first tag with the id bit for a pipe's",
               "", .only = SP_REP, .kind = KIND_RAW, .send = without_bit);

static bool die_if_short(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    if (msg->head.n < 4)
        mutation_die(k->m, "read beyond the end");
    return true;
}

MACHINE_MUTANT(raw_rep_dies_without_a_tag, "dies when a reply has no tag to route it by",
               "nanomsg #521, e9343578", .only = SP_REP, .kind = KIND_RAW, .send = die_if_short);

static void no_limit(struct machine *k)
{
    k->original->set(k->inner, "ttl", 255);
}

MACHINE_MUTANT(raw_rep_has_no_hop_limit, "forwards a request of any number of tags",
               "mangos-v1 #103, 8c710d2", .only = SP_REP, .kind = KIND_RAW, .began = no_limit);

/* ---- REQ and SURVEYOR: replies on their way back ---- */

static bool id_alone(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_DELIVER && a->msg.head.n > 4)
        a->msg.head = slice_drop(a->msg.head, a->msg.head.n - 4);
    return true;
}

MACHINE_MUTANT(raw_req_strips_all_tags, "keeps only the id of a reply's backtrace",
               "nanomsg #509, be0b03df", .only = SP_REQ, .kind = KIND_RAW, .action = id_alone);
MACHINE_MUTANT(raw_surveyor_strips_all_tags, "keeps only the id of a response's backtrace",
               "nanomsg #509, be0b03df", .only = SP_SURVEYOR, .kind = KIND_RAW, .action = id_alone);

static bool two_tags(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    struct slice head = a->msg.head;
    if (a->type == SP_ACT_DELIVER && head.n > 12) {
        buf_clear(&k->kept);
        buf_put(&k->kept, head.p, 8);
        buf_put(&k->kept, head.p + head.n - 4, 4);
        a->msg.head = buf_slice(&k->kept);
    }
    return true;
}

MACHINE_MUTANT(raw_req_keeps_two_tags, "keeps two tags of a reply's backtrace besides the id", "",
               .only = SP_REQ, .kind = KIND_RAW, .action = two_tags);

static bool without_id(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)now;
    if (tags_size(msg->body) > 0 || msg->body.n < 4)
        return true;
    struct msg all = *msg;
    all.head = slice_of(msg->body.p, 4);
    all.body = slice_drop(msg->body, 4);
    machine_act(k, SP_ACT_DELIVER, pipe, &all);
    return false;
}

MACHINE_MUTANT(raw_req_delivers_a_reply_without_id, "passes on a reply that holds no id",
               "nanomsg #521, e9343578", .only = SP_REQ, .kind = KIND_RAW, .arrived = without_id);

static bool some_body(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_SEND || a->msg.body.n > 0;
}

MACHINE_MUTANT(raw_req_sends_no_empty_body, "does not send a request without a body", "",
               .only = SP_REQ, .kind = KIND_RAW, .action = some_body);

/* The front of the body is overwritten where head and body fill a buffer. */
static bool misplace(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    static const uint8_t zeros[4];
    if (a->type == SP_ACT_SEND && a->msg.body.n >= 4 && a->msg.body.n % 64 == 60)
        set_body(&a->msg, &k->kept2, slice_of(zeros, 4), slice_drop(a->msg.body, 4));
    return true;
}

MACHINE_MUTANT(raw_req_misplaces_the_body, "corrupts bodies that need a larger buffer for the tag",
               "nng #1541, 111b2414", .only = SP_REQ, .kind = KIND_RAW, .action = misplace);

/* ---- those without a backtrace ---- */

static bool strip_word(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_DELIVER && has_id(a->msg.body))
        a->msg.body = slice_drop(a->msg.body, 4);
    return true;
}

MACHINE_MUTANT(raw_pair_strips_what_looks_like_an_id, "takes the head of a body for an id", "",
               .only = SP_PAIR0, .kind = KIND_RAW, .action = strip_word);

static bool forwards_some(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    return a->type != SP_ACT_DELIVER || a->msg.body.n > 0;
}

MACHINE_MUTANT(raw_pull_loses_empty_messages, "does not deliver a message without a body", "",
               .only = SP_PULL, .kind = KIND_RAW, .action = forwards_some);

static bool keep_origin(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)now;
    (void)answer;
    buf_clear(&k->kept);
    buf_put_slice(&k->kept, msg->head);
    return true;
}

static bool send_origin(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND)
        set_head(&a->msg, &k->kept2, buf_slice(&k->kept));
    return true;
}

MACHINE_MUTANT(raw_bus_sends_the_origin, "puts the id of the pipe it came from before a message",
               "", .only = SP_BUS, .kind = KIND_RAW, .send = keep_origin, .action = send_origin);

static bool same_hop(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept, word_at(a->msg.head, 0) - 1);
    return true;
}

MACHINE_MUTANT(raw_pair1_does_not_count_hops, "forwards a message with the hop count it came with",
               "", .only = SP_PAIR1, .kind = KIND_RAW, .action = same_hop);
MACHINE_MUTANT(raw_pair1_has_no_hop_limit, "forwards a message of any hop count", "",
               .only = SP_PAIR1, .kind = KIND_RAW, .began = no_limit);
