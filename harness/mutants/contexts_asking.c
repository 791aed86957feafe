/* contexts_asking.c -- faults of REQ and SURVEYOR with several contexts. */
#include "mutants/tags.h"
#include "sp/protocol.h"

/* What was asked, in `kept`, oldest first. */
struct asked {
    struct context *in; /* NULL: the socket's own */
    uint32_t id;
    pipe_id pipe;
    bool live;  /* neither answered nor replaced */
    bool ended; /* for the mutant */
};

/* Notes: the id whose context was closed, the context that has just asked, requests so far. */
enum { CLOSED_ID, JUST_ASKED, COUNT };

static struct asked *all(const struct machine *k, size_t *n)
{
    *n = k->kept.n / sizeof(struct asked);
    return (struct asked *)(void *)k->kept.p;
}

static struct asked *asked_as(const struct machine *k, uint32_t id)
{
    size_t n;
    struct asked *v = all(k, &n);
    for (size_t i = 0; i < n; i++)
        if (v[i].id == id)
            return &v[i];
    return NULL;
}

/* What a context has asked last. */
static struct asked *asked_in(const struct machine *k, const struct context *in)
{
    size_t n;
    struct asked *v = all(k, &n);
    while (n-- > 0)
        if (v[n].in == in && v[n].live)
            return &v[n];
    return NULL;
}

static struct asked *oldest(const struct machine *k)
{
    size_t n;
    struct asked *v = all(k, &n);
    for (size_t i = 0; i < n; i++)
        if (v[i].live)
            return &v[i];
    return NULL;
}

static void end_all_but(struct machine *k, const struct context *in)
{
    size_t n;
    struct asked *v = all(k, &n);
    for (size_t i = 0; i < n; i++)
        v[i].ended |= v[i].in != in;
}

/* Something goes out.  True: it is new, not sent again, and not another copy. */
static bool watch_sent(struct machine *k, const struct sp_action *a)
{
    if (a->type != SP_ACT_SEND)
        return false;
    struct asked *last = asked_as(k, word_at(a->msg.head, 0));
    if (last) {
        last->pipe = a->pipe;
        return false;
    }
    struct asked *before = asked_in(k, k->in);
    if (before)
        before->live = false;
    const struct asked new = {
        .in = k->in, .id = word_at(a->msg.head, 0), .pipe = a->pipe, .live = true
    };
    buf_put(&k->kept, &new, sizeof new);
    return true;
}

static bool see_sent(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch_sent(k, a);
    return true;
}

static void set_id(struct machine *k, struct msg *msg, uint32_t id)
{
    uint8_t head[4];
    set_be32(head, id);
    set_body(msg, &k->kept2, slice_of(head, 4), slice_drop(msg->body, 4));
}

#define OF_REQ(ident, sentence, issue, ...)                                                        \
    MACHINE_MUTANT(ident, sentence, issue, .only = SP_REQ, .kind = KIND_COOKED, __VA_ARGS__)
#define OF_SURVEYOR(ident, sentence, issue, ...)                                                   \
    MACHINE_MUTANT(ident, sentence, issue, .only = SP_SURVEYOR, .kind = KIND_COOKED, __VA_ARGS__)

/* ---- what contexts share that they should not ---- */

static bool send_for_all(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    k->in = NULL;
    return true;
}

static bool set_for_all(struct machine *k, const char *option, int64_t *value, enum err *answer)
{
    (void)option;
    (void)value;
    (void)answer;
    k->in = NULL;
    return true;
}

OF_REQ(req_contexts_are_one, "has one request, whichever context asks", "", .send = send_for_all,
       .recv = send_for_all);
OF_SURVEYOR(survey_contexts_are_one, "has one survey, whichever context asks", "",
            .send = send_for_all, .recv = send_for_all);
OF_REQ(req_contexts_share_the_interval, "sets the resend interval of the socket, not the context",
       "", .set = set_for_all);
OF_SURVEYOR(survey_contexts_share_the_time, "sets the survey time of the socket, not the context",
            "", .set = set_for_all);

static bool as_the_oldest(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    if (watch_sent(k, a) && oldest(k))
        k->note[COUNT] = oldest(k)->id;
    if (a->type == SP_ACT_SEND)
        set_head_word(&a->msg, &k->kept2, (uint32_t)k->note[COUNT]);
    return true;
}

static bool see_reply(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *which = asked_as(k, word_at(msg->body, 0));
    if (which)
        which->live = false;
    return true;
}

OF_REQ(req_contexts_use_one_id, "gives a request the id of one that another context has out", "",
       .action = as_the_oldest, .arrived = see_reply);
OF_SURVEYOR(survey_contexts_use_one_id, "gives a survey the id of one that another context has", "",
            .action = as_the_oldest);

/* ---- replies ---- */

static bool to_the_oldest(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *which = asked_as(k, word_at(msg->body, 0)), *first = oldest(k);
    if (which && which->live && first) {
        set_id(k, msg, first->id);
        first->live = false;
    }
    return true;
}

OF_REQ(req_reply_goes_to_the_oldest, "takes a reply for that to the oldest request of all contexts",
       "", .action = see_sent, .arrived = to_the_oldest);

static bool to_who_receives(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *who = asked_in(k, k->in);
    if (who && asked_as(k, word_at(msg->body, 0)))
        set_id(k, msg, who->id);
    return true;
}

OF_SURVEYOR(survey_response_goes_to_who_receives,
            "delivers a response in the context that receives, whoever asked", "",
            .action = see_sent, .arrived = to_who_receives);

static bool not_for_others(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *which = asked_as(k, word_at(msg->body, 0));
    return !which || which->in == k->in;
}

OF_SURVEYOR(survey_response_for_another_is_lost,
            "drops responses to other contexts while one receives", "", .action = see_sent,
            .arrived = not_for_others);

static bool not_if_ended(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    watch_sent(k, a);
    return a->type != SP_ACT_SEND || !asked_as(k, word_at(a->msg.head, 0))->ended;
}

static bool end_others(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *which = asked_as(k, word_at(msg->body, 0));
    if (which)
        end_all_but(k, which->in);
    return true;
}

OF_REQ(req_reply_ends_all_resending, "sends no request again once any context has its reply", "",
       .action = not_if_ended, .arrived = end_others);

/* ---- a second request of a context ---- */

static bool replace_all(struct machine *k, struct sp_action *a, msec now)
{
    (void)now;
    struct asked *before = asked_in(k, k->in);
    if (watch_sent(k, a) && before)
        end_all_but(k, k->in);
    return true;
}

static bool hear_if_not_ended(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *which = asked_as(k, word_at(msg->body, 0));
    return !which || !which->ended;
}

OF_REQ(req_replacing_ends_all, "forgets the requests of all contexts when one replaces its own", "",
       .action = replace_all, .arrived = hear_if_not_ended);
OF_SURVEYOR(survey_replacing_ends_all, "ends the surveys of all contexts when one replaces its own",
            "", .action = replace_all, .arrived = hear_if_not_ended);

/* ---- a context is closed ---- */

static bool leave_open(struct machine *k, struct context *c)
{
    (void)k;
    (void)c;
    return false;
}

OF_REQ(req_closed_context_goes_on_asking,
       "goes on sending the request of a context that was closed", "", .closing = leave_open);

static bool end_others_too(struct machine *k, struct context *c)
{
    end_all_but(k, c);
    return true;
}

OF_REQ(req_closing_ends_all_resending, "sends no request again once any context was closed", "",
       .action = not_if_ended, .closing = end_others_too);
OF_SURVEYOR(survey_closing_ends_all, "ends the surveys of all contexts when one is closed", "",
            .action = see_sent, .arrived = hear_if_not_ended, .closing = end_others_too);

static bool see_closed(struct machine *k, struct context *c)
{
    struct asked *last = asked_in(k, c);
    if (last) {
        k->note[CLOSED_ID] = last->id;
        last->live = false;
    }
    return true;
}

static bool late_to_another(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)now;
    struct asked *another = oldest(k);
    if (another && has_id(msg->body) && word_at(msg->body, 0) == (uint32_t)k->note[CLOSED_ID])
        set_id(k, msg, another->id);
    return true;
}

OF_REQ(req_late_reply_goes_to_another_context,
       "takes the reply to a closed context for that to another one", "", .action = see_sent,
       .arrived = late_to_another, .closing = see_closed);
OF_SURVEYOR(survey_late_response_goes_to_another_context,
            "takes responses to a closed context for those to another one", "", .action = see_sent,
            .arrived = late_to_another, .closing = see_closed);

static bool keep_the_pipe(struct machine *k, struct context *c)
{
    struct asked *last = asked_in(k, c);
    if (last)
        k->original->pipe_writable(k->inner, last->pipe, false, 0);
    return true;
}

OF_REQ(req_closed_context_keeps_its_pipe,
       "never uses the pipe again that carried the request of a context that was closed",
       "mangos #201, a2ba039", .action = see_sent, .arrived = see_reply, .closing = keep_the_pipe);
OF_SURVEYOR(survey_closed_context_keeps_its_pipe,
            "never uses the pipe again that carried the survey of a context that was closed", "",
            .action = see_sent, .closing = keep_the_pipe);

static bool has_just_asked(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    (void)answer;
    k->note[JUST_ASKED] = (int64_t)(intptr_t)k->in;
    return true;
}

static bool not_just_now(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)pipe;
    (void)msg;
    (void)now;
    k->note[JUST_ASKED] = 0;
    return true;
}

static bool die_if_just_asked(struct machine *k, struct context *c)
{
    if (k->note[JUST_ASKED] == (int64_t)(intptr_t)c)
        mutation_die(k->m, "heap-use-after-free");
    return true;
}

OF_REQ(req_dies_closing_who_has_just_asked, "dies when a context is closed that has just asked",
       "nng #1702, fe692071", .send = has_just_asked, .arrived = not_just_now,
       .closing = die_if_just_asked);

/* ---- and the rest ---- */

static bool ends_but_one(struct machine *k, pipe_id pipe)
{
    size_t n, carried = 0;
    struct asked *v = all(k, &n);
    for (size_t i = 0; i < n; i++)
        if (v[i].live && v[i].pipe == pipe)
            v[i].ended = carried++ > 0;
    return true;
}

OF_REQ(req_lost_pipe_has_one_request,
       "sends one request again when a pipe goes that carried several", "", .action = not_if_ended,
       .arrived = see_reply, .pipe_del = ends_but_one);

static void wait_unasked(struct machine *k, struct msg *msg, enum err *answer)
{
    (void)msg;
    if (k->in && *answer == E_STATE)
        *answer = E_AGAIN;
}

OF_REQ(req_context_receives_unasked, "lets a receive wait in a context that has asked nothing", "",
       .received = wait_unasked);
OF_SURVEYOR(survey_context_receives_unasked,
            "lets a receive wait in a context that has asked nothing", "",
            .received = wait_unasked);

static bool refuse_when_full(struct machine *k, struct msg *msg, msec now, enum err *answer)
{
    (void)msg;
    (void)now;
    *answer = E_AGAIN;
    return !k->in || ++k->note[COUNT] <= 300;
}

OF_REQ(req_contexts_run_out_of_ids, "sends nothing any more when its contexts have asked 300 times",
       "nng #931, 1d61214d", .send = refuse_when_full);
