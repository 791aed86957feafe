/* os.h -- inside of the world of real sockets: descriptors watched by one epoll set. */
#ifndef NET_OS_H
#define NET_OS_H
#include <sys/socket.h>
#include <sys/uio.h>
#include "base/list.h"
#include "net/net.h"
#include "net/url.h"

struct os_net {
    struct net net;
    int epoll;
    int diag; /* netlink socket of os_unread; -1: not opened yet, -2: not to be had */
    struct heap timers;
    struct list all;    /* os_source.all: alive */
    struct list always; /* os_source.always: ready without asking the kernel */
    struct list dead;   /* os_source.all: closed while events were being dispatched */
    unsigned depth;     /* nesting of step */
};

/* A descriptor in the loop; the streams and listeners contain one or two. */
struct os_source {
    struct os_net *net;
    struct link all, always;
    int fd;
    unsigned events; /* EPOLLIN, EPOLLOUT: what is asked for; 0: not in the epoll set */
    bool plain;      /* a file epoll does not take: always ready */
    bool forced;     /* its owner has news the kernel does not tell again */
    void (*ready)(struct os_source *, unsigned epoll_events);
    void (*close)(struct os_source *);   /* closes the owner: the world ends */
    void (*release)(struct os_source *); /* frees the owner's memory */
};

void os_source_init(struct os_net *, struct os_source *, int fd);
void os_source_ask(struct os_source *, unsigned epoll_events); /* replaces */
void os_source_force(struct os_source *, bool);
/* Out of the loop at once; `release` runs when no dispatch can refer to it any more.  The
 * descriptor is the caller's to close. */
void os_source_end(struct os_source *);

struct os_address {
    union {
        struct sockaddr any;
        struct sockaddr_storage room;
    };
    socklen_t n;
};
enum err os_resolve(const struct url *, struct os_address *); /* asks for names: may take a while */
void os_address_url(const struct os_address *, struct url *);
int os_socket(int family); /* nonblocking, close on exec; -1: errno */

/* ---- os_fd.c ---- */
ssize_t os_fd_write(int fd, const struct iovec *, int count); /* as writev, but for SIGPIPE */
bool os_fd_unblock(int fd); /* true: O_NONBLOCK was not set before, and is now */
void os_fd_block(int fd);

struct stream *os_stream_new(struct os_net *, int fd, bool ipc); /* owns fd; NULL: no memory */
enum err os_stream_dial(struct os_net *, const struct os_address *, struct stream **out);

enum err os_listen(struct net *, const char *url, void (*accepted)(void *, struct stream *),
                   void *ctx, struct listener **out);

/* Octets written by `fd` (`written` in all, `finished`: FIN sent) that its peer, a tcp socket of
 * this machine, has not read. */
ptrdiff_t os_tcp_unread(struct os_net *, int fd, uint64_t written, bool finished);

#endif
