/* SURVEYOR: sp-surveyor-01 5.1 and 6.1; one second by default, as in every implementation.
 *
 *     IDLE --send--> OPEN --deadline--> IDLE, or EXPIRED if a receive waits
 *                                       EXPIRED --recv: timed out--> IDLE
 *     send in any state starts anew; a survey is never sent twice. */
#include "base/rng.h"
#include "sp/stack.h"
#include <string.h>

enum { SURVEY_DEFAULT = 1000 };

enum survey_state { IDLE, OPEN, EXPIRED };

struct surveyor {
    struct machine m;
    enum survey_state state;
    bool waiting; /* a receive found nothing and waits */
    uint32_t id;  /* of the last survey */
    uint8_t head[4];
    msec survey_time; /* negative: no end */
    msec deadline;
};

static struct surveyor *of(struct pattern *p)
{
    return (struct surveyor *)p;
}

static void init(struct pattern *p, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    of(p)->id = (uint32_t)rng_next(&rng) | STACK_ID_BIT;
    of(p)->survey_time = SURVEY_DEFAULT;
}

static enum err set(struct pattern *p, const char *option, int64_t value)
{
    if (strcmp(option, "survey-deadline") != 0)
        return E_NOTSUP;
    of(p)->survey_time = value;
    return E_OK;
}

static msec deadline(const struct pattern *p)
{
    const struct surveyor *s = (const struct surveyor *)p;
    return s->state == OPEN ? s->deadline : MSEC_NEVER;
}

static void tick(struct pattern *p, msec now)
{
    if (now >= deadline(p))
        of(p)->state = of(p)->waiting ? EXPIRED : IDLE;
}

static enum err send(struct pattern *p, const struct msg *msg, msec now)
{
    struct surveyor *s = of(p);
    s->id = (s->id + 1) | STACK_ID_BIT;
    set_be32(s->head, s->id);
    s->state = OPEN;
    s->waiting = false;
    s->deadline = msec_after(now, s->survey_time);
    struct msg survey = *msg;
    survey.head = slice_of(s->head, sizeof s->head);
    /* 5.1: to all; without any, or where it cannot go at once, it is discarded. */
    machine_send_all_but(&s->m, 0, &survey);
    return E_OK;
}

static const char *refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    const struct surveyor *s = (const struct surveyor *)p;
    (void)from;
    const char *why = stack_answers(msg->body, s->id);
    return why == NULL && s->state != OPEN ? "the survey is over" : why;
}

static void arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    tick(p, now);
    const char *why = refuse(p, from, msg);
    struct msg response = *msg;
    if (why == NULL) {
        response.body = slice_drop(msg->body, 4);
        of(p)->waiting = false;
    }
    pattern_act(p, why == NULL ? SP_ACT_DELIVER : SP_ACT_DROP, from, &response, why);
}

static enum err recv(struct pattern *p, struct msg *msg, msec now)
{
    struct surveyor *s = of(p);
    (void)msg;
    tick(p, now);
    switch (s->state) {
    case IDLE:
        return E_STATE;
    case OPEN:
        s->waiting = true;
        return E_AGAIN;
    case EXPIRED:
        break;
    }
    s->state = IDLE;
    return E_TIMEDOUT;
}

const struct pattern_ops surveyor_ops = {
    .self = SP_SURVEYOR,
    .lazy = true,
    .size = sizeof(struct surveyor),
    .init = init,
    .fini = machine_fini,
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
