/* places.c -- addresses to listen at, and the files of those that are paths. */
#include "core/peer.h"
#include <stdio.h>

char *t_place(struct t *t, const char *scheme, char *url, size_t cap)
{
    unsigned n = ++t->place_count;
    unsigned pid = t->on->pid;
    if (strcmp(scheme, "ipc") == 0)
        snprintf(url, cap, "ipc://%s/%u.%u", t->net->simulated ? "/sim" : t->on->scratch,
                 t->on->lane, n);
    else if (strcmp(scheme, "tcp6") == 0)
        snprintf(url, cap, "tcp://[::1]:0");
    else if (strcmp(scheme, "tls") == 0)
        snprintf(url, cap, "tls+tcp://127.0.0.1:0"); /* what the certificate says */
    else if (strcmp(scheme, "wss") == 0)
        snprintf(url, cap, "wss://127.0.0.1:0/");
    else if (strcmp(scheme, "inproc") == 0)
        snprintf(url, cap, "inproc://place-%u", n);
    else
        snprintf(url, cap, "%s://127.%u.%u.%u:0%s", scheme, 16 + pid % 200, pid / 200 % 250,
                 1 + t->on->lane % 250, strcmp(scheme, "ws") == 0 ? "/" : "");
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
