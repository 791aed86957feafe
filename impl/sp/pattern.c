#include "sp/pattern.h"
#include "sp/protocol.h"
#include <stdlib.h>
#include <string.h>

static const struct pattern_ops *const cooked_and_raw[][2] = {
    { &pair0_ops, &raw_pair0_ops },       { &pair1_ops, &raw_pair1_ops },
    { &pub_ops, &raw_pub_ops },           { &sub_ops, &raw_sub_ops },
    { &req_ops, &raw_req_ops },           { &rep_ops, &raw_rep_ops },
    { &push_ops, &raw_push_ops },         { &pull_ops, &raw_pull_ops },
    { &surveyor_ops, &raw_surveyor_ops }, { &respondent_ops, &raw_respondent_ops },
    { &bus_ops, &raw_bus_ops },
};

const struct pattern_ops *pattern_find(uint16_t self, bool raw)
{
    for (size_t i = 0; i < sizeof cooked_and_raw / sizeof cooked_and_raw[0]; i++)
        if (cooked_and_raw[i][raw]->self == self)
            return cooked_and_raw[i][raw];
    return NULL;
}

struct pattern *pattern_new(const struct pattern_ops *ops, uint64_t seed)
{
    struct pattern *p = malloc(ops->size);
    if (p == NULL)
        return NULL;
    memset(p, 0, ops->size);
    p->ops = ops;
    if (!pattern_reserve(p, 8)) {
        free(p);
        return NULL;
    }
    ops->init(p, seed);
    return p;
}

void pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    p->ops->fini(p);
    free(p->out.v);
    free(p);
}

bool pattern_reserve(struct pattern *p, size_t n)
{
    if (n <= p->out.cap)
        return true;
    size_t cap = p->out.cap == 0 ? 8 : p->out.cap;
    while (cap < n)
        cap *= 2;
    struct sp_action *v = realloc(p->out.v, cap * sizeof *v);
    if (v == NULL)
        return false;
    p->out.v = v;
    p->out.cap = cap;
    return true;
}

void pattern_act(struct pattern *p, enum sp_action_type type, pipe_id pipe, const struct msg *msg,
                 const char *why)
{
    static const struct msg none;
    if (p->out.n == p->out.cap && !pattern_reserve(p, p->out.n + 1))
        return;
    p->out.v[p->out.n++] = (struct sp_action){ type, pipe, msg == NULL ? none : *msg, why };
}
