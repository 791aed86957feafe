/* port_black_box.c -- a running service that only speaks the wire, dressed as an adapter: what it
 * takes a verb to do is `na`, and cases that need it are skipped. */
#include "core/port.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct black_box {
    struct port port;
    struct port_black_box service;
};

static void ask(struct port *port, const char *line)
{
    struct black_box *b = (struct black_box *)port;
    char text[300];
    size_t n = strcspn(line, " ");
    if (n == 5 && memcmp(line, "hello", n) == 0)
        snprintf(text, sizeof text, "ok service at-%s tcp tcp6 ipc", b->service.url);
    else if (n == 6 && memcmp(line, "listen", n) == 0)
        snprintf(text, sizeof text, "ok %s", b->service.url);
    else if ((n == 4 && (memcmp(line, "open", n) == 0 || memcmp(line, "dial", n) == 0)) ||
             (n == 5 && (memcmp(line, "close", n) == 0 || memcmp(line, "reset", n) == 0)))
        snprintf(text, sizeof text, "ok");
    else
        snprintf(text, sizeof text, "na");
    port->answered(port->ctx, text, strlen(text));
}

static void no_kill(struct port *port)
{
    (void)port;
}

static void black_box_free(struct port *port)
{
    free(port);
}

static long no_pid(struct port *port)
{
    (void)port;
    return -1;
}

static const struct port_ops ops = {
    .ask = ask, .kill = no_kill, .free = black_box_free, .pid = no_pid
};

struct port *port_black_box(struct net *net, const struct port_black_box *service)
{
    (void)net;
    struct black_box *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->port.ops = &ops;
    b->service = *service;
    return &b->port;
}
