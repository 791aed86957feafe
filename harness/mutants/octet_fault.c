/* octet_fault.c -- one stream of the reference, with a mutant's hooks in between. */
#include "mutants/wrapped.h"
#include "mutants/ws_stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 64 * 1024, PENDING_MAX = 64 * 1024 };

/* Suites are run by the hundred under faults that hardly ever act: no more copies than needed. */
static void move_all(struct buf *to, struct buf *from)
{
    if (to->n == 0) {
        struct buf empty = *to;
        *to = *from;
        *from = empty;
    } else {
        buf_put_slice(to, buf_slice(from));
    }
    buf_clear(from);
}

static void flush(struct octet_fault *f)
{
    if (f->detour && f->out.n > 0) {
        struct slice all = buf_slice(&f->out);
        octet_fault_send(f->detour, all);
        buf_clear(&f->out);
    }
    while (f->out.n > 0 && f->inner) {
        struct slice all = buf_slice(&f->out);
        ptrdiff_t n = stream_write(f->inner, &all, 1);
        if (n <= 0) {
            if (n != -E_AGAIN)
                buf_clear(&f->out);
            return;
        }
        buf_drop(&f->out, (size_t)n);
    }
}

/* Octets are SP's own, or below TLS, where only a mutant about TLS stands. */
static bool reads_octets(const struct octet_fault *f)
{
    return !f->is_ws || f->below;
}

static void fetch(struct octet_fault *f)
{
    while (!f->end_seen && f->inner && f->in.n < STEP) {
        struct buf data = { 0 };
        uint8_t *room = buf_room(&data, STEP);
        ptrdiff_t n = room ? stream_read(f->inner, room, STEP) : -E_AGAIN;
        if (n <= 0) {
            buf_free(&data);
            if (n == -E_AGAIN)
                return;
            f->end = n;
            ws_release(f);
            if (!f->below && f->m->mutant->hides_end && f->m->mutant->hides_end(f->m, f)) {
                f->end_hidden = f->end_seen = true;
                return;
            }
            f->end_seen = true;
            return;
        }
        buf_grew(&data, (size_t)n);
        if (f->m->mutant->octets_in && reads_octets(f))
            f->m->mutant->octets_in(f->m, f, &data);
        f->in_position += (uint64_t)n;
        move_all(&f->raw_in, &data);
        buf_free(&data);
        if (f->is_ws && !f->below)
            ws_pass_in(f);
        else if (f->m->mutant->frame_in && !f->below)
            sp_pass_in(f);
        else
            move_all(&f->in, &f->raw_in);
    }
}

static ptrdiff_t fault_read(struct stream *s, void *p, size_t n)
{
    struct octet_fault *f = (struct octet_fault *)s;
    fetch(f);
    if (f->in.n > 0) {
        struct slice all = buf_slice(&f->in);
        n = all.n < n ? all.n : n;
        memcpy(p, all.p, n);
        buf_drop(&f->in, n);
        if (f->in.n > 0 || (f->end_seen && !f->end_hidden)) /* the inner stream tells no more */
            net_arm(f->m->inner, &f->again, net_now(f->m->inner));
        return (ptrdiff_t)n;
    }
    if (f->end_hidden || !f->end_seen)
        return -E_AGAIN;
    return f->end;
}

static ptrdiff_t fault_write(struct stream *s, const struct slice *v, int count)
{
    struct octet_fault *f = (struct octet_fault *)s;
    struct buf data = { 0 };
    size_t total = 0;
    flush(f);
    if (f->out.n >= PENDING_MAX)
        return -E_AGAIN;
    if (!f->inner)
        return -E_CLOSED;
    if (f->end_seen && f->end < 0)
        return f->end;
    for (int i = 0; i < count; i++) {
        buf_put_slice(&data, v[i]);
        total += v[i].n;
    }
    for (size_t i = 0; i < data.n && f->out_position + i < 6 && !f->is_ws && !f->below; i++)
        if (f->out_position + i == 4)
            f->self = (uint16_t)(buf_slice(&data).p[i] << 8);
        else if (f->out_position + i == 5)
            f->self |= buf_slice(&data).p[i];
    if (f->m->mutant->octets_out && reads_octets(f))
        f->m->mutant->octets_out(f->m, f, &data);
    f->out_position += total;
    move_all(&f->raw_out, &data);
    buf_free(&data);
    if (f->is_ws && !f->below)
        ws_pass_out(f);
    else if (f->m->mutant->frame_out && !f->below)
        sp_pass_out(f);
    else
        move_all(&f->out, &f->raw_out);
    flush(f);
    return (ptrdiff_t)total;
}

static void rewant(struct octet_fault *f)
{
    if (!f->inner)
        return;
    unsigned want = f->wanted;
    if (f->end_hidden)
        want &= ~(unsigned)STREAM_READABLE;
    if (f->out.n > 0)
        want |= STREAM_WRITABLE;
    stream_want(f->inner, want);
    /* What was fetched already makes no event of its own. */
    if ((f->wanted & STREAM_READABLE) && (f->in.n > 0 || (f->end_seen && !f->end_hidden)))
        net_arm(f->m->inner, &f->again, net_now(f->m->inner));
}

static void fault_want(struct stream *s, unsigned events)
{
    struct octet_fault *f = (struct octet_fault *)s;
    f->wanted = events;
    rewant(f);
}

static void fault_finish(struct stream *s)
{
    struct octet_fault *f = (struct octet_fault *)s;
    flush(f);
    if (f->inner)
        stream_finish(f->inner);
}

static void forget(struct octet_fault *f)
{
    for (struct octet_fault **p = &f->m->all; *p; p = &(*p)->next)
        if (*p == f) {
            *p = f->next;
            break;
        }
    for (struct octet_fault *other = f->m->all; other; other = other->next)
        if (other->detour == f)
            other->detour = NULL;
    net_arm(f->m->inner, &f->again, MSEC_NEVER);
    net_arm(f->m->inner, &f->timer, MSEC_NEVER);
    net_arm(f->m->inner, &f->ws.impatient, MSEC_NEVER);
    buf_free(&f->in);
    buf_free(&f->out);
    buf_free(&f->raw_in);
    buf_free(&f->raw_out);
    buf_free(&f->kept);
    free(f);
}

static void fault_close(struct stream *s, bool reset)
{
    struct octet_fault *f = (struct octet_fault *)s;
    flush(f);
    struct mutation *m = f->m;
    size_t room = sizeof m->orphans / sizeof m->orphans[0];
    if (f->inner && !f->below && m->mutant->hides_close && m->orphan_count < room &&
        m->mutant->hides_close(m, f)) {
        stream_want(f->inner, 0);
        m->orphans[m->orphan_count++] = f->inner;
    } else if (f->inner) {
        if (reset)
            stream_reset(f->inner);
        else
            stream_close(f->inner);
    }
    forget(f);
}

static ptrdiff_t fault_unread(struct stream *s)
{
    struct octet_fault *f = (struct octet_fault *)s;
    return f->inner ? stream_unread(f->inner) : -1;
}

static bool fault_connected(const struct stream *s)
{
    const struct octet_fault *f = (const struct octet_fault *)s;
    return f->inner && (f->detour || stream_connected(f->inner));
}

static const struct stream_ops fault_ops = { .read = fault_read,
                                             .write = fault_write,
                                             .want = fault_want,
                                             .finish = fault_finish,
                                             .close = fault_close,
                                             .unread = fault_unread,
                                             .connected = fault_connected };

static void on_ready(void *ctx, unsigned events)
{
    struct octet_fault *f = ctx;
    flush(f);
    unsigned tell = events & (f->wanted | STREAM_READABLE);
    if (!(f->wanted & STREAM_READABLE))
        tell &= ~(unsigned)STREAM_READABLE;
    rewant(f);
    if (tell && f->stream.ready)
        f->stream.ready(f->stream.ctx, tell);
}

static void on_again(struct net_timer *timer, msec at)
{
    (void)at;
    struct octet_fault *f =
        (struct octet_fault *)(void *)((char *)timer - offsetof(struct octet_fault, again));
    if ((f->wanted & STREAM_READABLE) && f->stream.ready)
        f->stream.ready(f->stream.ctx, STREAM_READABLE);
}

void octet_fault_close(struct octet_fault *f, bool reset)
{
    if (!f->inner)
        return;
    flush(f);
    if (reset)
        stream_reset(f->inner);
    else
        stream_close(f->inner);
    f->inner = NULL;
    f->end_seen = true;
    f->end = reset ? -E_CLOSED : 0;
    net_arm(f->m->inner, &f->again, net_now(f->m->inner));
}

static void on_alarm(struct net_timer *timer, msec at)
{
    (void)at;
    struct octet_fault *f =
        (struct octet_fault *)(void *)((char *)timer - offsetof(struct octet_fault, timer));
    if (f->m->mutant->alarm)
        f->m->mutant->alarm(f->m, f);
}

void octet_fault_alarm(struct octet_fault *f, int64_t ms)
{
    net_arm(f->m->inner, &f->timer, ms < 0 ? MSEC_NEVER : msec_after(net_now(f->m->inner), ms));
}

struct stream *octet_fault_new(struct mutation *m, struct stream *inner,
                               const struct node_stream *about)
{
    struct octet_fault *f = calloc(1, sizeof *f);
    if (!f) {
        stream_close(inner);
        return NULL;
    }
    f->stream.ops = &fault_ops;
    f->stream.ipc = inner->ipc;
    f->inner = inner;
    f->m = m;
    f->number = m->streams + about->below_tls; /* the same above and below */
    f->dialled = about->dialled;
    f->is_ws = about->ws;
    f->tls = about->tls;
    f->below = about->below_tls;
    if (about->ws) {
        f->self = about->self;
        snprintf(f->ws.target, sizeof f->ws.target, "%s", about->target);
        ws_watch(f);
    }
    f->again.fire = on_again;
    f->timer.fire = on_alarm;
    f->next = m->all;
    m->all = f;
    stream_watch(inner, on_ready, f);
    if (m->mutant->admits && !f->below && !m->mutant->admits(m, f))
        octet_fault_close(f, false);
    return &f->stream;
}

void octet_fault_send(struct octet_fault *f, struct slice octets)
{
    buf_put_slice(&f->out, octets);
    flush(f);
    rewant(f);
}

void octet_fault_receive(struct octet_fault *f, struct slice octets)
{
    buf_put_slice(&f->in, octets);
    net_arm(f->m->inner, &f->again, net_now(f->m->inner));
}
