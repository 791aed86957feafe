/* attach.c -- --attach: waits for an adapter that a person runs, perhaps under a debugger. */
#include "core/attach.h"
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The listening socket at HOST:PORT, or -1 with `why`. */
static int listen_at(const char *where, char *host, size_t host_cap, char *port, size_t port_cap,
                     struct buf *why)
{
    const char *colon = strrchr(where, ':');
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    if (!colon || colon == where || !colon[1]) {
        buf_printf(why, "--attach takes HOST:PORT, not %s", where);
        return -1;
    }
    snprintf(host, host_cap, "%.*s", (int)(colon - where), where);
    snprintf(port, port_cap, "%s", colon + 1);
    int status = getaddrinfo(host, port, &hints, &found);
    if (status != 0) {
        buf_printf(why, "--attach %s: %s", where, gai_strerror(status));
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 1) != 0) {
        buf_printf(why, "--attach %s: %s", where, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static void say_how(const char *host, const char *port)
{
    fprintf(
        stderr,
        "waiting for an adapter.  In another terminal, with your adapter in place of "
        "./my-adapter:\n"
        "  bash -c 'exec ./my-adapter <>/dev/tcp/%s/%s >&0'\n"
        "  gdb -ex 'run <>/dev/tcp/%s/%s >&0' ./my-adapter      (under a debugger; SHELL is bash)\n"
        "There are no deadlines: a breakpoint may take as long as it takes.\n",
        host, port, host, port);
}

struct port *attach_adapter(struct net *net, const char *where, int *listening, int while_open,
                            struct buf *why)
{
    char host[128], port[16];
    if (*listening < 0)
        *listening = listen_at(where, host, sizeof host, port, sizeof port, why);
    if (*listening < 0)
        return NULL;
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(*listening, (struct sockaddr *)&address, &size) == 0)
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    say_how(host, port);
    struct pollfd ends[] = { { .fd = *listening, .events = POLLIN },
                             { .fd = while_open, .events = POLLRDHUP } };
    while (!ends[0].revents && !ends[1].revents && (poll(ends, 2, -1) >= 0 || errno == EINTR))
        ;
    if (ends[1].revents) {
        buf_printf(why, "interrupted");
        return NULL;
    }
    int fd = accept4(*listening, NULL, NULL, SOCK_CLOEXEC);
    struct stream *stream = fd < 0 ? NULL : net_os_adopt(net, fd, fd);
    struct port *p = stream ? port_stream(stream) : NULL;
    if (!p)
        buf_printf(why, "the adapter's connection cannot be taken: %s", strerror(errno));
    return p;
}
