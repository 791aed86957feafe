/* SURVEYOR: sp-surveyor-01 5.1 and 6.1; one second by default, as in every implementation.
 *
 *     IDLE --send--> OPEN --deadline--> IDLE, or EXPIRED if a receive waits
 *                                       EXPIRED --recv: timed out--> IDLE
 *     send in any state starts anew; a survey is never sent twice.
 *
 * Each context is such a machine; the ids are given in one row for all of them. */
#include "base/rng.h"
#include "sp/msg_queue.h"
#include "sp/stack.h"
#include <stdlib.h>
#include <string.h>

enum {
    SURVEY_DEFAULT = 1000,
    WAITING_MOST = 128, /* responses for one context while another receives: as many as nng */
};

enum survey_state { IDLE, OPEN, EXPIRED };

struct survey {
    struct context context; /* must be first */
    enum survey_state state;
    bool waiting; /* a receive found nothing and waits */
    uint32_t id;
    msec survey_time; /* negative: no end */
    msec deadline;
    struct msg_queue responses; /* that came to the front while another context received */
};

struct surveyor {
    struct machine m;
    struct survey own;
    struct survey *receiving; /* whose receive the next message may answer */
    struct list all;          /* of the contexts: own first */
    uint32_t last_id;         /* of the last survey of any context */
    uint8_t head[4];
};

static struct surveyor *of(struct pattern *p)
{
    return (struct surveyor *)p;
}

static struct survey *in(struct context *c)
{
    return (struct survey *)c;
}

static struct survey *first(const struct surveyor *s)
{
    return container_of(list_first(&s->all), struct survey, context.link);
}

static struct survey *next(const struct surveyor *s, const struct survey *y)
{
    struct link *k = list_next(&s->all, &y->context.link);
    return k == NULL ? NULL : container_of(k, struct survey, context.link);
}

static void init(struct pattern *p, uint64_t seed)
{
    struct surveyor *s = of(p);
    struct rng rng;
    rng_seed(&rng, seed);
    s->last_id = (uint32_t)rng_next(&rng) | STACK_ID_BIT;
    s->own.survey_time = SURVEY_DEFAULT;
    s->receiving = &s->own;
    list_init(&s->all);
    list_append(&s->all, &s->own.context.link);
}

static struct context *open(struct pattern *p)
{
    struct surveyor *s = of(p);
    struct survey *y = calloc(1, sizeof *y);
    if (y == NULL)
        return NULL;
    y->survey_time = s->own.survey_time;
    list_append(&s->all, &y->context.link);
    return &y->context;
}

static void close(struct pattern *p, struct context *c)
{
    if (of(p)->receiving == in(c))
        of(p)->receiving = &of(p)->own;
    link_remove(&c->link);
    msg_queue_free(&in(c)->responses);
    free(c);
}

static void fini(struct pattern *p)
{
    for (struct survey *y; (y = next(of(p), &of(p)->own)) != NULL;)
        close(p, &y->context);
    msg_queue_free(&of(p)->own.responses);
    machine_fini(p);
}

static enum err set_in(struct pattern *p, struct context *c, const char *option, int64_t value)
{
    (void)p;
    if (strcmp(option, "survey-deadline") != 0)
        return E_NOTSUP;
    in(c)->survey_time = value;
    return E_OK;
}

static enum err set(struct pattern *p, const char *option, int64_t value)
{
    return set_in(p, &of(p)->own.context, option, value);
}

static msec end(const struct survey *y)
{
    return y->state == OPEN ? y->deadline : MSEC_NEVER;
}

static msec deadline(const struct pattern *p)
{
    const struct surveyor *s = (const struct surveyor *)p;
    msec soonest = MSEC_NEVER;
    for (const struct survey *y = first(s); y != NULL; y = next(s, y))
        soonest = msec_earlier(soonest, end(y));
    return soonest;
}

static void tick(struct pattern *p, msec now)
{
    struct surveyor *s = of(p);
    for (struct survey *y = first(s); y != NULL; y = next(s, y)) {
        if (now < end(y))
            continue;
        y->state = y->waiting ? EXPIRED : IDLE;
        msg_queue_clear(&y->responses);
    }
}

static struct survey *find(const struct surveyor *s, uint32_t id)
{
    for (struct survey *y = first(s); y != NULL; y = next(s, y))
        if (y->id == id && y->state == OPEN)
            return y;
    return NULL;
}

static enum err send_in(struct pattern *p, struct context *c, const struct msg *msg, msec now)
{
    struct surveyor *s = of(p);
    struct survey *y = in(c);
    y->state = IDLE;
    do /* a context may have a survey without end, 2^31 surveys old */
        s->last_id = (s->last_id + 1) | STACK_ID_BIT;
    while (find(s, s->last_id) != NULL);
    y->id = s->last_id;
    y->state = OPEN;
    y->waiting = false;
    y->deadline = msec_after(now, y->survey_time);
    msg_queue_clear(&y->responses);
    set_be32(s->head, y->id);
    struct msg survey = *msg;
    survey.head = slice_of(s->head, sizeof s->head);
    /* 5.1: to all; without any, or where it cannot go at once, it is discarded. */
    machine_send_all_but(&s->m, 0, &survey);
    return E_OK;
}

static enum err send(struct pattern *p, const struct msg *msg, msec now)
{
    return send_in(p, &of(p)->own.context, msg, now);
}

/* NULL and whose response it is, or why it is nobody's. */
static const char *whose(const struct surveyor *s, const struct msg *msg, struct survey **y)
{
    uint32_t id;
    const char *why = stack_id(msg->body, &id);
    *y = why == NULL ? find(s, id) : NULL;
    return why == NULL && *y == NULL ? "id of no survey that is open" : why;
}

static const char *refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    struct survey *y;
    (void)from;
    return whose((const struct surveyor *)p, msg, &y);
}

static void arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    struct survey *y;
    tick(p, now);
    const char *why = whose(of(p), msg, &y);
    if (why != NULL) {
        pattern_act(p, SP_ACT_DROP, from, msg, why);
        return;
    }
    struct msg response = *msg;
    response.body = slice_drop(msg->body, 4);
    response.pipe = from;
    if (y == of(p)->receiving) {
        y->waiting = false;
        pattern_act(p, SP_ACT_DELIVER, from, &response, NULL);
    } else if (!msg_queue_put(&y->responses, &response, WAITING_MOST)) {
        pattern_act(p, SP_ACT_DROP, from, &response, "too many wait for its context");
    }
}

static enum err recv_in(struct pattern *p, struct context *c, struct msg *msg, msec now)
{
    struct survey *y = in(c);
    tick(p, now);
    switch (y->state) {
    case IDLE:
        return E_STATE;
    case OPEN:
        y->waiting = !msg_queue_take(&y->responses, msg);
        of(p)->receiving = y;
        return y->waiting ? E_AGAIN : E_OK;
    case EXPIRED:
        break;
    }
    y->state = IDLE;
    return E_TIMEDOUT;
}

static enum err recv(struct pattern *p, struct msg *msg, msec now)
{
    return recv_in(p, &of(p)->own.context, msg, now);
}

static const struct context_ops contexts = {
    .open = open,
    .close = close,
    .set = set_in,
    .send = send_in,
    .recv = recv_in,
};

const struct pattern_ops surveyor_ops = {
    .self = SP_SURVEYOR,
    .lazy = true,
    .size = sizeof(struct surveyor),
    .init = init,
    .fini = fini,
    .set = set,
    .pipe_add = machine_pipe_add,
    .pipe_del = machine_pipe_del,
    .pipe_writable = machine_pipe_writable,
    .arrived = arrived,
    .refuse = refuse,
    .send = send,
    .recv = recv,
    .deadline = deadline,
    .tick = tick,
    .contexts = &contexts,
};

const struct pattern_ops raw_surveyor_ops = {
    .self = SP_SURVEYOR,
    .raw = true,
    .lazy = true,
    .size = sizeof(struct machine),
    .init = machine_init,
    .fini = machine_fini,
    .set = machine_set_none,
    .pipe_add = machine_pipe_add,
    .pipe_del = machine_pipe_del,
    .pipe_writable = machine_pipe_writable,
    .arrived = stack_arrived,
    .refuse = stack_refuse,
    .send = machine_send_all,
    .recv = machine_recv_wait,
};
