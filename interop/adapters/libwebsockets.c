/* libwebsockets.c -- adapter of libwebsockets: WebSocket, client and server, and nothing of SP.
 * What the patterns without a header leave to be done is in lws_socket.c. */
#include "adapter.h"
#include "lws_socket.h"
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const tls_options[TLS_FILES] = { "tls-ca", "tls-cert", "tls-key" };

static struct outcome open_socket(const char *protocol, bool raw, struct socket **out)
{
    const struct pattern *p = pattern_named(strcmp(protocol, "pair0") == 0 ? "pair" : protocol);
    if (!p || raw)
        return NA;
    *out = socket_new(p);
    return *out ? OK : FAIL("other", "no context");
}

static struct outcome subscribe(struct socket *s, bool on, const struct value *v)
{
    if (!v->is_octets)
        return FAIL("inval", "no such value");
    if (on)
        socket_subscribe(s, v->octets, v->size);
    else if (!socket_unsubscribe(s, v->octets, v->size))
        return FAIL("inval", "no such subscription");
    return OK;
}

static struct outcome set(struct socket *s, const char *name, const struct value *v)
{
    bool on = strcmp(name, "subscribe") == 0;
    if ((on || strcmp(name, "unsubscribe") == 0) && strcmp(socket_pattern(s)->name, "sub") == 0)
        return subscribe(s, on, v);
    for (int i = 0; i < TLS_FILES; i++)
        if (strcmp(name, tls_options[i]) == 0)
            return socket_set_tls(s, i, v->text) ? OK : FAIL("other", "out of memory");
    bool limit = strcmp(name, "max-recv") == 0;
    if (!limit && strcmp(name, "reconnect-min") != 0)
        return NA;
    if (!v->is_number || v->number < 0)
        return FAIL("inval", "no such value");
    if (limit)
        socket_set_limit(s, v->number);
    else
        socket_set_reconnect(s, v->number);
    return OK;
}

static struct outcome begun(enum socket_begun how, struct outcome refused)
{
    switch (how) {
    case BEGUN:
        return OK;
    case NOT_WEBSOCKET:
        return NA;
    case MALFORMED:
        return FAIL("inval", "no such address");
    case REFUSED:
        break;
    }
    return refused;
}

static struct outcome listen_at(struct socket *s, const char *url, char *actual, size_t room)
{
    int port = 0;
    enum socket_begun how = socket_listen(s, url, &port);
    if (how == BEGUN && !adapter_any_port(url, port, actual, room))
        snprintf(actual, room, "%s", url);
    return begun(how, FAIL("inuse", "the library cannot listen there"));
}

static struct outcome dial(struct socket *s, const char *url)
{
    return begun(socket_dial(s, url), FAIL("inval", "the library cannot dial there"));
}

static struct outcome pipes(struct socket *s, size_t n, int ms)
{
    return socket_reaches(s, n, ms) ? OK : FAIL("timedout", NULL);
}

static struct outcome send_message(struct socket *s, int ms, const struct message *m)
{
    if (!socket_pattern(s)->sends)
        return FAIL("notsup", "it only receives");
    if (m->pipe)
        return NA;
    return socket_send(s, ms, m->body, m->body_size) ? OK : FAIL("timedout", NULL);
}

static struct outcome receive(struct socket *s, int ms)
{
    if (!socket_pattern(s)->receives)
        return FAIL("notsup", "it only sends");
    struct octets *o = socket_receive(s, ms);
    if (!o)
        return FAIL("timedout", NULL);
    adapter_deliver(&(struct message){ .body = o->data, .body_size = o->size }, false);
    free(o);
    return OK;
}

static bool close_socket(struct socket *s)
{
    socket_end(s);
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
