/* libwebsockets.c -- adapter of libwebsockets: WebSocket, client and server, and nothing of SP.
 * What the patterns without a header leave to be done is here.
 *
 * Each socket is a context of the library, served by a thread of its own, which answers pings while
 * the adapter waits for a request.  Only that thread calls the library; requests hand it work. */
#include "adapter.h"
#include <libwebsockets.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FAREWELL = 1000, RECEIVE_AT_ONCE = 65536, LONGEST_NAME = 64, LONGEST_TARGET = 256 };
enum { TLS_CA, TLS_CERT, TLS_KEY, TLS_FILES };

static const struct pattern {
    const char *name, *peer;
    bool sends, receives;
} patterns[] = {
    { "pair", "pair", true, true },  { "pub", "sub", true, false },   { "sub", "pub", false, true },
    { "push", "pull", true, false }, { "pull", "push", false, true }, { "bus", "bus", true, true },
};

static const char *const tls_options[TLS_FILES] = { "tls-ca", "tls-cert", "tls-key" };

/* Octets that wait to be received, or a subscription. */
struct octets {
    struct octets *next;
    size_t size;
    uint8_t data[];
};

struct address {
    bool secure;
    int port;
    char host[LONGEST_NAME], target[LONGEST_TARGET];
};

struct endpoint {
    struct endpoint *next;
    struct socket *socket;
    struct address address;
    char path[LONGEST_TARGET]; /* of the target, without its escapes: as the library tells it */
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t again; /* a dialer waits */
};

/* A connection; a client's is here before it is open. */
struct link {
    struct link *next;
    struct lws *wsi;
    struct endpoint *dialer; /* NULL: it was accepted */
    uint8_t *in, *out;       /* out: LWS_PRE octets first */
    size_t in_size, out_size;
    bool open, leaving;
};

struct socket {
    const struct pattern *pattern;
    char serves[32], asks[32]; /* a client asks for the protocol of the server */
    struct lws_protocols protocols[2];
    struct lws_context *context;
    char *tls[TLS_FILES];
    int64_t limit, reconnect;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*work)(struct socket *, void *); /* for the thread; NULL: done */
    void *argument;
    bool over;
    struct endpoint *endpoints;
    struct link *links;
    struct octets *inbox, *topics;
};

/* ---- the patterns ---- */

static size_t links_open(const struct socket *s)
{
    size_t n = 0;
    for (const struct link *l = s->links; l; l = l->next)
        n += l->open && !l->leaving;
    return n;
}

static struct octets *octets_new(const void *p, size_t n)
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

static void octets_append(struct octets **list, struct octets *o)
{
    while (*list)
        list = &(*list)->next;
    *list = o;
}

static bool is_wanted(const struct socket *s, const uint8_t *p, size_t n)
{
    if (strcmp(s->pattern->name, "sub") != 0)
        return s->pattern->receives;
    for (const struct octets *o = s->topics; o; o = o->next)
        if (o->size <= n && (o->size == 0 || memcmp(o->data, p, o->size) == 0))
            return true;
    return false;
}

/* ---- what the library tells: in the thread ---- */

static void link_add(struct socket *s, struct link *l)
{
    struct link **at = &s->links;
    while (*at)
        at = &(*at)->next;
    l->next = NULL;
    *at = l;
}

static void link_take(struct socket *s, const struct link *l)
{
    struct link **at = &s->links;
    while (*at && *at != l)
        at = &(*at)->next;
    if (*at)
        *at = l->next;
}

static void dial_again(lws_sorted_usec_list_t *again);

static void link_end(struct socket *s, struct link *l)
{
    struct endpoint *dialer = l->dialer;
    link_take(s, l);
    free(l->in);
    free(l->out);
    free(l);
    pthread_cond_broadcast(&s->changed);
    if (dialer) /* the library does not dial again; an SP socket does */
        lws_sul_schedule(s->context, 0, &dialer->again, dial_again, s->reconnect * LWS_US_PER_MS);
}

/* Nonzero ends the connection. */
static int established(struct socket *s, struct lws *wsi)
{
    struct link *l = lws_get_opaque_user_data(wsi);
    bool full = strcmp(s->pattern->name, "pair") == 0 && links_open(s) > 0;
    if (full) { /* a pair has one peer */
        lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    if (!l) {
        l = calloc(1, sizeof *l);
        if (!l)
            exit(1);
        l->wsi = wsi;
        link_add(s, l);
        lws_set_opaque_user_data(wsi, l);
    }
    l->open = true;
    pthread_cond_broadcast(&s->changed);
    return 0;
}

static int received(struct socket *s, struct link *l, const void *p, size_t n)
{
    if (!l)
        return -1;
    if (s->limit && l->in_size + n > (uint64_t)s->limit) {
        lws_close_reason(l->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
        return -1;
    }
    uint8_t *more = realloc(l->in, l->in_size + n + 1);
    if (!more)
        exit(1);
    l->in = more;
    if (n)
        memcpy(l->in + l->in_size, p, n);
    l->in_size += n;
    if (!lws_is_final_fragment(l->wsi) || lws_remaining_packet_payload(l->wsi) > 0)
        return 0;
    if (is_wanted(s, l->in, l->in_size))
        octets_append(&s->inbox, octets_new(l->in, l->in_size));
    l->in_size = 0;
    pthread_cond_broadcast(&s->changed);
    return 0;
}

static int writable(struct socket *s, struct link *l)
{
    if (!l)
        return 0;
    if (l->out) {
        int n = lws_write(l->wsi, l->out + LWS_PRE, l->out_size, LWS_WRITE_BINARY);
        free(l->out);
        l->out = NULL;
        pthread_cond_broadcast(&s->changed);
        if (n < (int)l->out_size)
            return -1;
    }
    if (!l->leaving)
        return 0;
    lws_close_reason(l->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
    return -1;
}

/* `name` is one of the comma-separated names of the header. */
static bool header_lists(struct lws *wsi, const char *name)
{
    int room = lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) + 1;
    char *list = malloc((size_t)room), *rest = list;
    bool found = false;
    if (!list)
        exit(1);
    if (lws_hdr_copy(wsi, list, room, WSI_TOKEN_PROTOCOL) > 0)
        for (char *item; !found && (item = strtok_r(rest, ",", &rest)) != NULL;) {
            item += strspn(item, " \t");
            size_t n = strlen(item);
            while (n > 0 && (item[n - 1] == ' ' || item[n - 1] == '\t'))
                n--;
            found = n == strlen(name) && memcmp(item, name, n) == 0;
        }
    free(list);
    return found;
}

/* The target may be in absolute form (RFC 7230 5.3.2). */
static bool is_for(struct lws *wsi, const struct endpoint *e)
{
    char target[LONGEST_NAME + LONGEST_TARGET] = "";
    const char *path = target;
    lws_hdr_copy(wsi, target, sizeof target, WSI_TOKEN_GET_URI);
    if (strncmp(target, "http://", 7) == 0 || strncmp(target, "https://", 8) == 0)
        path = strchr(strstr(target, "://") + 3, '/');
    return path && strcmp(path, e->path) == 0;
}

/* The library serves a client that asks for no sub-protocol, and serves every path. */
static int admit(struct socket *s, struct lws *wsi)
{
    unsigned status = !header_lists(wsi, s->serves) ? HTTP_STATUS_BAD_REQUEST
                      : !is_for(wsi, lws_get_vhost_user(lws_get_vhost(wsi))) ? HTTP_STATUS_NOT_FOUND
                                                                             : 0;
    if (!status)
        return 0;
    return lws_return_http_status(wsi, status, NULL) ? -1 : 1;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
    struct socket *s = lws_context_user(lws_get_context(wsi));
    int result = 0;
    pthread_mutex_lock(&s->lock);
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        result = admit(s, wsi);
        break;
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
        result = header_lists(wsi, s->asks) ? 0 : -1;
        break;
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        result = established(s, wsi);
        break;
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
        result = received(s, lws_get_opaque_user_data(wsi), in, n);
        break;
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        result = writable(s, lws_get_opaque_user_data(wsi));
        break;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        if (lws_get_opaque_user_data(wsi))
            link_end(s, lws_get_opaque_user_data(wsi));
        lws_set_opaque_user_data(wsi, NULL);
        break;
    default:
        pthread_mutex_unlock(&s->lock);
        return lws_callback_http_dummy(wsi, reason, user, in, n);
    }
    pthread_mutex_unlock(&s->lock);
    return result;
}

/* ---- work for the thread ---- */

static struct lws_context_creation_info vhost_info(struct socket *s, struct endpoint *e)
{
    struct lws_context_creation_info info = { .protocols = s->protocols, .user = e };
    info.options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    info.vhost_name = e->address.host;
    if (!strchr(e->address.host, ':'))
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    if (e->address.secure)
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    return info;
}

static void begin_listening(struct socket *s, void *argument)
{
    struct endpoint *e = argument;
    struct lws_context_creation_info info = vhost_info(s, e);
    info.port = e->address.port;
    info.iface = strcmp(e->address.host, "*") == 0 ? NULL : e->address.host;
    if (e->address.secure) {
        info.ssl_cert_filepath = s->tls[TLS_CERT];
        info.ssl_private_key_filepath = s->tls[TLS_KEY];
    }
    e->vhost = lws_create_vhost(s->context, &info);
    if (e->vhost)
        e->address.port = lws_get_vhost_listen_port(e->vhost);
}

static void connect_to(struct socket *s, struct endpoint *e)
{
    char host[LONGEST_NAME + 10];
    struct link *l = calloc(1, sizeof *l);
    if (!l)
        exit(1);
    snprintf(host, sizeof host, "%s:%d", e->address.host, e->address.port);
    l->dialer = e;
    pthread_mutex_lock(&s->lock);
    link_add(s, l);
    pthread_mutex_unlock(&s->lock);
    struct lws_client_connect_info to = {
        .context = s->context,
        .vhost = e->vhost,
        .address = e->address.host,
        .port = e->address.port,
        .path = e->address.target,
        .host = host,
        .protocol = s->asks,
        .local_protocol_name = s->serves,
        .opaque_user_data = l,
        .pwsi = &l->wsi,
    };
    if (e->address.secure) {
        to.alpn = "http/1.1";
        to.ssl_connection = LCCSCF_USE_SSL;
        if (!s->tls[TLS_CA])
            to.ssl_connection |= LCCSCF_ALLOW_INSECURE;
        else if (e->address.host[strspn(e->address.host, "0123456789.")] == '\0')
            to.ssl_connection |= LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
    }
    if (lws_client_connect_via_info(&to))
        return;
    pthread_mutex_lock(&s->lock); /* it may have told of the failure already */
    for (struct link *other = s->links; other; other = other->next)
        if (other == l) {
            link_end(s, l);
            break;
        }
    pthread_mutex_unlock(&s->lock);
}

static void dial_again(lws_sorted_usec_list_t *again)
{
    struct endpoint *e = lws_container_of(again, struct endpoint, again);
    connect_to(e->socket, e);
}

static void begin_dialling(struct socket *s, void *argument)
{
    struct endpoint *e = argument;
    struct lws_context_creation_info info = vhost_info(s, e);
    info.port = CONTEXT_PORT_NO_LISTEN;
    if (e->address.secure)
        info.client_ssl_ca_filepath = s->tls[TLS_CA];
    e->vhost = lws_create_vhost(s->context, &info);
    if (e->vhost)
        connect_to(s, e);
}

static void begin_sending(struct socket *s, void *argument)
{
    (void)argument;
    for (struct link *l = s->links; l; l = l->next)
        if (l->open && (l->out || l->leaving))
            lws_callback_on_writable(l->wsi);
}

static void begin_leaving(struct socket *s, void *argument)
{
    for (struct endpoint *e = s->endpoints; e; e = e->next)
        lws_sul_cancel(&e->again);
    pthread_mutex_lock(&s->lock);
    for (struct link *l = s->links; l; l = l->next) {
        l->leaving = true;
        l->dialer = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    begin_sending(s, argument);
}

static void end_serving(struct socket *s, void *argument)
{
    (void)argument;
    s->over = true;
}

static void *serve(void *argument)
{
    struct socket *s = argument;
    while (!s->over) {
        lws_service(s->context, 0);
        pthread_mutex_lock(&s->lock);
        void (*work)(struct socket *, void *) = s->work;
        pthread_mutex_unlock(&s->lock);
        if (!work)
            continue;
        work(s, s->argument);
        pthread_mutex_lock(&s->lock);
        s->work = NULL;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
    }
    lws_context_destroy(s->context);
    return NULL;
}

/* ---- the verbs ---- */

static void in_thread(struct socket *s, void (*work)(struct socket *, void *), void *argument)
{
    pthread_mutex_lock(&s->lock);
    s->argument = argument;
    s->work = work;
    lws_cancel_service(s->context);
    while (s->work)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
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

static struct outcome open_socket(const char *protocol, bool raw, struct socket **out)
{
    const struct pattern *p = patterns, *end = p + sizeof patterns / sizeof *p;
    if (strcmp(protocol, "pair0") == 0)
        protocol = "pair";
    while (p < end && strcmp(p->name, protocol) != 0)
        p++;
    if (p == end || raw)
        return NA;
    struct socket *s = calloc(1, sizeof *s);
    if (!s)
        return FAIL("other", "out of memory");
    s->pattern = p;
    s->limit = 1 << 20;
    s->reconnect = 100;
    snprintf(s->serves, sizeof s->serves, "%s.sp.nanomsg.org", p->name);
    snprintf(s->asks, sizeof s->asks, "%s.sp.nanomsg.org", p->peer);
    s->protocols[0] = (struct lws_protocols){ .name = s->serves,
                                              .callback = on_event,
                                              .rx_buffer_size = RECEIVE_AT_ONCE };
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&s->lock, NULL);
    struct lws_context_creation_info info = { .user = s, .fd_limit_per_thread = 1000 };
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8;
    s->context = lws_create_context(&info);
    if (!s->context || pthread_create(&s->thread, NULL, serve, s) != 0) {
        if (s->context)
            lws_context_destroy(s->context);
        discard(s);
        free(s);
        return FAIL("other", "no context");
    }
    *out = s;
    return OK;
}

static struct outcome subscribe(struct socket *s, bool on, const struct value *v)
{
    struct octets **at = &s->topics;
    if (on) {
        octets_append(at, octets_new(v->octets, v->size));
        return OK;
    }
    while (*at && ((*at)->size != v->size || memcmp((*at)->data, v->octets, v->size) != 0))
        at = &(*at)->next;
    if (!*at)
        return FAIL("inval", "no such subscription");
    struct octets *gone = *at;
    *at = gone->next;
    free(gone);
    return OK;
}

static struct outcome set(struct socket *s, const char *name, const struct value *v)
{
    bool on = strcmp(name, "subscribe") == 0;
    if ((on || strcmp(name, "unsubscribe") == 0) && strcmp(s->pattern->name, "sub") == 0) {
        if (!v->is_octets)
            return FAIL("inval", "no such value");
        pthread_mutex_lock(&s->lock);
        struct outcome o = subscribe(s, on, v);
        pthread_mutex_unlock(&s->lock);
        return o;
    }
    for (int i = 0; i < TLS_FILES; i++)
        if (strcmp(name, tls_options[i]) == 0) {
            free(s->tls[i]);
            s->tls[i] = strdup(v->text);
            return s->tls[i] ? OK : FAIL("other", "out of memory");
        }
    int64_t *number = strcmp(name, "max-recv") == 0        ? &s->limit
                      : strcmp(name, "reconnect-min") == 0 ? &s->reconnect
                                                           : NULL;
    if (!number)
        return NA;
    if (!v->is_number || v->number < 0)
        return FAIL("inval", "no such value");
    pthread_mutex_lock(&s->lock);
    *number = v->number;
    pthread_mutex_unlock(&s->lock);
    return OK;
}

/* An endpoint of the socket for this address; NULL: *o says why. */
static struct endpoint *endpoint_new(struct socket *s, const char *url, struct outcome *o)
{
    struct endpoint *e = calloc(1, sizeof *e);
    char text[LONGEST_NAME + LONGEST_TARGET];
    const char *scheme, *host, *path;
    *o = FAIL("inval", "no such address");
    if (!e || strlen(url) >= sizeof text) {
        free(e);
        return NULL;
    }
    strcpy(text, url);
    if (strncmp(url, "ws://", 5) != 0 && strncmp(url, "wss://", 6) != 0) {
        *o = NA;
        free(e);
        return NULL;
    }
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

static struct outcome listen_at(struct socket *s, const char *url, char *actual, size_t room)
{
    struct outcome o;
    struct endpoint *e = endpoint_new(s, url, &o);
    if (!e)
        return o;
    in_thread(s, begin_listening, e);
    if (!e->vhost)
        return FAIL("inuse", "the library cannot listen there");
    if (!adapter_any_port(url, e->address.port, actual, room))
        snprintf(actual, room, "%s", url);
    return OK;
}

static struct outcome dial(struct socket *s, const char *url)
{
    struct outcome o;
    struct endpoint *e = endpoint_new(s, url, &o);
    if (!e)
        return o;
    in_thread(s, begin_dialling, e);
    return e->vhost ? OK : FAIL("inval", "the library cannot dial there");
}

static struct outcome pipes(struct socket *s, size_t n, int ms)
{
    struct timespec end = after(ms);
    pthread_mutex_lock(&s->lock);
    while (links_open(s) != n && wait_for_change(s, &end))
        ;
    bool come = links_open(s) == n;
    pthread_mutex_unlock(&s->lock);
    return come ? OK : FAIL("timedout", NULL);
}

/* The first connection that has room for a message. */
static struct link *ready(const struct socket *s)
{
    struct link *l = s->links;
    while (l && (!l->open || l->leaving || l->out))
        l = l->next;
    return l;
}

static void hand_over(struct link *l, const struct message *m)
{
    l->out = malloc(LWS_PRE + m->body_size);
    if (!l->out)
        exit(1);
    l->out_size = m->body_size;
    if (m->body_size)
        memcpy(l->out + LWS_PRE, m->body, m->body_size);
}

static struct outcome send_message(struct socket *s, int ms, const struct message *m)
{
    struct timespec end = after(ms);
    bool to_all = strcmp(s->pattern->name, "pub") == 0 || strcmp(s->pattern->name, "bus") == 0;
    struct link *l;
    if (!s->pattern->sends)
        return FAIL("notsup", "it only receives");
    if (m->pipe)
        return NA;
    pthread_mutex_lock(&s->lock);
    if (to_all) {
        while ((l = ready(s)) != NULL)
            hand_over(l, m);
    } else {
        while ((l = ready(s)) == NULL && wait_for_change(s, &end))
            ;
        if (!l) {
            pthread_mutex_unlock(&s->lock);
            return FAIL("timedout", NULL);
        }
        hand_over(l, m);
        link_take(s, l); /* its next turn is the last */
        link_add(s, l);
    }
    pthread_mutex_unlock(&s->lock);
    in_thread(s, begin_sending, NULL);
    return OK;
}

static struct outcome receive(struct socket *s, int ms)
{
    struct timespec end = after(ms);
    if (!s->pattern->receives)
        return FAIL("notsup", "it only sends");
    pthread_mutex_lock(&s->lock);
    while (!s->inbox && wait_for_change(s, &end))
        ;
    struct octets *o = s->inbox;
    if (o)
        s->inbox = o->next;
    pthread_mutex_unlock(&s->lock);
    if (!o)
        return FAIL("timedout", NULL);
    adapter_deliver(&(struct message){ .body = o->data, .body_size = o->size }, false);
    free(o);
    return OK;
}

static bool someone_is_there(const struct socket *s)
{
    const struct link *l = s->links;
    while (l && !l->open)
        l = l->next;
    return l != NULL;
}

static bool close_socket(struct socket *s)
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
    return true;
}

static bool is_raw(const struct socket *s)
{
    (void)s;
    return false;
}

int main(int argc, char **argv)
{
    static char hello[200];
    static const struct library library = {
        .hello = hello,
        .open = open_socket,
        .set = set,
        .listen = listen_at,
        .dial = dial,
        .pipes = pipes,
        .send = send_message,
        .recv = receive,
        .close = close_socket,
        .is_raw = is_raw,
    };
    const char *version = lws_get_library_version();
    snprintf(hello, sizeof hello,
             "libwebsockets %.*s ws wss pipes max-recv reconnect-min subscribe unsubscribe tls-ca"
             " tls-cert tls-key",
             (int)strcspn(version, " -"), version);
    lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
    return adapter_main(&library, argc, argv);
}
