/* URLs to socket addresses and back. */
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include "net/os.h"

int os_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void set(struct os_address *a, const void *p, size_t n)
{
    memcpy(&a->room, p, n);
    a->n = (socklen_t)n;
}

static enum err resolve_name(const struct url *u, struct os_address *out)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *found;
    if (getaddrinfo(u->name, NULL, &hints, &found))
        return E_INVAL;
    enum err err = E_INVAL;
    for (struct addrinfo *a = found; a && err; a = a->ai_next) {
        if (a->ai_family != AF_INET && a->ai_family != AF_INET6)
            continue;
        set(out, a->ai_addr, a->ai_addrlen);
        /* The port is at the same place in both families. */
        memcpy((char *)&out->room + offsetof(struct sockaddr_in, sin_port),
               (const uint8_t[]){ (uint8_t)(u->port >> 8), (uint8_t)u->port }, 2);
        err = E_OK;
    }
    freeaddrinfo(found);
    return err;
}

_Static_assert(URL_PATH_MAX + 1 <= sizeof((struct sockaddr_un *)0)->sun_path,
               "a path fits its address");

enum err os_resolve(const struct url *u, struct os_address *out)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(u->port) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(u->port) };
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    memset(out, 0, sizeof *out);
    if (u->tls || u->ws)
        return E_INVAL; /* the caller's to carry over tcp */
    switch (u->scheme) {
    case URL_TCP4:
        memcpy(&in.sin_addr, u->addr, 4);
        set(out, &in, sizeof in);
        return E_OK;
    case URL_TCP6:
        memcpy(&in6.sin6_addr, u->addr, 16);
        set(out, &in6, sizeof in6);
        return E_OK;
    case URL_TCP_NAME:
        return resolve_name(u, out);
    case URL_IPC:
        memcpy(un.sun_path, u->name, sizeof u->name);
        set(out, &un, sizeof un);
        return E_OK;
    case URL_INPROC:
        return E_INVAL; /* the node's business */
    }
    return E_INVAL;
}

void os_address_url(const struct os_address *a, struct url *u)
{
    memset(u, 0, sizeof *u);
    if (a->any.sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, &a->room, sizeof in6);
        u->scheme = URL_TCP6;
        memcpy(u->addr, &in6.sin6_addr, 16);
        u->port = ntohs(in6.sin6_port);
    } else {
        struct sockaddr_in in;
        memcpy(&in, &a->room, sizeof in);
        u->scheme = URL_TCP4;
        memcpy(u->addr, &in.sin_addr, 4);
        u->port = ntohs(in.sin_port);
    }
}
