/* SUB: what a subscription begins, once.  Raw: everything.  sp-publish-subscribe-01 has no
 * normative text; a topic subscribed twice counts once, as in nng and mangos. */
#include "sp/machine.h"
#include "sp/topics.h"

struct sub {
    struct machine m;
    struct topics topics;
};

static void fini(struct pattern *p)
{
    topics_free(&((struct sub *)p)->topics);
    machine_fini(p);
}

static enum err subscribe(struct pattern *p, struct slice topic, bool on)
{
    struct topics *t = &((struct sub *)p)->topics;
    return on ? topics_add(t, topic) : topics_remove(t, topic);
}

static const char *refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    (void)from;
    bool wanted = topics_match(&((const struct sub *)p)->topics, msg->body);
    return wanted ? NULL : "no subscription matches";
}

static void arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    (void)now;
    const char *why = refuse(p, from, msg);
    pattern_act(p, why == NULL ? SP_ACT_DELIVER : SP_ACT_DROP, from, msg, why);
}

#define SUB_COMMON                                                                                 \
    .self = SP_SUB, .lazy = true, .set = machine_set_none, .pipe_add = machine_pipe_add,           \
    .pipe_del = machine_pipe_del, .pipe_writable = machine_pipe_writable,                          \
    .send = machine_send_none, .recv = machine_recv_wait, .init = machine_init

const struct pattern_ops sub_ops = {
    SUB_COMMON,       .size = sizeof(struct sub), .fini = fini, .subscribe = subscribe,
    .refuse = refuse, .arrived = arrived,
};
const struct pattern_ops raw_sub_ops = {
    SUB_COMMON,
    .raw = true,
    .size = sizeof(struct machine),
    .fini = machine_fini,
    .arrived = machine_deliver,
};
