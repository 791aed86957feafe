/* lws_socket.c -- see lws_socket.h: what a request does, apart from the thread that serves. */
#include "lws_service.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FAREWELL = 1000 };

static const struct pattern patterns[] = {
    { "pair", "pair", true, true },  { "pub", "sub", true, false },   { "sub", "pub", false, true },
    { "push", "pull", true, false }, { "pull", "push", false, true }, { "bus", "bus", true, true },
};

const struct pattern *pattern_named(const char *name)
{
    const struct pattern *p = patterns, *end = p + sizeof patterns / sizeof *p;
    while (p < end && strcmp(p->name, name) != 0)
        p++;
    return p < end ? p : NULL;
}

const struct pattern *socket_pattern(const struct socket *s)
{
    return s->pattern;
}

static struct timespec after(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}

/* False: the time is over.  The lock is held. */
static bool wait_for_change(struct socket *s, const struct timespec *end)
{
    return pthread_cond_timedwait(&s->changed, &s->lock, end) == 0;
}

struct octets *octets_new(const void *p, size_t n)
{
    struct octets *o = malloc(sizeof *o + n);
    if (!o)
        exit(1);
    o->next = NULL;
    o->size = n;
    if (n)
        memcpy(o->data, p, n);
    return o;
}

void octets_append(struct octets **list, struct octets *o)
{
    while (*list)
        list = &(*list)->next;
    *list = o;
}

/* ---- its life ---- */

static void discard(struct socket *s)
{
    for (struct octets *o = s->inbox, *next; o; o = next) {
        next = o->next;
        free(o);
    }
    for (struct octets *o = s->topics, *next; o; o = next) {
        next = o->next;
        free(o);
    }
    for (struct endpoint *e = s->endpoints, *next; e; e = next) {
        next = e->next;
        free(e);
    }
    while (s->links)
        link_end(s, s->links);
    for (int i = 0; i < TLS_FILES; i++)
        free(s->tls[i]);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
}

struct socket *socket_new(const struct pattern *p)
{
    struct socket *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->pattern = p;
    s->limit = 1 << 20;
    s->reconnect = 100;
    snprintf(s->serves, sizeof s->serves, "%s.sp.nanomsg.org", p->name);
    snprintf(s->asks, sizeof s->asks, "%s.sp.nanomsg.org", p->peer);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&s->lock, NULL);
    if (service_start(s))
        return s;
    discard(s);
    free(s);
    return NULL;
}

static bool someone_is_there(const struct socket *s)
{
    const struct link *l = s->links;
    while (l && !l->open)
        l = l->next;
    return l != NULL;
}

void socket_end(struct socket *s)
{
    struct timespec end = after(FAREWELL);
    in_thread(s, begin_leaving, NULL);
    pthread_mutex_lock(&s->lock);
    while (someone_is_there(s) && wait_for_change(s, &end))
        ;
    pthread_mutex_unlock(&s->lock);
    in_thread(s, end_serving, NULL);
    pthread_join(s->thread, NULL);
    discard(s);
}

/* ---- options ---- */

void socket_subscribe(struct socket *s, const uint8_t *prefix, size_t n)
{
    pthread_mutex_lock(&s->lock);
    octets_append(&s->topics, octets_new(prefix, n));
    pthread_mutex_unlock(&s->lock);
}

bool socket_unsubscribe(struct socket *s, const uint8_t *prefix, size_t n)
{
    struct octets **at = &s->topics;
    pthread_mutex_lock(&s->lock);
    while (*at && ((*at)->size != n || memcmp((*at)->data, prefix, n) != 0))
        at = &(*at)->next;
    struct octets *gone = *at;
    if (gone)
        *at = gone->next;
    pthread_mutex_unlock(&s->lock);
    free(gone);
    return gone != NULL;
}

void socket_set_limit(struct socket *s, int64_t octets)
{
    pthread_mutex_lock(&s->lock);
    s->limit = octets;
    pthread_mutex_unlock(&s->lock);
}

void socket_set_reconnect(struct socket *s, int64_t ms)
{
    pthread_mutex_lock(&s->lock);
    s->reconnect = ms;
    pthread_mutex_unlock(&s->lock);
}

bool socket_set_tls(struct socket *s, int file, const char *path)
{
    free(s->tls[file]);
    s->tls[file] = strdup(path);
    return s->tls[file] != NULL;
}

/* ---- endpoints ---- */

/* An endpoint of the socket for this address; NULL: *why. */
static struct endpoint *endpoint_new(struct socket *s, const char *url, enum socket_begun *why)
{
    struct endpoint *e = calloc(1, sizeof *e);
    char text[LONGEST_NAME + LONGEST_TARGET];
    const char *scheme, *host, *path;
    *why =
        strncmp(url, "ws://", 5) == 0 || strncmp(url, "wss://", 6) == 0 ? MALFORMED : NOT_WEBSOCKET;
    if (!e || *why == NOT_WEBSOCKET || strlen(url) >= sizeof text) {
        free(e);
        return NULL;
    }
    strcpy(text, url);
    if (lws_parse_uri(text, &scheme, &host, &e->address.port, &path) || !*host) {
        free(e);
        return NULL;
    }
    e->address.secure = strcmp(scheme, "wss") == 0;
    snprintf(e->address.host, sizeof e->address.host, "%s", host);
    snprintf(e->address.target, sizeof e->address.target, "%s%s", *path == '/' ? "" : "/", path);
    lws_urldecode(e->path, e->address.target, sizeof e->path);
    e->path[strcspn(e->path, "?")] = '\0';
    e->socket = s;
    e->next = s->endpoints;
    s->endpoints = e;
    return e;
}

enum socket_begun socket_listen(struct socket *s, const char *url, int *port)
{
    enum socket_begun why;
    struct endpoint *e = endpoint_new(s, url, &why);
    if (!e)
        return why;
    in_thread(s, begin_listening, e);
    *port = e->address.port;
    return e->vhost ? BEGUN : REFUSED;
}

enum socket_begun socket_dial(struct socket *s, const char *url)
{
    enum socket_begun why;
    struct endpoint *e = endpoint_new(s, url, &why);
    if (!e)
        return why;
    in_thread(s, begin_dialling, e);
    return e->vhost ? BEGUN : REFUSED;
}

/* ---- messages ---- */

bool socket_reaches(struct socket *s, size_t n, int ms)
{
    struct timespec end = after(ms);
    pthread_mutex_lock(&s->lock);
    while (links_open(s) != n && wait_for_change(s, &end))
        ;
    bool come = links_open(s) == n;
    pthread_mutex_unlock(&s->lock);
    return come;
}

enum { QUEUE = 128 }; /* messages that wait for one subscriber; what goes beyond is lost to it */

static bool takes(const struct link *l, unsigned most)
{
    return l->open && !l->leaving && l->waiting < most;
}

/* The first connection that has nothing to send. */
static struct link *idle(const struct socket *s)
{
    struct link *l = s->links;
    while (l && !takes(l, 1))
        l = l->next;
    return l;
}

static void hand_over(struct link *l, const uint8_t *message, size_t n)
{
    struct octets *o = malloc(sizeof *o + LWS_PRE + n);
    if (!o)
        exit(1);
    *o = (struct octets){ .size = n };
    if (n)
        memcpy(o->data + LWS_PRE, message, n);
    octets_append(&l->out, o);
    l->waiting++;
}

bool socket_send(struct socket *s, int ms, const uint8_t *message, size_t n)
{
    struct timespec end = after(ms);
    bool to_all = strcmp(s->pattern->name, "pub") == 0 || strcmp(s->pattern->name, "bus") == 0;
    struct link *l;
    pthread_mutex_lock(&s->lock);
    if (to_all) {
        for (l = s->links; l; l = l->next)
            if (takes(l, QUEUE))
                hand_over(l, message, n);
    } else {
        while ((l = idle(s)) == NULL && wait_for_change(s, &end))
            ;
        if (!l) {
            pthread_mutex_unlock(&s->lock);
            return false;
        }
        hand_over(l, message, n);
        link_take(s, l); /* its next turn is the last */
        link_add(s, l);
    }
    pthread_mutex_unlock(&s->lock);
    in_thread(s, begin_sending, NULL);
    return true;
}

struct octets *socket_receive(struct socket *s, int ms)
{
    struct timespec end = after(ms);
    pthread_mutex_lock(&s->lock);
    while (!s->inbox && wait_for_change(s, &end))
        ;
    struct octets *o = s->inbox;
    if (o)
        s->inbox = o->next;
    pthread_mutex_unlock(&s->lock);
    return o;
}
