/* net.h -- what a node needs of the world: byte streams, listeners and time.
 *
 * Two worlds implement it: net_os (epoll, real sockets, the monotonic clock) and net_sim (bounded
 * in-memory streams, no descriptors, a clock that jumps).  Single-threaded; nothing blocks but
 * net_step.  Wrappers may implement it too (a stream is an object with a table of functions). */
#ifndef NET_NET_H
#define NET_NET_H
#include <sys/types.h>
#include "base/bytes.h"
#include "base/err.h"
#include "base/heap.h"
#include "base/msec.h"

struct net;
struct stream;
struct listener;

/* ---- time ---- */
struct net_timer { /* owned by the caller; zero-initialised is disarmed */
    msec when;
    void (*fire)(struct net_timer *, msec now); /* disarmed before it is called */
    struct heap_node node;
};
static inline bool net_timer_armed(const struct net_timer *t)
{
    return t->node.in;
}

/* ---- streams ---- */
enum {
    STREAM_READABLE = 1, /* octets, end of stream or failure can be read */
    STREAM_WRITABLE = 2, /* also: a dialled stream is connected */
};

/* How a stream ended, as seen from our side. */
enum stream_end { STREAM_OPEN, STREAM_FIN, STREAM_RST, STREAM_REFUSED };

struct stream_ops {
    /* >0: octets; 0: end of stream; -E_AGAIN; -E_CLOSED: reset; -E_REFUSED: never connected.
     * Octets that arrived before a reset are always handed out first. */
    ptrdiff_t (*read)(struct stream *, void *, size_t);
    /* >0: octets taken; -E_AGAIN (also while connecting); -E_CLOSED, -E_REFUSED. */
    ptrdiff_t (*write)(struct stream *, const struct slice *, int count);
    /* Level-triggered; replaces.  After the end a stream stays readable: stop wanting that. */
    void (*want)(struct stream *, unsigned events);
    void (*finish)(struct stream *);            /* FIN: we write no more */
    void (*close)(struct stream *, bool reset); /* frees the stream; never flushes by waiting */
    /* Octets we wrote that the peer has not read yet (its receive queue included); -1 unknown,
     * or the peer is gone.  ipc of a real world: 0 is exact, more is only more than 0. */
    ptrdiff_t (*unread)(struct stream *);
    bool (*connected)(const struct stream *);
};

/* Common head of every implementation. */
struct stream {
    const struct stream_ops *ops;
    void (*ready)(void *ctx, unsigned events); /* set by stream_watch */
    void *ctx;
    bool ipc; /* AF_UNIX */
};

static inline void stream_watch(struct stream *s, void (*ready)(void *, unsigned), void *ctx)
{
    s->ready = ready;
    s->ctx = ctx;
}
static inline ptrdiff_t stream_read(struct stream *s, void *p, size_t n)
{
    return s->ops->read(s, p, n);
}
static inline ptrdiff_t stream_write(struct stream *s, const struct slice *v, int count)
{
    return s->ops->write(s, v, count);
}
static inline void stream_want(struct stream *s, unsigned events)
{
    s->ops->want(s, events);
}
static inline void stream_finish(struct stream *s)
{
    s->ops->finish(s);
}
static inline void stream_close(struct stream *s)
{
    s->ops->close(s, false);
}
static inline void stream_reset(struct stream *s)
{
    s->ops->close(s, true);
}
static inline ptrdiff_t stream_unread(struct stream *s)
{
    return s->ops->unread(s);
}
static inline bool stream_connected(const struct stream *s)
{
    return s->ops->connected(s);
}

struct listener_ops {
    void (*close)(struct listener *); /* frees; removes its ipc socket file */
};
struct listener {
    const struct listener_ops *ops;
    char url[160]; /* the actual address: port 0 replaced */
};

/* ---- the world ---- */
enum net_file { NET_NO_FILE, NET_FILE, NET_OTHER_FILE };

struct net_ops {
    msec (*now)(struct net *);
    void (*arm)(struct net *, struct net_timer *, msec when); /* MSEC_NEVER disarms */
    /* URLs: tcp://127.0.0.1:PORT  tcp://[::1]:PORT  ipc:///path  (port 0: any).  `accepted` gets
     * ownership of each new stream.  E_INUSE, E_INVAL, E_NOMEM. */
    enum err (*listen)(struct net *, const char *url, void (*accepted)(void *ctx, struct stream *),
                       void *ctx, struct listener **out);
    /* Returns at once; the outcome is an event: writable, or readable with -E_REFUSED (writable
     * if only that is wanted).  E_INVAL, E_NOMEM. */
    enum err (*dial)(struct net *, const char *url, struct stream **out);
    /* Runs what is due: dispatches stream events and timers until one batch was handled or
     * `until` passed.  os: waits in epoll; sim: jumps the clock.  Returns how many callbacks ran;
     * sim: 0 means nothing can ever happen before `until`, and the clock is then at `until`. */
    int (*step)(struct net *, msec until);
    void (*free)(struct net *); /* and the streams and listeners that are left */
    /* ipc socket files (sim keeps its own table of them). */
    enum net_file (*file)(struct net *, const char *path);
    void (*file_leave_stale)(struct net *, const char *path); /* a socket file nobody listens on */
    void (*file_leave_other)(struct net *, const char *path); /* an empty file, not a socket */
    void (*file_unlink)(struct net *, const char *path);
};
struct net {
    const struct net_ops *ops;
    bool simulated;
};

static inline msec net_now(struct net *n)
{
    return n->ops->now(n);
}
static inline void net_arm(struct net *n, struct net_timer *t, msec when)
{
    n->ops->arm(n, t, when);
}
static inline enum err net_listen(struct net *n, const char *url,
                                  void (*accepted)(void *, struct stream *), void *ctx,
                                  struct listener **out)
{
    return n->ops->listen(n, url, accepted, ctx, out);
}
static inline enum err net_dial(struct net *n, const char *url, struct stream **out)
{
    return n->ops->dial(n, url, out);
}
static inline int net_step(struct net *n, msec until)
{
    return n->ops->step(n, until);
}
static inline void listener_close(struct listener *l)
{
    l->ops->close(l);
}
static inline void net_free(struct net *n)
{
    n->ops->free(n);
}

/* A world of real sockets.  NULL: no memory or descriptors. */
struct net *net_os_new(void);
/* Any other descriptor in the same loop (an adapter's pipes, stdin).  Returns a stream that reads
 * `in` and writes `out` (either may be -1, or both the same); it owns both.  NULL: no memory or
 * descriptors, and both are still the caller's. */
struct stream *net_os_adopt(struct net *, int in, int out);
int net_os_fd(struct stream *); /* the descriptor of a real stream, for options such as MSG_OOB */
/* Of a real world: readable when net_step has events to handle (timers aside), for a loop around
 * this one. */
int net_os_events_fd(const struct net *);

/* A simulated world: starts at 0 ms (`start`), streams hold 64 KiB each way. */
struct net *net_sim_new(msec start);

#endif
