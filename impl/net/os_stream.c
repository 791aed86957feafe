/* Streams over sockets and other descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include "net/os.h"

enum { SLICES = 64, UNIX_RETRY_MS = 2 };

enum phase { CONNECTING, BACKLOG_FULL, CONNECTED, REFUSED };

struct os_stream {
    struct stream s;
    struct os_source in, out; /* a socket uses `in` for both */
    struct os_net *net;
    enum phase phase;
    unsigned want;
    uint64_t written;
    bool socket, finished;
    bool reset;                 /* a write was told so: the error is not reported a second time */
    bool shared_in, shared_out; /* O_NONBLOCK was not set before: others may use the file */
    unsigned sources;           /* whose release is awaited */
    struct os_address to;       /* BACKLOG_FULL */
    struct net_timer retry;
};

static struct os_stream *of(struct stream *s)
{
    return container_of(s, struct os_stream, s);
}

static struct os_source *writer(struct os_stream *s)
{
    return s->socket ? &s->in : &s->out;
}

/* ---- events ---- */

static void ask(struct os_stream *s)
{
    unsigned in = s->want & STREAM_READABLE ? EPOLLIN : 0;
    unsigned out = s->want & STREAM_WRITABLE ? EPOLLOUT : 0;
    if (s->phase == REFUSED) {
        os_source_ask(&s->in, 0);
        os_source_force(&s->in, s->want);
    } else if (s->phase == BACKLOG_FULL) {
        os_source_ask(&s->in, 0);
    } else if (s->socket) {
        os_source_ask(&s->in, s->phase == CONNECTING ? EPOLLOUT : in | out);
    } else {
        os_source_ask(&s->in, in);
        os_source_ask(&s->out, out);
    }
}

static void tell(struct os_stream *s, unsigned events)
{
    events &= s->want;
    if (events && s->s.ready)
        s->s.ready(s->s.ctx, events);
}

static void refused(struct os_stream *s)
{
    s->phase = REFUSED;
    ask(s);
}

static void on_source(struct os_source *source, unsigned events)
{
    struct os_stream *s = container_of(source, struct os_stream, in);
    if (s->phase == REFUSED) {
        tell(s, s->want & STREAM_READABLE ? STREAM_READABLE : STREAM_WRITABLE);
        return;
    }
    if (s->phase == CONNECTING) {
        int err = 0;
        socklen_t n = sizeof err;
        if (getsockopt(s->in.fd, SOL_SOCKET, SO_ERROR, &err, &n))
            err = errno;
        /* Connected and reset since; there may be octets to read before that. */
        s->reset = err == ECONNRESET;
        if (err && !s->reset) {
            refused(s);
            return;
        }
        s->phase = CONNECTED;
        ask(s);
        tell(s, STREAM_WRITABLE);
        return;
    }
    unsigned now = 0;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        now |= STREAM_READABLE;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        now |= STREAM_WRITABLE;
    tell(s, s->socket ? now : now & STREAM_READABLE);
}

static void on_out(struct os_source *source, unsigned events)
{
    (void)events;
    tell(container_of(source, struct os_stream, out), STREAM_WRITABLE);
}

static void os_want(struct stream *stream, unsigned events)
{
    struct os_stream *s = of(stream);
    s->want = events;
    ask(s);
}

/* ---- octets ---- */

static ptrdiff_t os_read(struct stream *stream, void *p, size_t n)
{
    struct os_stream *s = of(stream);
    if (s->phase == REFUSED)
        return -E_REFUSED;
    if (s->phase != CONNECTED || s->in.fd < 0)
        return -E_AGAIN;
    ssize_t got;
    do {
        got = s->socket ? recv(s->in.fd, p, n, 0) : read(s->in.fd, p, n);
    } while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    if (got == 0)
        return s->reset ? -E_CLOSED : 0;
    return errno == EAGAIN ? -E_AGAIN : -E_CLOSED;
}

static ptrdiff_t os_write(struct stream *stream, const struct slice *v, int count)
{
    struct os_stream *s = of(stream);
    struct iovec iov[SLICES];
    if (s->phase == REFUSED)
        return -E_REFUSED;
    if (s->finished || s->reset || writer(s)->fd < 0)
        return -E_CLOSED;
    if (s->phase != CONNECTED)
        return -E_AGAIN;
    if (count > SLICES)
        count = SLICES;
    for (int i = 0; i < count; i++) {
        /* The kernel does not write there, but its interface is not const. */
        memcpy(&iov[i].iov_base, &v[i].p, sizeof v[i].p);
        iov[i].iov_len = v[i].n;
    }
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)count };
    ssize_t put;
    do {
        put =
            s->socket ? sendmsg(s->in.fd, &msg, MSG_NOSIGNAL) : os_fd_write(s->out.fd, iov, count);
    } while (put < 0 && errno == EINTR);
    if (put >= 0) {
        s->written += (uint64_t)put;
        return put;
    }
    if (errno == EAGAIN || errno == ENOBUFS)
        return -E_AGAIN;
    s->reset = errno == ECONNRESET;
    return -E_CLOSED;
}

static void shut(struct os_source *source, bool shared)
{
    int fd = source->fd;
    os_source_ask(source, 0);
    source->fd = -1;
    if (fd >= 0) {
        if (shared)
            os_fd_block(fd);
        close(fd);
    }
}

static void os_finish(struct stream *stream)
{
    struct os_stream *s = of(stream);
    if (s->finished)
        return;
    s->finished = true;
    if (s->socket)
        shutdown(s->in.fd, SHUT_WR);
    else
        shut(&s->out, s->shared_out);
}

static ptrdiff_t os_unread(struct stream *stream)
{
    struct os_stream *s = of(stream);
    if (s->phase != CONNECTED || !s->socket)
        return -1;
    if (!s->s.ipc)
        return os_tcp_unread(s->net, s->in.fd, s->written, s->finished);
    struct pollfd p = { .fd = s->in.fd };
    int waiting;
    if (poll(&p, 1, 0) < 0 || (p.revents & POLLHUP) || ioctl(s->in.fd, SIOCOUTQ, &waiting))
        return -1;
    return waiting;
}

static bool os_connected(const struct stream *stream)
{
    return ((const struct os_stream *)(const void *)stream)->phase == CONNECTED;
}

/* ---- life ---- */

static void release(struct os_stream *s)
{
    if (--s->sources == 0)
        free(s);
}

static void release_in(struct os_source *source)
{
    release(container_of(source, struct os_stream, in));
}

static void release_out(struct os_source *source)
{
    release(container_of(source, struct os_stream, out));
}

static void os_close(struct stream *stream, bool reset)
{
    struct os_stream *s = of(stream);
    net_arm(&s->net->net, &s->retry, MSEC_NEVER);
    if (reset && s->socket && !s->s.ipc)
        setsockopt(s->in.fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 },
                   sizeof(struct linger));
    bool two = s->sources == 2;
    shut(&s->in, s->shared_in);
    if (two)
        shut(&s->out, s->shared_out);
    os_source_end(&s->in);
    if (two)
        os_source_end(&s->out);
}

static void close_in(struct os_source *source)
{
    os_close(&container_of(source, struct os_stream, in)->s, false);
}

static void close_out(struct os_source *source)
{
    os_close(&container_of(source, struct os_stream, out)->s, false);
}

static const struct stream_ops os_stream_ops = {
    .read = os_read,
    .write = os_write,
    .want = os_want,
    .finish = os_finish,
    .close = os_close,
    .unread = os_unread,
    .connected = os_connected,
};

static struct os_stream *make(struct os_net *n, int fd, bool socket)
{
    struct os_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->s.ops = &os_stream_ops;
    s->net = n;
    s->socket = socket;
    s->phase = CONNECTED;
    s->sources = 1;
    s->in.ready = on_source;
    s->in.close = close_in;
    s->in.release = release_in;
    os_source_init(n, &s->in, fd);
    return s;
}

struct stream *os_stream_new(struct os_net *n, int fd, bool ipc)
{
    struct os_stream *s = make(n, fd, true);
    if (!s)
        return NULL;
    s->s.ipc = ipc;
    if (!ipc)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    return &s->s;
}

static void try_connect(struct os_stream *s)
{
    int rc;
    do {
        rc = connect(s->in.fd, &s->to.any, s->to.n);
    } while (rc && errno == EINTR);
    if (rc == 0 || errno == EINPROGRESS) {
        /* Also when it is there already: the event comes from the loop. */
        s->phase = CONNECTING;
        ask(s);
    } else if (errno == EAGAIN && s->s.ipc) {
        /* A unix listener whose backlog is full gives no event when there is room again. */
        s->phase = BACKLOG_FULL;
        ask(s);
        net_arm(&s->net->net, &s->retry, net_now(&s->net->net) + UNIX_RETRY_MS);
    } else {
        refused(s);
    }
}

static void on_retry(struct net_timer *t, msec now)
{
    (void)now;
    try_connect(container_of(t, struct os_stream, retry));
}

enum err os_stream_dial(struct os_net *n, const struct os_address *to, struct stream **out)
{
    int fd = os_socket(to->any.sa_family);
    if (fd < 0)
        return E_NOMEM;
    struct stream *stream = os_stream_new(n, fd, to->any.sa_family == AF_UNIX);
    if (!stream) {
        close(fd);
        return E_NOMEM;
    }
    struct os_stream *s = of(stream);
    s->to = *to;
    s->retry.fire = on_retry;
    try_connect(s);
    *out = stream;
    return E_OK;
}

struct stream *net_os_adopt(struct net *net, int in, int out)
{
    struct os_net *n = container_of(net, struct os_net, net);
    bool same = out == in && out >= 0;
    if (same) /* each way has its own place in the loop */
        out = fcntl(out, F_DUPFD_CLOEXEC, 0);
    struct os_stream *s = same && out < 0 ? NULL : make(n, in, false);
    if (!s) {
        if (same && out >= 0)
            close(out);
        return NULL;
    }
    s->shared_in = in >= 0 && os_fd_unblock(in);
    s->sources = 2;
    s->shared_out = out >= 0 && os_fd_unblock(out);
    s->out.ready = on_out;
    s->out.close = close_out;
    s->out.release = release_out;
    os_source_init(n, &s->out, out);
    return &s->s;
}

int net_os_fd(struct stream *s)
{
    return of(s)->in.fd;
}
