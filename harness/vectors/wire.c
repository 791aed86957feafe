/* wire.c -- our raw end of a connection while recording. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "net/url.h"
#include "vectors/wire.h"

enum { WAIT_SECONDS = 5 };

static int dial(const void *address, socklen_t n, int family)
{
    struct timeval limit = { .tv_sec = WAIT_SECONDS };
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, address, n) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int wire_dial(const char *url)
{
    struct url u;
    errno = EINVAL;
    if (url_parse(url, &u) != E_OK)
        return -1;
    if (u.scheme == URL_IPC) {
        struct sockaddr_un un = { .sun_family = AF_UNIX };
        memcpy(un.sun_path, u.name, sizeof u.name);
        return dial(&un, sizeof un, AF_UNIX);
    }
    if (u.scheme != URL_TCP4)
        return -1;
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(u.port) };
    memcpy(&in.sin_addr, u.addr, sizeof in.sin_addr);
    return dial(&in, sizeof in, AF_INET);
}

bool wire_put(int fd, struct slice s)
{
    while (s.n) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = slice_drop(s, (size_t)n);
    }
    return true;
}

bool wire_get(int fd, size_t n, struct buf *out)
{
    uint8_t *to = buf_room(out, n);
    if (!to || recv(fd, to, n, MSG_WAITALL) != (ssize_t)n)
        return false;
    buf_grew(out, n);
    return true;
}
