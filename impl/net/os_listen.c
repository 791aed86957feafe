/* Listeners over sockets. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "net/os.h"

enum { BACKLOG = 1024, ACCEPT_BATCH = 64, SHORTAGE_MS = 50 };

struct os_listener {
    struct listener l;
    struct os_source source;
    struct os_net *net;
    bool ipc;
    char path[URL_PATH_MAX + 1]; /* ipc: our socket file, if it is still the one of ... */
    dev_t device;
    ino_t inode;
    struct net_timer retry;
    void (*accepted)(void *ctx, struct stream *);
    void *ctx;
};

static void on_connection(struct os_source *source, unsigned events)
{
    struct os_listener *l = container_of(source, struct os_listener, source);
    (void)events;
    /* l->source.ready is NULL once a callee has closed the listener. */
    for (int i = 0; i < ACCEPT_BATCH && l->source.ready; i++) {
        int fd = accept4(l->source.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno == EAGAIN)
                return;
            /* Short of descriptors or memory: the connection stays ready, and asking again at
             * once would be a busy loop. */
            os_source_ask(&l->source, 0);
            net_arm(&l->net->net, &l->retry, net_now(&l->net->net) + SHORTAGE_MS);
            return;
        }
        struct stream *s = os_stream_new(l->net, fd, l->ipc);
        if (s)
            l->accepted(l->ctx, s);
        else
            close(fd);
    }
}

static void on_retry(struct net_timer *t, msec now)
{
    (void)now;
    os_source_ask(&container_of(t, struct os_listener, retry)->source, EPOLLIN);
}

static void release(struct os_source *source)
{
    free(container_of(source, struct os_listener, source));
}

static void os_listener_close(struct listener *listener)
{
    struct os_listener *l = container_of(listener, struct os_listener, l);
    struct stat st;
    int fd = l->source.fd;
    net_arm(&l->net->net, &l->retry, MSEC_NEVER);
    if (l->ipc && !lstat(l->path, &st) && st.st_dev == l->device && st.st_ino == l->inode)
        unlink(l->path);
    os_source_end(&l->source);
    close(fd);
}

static void close_source(struct os_source *source)
{
    os_listener_close(&container_of(source, struct os_listener, source)->l);
}

static const struct listener_ops os_listener_ops = { .close = os_listener_close };

static enum err bind_error(void)
{
    switch (errno) {
    case EADDRINUSE:
        return E_INUSE;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        return E_NOMEM;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case ENOENT:
    case ENOTDIR:
    case EINVAL:
        return E_INVAL;
    default:
        return E_OTHER;
    }
}

/* Is there a socket file that refuses connections?  Its owner died without removing it. */
static bool is_stale(const struct os_address *at)
{
    struct stat st;
    if (lstat(((const struct sockaddr_un *)&at->any)->sun_path, &st) || !S_ISSOCK(st.st_mode))
        return false;
    int fd = os_socket(AF_UNIX);
    if (fd < 0)
        return false;
    bool stale = connect(fd, &at->any, at->n) && errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static enum err bind_ipc(int fd, const struct os_address *at, struct os_listener *l)
{
    const char *path = ((const struct sockaddr_un *)&at->any)->sun_path;
    int rc = bind(fd, &at->any, at->n);
    if (rc && errno == EADDRINUSE) {
        if (!is_stale(at))
            return E_INUSE;
        unlink(path);
        rc = bind(fd, &at->any, at->n);
    }
    struct stat st;
    if (rc)
        return bind_error();
    if (!lstat(path, &st)) {
        l->device = st.st_dev;
        l->inode = st.st_ino;
    }
    return E_OK;
}

static enum err bind_tcp(int fd, const struct os_address *at)
{
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (at->any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    return bind(fd, &at->any, at->n) ? bind_error() : E_OK;
}

/* On failure source.fd may be open. */
static enum err start(struct os_listener *l, const char *url)
{
    struct url u;
    struct os_address at;
    int fd;
    enum err err = url_parse(url, &u);
    if (!err)
        err = os_resolve(&u, &at);
    if (err)
        return err;
    fd = os_socket(at.any.sa_family);
    if (fd < 0)
        return E_NOMEM;
    l->source.fd = fd;
    l->ipc = u.scheme == URL_IPC;
    err = l->ipc ? bind_ipc(fd, &at, l) : bind_tcp(fd, &at);
    if (!err && listen(fd, BACKLOG))
        err = bind_error();
    if (err)
        return err;
    if (!l->ipc) {
        at.n = sizeof at.room;
        getsockname(fd, &at.any, &at.n);
        os_address_url(&at, &u);
    }
    memcpy(l->path, u.name, sizeof l->path);
    url_text(&u, l->l.url, sizeof l->l.url);
    return E_OK;
}

enum err os_listen(struct net *net, const char *url, void (*accepted)(void *, struct stream *),
                   void *ctx, struct listener **out)
{
    struct os_net *n = container_of(net, struct os_net, net);
    struct os_listener *l = calloc(1, sizeof *l);
    if (!l)
        return E_NOMEM;
    l->net = n;
    l->l.ops = &os_listener_ops;
    l->accepted = accepted;
    l->ctx = ctx;
    l->retry.fire = on_retry;
    l->source.fd = -1;
    enum err err = start(l, url);
    if (err) {
        if (l->source.fd >= 0)
            close(l->source.fd);
        free(l);
        return err;
    }
    os_source_init(n, &l->source, l->source.fd);
    l->source.ready = on_connection;
    l->source.close = close_source;
    l->source.release = release;
    os_source_ask(&l->source, EPOLLIN);
    *out = &l->l;
    return E_OK;
}
