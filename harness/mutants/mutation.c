/* mutation.c -- stands between the reference and its streams, patterns and lines. */
#include "mutants/machine.h"
#include "mutants/ws_stream.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 64 * 1024, PENDING_MAX = 64 * 1024 };

/* ---- frames ---- */

static enum sp_framing framing(const struct octet_fault *f)
{
    return f->stream.ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP;
}

static void put_frame(struct octet_fault *f, struct buf *to, uint8_t type, struct slice payload)
{
    struct sp_frame_head head = { .type = f->retyped ? f->type : type,
                                  .size = payload.n + (uint64_t)f->skew };
    sp_frame_head_write(framing(f), to, &head);
    buf_put_slice(to, payload);
}

/* Moves whole frames from raw to cooked, each through the hook. */
static void pass_frames(struct octet_fault *f, struct buf *raw, struct buf *cooked, bool *greeted,
                        uint16_t *type, uint64_t *frames,
                        bool (*hook)(struct mutation *, struct octet_fault *, struct buf *))
{
    if (!*greeted) {
        if (raw->n < SP_GREETING_SIZE)
            return;
        struct slice all = buf_slice(raw);
        if (type)
            *type = get_be16(all.p + 4);
        buf_put(cooked, all.p, SP_GREETING_SIZE);
        buf_drop(raw, SP_GREETING_SIZE);
        *greeted = true;
    }
    if (!hook) {
        buf_put_slice(cooked, buf_slice(raw));
        buf_clear(raw);
        return;
    }
    for (;;) {
        struct sp_frame_head head;
        struct slice all = buf_slice(raw);
        ptrdiff_t used = sp_frame_head_parse(framing(f), all, &head);
        if (used > 0 && head.size > (uint64_t)1 << 28) { /* a claim: nothing to wait for */
            buf_put_slice(cooked, all);
            buf_clear(raw);
            return;
        }
        if (used <= 0 || all.n - (size_t)used < head.size)
            return;
        struct buf payload = { 0 };
        buf_put(&payload, all.p + used, (size_t)head.size);
        buf_drop(raw, (size_t)used + (size_t)head.size);
        if (hook(f->m, f, &payload))
            put_frame(f, cooked, head.type, buf_slice(&payload));
        f->skew = 0;
        f->retyped = false;
        ++*frames;
        buf_free(&payload);
    }
}

/* ---- the wrapped stream ---- */

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
            pass_frames(f, &f->raw_in, &f->in, &f->greeted_in, &f->peer, &f->frames_in,
                        f->m->mutant->frame_in);
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
        pass_frames(f, &f->raw_out, &f->out, &f->greeted_out, NULL, &f->frames_out,
                    f->m->mutant->frame_out);
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

static struct stream *wrap(struct mutation *m, struct stream *inner,
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

bool mutant_reads_sp(const struct mutant *m)
{
    return m->octets_in || m->octets_out || m->frame_in || m->frame_out;
}

bool mutant_reads_ws(const struct mutant *m)
{
    return m->http_in || m->http_out || m->ws_in || m->ws_out;
}

bool mutant_is_of_patterns(const struct mutant *m)
{
    bool streams = m->hides_end || m->hides_close || m->admits || m->dials || m->keeps_listening;
    return m->machine && !mutant_reads_sp(m) && !mutant_reads_ws(m) && !streams && !m->about_tls &&
           !m->ask && !m->answer;
}

static bool leaves_alone(const struct mutant *m, const struct node_stream *about)
{
    if (mutant_is_of_patterns(m) || (m->about_tls && !about->tls))
        return true;
    if (about->below_tls)
        return !m->about_tls;
    if (mutant_reads_ws(m))
        return !about->ws;
    return about->ws && mutant_reads_sp(m);
}

static struct stream *around(void *ctx, struct stream *inner, const struct node_stream *about)
{
    struct mutation *m = ctx;
    m->streams += !about->below_tls;
    return !m->there || leaves_alone(m->mutant, about) ? inner : wrap(m, inner, about);
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

/* ---- the wrapped world ---- */

struct accepting {
    struct mutation *m;
    void (*accepted)(void *, struct stream *);
    void *ctx;
    struct listener listener; /* what the node holds */
    struct listener *inner;
    bool deaf; /* kept behind the reference's back */
    struct accepting *next;
};

static void on_accept(void *ctx, struct stream *stream)
{
    struct accepting *a = ctx;
    if (a->deaf) {
        stream_close(stream);
        return;
    }
    a->accepted(a->ctx, stream);
}

static void close_listener(struct listener *l)
{
    struct accepting *a =
        (struct accepting *)(void *)((char *)l - offsetof(struct accepting, listener));
    if (a->m->there && a->m->mutant->keeps_listening && a->m->mutant->keeps_listening(a->m)) {
        a->deaf = true;
        a->next = a->m->kept_listeners;
        a->m->kept_listeners = a;
        return;
    }
    listener_close(a->inner);
    free(a);
}

static const struct listener_ops listener_ops = { .close = close_listener };

static struct mutation *of(struct net *net)
{
    return (struct mutation *)net;
}

static enum err world_listen(struct net *net, const char *url,
                             void (*accepted)(void *, struct stream *), void *ctx,
                             struct listener **out)
{
    struct accepting *a = calloc(1, sizeof *a);
    if (!a)
        return E_NOMEM;
    *a = (struct accepting){ .m = of(net), .accepted = accepted, .ctx = ctx };
    enum err err = net_listen(of(net)->inner, url, on_accept, a, &a->inner);
    if (err != E_OK) {
        free(a);
        return err;
    }
    a->listener = *a->inner;
    a->listener.ops = &listener_ops;
    *out = &a->listener;
    return E_OK;
}

static enum err world_dial(struct net *net, const char *url, struct stream **out)
{
    if (of(net)->there && of(net)->mutant->dials && !of(net)->mutant->dials(of(net), url))
        return E_REFUSED;
    return net_dial(of(net)->inner, url, out);
}

static msec world_now(struct net *net)
{
    return net_now(of(net)->inner);
}

static void world_arm(struct net *net, struct net_timer *timer, msec when)
{
    net_arm(of(net)->inner, timer, when);
}

static int world_step(struct net *net, msec until)
{
    return net_step(of(net)->inner, until);
}

static void world_free(struct net *net)
{
    (void)net; /* the mutation is freed by who made it */
}

struct mutation *mutation_new(const struct mutant *mutant, struct net *inner,
                              void (*die)(void *, const char *), void *ctx)
{
    struct mutation *m = calloc(1, sizeof *m);
    struct net_ops *ops = malloc(sizeof *ops);
    if (!m || !ops) {
        free(m);
        free(ops);
        return NULL;
    }
    *ops = *inner->ops; /* files are as they are */
    ops->now = world_now;
    ops->arm = world_arm;
    ops->listen = world_listen;
    ops->dial = world_dial;
    ops->step = world_step;
    ops->free = world_free;
    m->net.ops = ops;
    m->net.simulated = inner->simulated;
    m->inner = inner;
    m->mutant = mutant;
    m->there = !mutant->about;
    m->die = die;
    m->die_ctx = ctx;
    return m;
}

void mutation_free(struct mutation *m)
{
    union {
        const struct net_ops *ops;
        void *p;
    } ops = { .ops = m->net.ops };
    free(ops.p);
    for (unsigned i = 0; i < m->orphan_count; i++)
        stream_close(m->orphans[i]);
    for (struct accepting *a = m->kept_listeners, *next; a; a = next) {
        next = a->next;
        listener_close(a->inner);
        free(a);
    }
    machines_free(m);
    buf_free(&m->asides);
    buf_free(&m->kept);
    free(m);
}

void mutation_die(struct mutation *m, const char *how)
{
    m->die(m->die_ctx, how);
}

struct net *mutation_net(struct mutation *m)
{
    return &m->net;
}

static const struct pattern_ops *find_pattern(void *mutation, uint16_t self, bool raw)
{
    struct mutation *m = mutation;
    const struct pattern_ops *original = pattern_find(self, raw);
    if (!original || !m->mutant->machine)
        return original;
    return machine_around(m, original);
}

struct node_hooks mutation_hooks(struct mutation *m)
{
    return (struct node_hooks){ .ctx = m,
                                .find = find_pattern,
                                .around = around,
                                .tls_lowest = m->mutant->tls_lowest,
                                .tls_any_name = m->mutant->tls_any_name };
}

void mutation_aside(struct mutation *m, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof line)
        buf_put(&m->asides, line, (size_t)n + 1);
}

bool mutation_next_aside(struct mutation *m, struct buf *line)
{
    if (m->asides.n == 0)
        return false;
    const char *text = (const char *)buf_slice(&m->asides).p;
    size_t n = strlen(text);
    buf_clear(line);
    buf_put(line, text, n);
    buf_drop(&m->asides, n + 1);
    return true;
}

bool line_is(const struct buf *line, const char *verb)
{
    struct slice all = buf_slice(line);
    size_t n = strlen(verb);
    return all.n >= n && memcmp(all.p, verb, n) == 0 && (all.n == n || all.p[n] == ' ');
}

bool mutation_ask(struct mutation *m, struct buf *line)
{
    m->there = m->there || strstr(buf_text(line), m->mutant->about);
    return !m->there || !m->mutant->ask || m->mutant->ask(m, line);
}

bool mutation_answer(struct mutation *m, struct buf *line)
{
    return !m->there || !m->mutant->answer || m->mutant->answer(m, line);
}
