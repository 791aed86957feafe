/* The world of real sockets: the loop and the clock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "net/os.h"

enum { BATCH = 64 };

static struct os_net *of(struct net *n)
{
    return container_of(n, struct os_net, net);
}

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static msec os_now(struct net *n)
{
    (void)n;
    return nanoseconds() / 1000000;
}

static void os_arm(struct net *n, struct net_timer *t, msec when)
{
    t->when = when;
    if (when == MSEC_NEVER)
        heap_remove(&of(n)->timers, &t->node);
    else
        heap_put(&of(n)->timers, &t->node, when);
}

/* ---- sources ---- */

void os_source_init(struct os_net *n, struct os_source *s, int fd)
{
    s->net = n;
    s->fd = fd;
    list_append(&n->all, &s->all);
}

static void update_always(struct os_source *s)
{
    bool want = s->forced || (s->plain && s->events);
    if (want && !link_in(&s->always))
        list_append(&s->net->always, &s->always);
    else if (!want)
        link_remove(&s->always);
}

void os_source_ask(struct os_source *s, unsigned events)
{
    if (s->fd >= 0 && !s->plain && events != s->events) {
        struct epoll_event e = { .events = events, .data.ptr = s };
        int op = !events ? EPOLL_CTL_DEL : !s->events ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        /* EPERM: a regular file.  Anything else (no memory) is polled, which is slow but right. */
        if (epoll_ctl(s->net->epoll, op, s->fd, &e) && op != EPOLL_CTL_DEL)
            s->plain = true;
    }
    s->events = events;
    update_always(s);
}

void os_source_force(struct os_source *s, bool on)
{
    s->forced = on;
    update_always(s);
}

static void bury(struct os_net *n)
{
    for (struct link *k; (k = list_first(&n->dead));) {
        struct os_source *s = container_of(k, struct os_source, all);
        link_remove(k);
        s->release(s);
    }
}

void os_source_end(struct os_source *s)
{
    s->forced = false;
    os_source_ask(s, 0);
    s->ready = NULL;
    link_remove(&s->all);
    if (s->net->depth)
        list_append(&s->net->dead, &s->all);
    else
        s->release(s);
}

/* ---- the loop ---- */

static int run_always(struct os_net *n)
{
    struct os_source *batch[BATCH];
    int count = 0, ran = 0;
    for (struct link *k = list_first(&n->always); k && count < BATCH; k = list_next(&n->always, k))
        batch[count++] = container_of(k, struct os_source, always);
    for (int i = 0; i < count; i++) {
        struct os_source *s = batch[i];
        if (!s->ready || !link_in(&s->always))
            continue;
        link_remove(&s->always); /* to the end: every source gets its turn */
        update_always(s);
        s->ready(s, s->plain ? s->events : 0);
        ran++;
    }
    return ran;
}

static int run_timers(struct os_net *n)
{
    /* One look at the clock: a timer that arms itself again for now waits for the next step. */
    msec now = os_now(&n->net);
    uint64_t fence = n->timers.puts;
    int ran = 0;
    for (struct heap_node *first; (first = heap_first(&n->timers)); ran++) {
        if (first->key > now || first->order >= fence)
            break;
        struct net_timer *t = container_of(first, struct net_timer, node);
        heap_remove(&n->timers, first);
        t->fire(t, now);
    }
    return ran;
}

static int timeout_until(const struct os_net *n, msec until)
{
    const struct heap_node *first = heap_first(&n->timers);
    if (first)
        until = msec_earlier(until, first->key);
    if (!list_empty(&n->always))
        return 0;
    if (until == MSEC_NEVER)
        return -1;
    /* Rounded up: waking just before the deadline would mean to spin until it. */
    int64_t left = until > INT64_MAX / 1000000 ? INT64_MAX : until * 1000000 - nanoseconds();
    if (left <= 0)
        return 0;
    int64_t ms = (left - 1) / 1000000 + 1;
    return ms > 60000 ? 60000 : (int)ms;
}

static int run_events(struct os_net *n, int timeout)
{
    struct epoll_event events[BATCH];
    int count = epoll_wait(n->epoll, events, BATCH, timeout), ran = 0;
    for (int i = 0; i < count; i++) {
        struct os_source *s = events[i].data.ptr;
        if (!s->ready || !s->events) /* closed or muted by an earlier event of this batch */
            continue;
        s->ready(s, events[i].events);
        ran++;
    }
    return ran;
}

static int os_step(struct net *net, msec until)
{
    struct os_net *n = of(net);
    int ran;
    n->depth++;
    do {
        ran = run_timers(n);
        ran += run_always(n);
        ran += run_events(n, ran ? 0 : timeout_until(n, until));
        /* Also what the events put off until the loop turns: it need not wait for another one. */
        ran += run_timers(n);
    } while (!ran && os_now(net) < until);
    if (--n->depth == 0)
        bury(n);
    return ran;
}

static enum err os_dial(struct net *net, const char *url, struct stream **out)
{
    struct url u;
    struct os_address to;
    enum err err = url_parse(url, &u);
    if (!err && u.scheme != URL_IPC && u.port == 0)
        err = E_INVAL;
    if (!err)
        err = os_resolve(&u, &to);
    return err ? err : os_stream_dial(of(net), &to, out);
}

static void os_free(struct net *net)
{
    struct os_net *n = of(net);
    for (struct link *k; (k = list_first(&n->all));) {
        struct os_source *s = container_of(k, struct os_source, all);
        s->close(s);
    }
    if (n->diag >= 0)
        close(n->diag);
    close(n->epoll);
    free(n);
}

/* ---- files ---- */

static enum net_file os_file(struct net *n, const char *path)
{
    (void)n;
    struct stat st;
    if (lstat(path, &st))
        return NET_NO_FILE;
    return S_ISSOCK(st.st_mode) ? NET_FILE : NET_OTHER_FILE;
}

static void os_file_leave_stale(struct net *n, const char *path)
{
    (void)n;
    struct sockaddr_un sun = { .sun_family = AF_UNIX };
    size_t length = strlen(path);
    if (length >= sizeof sun.sun_path)
        return;
    memcpy(sun.sun_path, path, length);
    int fd = os_socket(AF_UNIX);
    if (fd < 0)
        return;
    unlink(path);
    /* Best effort: os_file tells whether it is there. */
    (void)!bind(fd, (const struct sockaddr *)&sun, sizeof sun);
    close(fd);
}

static void os_file_leave_other(struct net *n, const char *path)
{
    (void)n;
    unlink(path);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static void os_file_unlink(struct net *n, const char *path)
{
    (void)n;
    unlink(path);
}

static const struct net_ops os_ops = {
    .now = os_now,
    .arm = os_arm,
    .listen = os_listen,
    .dial = os_dial,
    .step = os_step,
    .free = os_free,
    .file = os_file,
    .file_leave_stale = os_file_leave_stale,
    .file_leave_other = os_file_leave_other,
    .file_unlink = os_file_unlink,
};

struct net *net_os_new(void)
{
    struct os_net *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->net.ops = &os_ops;
    n->diag = -1;
    list_init(&n->all);
    list_init(&n->always);
    list_init(&n->dead);
    n->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (n->epoll < 0) {
        free(n);
        return NULL;
    }
    return &n->net;
}

int net_os_events_fd(const struct net *net)
{
    return ((const struct os_net *)(const void *)net)->epoll;
}
