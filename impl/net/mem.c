#include "net/mem.h"
#include <stdlib.h>
#include <string.h>

static struct mem_stream *of(struct stream *s)
{
    return container_of(s, struct mem_stream, s);
}

void mem_init(struct mem *m)
{
    list_init(&m->queue);
    list_init(&m->streams);
    m->wake = NULL;
}

void mem_enqueue(struct mem *m, struct mem_item *item)
{
    if (link_in(&item->link))
        return;
    bool first = list_empty(&m->queue);
    list_append(&m->queue, &item->link);
    if (first && m->wake)
        m->wake(m);
}

bool mem_run(struct mem *m)
{
    for (struct link *k; (k = list_first(&m->queue));) {
        struct mem_item *item = container_of(k, struct mem_item, link);
        link_remove(k);
        if (item->run(item))
            return true;
    }
    return false;
}

static unsigned levels(const struct mem_stream *s)
{
    unsigned at = 0;
    if (s->end == STREAM_REFUSED)
        return s->want & STREAM_READABLE ? STREAM_READABLE : STREAM_WRITABLE;
    if (s->in.n || s->end != STREAM_OPEN)
        at |= STREAM_READABLE;
    if (!s->peer || s->finished || s->end == STREAM_RST || s->peer->in.n < MEM_STREAM_CAP)
        at |= STREAM_WRITABLE;
    return at;
}

static void poke(struct mem_stream *s)
{
    if (s->s.ready && (levels(s) & s->want))
        mem_enqueue(s->mem, &s->item);
}

static bool run(struct mem_item *item)
{
    struct mem_stream *s = container_of(item, struct mem_stream, item);
    unsigned events = levels(s) & s->want;
    if (!events || !s->s.ready)
        return false;
    /* Queued again before the call: the callee may close the stream. */
    mem_enqueue(s->mem, item);
    s->s.ready(s->s.ctx, events);
    return true;
}

static ptrdiff_t mem_read(struct stream *stream, void *p, size_t n)
{
    struct mem_stream *s = of(stream);
    if (s->in.n == 0) {
        switch (s->end) {
        case STREAM_OPEN:
            return -E_AGAIN;
        case STREAM_FIN:
            return 0;
        case STREAM_RST:
            return -E_CLOSED;
        case STREAM_REFUSED:
            return -E_REFUSED;
        }
    }
    struct slice have = buf_slice(&s->in);
    if (n > have.n)
        n = have.n;
    if (n)
        memcpy(p, have.p, n);
    buf_drop(&s->in, n);
    if (s->peer)
        poke(s->peer);
    return (ptrdiff_t)n;
}

static ptrdiff_t total(const struct slice *v, int count)
{
    size_t n = 0;
    for (int i = 0; i < count; i++)
        n += v[i].n;
    return (ptrdiff_t)n;
}

static ptrdiff_t mem_write(struct stream *stream, const struct slice *v, int count)
{
    struct mem_stream *s = of(stream), *peer = s->peer;
    if (s->end == STREAM_REFUSED)
        return -E_REFUSED;
    if (s->finished || s->end == STREAM_RST)
        return -E_CLOSED;
    if (!peer) {
        /* tcp learns of the close by the answer to its first write, a unix socket at once. */
        if (s->s.ipc || s->swallowed)
            return -E_CLOSED;
        s->swallowed = true;
        return total(v, count);
    }
    size_t room = MEM_STREAM_CAP - peer->in.n, done = 0;
    for (int i = 0; i < count && done < room; i++) {
        size_t n = v[i].n < room - done ? v[i].n : room - done;
        buf_put(&peer->in, v[i].p, n);
        if (peer->in.failed) {
            peer->in.failed = false;
            if (!done)
                return -E_CLOSED;
            break;
        }
        done += n;
    }
    if (done)
        poke(peer);
    return done || !total(v, count) ? (ptrdiff_t)done : -E_AGAIN;
}

static void mem_want(struct stream *stream, unsigned events)
{
    struct mem_stream *s = of(stream);
    s->want = events;
    poke(s);
}

static void ended(struct mem_stream *s, enum stream_end how)
{
    if (s->end == STREAM_OPEN)
        s->end = how;
    poke(s);
}

static void mem_finish(struct stream *stream)
{
    struct mem_stream *s = of(stream);
    s->finished = true;
    if (s->peer)
        ended(s->peer, STREAM_FIN);
}

static void mem_close(struct stream *stream, bool reset)
{
    struct mem_stream *s = of(stream), *peer = s->peer;
    if (peer) {
        peer->peer = NULL;
        /* As Linux does: octets nobody will read turn the close into a reset. */
        ended(peer, reset || s->in.n ? STREAM_RST : STREAM_FIN);
    }
    link_remove(&s->item.link);
    link_remove(&s->all);
    link_remove(&s->waiting);
    buf_free(&s->in);
    free(s);
}

static ptrdiff_t mem_unread(struct stream *stream)
{
    struct mem_stream *s = of(stream);
    return s->peer ? (ptrdiff_t)s->peer->in.n : -1;
}

static bool mem_connected(const struct stream *stream)
{
    return ((const struct mem_stream *)(const void *)stream)->end != STREAM_REFUSED;
}

static const struct stream_ops mem_stream_ops = {
    .read = mem_read,
    .write = mem_write,
    .want = mem_want,
    .finish = mem_finish,
    .close = mem_close,
    .unread = mem_unread,
    .connected = mem_connected,
};

static struct mem_stream *mem_new(struct mem *m, bool ipc)
{
    struct mem_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->s.ops = &mem_stream_ops;
    s->s.ipc = ipc;
    s->item.run = run;
    s->mem = m;
    list_append(&m->streams, &s->all);
    return s;
}

bool mem_pair(struct mem *m, bool ipc, struct mem_stream **a, struct mem_stream **b)
{
    *a = mem_new(m, ipc);
    *b = mem_new(m, ipc);
    if (*a && *b) {
        (*a)->peer = *b;
        (*b)->peer = *a;
        return true;
    }
    if (*a)
        stream_close(&(*a)->s);
    if (*b)
        stream_close(&(*b)->s);
    return false;
}

struct mem_stream *mem_refused(struct mem *m, bool ipc)
{
    struct mem_stream *s = mem_new(m, ipc);
    if (s)
        s->end = STREAM_REFUSED;
    return s;
}

void mem_free(struct mem *m)
{
    for (struct link *k; (k = list_first(&m->streams));)
        stream_close(&container_of(k, struct mem_stream, all)->s);
}
