#include "serve/http.h"
#include "serve/stage.h"
#include <arpa/inet.h>
#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BODY_MAX = 4096, HEAD_MAX = 1024 };

struct http {
    struct http_config config;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct lws_http_mount files;
    lws_sorted_usec_list_t tick;
};

/* One request; libwebsockets keeps it with its connection. */
struct request {
    char name[32];
    bool post, too_large;
    char body[BODY_MAX];
    size_t body_size;
    char *answer; /* with LWS_PRE octets before it */
    size_t answer_size;
};

static struct http *http_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

static void forget(struct request *r)
{
    free(r->answer);
    r->answer = NULL;
    r->answer_size = 0;
}

/* The head at once; the body, if there is one, when the connection takes it. */
static int respond(struct lws *wsi, struct request *r, int status, json_t *body)
{
    unsigned char head[LWS_PRE + HEAD_MAX], *start = head + LWS_PRE, *at = start,
                                            *end = head + sizeof head - 1;
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    if (body && !text)
        return -1;
    r->answer_size = text ? strlen(text) : 0;
    r->answer = malloc(LWS_PRE + r->answer_size + 1);
    if (!r->answer) {
        free(text);
        return -1;
    }
    memcpy(r->answer + LWS_PRE, text ? text : "", r->answer_size + 1);
    free(text);
    static const unsigned char no_store[] = "no-store";
    if (lws_add_http_common_headers(wsi, (unsigned)status, "application/json", r->answer_size, &at,
                                    end) ||
        lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CACHE_CONTROL, no_store,
                                     sizeof no_store - 1, &at, end) ||
        lws_finalize_write_http_header(wsi, start, &at, end))
        return -1;
    if (r->answer_size > 0) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    forget(r);
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int begin(struct lws *wsi, struct request *r)
{
    struct http *h = http_of(wsi);
    char path[64] = "", type[64] = "";
    forget(r);
    memset(r, 0, sizeof *r);
    r->post = lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;
    if (!r->post && lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) <= 0)
        return respond(wsi, r, 405, NULL);
    /* What no file was found for comes here too. */
    lws_hdr_copy(wsi, path, sizeof path, r->post ? WSI_TOKEN_POST_URI : WSI_TOKEN_GET_URI);
    if (sscanf(path, "/api/%31s", r->name) != 1)
        return respond(wsi, r, 404, NULL);
    if (!r->post) {
        json_t *body = h->config.get(h->config.ctx, r->name);
        return respond(wsi, r, body ? 200 : 404, body);
    }
    /* A page from elsewhere can post a form here, but no JSON. */
    lws_hdr_copy(wsi, type, sizeof type, WSI_TOKEN_HTTP_CONTENT_TYPE);
    if (strncasecmp(type, "application/json", 16) != 0)
        return respond(wsi, r, 415, NULL);
    return 0;
}

static void take_body(struct request *r, const void *octets, size_t n)
{
    if (n > sizeof r->body - r->body_size) {
        r->too_large = true;
        return;
    }
    memcpy(r->body + r->body_size, octets, n);
    r->body_size += n;
}

static int posted(struct lws *wsi, struct request *r)
{
    struct http *h = http_of(wsi);
    if (r->too_large)
        return respond(wsi, r, 413, NULL);
    json_t *body = json_loadb(r->body, r->body_size, 0, NULL);
    int status = json_is_object(body) ? h->config.post(h->config.ctx, r->name, body) : 400;
    json_decref(body);
    return respond(wsi, r, status, NULL);
}

static int write_answer(struct lws *wsi, struct request *r)
{
    if (!r->answer)
        return 0;
    int n =
        lws_write(wsi, (unsigned char *)r->answer + LWS_PRE, r->answer_size, LWS_WRITE_HTTP_FINAL);
    bool ok = n == (int)r->answer_size;
    forget(r);
    return !ok || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t n)
{
    struct request *r = user;
    /* An enumeration of libwebsockets: the most of it is not for us. */
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return begin(wsi, r);
    case LWS_CALLBACK_HTTP_BODY:
        take_body(r, in, n);
        return 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return posted(wsi, r);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return write_answer(wsi, r);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        if (r)
            forget(r);
        return 0;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return 1; /* a WebSocket: those are not here */
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, n);
    }
}

/* The net's descriptors are one in this loop. */
static int on_net(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
    (void)user;
    (void)in;
    (void)n;
    if (reason == LWS_CALLBACK_RAW_RX_FILE) {
        struct net *net = http_of(wsi)->config.net;
        net_step(net, net_now(net));
    }
    return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION; /* nobody is to ask for it */
}

static void on_tick(lws_sorted_usec_list_t *tick)
{
    struct http *h = lws_container_of(tick, struct http, tick);
    h->config.tick(h->config.ctx);
    lws_sul_schedule(h->context, 0, tick, on_tick, SERVE_TICK_MS * LWS_US_PER_MS);
}

static const struct lws_protocols protocols[] = {
    { .name = "api", .callback = on_http, .per_session_data_size = sizeof(struct request) },
    { .name = "net", .callback = on_net },
    { 0 },
};

/* libwebsockets does not say. */
static void why_not(const struct http_config *config, struct buf *why)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)config->port) };
    if (inet_pton(AF_INET, config->host, &at.sin_addr) != 1) {
        buf_printf(why, "--host takes an IPv4 address, not: %s", config->host);
        return;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    errno = 0;
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0)
        listen(fd, 1);
    buf_printf(why, "cannot listen at %s:%d: %s", config->host, config->port,
               errno ? strerror(errno) : "libwebsockets does not say why");
    if (fd >= 0)
        close(fd);
}

static bool join_net(struct http *h)
{
    lws_sock_file_fd_type fd = { .filefd = dup(net_os_events_fd(h->config.net)) };
    if (fd.filefd < 0)
        return false;
    /* It owns the descriptor, in every case. */
    return lws_adopt_descriptor_vhost(h->vhost, LWS_ADOPT_RAW_FILE_DESC, fd, "net", NULL) != NULL;
}

struct http *http_new(const struct http_config *config, struct buf *why)
{
    static const struct lws_http_mount api = {
        .mountpoint = "/api",
        .mountpoint_len = 4,
        .origin_protocol = LWSMPRO_CALLBACK,
        .protocol = "api",
    };
    struct http *h = calloc(1, sizeof *h);
    struct in_addr address;
    if (!h) {
        buf_printf(why, "out of memory");
        return NULL;
    }
    h->config = *config;
    h->files = (struct lws_http_mount){
        .mount_next = &api,
        .mountpoint = "/",
        .mountpoint_len = 1,
        .origin = config->folder,
        .origin_protocol = LWSMPRO_FILE,
        .def = "index.html",
    };
    lws_set_log_level(0, NULL);
    if (inet_pton(AF_INET, config->host, &address) == 1)
        h->context = lws_create_context(
            &(struct lws_context_creation_info){ .user = h,
                                                 .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
                                                 .port = CONTEXT_PORT_NO_LISTEN });
    if (h->context)
        h->vhost =
            lws_create_vhost(h->context, &(struct lws_context_creation_info){
                                             .iface = config->host,
                                             .port = config->port,
                                             .protocols = protocols,
                                             .mounts = &h->files,
                                             .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
                                                        LWS_SERVER_OPTION_DISABLE_IPV6,
                                         });
    if (!h->vhost || !join_net(h)) {
        why_not(config, why);
        http_free(h);
        return NULL;
    }
    lws_sul_schedule(h->context, 0, &h->tick, on_tick, SERVE_TICK_MS * LWS_US_PER_MS);
    return h;
}

int http_port(const struct http *h)
{
    return lws_get_vhost_listen_port(h->vhost);
}

void http_turn(struct http *h)
{
    lws_service(h->context, 0);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    if (h->context)
        lws_context_destroy(h->context);
    free(h);
}
