#include "sp/machine.h"
#include <stdlib.h>
#include <string.h>

static struct machine *of(struct pattern *p)
{
    return (struct machine *)p;
}

/* The first pipe whose id is not below `id`. */
static size_t find(const struct machine *m, pipe_id id)
{
    size_t low = 0, high = m->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (m->v[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool at(const struct machine *m, size_t i, pipe_id id)
{
    return i < m->n && m->v[i].id == id;
}

void machine_init(struct pattern *p, uint64_t seed)
{
    (void)p;
    (void)seed;
}

void machine_fini(struct pattern *p)
{
    free(of(p)->v);
}

bool machine_pipe_add(struct pattern *p, pipe_id id, msec now)
{
    struct machine *m = of(p);
    (void)now;
    /* Room for what one input can cause: an action for each pipe, and some. */
    if (!pattern_reserve(p, 2 * m->n + 8))
        return false;
    if (m->n == m->cap) {
        size_t cap = m->cap == 0 ? 4 : 2 * m->cap;
        struct machine_pipe *v = realloc(m->v, cap * sizeof *v);
        if (v == NULL)
            return false;
        m->v = v;
        m->cap = cap;
    }
    size_t i = find(m, id);
    memmove(m->v + i + 1, m->v + i, (m->n - i) * sizeof *m->v);
    m->v[i] = (struct machine_pipe){ .id = id };
    m->n++;
    return true;
}

bool machine_pipe_add_only(struct pattern *p, pipe_id id, msec now)
{
    return of(p)->n == 0 && machine_pipe_add(p, id, now);
}

void machine_pipe_del(struct pattern *p, pipe_id id, msec now)
{
    struct machine *m = of(p);
    size_t i = find(m, id);
    (void)now;
    if (!at(m, i, id))
        return;
    m->writable -= m->v[i].writable;
    m->n--;
    memmove(m->v + i, m->v + i + 1, (m->n - i) * sizeof *m->v);
}

void machine_pipe_writable(struct pattern *p, pipe_id id, bool yes, msec now)
{
    struct machine *m = of(p);
    size_t i = find(m, id);
    (void)now;
    if (!at(m, i, id) || m->v[i].writable == yes)
        return;
    m->v[i].writable = yes;
    if (yes)
        m->writable++;
    else
        m->writable--;
}

bool machine_writable(const struct machine *m, pipe_id id)
{
    size_t i = find(m, id);
    return at(m, i, id) && m->v[i].writable;
}

pipe_id machine_turn(struct machine *m)
{
    if (m->writable == 0)
        return 0;
    size_t i = find(m, m->last + 1);
    for (;; i++) {
        if (i >= m->n)
            i = 0;
        if (m->v[i].writable)
            return m->last = m->v[i].id;
    }
}

enum err machine_set_none(struct pattern *p, const char *option, int64_t value)
{
    (void)p;
    (void)option;
    (void)value;
    return E_NOTSUP;
}

enum err machine_set_ttl(size_t *ttl, const char *option, int64_t value)
{
    if (strcmp(option, "ttl") != 0)
        return E_NOTSUP;
    if (value < 1 || value > 255)
        return E_INVAL;
    *ttl = (size_t)value;
    return E_OK;
}

enum err machine_send_none(struct pattern *p, const struct msg *msg, msec now)
{
    (void)p;
    (void)msg;
    (void)now;
    return E_NOTSUP;
}

enum err machine_send_one(struct pattern *p, const struct msg *msg, msec now)
{
    (void)now;
    pipe_id to = machine_turn(of(p));
    if (to == 0)
        return E_AGAIN;
    pattern_act(p, SP_ACT_SEND, to, msg, NULL);
    return E_OK;
}

void machine_send_all_but(struct machine *m, pipe_id except, const struct msg *msg)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->v[i].id == except)
            continue;
        if (m->v[i].writable)
            pattern_act(&m->base, SP_ACT_SEND, m->v[i].id, msg, NULL);
        else
            pattern_act(&m->base, SP_ACT_DROP, m->v[i].id, msg, "the peer does not keep up");
    }
}

enum err machine_send_all(struct pattern *p, const struct msg *msg, msec now)
{
    (void)now;
    machine_send_all_but(of(p), 0, msg);
    return E_OK;
}

enum err machine_recv_none(struct pattern *p, struct msg *msg, msec now)
{
    (void)p;
    (void)msg;
    (void)now;
    return E_NOTSUP;
}

enum err machine_recv_wait(struct pattern *p, struct msg *msg, msec now)
{
    (void)p;
    (void)msg;
    (void)now;
    return E_AGAIN;
}

void machine_deliver(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    (void)now;
    pattern_act(p, SP_ACT_DELIVER, from, msg, NULL);
}

void machine_ignore(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    (void)now;
    pattern_act(p, SP_ACT_DROP, from, msg, "this socket never receives");
}
