/* lws_service.c -- what libwebsockets tells of connections, and what it is told, in the one thread
 * that may call it. */
#include "lws_service.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIVE_AT_ONCE = 65536 };

/* ---- links ---- */

size_t links_open(const struct socket *s)
{
    size_t n = 0;
    for (const struct link *l = s->links; l; l = l->next)
        n += l->open && !l->leaving;
    return n;
}

void link_add(struct socket *s, struct link *l)
{
    struct link **at = &s->links;
    while (*at)
        at = &(*at)->next;
    l->next = NULL;
    *at = l;
}

void link_take(struct socket *s, const struct link *l)
{
    struct link **at = &s->links;
    while (*at && *at != l)
        at = &(*at)->next;
    if (*at)
        *at = l->next;
}

static void dial_again(lws_sorted_usec_list_t *again);

static void drop_first(struct link *l)
{
    struct octets *first = l->out;
    l->out = first->next;
    l->waiting--;
    free(first);
}

void link_end(struct socket *s, struct link *l)
{
    struct endpoint *dialer = l->dialer;
    link_take(s, l);
    free(l->in);
    while (l->out)
        drop_first(l);
    free(l);
    pthread_cond_broadcast(&s->changed);
    if (dialer) /* the library does not dial again; an SP socket does */
        lws_sul_schedule(s->context, 0, &dialer->again, dial_again, s->reconnect * LWS_US_PER_MS);
}

/* ---- what the library tells ---- */

static bool is_wanted(const struct socket *s, const uint8_t *p, size_t n)
{
    if (strcmp(s->pattern->name, "sub") != 0)
        return s->pattern->receives;
    for (const struct octets *o = s->topics; o; o = o->next)
        if (o->size <= n && (o->size == 0 || memcmp(o->data, p, o->size) == 0))
            return true;
    return false;
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
        int size = (int)l->out->size;
        int n = lws_write(l->wsi, l->out->data + LWS_PRE, l->out->size, LWS_WRITE_BINARY);
        drop_first(l);
        pthread_cond_broadcast(&s->changed);
        if (n < size)
            return -1;
    }
    if (l->out) { /* one write a turn is what the library allows */
        lws_callback_on_writable(l->wsi);
        return 0;
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

/* The target may be in absolute form (RFC 7230 5.3.2); of two slashes the library tells one. */
static bool is_for(struct lws *wsi, const struct endpoint *e)
{
    char target[LONGEST_NAME + LONGEST_TARGET] = "";
    const char *path = target;
    lws_hdr_copy(wsi, target, sizeof target, WSI_TOKEN_GET_URI);
    if (strncmp(target, "http:/", 6) == 0 || strncmp(target, "https:/", 7) == 0)
        path = strchr(strstr(target, ":/") + 2, '/');
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

void begin_listening(struct socket *s, void *argument)
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

void begin_dialling(struct socket *s, void *argument)
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

void begin_sending(struct socket *s, void *argument)
{
    (void)argument;
    for (struct link *l = s->links; l; l = l->next)
        if (l->open && (l->out || l->leaving))
            lws_callback_on_writable(l->wsi);
}

void begin_leaving(struct socket *s, void *argument)
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

void end_serving(struct socket *s, void *argument)
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

void in_thread(struct socket *s, void (*work)(struct socket *, void *), void *argument)
{
    pthread_mutex_lock(&s->lock);
    s->argument = argument;
    s->work = work;
    lws_cancel_service(s->context);
    while (s->work)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

bool service_start(struct socket *s)
{
    s->protocols[0] = (struct lws_protocols){ .name = s->serves,
                                              .callback = on_event,
                                              .rx_buffer_size = RECEIVE_AT_ONCE };
    struct lws_context_creation_info info = { .user = s, .fd_limit_per_thread = 1000 };
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8;
    s->context = lws_create_context(&info);
    if (!s->context)
        return false;
    if (pthread_create(&s->thread, NULL, serve, s) == 0)
        return true;
    lws_context_destroy(s->context);
    return false;
}
