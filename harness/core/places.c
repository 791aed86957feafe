/* places.c -- addresses to listen at, and the files of those that are paths. */
#include "core/places.h"
#include "core/peer.h"
#include <stdio.h>

void place_address(unsigned pid, unsigned lane, char *text, size_t cap)
{
    snprintf(text, cap, "127.%u.%u.%u", 16 + pid % 200, pid / 200 % 250, 1 + lane % PLACES);
}

/* What our certificates say in the simulated world, which has one lane in it. */
static void address_of(const struct t *t, bool certified, char *text, size_t cap)
{
    if (certified && t->net->simulated)
        snprintf(text, cap, "127.0.0.1");
    else
        place_address(t->on->pid, t->on->lane, text, cap);
}

char *t_place(struct t *t, const char *scheme, char *url, size_t cap)
{
    unsigned n = ++t->place_count;
    bool wss = strcmp(scheme, "wss") == 0, tls = strcmp(scheme, "tls") == 0;
    char address[ADDRESS_MAX];
    address_of(t, wss || tls, address, sizeof address);
    if (strcmp(scheme, "ipc") == 0)
        snprintf(url, cap, "ipc://%s/%u.%u", t->net->simulated ? "/sim" : t->on->scratch,
                 t->on->lane, n);
    else if (strcmp(scheme, "tcp6") == 0)
        snprintf(url, cap, "tcp://[::1]:0");
    else if (strcmp(scheme, "inproc") == 0)
        snprintf(url, cap, "inproc://place-%u", n);
    else
        snprintf(url, cap, "%s://%s:0%s", tls ? "tls+tcp" : scheme, address,
                 wss || strcmp(scheme, "ws") == 0 ? "/" : "");
    return url;
}

const char *nobody_there(struct t *t)
{
    char place[160];
    struct at at = HERE("nobody_there(t)");
    t_place(t, via_scheme(t->via), place, sizeof place);
    if (t->via & IPC)
        return t_keep(t, place);
    /* A port that was free a moment ago, on an address of ours alone. */
    struct endpoint *e = endpoint_listen(t, at, place);
    listener_close(e->listener);
    e->listener = NULL;
    const char *url = t_keep(t, e->url);
    e->url[0] = '\0';
    return url;
}

const char *free_place_over(struct t *t, const char *scheme)
{
    char place[160];
    return t_keep(t, t_place(t, scheme, place, sizeof place));
}

const char *free_place(struct t *t)
{
    return free_place_over(t, via_scheme(t->via));
}

static const char *path_of(const char *url)
{
    return strncmp(url, "ipc://", 6) == 0 ? url + 6 : url;
}

bool socket_file_at(struct t *t, const char *url)
{
    return t->net->ops->file(t->net, path_of(url)) == NET_FILE;
}

void leave_stale_file(struct t *t, const char *url)
{
    t_note(t, "a socket file that nobody listens on is left at %s", url);
    t->net->ops->file_leave_stale(t->net, path_of(url));
}

void unlink_file(struct t *t, const char *url)
{
    t_note(t, "%s is unlinked", url);
    t->net->ops->file_unlink(t->net, path_of(url));
}
