#include "mutants/machine.h"
#include <stdlib.h>

/* The table the socket is given, and whose it is. */
struct machine_ops {
    struct pattern_ops ops; /* must be first */
    const struct pattern_ops *original;
    struct mutation *m;
    struct machine_ops *next;
};

static struct machine *of(struct pattern *p)
{
    return (struct machine *)p;
}

static const struct machine_hooks *hooks(const struct machine *k)
{
    static const struct machine_hooks none;
    const struct machine_hooks *h = k->m->mutant->machine;
    bool kind = h->kind == KIND_ANY || (h->kind == KIND_RAW) == k->original->raw;
    return k->m->there && kind && (h->only == 0 || h->only == k->original->self) ? h : &none;
}

bool machine_has(const struct machine *k, pipe_id pipe)
{
    for (size_t i = 0; i < k->pipes; i++)
        if (k->pipe[i] == pipe)
            return true;
    return false;
}

static void list(struct machine *k, pipe_id pipe)
{
    if (k->pipes < sizeof k->pipe / sizeof k->pipe[0])
        k->pipe[k->pipes++] = pipe;
}

static void unlist(struct machine *k, pipe_id pipe)
{
    size_t n = 0;
    for (size_t i = 0; i < k->pipes; i++)
        if (k->pipe[i] != pipe)
            k->pipe[n++] = k->pipe[i];
    k->pipes = n;
}

/* Hands on what the true machine did, each action through the hook. */
static void pass(struct machine *k, msec now)
{
    for (size_t i = 0; i < k->inner->out.n; i++) {
        struct sp_action *a = &k->inner->out.v[i];
        if (!hooks(k)->action || hooks(k)->action(k, a, now))
            pattern_act(&k->pattern, a->type, a->pipe, &a->msg, a->why);
    }
    k->inner->out.n = 0;
}

void machine_act(struct machine *k, enum sp_action_type type, pipe_id pipe, const struct msg *msg)
{
    pattern_act(&k->pattern, type, pipe, msg, "a mutant's doing");
}

static void init(struct pattern *p, uint64_t seed)
{
    struct machine *k = of(p);
    const struct machine_ops *ops = (const struct machine_ops *)(const void *)p->ops;
    k->m = ops->m;
    k->original = ops->original;
    if (hooks(k)->start)
        hooks(k)->start(k, &seed);
    k->inner = pattern_new(k->original, seed);
    if (!k->inner)
        abort();
    if (hooks(k)->began)
        hooks(k)->began(k);
}

static void fini(struct pattern *p)
{
    struct machine *k = of(p);
    pattern_free(k->inner);
    buf_free(&k->kept);
    buf_free(&k->kept2);
}

static enum err set_in(struct pattern *p, struct context *c, const char *option, int64_t value)
{
    struct machine *k = of(p);
    enum err answer = E_OK;
    k->in = c;
    if (hooks(k)->set && !hooks(k)->set(k, option, &value, &answer))
        return answer;
    if (k->in)
        answer = k->original->contexts->set(k->inner, k->in, option, value);
    else
        answer = k->original->set ? k->original->set(k->inner, option, value) : E_NOTSUP;
    pass(k, 0);
    return answer;
}

static enum err set(struct pattern *p, const char *option, int64_t value)
{
    return set_in(p, NULL, option, value);
}

static enum err subscribe(struct pattern *p, struct slice topic, bool on)
{
    struct machine *k = of(p);
    enum err answer = E_OK;
    if (hooks(k)->subscribe && !hooks(k)->subscribe(k, topic, on, &answer))
        return answer;
    return k->original->subscribe(k->inner, topic, on);
}

static bool pipe_add(struct pattern *p, pipe_id pipe, msec now)
{
    struct machine *k = of(p);
    bool answer = true;
    if (hooks(k)->pipe_add && !hooks(k)->pipe_add(k, pipe, &answer)) {
        if (answer)
            list(k, pipe);
        return answer;
    }
    answer = k->original->pipe_add(k->inner, pipe, now);
    if (answer)
        list(k, pipe);
    pass(k, now);
    return answer;
}

static void pipe_del(struct pattern *p, pipe_id pipe, msec now)
{
    struct machine *k = of(p);
    unlist(k, pipe);
    if (hooks(k)->pipe_del && !hooks(k)->pipe_del(k, pipe))
        return;
    k->original->pipe_del(k->inner, pipe, now);
    pass(k, now);
}

static void pipe_writable(struct pattern *p, pipe_id pipe, bool writable, msec now)
{
    struct machine *k = of(p);
    if (hooks(k)->pipe_writable && !hooks(k)->pipe_writable(k, pipe, &writable))
        return;
    k->original->pipe_writable(k->inner, pipe, writable, now);
    pass(k, now);
}

static void arrived(struct pattern *p, pipe_id pipe, const struct msg *msg, msec now)
{
    struct machine *k = of(p);
    struct msg mine = *msg;
    if (hooks(k)->arrived && !hooks(k)->arrived(k, pipe, &mine, now))
        return;
    k->original->arrived(k->inner, pipe, &mine, now);
    pass(k, now);
}

static const char *refuse(const struct pattern *p, pipe_id pipe, const struct msg *msg)
{
    const struct machine *k = (const struct machine *)p;
    return k->original->refuse(k->inner, pipe, msg);
}

static enum err send_in(struct pattern *p, struct context *c, const struct msg *msg, msec now)
{
    struct machine *k = of(p);
    struct msg mine = *msg;
    enum err answer = E_OK;
    k->in = c;
    if (hooks(k)->send && !hooks(k)->send(k, &mine, now, &answer))
        return answer;
    answer = k->in ? k->original->contexts->send(k->inner, k->in, &mine, now)
                   : k->original->send(k->inner, &mine, now);
    pass(k, now);
    return answer;
}

static enum err send(struct pattern *p, const struct msg *msg, msec now)
{
    return send_in(p, NULL, msg, now);
}

static enum err recv_in(struct pattern *p, struct context *c, struct msg *msg, msec now)
{
    struct machine *k = of(p);
    enum err answer = E_OK;
    k->in = c;
    if (hooks(k)->recv && !hooks(k)->recv(k, msg, now, &answer))
        return answer;
    answer = k->in ? k->original->contexts->recv(k->inner, k->in, msg, now)
                   : k->original->recv(k->inner, msg, now);
    pass(k, now);
    if (hooks(k)->received)
        hooks(k)->received(k, msg, &answer);
    return answer;
}

static enum err recv(struct pattern *p, struct msg *msg, msec now)
{
    return recv_in(p, NULL, msg, now);
}

static struct context *open_context(struct pattern *p)
{
    return of(p)->original->contexts->open(of(p)->inner);
}

static void close_context(struct pattern *p, struct context *c)
{
    struct machine *k = of(p);
    if (!hooks(k)->closing || hooks(k)->closing(k, c))
        k->original->contexts->close(k->inner, c);
    if (k->in == c)
        k->in = NULL;
}

static const struct context_ops around_contexts = {
    .open = open_context,
    .close = close_context,
    .set = set_in,
    .send = send_in,
    .recv = recv_in,
};

static msec deadline(const struct pattern *p)
{
    const struct machine *k = (const struct machine *)p;
    msec answer = MSEC_NEVER;
    if (hooks(k)->deadline && !hooks(k)->deadline(k, &answer))
        return answer;
    return k->original->deadline ? k->original->deadline(k->inner) : MSEC_NEVER;
}

static void tick(struct pattern *p, msec now)
{
    struct machine *k = of(p);
    if (hooks(k)->tick && !hooks(k)->tick(k, now))
        return;
    if (k->original->tick)
        k->original->tick(k->inner, now);
    pass(k, now);
}

const struct pattern_ops *machine_around(struct mutation *m, const struct pattern_ops *original)
{
    for (struct machine_ops *o = m->machines; o; o = o->next)
        if (o->original == original)
            return &o->ops;
    struct machine_ops *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->ops = *original;
    o->ops.size = sizeof(struct machine);
    o->ops.init = init;
    o->ops.fini = fini;
    o->ops.set = set;
    o->ops.subscribe = original->subscribe ? subscribe : NULL;
    o->ops.pipe_add = pipe_add;
    o->ops.pipe_del = pipe_del;
    o->ops.pipe_writable = pipe_writable;
    o->ops.arrived = arrived;
    o->ops.refuse = original->refuse ? refuse : NULL;
    o->ops.send = send;
    o->ops.recv = recv;
    o->ops.deadline = deadline;
    o->ops.tick = tick;
    o->ops.contexts = original->contexts ? &around_contexts : NULL;
    o->original = original;
    o->m = m;
    o->next = m->machines;
    m->machines = o;
    return &o->ops;
}

void machines_free(struct mutation *m)
{
    for (struct machine_ops *o = m->machines, *next; o; o = next) {
        next = o->next;
        free(o);
    }
    m->machines = NULL;
}
