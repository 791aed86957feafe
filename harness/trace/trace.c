/* trace.c -- the recorder: events in order, their octets and notes copied into blocks that are
 * freed together. */
#include <stdlib.h>
#include <string.h>
#include "trace/render.h"

enum {
    BLOCK_SIZE = 16 << 10,
    OCTETS_MAX = 256 << 20, /* a peer may write without end */
    EVENTS_MAX = 1 << 20,
};

struct block {
    struct block *next;
    size_t used, cap;
    uint8_t p[];
};

struct described {
    unsigned conn;
    struct flow_about about;
};

struct trace {
    struct trace_event *v;
    size_t n, cap, lost, octets;
    struct block *blocks; /* the newest first */
    struct described *about;
    size_t about_count;
};

struct trace *trace_new(void)
{
    return calloc(1, sizeof(struct trace));
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    while (t->blocks) {
        struct block *b = t->blocks;
        t->blocks = b->next;
        free(b);
    }
    free(t->about);
    free(t->v);
    free(t);
}

static uint8_t *keep(struct trace *t, const void *p, size_t n)
{
    struct block *b = t->blocks;
    if (!b || b->cap - b->used < n) {
        size_t cap = n > BLOCK_SIZE / 4 ? n : BLOCK_SIZE;
        b = malloc(sizeof *b + cap);
        if (!b)
            return NULL;
        b->used = 0;
        b->cap = cap;
        /* A block of its own goes behind the one still being filled. */
        struct block **at = cap == n && t->blocks ? &t->blocks->next : &t->blocks;
        b->next = *at;
        *at = b;
    }
    uint8_t *to = b->p + b->used;
    memcpy(to, p, n);
    b->used += n;
    return to;
}

/* What ends the story is kept whatever came before. */
static bool has_room(const struct trace *t, const struct trace_event *e)
{
    if (e->kind == TRACE_FAIL || e->kind == TRACE_END)
        return true;
    return t->n < EVENTS_MAX && e->octets.n <= OCTETS_MAX - t->octets;
}

void trace_add(struct trace *t, const struct trace_event *e)
{
    if (!has_room(t, e)) {
        t->lost++;
        return;
    }
    if (t->n == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 32;
        struct trace_event *v = realloc(t->v, cap * sizeof *v);
        if (!v) {
            t->lost++;
            return;
        }
        t->v = v;
        t->cap = cap;
    }
    struct trace_event copy = *e;
    t->octets += e->octets.n;
    if (e->octets.n)
        copy.octets.p = keep(t, e->octets.p, e->octets.n);
    if (e->note)
        copy.note = (const char *)keep(t, e->note, strlen(e->note) + 1);
    if ((e->octets.n && !copy.octets.p) || (e->note && !copy.note))
        t->lost++;
    else
        t->v[t->n++] = copy;
}

static void describe(struct trace *t, unsigned conn, const struct flow_about *about)
{
    size_t i = 0;
    while (i < t->about_count && t->about[i].conn != conn)
        i++;
    if (i == t->about_count) {
        struct described *grown = realloc(t->about, (i + 1) * sizeof *grown);
        if (!grown)
            return;
        t->about = grown;
        t->about_count++;
    }
    t->about[i] = (struct described){ conn, *about };
}

const char *trace_framing_name(enum trace_framing framing)
{
    return framing == TRACE_WS ? "ws" : framing == TRACE_IPC ? "ipc" : "tcp";
}

void trace_describe(struct trace *t, unsigned conn, enum trace_framing framing, uint16_t iut_type)
{
    describe(t, conn, &(struct flow_about){ .framing = framing, .iut_type = iut_type });
}

void trace_describe_greeted(struct trace *t, unsigned conn, enum trace_framing framing,
                            uint16_t iut_type)
{
    describe(t, conn, &(struct flow_about){ framing, iut_type, .greeted = true });
}

void trace_flows(const struct trace *t, struct flows *flows)
{
    for (size_t i = 0; i < t->about_count; i++)
        flows_describe(flows, t->about[i].conn, &t->about[i].about);
}

size_t trace_count(const struct trace *t)
{
    return t->n;
}

size_t trace_lost(const struct trace *t)
{
    return t->lost;
}

const struct trace_event *trace_get(const struct trace *t, size_t i)
{
    return &t->v[i];
}
