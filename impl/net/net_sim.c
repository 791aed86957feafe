/* The simulated world: addresses, files, timers and a clock over the streams of mem.h. */
#include <stdlib.h>
#include <string.h>
#include "net/mem.h"
#include "net/url.h"

enum {
    STREAM_STREAK = 64,    /* stream events in a row while a timer is due */
    EVENTS_PER_MS = 10000, /* latency is zero, yet a loop that never rests must not stop time */
    FIRST_PORT = 49152,
};

struct sim_net {
    struct net net;
    struct mem mem;
    msec now;
    struct heap timers;
    struct list listeners, files;
    unsigned next_port, streak, events;
};

struct sim_listener {
    struct listener l;
    struct mem_item item;
    struct link link;
    struct sim_net *net;
    struct url url;
    struct list backlog; /* mem_stream.waiting */
    void (*accepted)(void *ctx, struct stream *);
    void *ctx;
};

struct sim_file {
    struct link link;
    struct sim_listener *owner; /* NULL: stale, or no socket */
    bool socket;
    char path[];
};

static struct sim_net *of(struct net *n)
{
    return container_of(n, struct sim_net, net);
}

/* ---- files ---- */

static struct sim_file *find_file(struct sim_net *w, const char *path)
{
    for (struct link *k = list_first(&w->files); k; k = list_next(&w->files, k)) {
        struct sim_file *f = container_of(k, struct sim_file, link);
        if (strcmp(f->path, path) == 0)
            return f;
    }
    return NULL;
}

static struct sim_file *leave_file(struct sim_net *w, const char *path, bool socket)
{
    struct sim_file *f = find_file(w, path);
    if (!f) {
        size_t n = strlen(path) + 1;
        f = malloc(sizeof *f + n);
        if (!f)
            return NULL;
        memcpy(f->path, path, n);
        list_append(&w->files, &f->link);
    }
    f->socket = socket;
    f->owner = NULL;
    return f;
}

static void remove_file(struct sim_file *f)
{
    link_remove(&f->link);
    free(f);
}

static enum net_file sim_file(struct net *n, const char *path)
{
    const struct sim_file *f = find_file(of(n), path);
    return !f ? NET_NO_FILE : f->socket ? NET_FILE : NET_OTHER_FILE;
}

static void sim_file_leave_stale(struct net *n, const char *path)
{
    leave_file(of(n), path, true);
}

static void sim_file_leave_other(struct net *n, const char *path)
{
    leave_file(of(n), path, false);
}

static void sim_file_unlink(struct net *n, const char *path)
{
    struct sim_file *f = find_file(of(n), path);
    if (f)
        remove_file(f);
}

/* ---- listeners ---- */

static struct sim_listener *find_tcp(struct sim_net *w, const struct url *u, bool clash)
{
    for (struct link *k = list_first(&w->listeners); k; k = list_next(&w->listeners, k)) {
        struct sim_listener *l = container_of(k, struct sim_listener, link);
        if (l->url.scheme != u->scheme || l->url.port != u->port)
            continue;
        if (url_any_address(&l->url) || (clash && url_any_address(u)) ||
            memcmp(l->url.addr, u->addr, sizeof u->addr) == 0)
            return l;
    }
    return NULL;
}

static bool accept_one(struct mem_item *item)
{
    struct sim_listener *l = container_of(item, struct sim_listener, item);
    struct link *k = list_first(&l->backlog);
    if (!k)
        return false;
    link_remove(k);
    if (!list_empty(&l->backlog))
        mem_enqueue(&l->net->mem, item);
    l->accepted(l->ctx, &container_of(k, struct mem_stream, waiting)->s);
    return true;
}

static void sim_listener_close(struct listener *listener)
{
    struct sim_listener *l = container_of(listener, struct sim_listener, l);
    for (struct link *k; (k = list_first(&l->backlog));)
        stream_reset(&container_of(k, struct mem_stream, waiting)->s);
    if (l->url.scheme == URL_IPC) {
        struct sim_file *f = find_file(l->net, l->url.name);
        if (f && f->owner == l)
            remove_file(f);
    }
    link_remove(&l->item.link);
    link_remove(&l->link);
    free(l);
}

static const struct listener_ops sim_listener_ops = { .close = sim_listener_close };

/* The only host name of the simulated world is localhost. */
static enum err resolve(const char *text, struct url *u)
{
    enum err err = url_parse(text, u);
    if (err)
        return err;
    if (u->tls || u->ws)
        return E_INVAL;
    if (u->scheme == URL_TCP_NAME) {
        if (strcmp(u->name, "localhost") != 0)
            return E_INVAL;
        u->scheme = URL_TCP4;
        u->name[0] = 0;
        memcpy(u->addr, (const uint8_t[]){ 127, 0, 0, 1 }, 4);
    }
    return u->scheme == URL_INPROC ? E_INVAL : E_OK;
}

static enum err claim_port(struct sim_net *w, struct url *u)
{
    if (u->port)
        return find_tcp(w, u, true) ? E_INUSE : E_OK;
    for (unsigned tries = 0; tries < 65536 - FIRST_PORT; tries++) {
        if (w->next_port > 65535)
            w->next_port = FIRST_PORT;
        u->port = (uint16_t)w->next_port++;
        if (!find_tcp(w, u, true))
            return E_OK;
    }
    return E_NOMEM;
}

static enum err claim_path(struct sim_net *w, struct sim_listener *l)
{
    struct sim_file *f = find_file(w, l->url.name);
    if (f && (f->owner || !f->socket))
        return E_INUSE;
    f = leave_file(w, l->url.name, true);
    if (!f)
        return E_NOMEM;
    f->owner = l;
    return E_OK;
}

static enum err sim_listen(struct net *n, const char *url,
                           void (*accepted)(void *, struct stream *), void *ctx,
                           struct listener **out)
{
    struct sim_net *w = of(n);
    struct sim_listener *l = calloc(1, sizeof *l);
    if (!l)
        return E_NOMEM;
    l->net = w;
    l->l.ops = &sim_listener_ops;
    l->item.run = accept_one;
    l->accepted = accepted;
    l->ctx = ctx;
    list_init(&l->backlog);
    enum err err = resolve(url, &l->url);
    if (!err)
        err = l->url.scheme == URL_IPC ? claim_path(w, l) : claim_port(w, &l->url);
    if (err) {
        free(l);
        return err;
    }
    list_append(&w->listeners, &l->link);
    url_text(&l->url, l->l.url, sizeof l->l.url);
    *out = &l->l;
    return E_OK;
}

static struct sim_listener *find_listener(struct sim_net *w, struct url *u)
{
    if (u->scheme == URL_IPC) {
        struct sim_file *f = find_file(w, u->name);
        return f ? f->owner : NULL;
    }
    if (url_any_address(u)) { /* as Linux: the loopback */
        u->addr[15] = 1;
        if (u->scheme == URL_TCP4)
            memcpy(u->addr, (const uint8_t[16]){ 127, 0, 0, 1 }, 16);
    }
    return find_tcp(w, u, false);
}

static enum err sim_dial(struct net *n, const char *url, struct stream **out)
{
    struct sim_net *w = of(n);
    struct url u;
    enum err err = resolve(url, &u);
    if (err)
        return err;
    bool ipc = u.scheme == URL_IPC;
    if (!ipc && u.port == 0)
        return E_INVAL;
    struct sim_listener *l = find_listener(w, &u);
    struct mem_stream *ours, *theirs;
    if (!l) {
        ours = mem_refused(&w->mem, ipc);
        if (!ours)
            return E_NOMEM;
    } else {
        if (!mem_pair(&w->mem, ipc, &ours, &theirs))
            return E_NOMEM;
        list_append(&l->backlog, &theirs->waiting);
        mem_enqueue(&w->mem, &l->item);
    }
    *out = &ours->s;
    return E_OK;
}

/* ---- time ---- */

static msec sim_now(struct net *n)
{
    return of(n)->now;
}

static void sim_arm(struct net *n, struct net_timer *t, msec when)
{
    t->when = when;
    if (when == MSEC_NEVER)
        heap_remove(&of(n)->timers, &t->node);
    else
        heap_put(&of(n)->timers, &t->node, when);
}

static void fire(struct sim_net *w, struct heap_node *node)
{
    struct net_timer *t = container_of(node, struct net_timer, node);
    heap_remove(&w->timers, node);
    t->fire(t, w->now);
}

/* What an event leads to is settled before a timer of the same millisecond fires: the streams go
 * first, within bounds. */
static bool run_one(struct sim_net *w)
{
    struct heap_node *first = heap_first(&w->timers);
    bool due = first && first->key <= w->now;
    if ((!due || w->streak++ < STREAM_STREAK) && mem_run(&w->mem))
        return true;
    w->streak = 0;
    if (!due)
        return false;
    /* Streams that had nothing to say ran no callback, so the timer is still the first. */
    fire(w, first);
    return true;
}

static int sim_step(struct net *n, msec until)
{
    struct sim_net *w = of(n);
    if (!run_one(w)) {
        struct heap_node *first = heap_first(&w->timers);
        msec to = first && first->key <= until ? first->key : until;
        if (to > w->now && to != MSEC_NEVER) {
            w->now = to;
            w->events = 0;
        }
        if (!first || first->key > until)
            return 0;
        fire(w, first);
    }
    if (++w->events == EVENTS_PER_MS) {
        w->events = 0;
        w->now++;
    }
    return 1;
}

static void sim_free(struct net *n)
{
    struct sim_net *w = of(n);
    for (struct link *k; (k = list_first(&w->listeners));)
        sim_listener_close(&container_of(k, struct sim_listener, link)->l);
    for (struct link *k; (k = list_first(&w->files));)
        remove_file(container_of(k, struct sim_file, link));
    mem_free(&w->mem);
    free(w);
}

static const struct net_ops sim_ops = {
    .now = sim_now,
    .arm = sim_arm,
    .listen = sim_listen,
    .dial = sim_dial,
    .step = sim_step,
    .free = sim_free,
    .file = sim_file,
    .file_leave_stale = sim_file_leave_stale,
    .file_leave_other = sim_file_leave_other,
    .file_unlink = sim_file_unlink,
};

struct net *net_sim_new(msec start)
{
    struct sim_net *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->net.ops = &sim_ops;
    w->net.simulated = true;
    w->now = start;
    w->next_port = FIRST_PORT;
    mem_init(&w->mem);
    list_init(&w->listeners);
    list_init(&w->files);
    return &w->net;
}
