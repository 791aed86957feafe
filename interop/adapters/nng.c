/* nng.c -- adapter of libnng: which of its calls a verb is. */
#include "nng_socket.h"
#include <nng/protocol/bus0/bus.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/protocol/pair1/pair.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/protocol/survey0/respond.h>
#include <nng/protocol/survey0/survey.h>
#include <nng/supplemental/tls/tls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct protocol protocols[] = {
    { "pair", nng_pair0_open, nng_pair0_open_raw },
    { "pair0", nng_pair0_open, nng_pair0_open_raw },
    { "pair1", nng_pair1_open, nng_pair1_open_raw },
    { "pub", nng_pub0_open, nng_pub0_open_raw },
    { "sub", nng_sub0_open, nng_sub0_open_raw },
    { "req", nng_req0_open, nng_req0_open_raw },
    { "rep", nng_rep0_open, nng_rep0_open_raw },
    { "push", nng_push0_open, nng_push0_open_raw },
    { "pull", nng_pull0_open, nng_pull0_open_raw },
    { "surveyor", nng_surveyor0_open, nng_surveyor0_open_raw },
    { "respondent", nng_respondent0_open, nng_respondent0_open_raw },
    { "bus", nng_bus0_open, nng_bus0_open_raw },
};

struct outcome done(int e)
{
    const char *code = "other";
    switch (e) {
    case 0:
        return OK;
    case NNG_ETIMEDOUT:
    case NNG_EAGAIN:
        code = "timedout";
        break;
    case NNG_ECLOSED:
    case NNG_ECONNSHUT:
        code = "closed";
        break;
    case NNG_ECONNREFUSED:
        code = "refused";
        break;
    case NNG_ENOTSUP:
        code = "notsup";
        break;
    case NNG_ESTATE:
        code = "state";
        break;
    case NNG_EPROTO:
        code = "proto";
        break;
    case NNG_EMSGSIZE:
        code = "toolong";
        break;
    case NNG_EADDRINUSE:
        code = "inuse";
        break;
    case NNG_EPEERAUTH:
    case NNG_ECRYPTO:
        code = "auth";
        break;
    case NNG_EINVAL:
    case NNG_EADDRINVAL:
    case NNG_EBADTYPE:
    case NNG_ENOENT: /* unsubscribe from what was not subscribed to */
        code = "inval";
        break;
    }
    return FAIL(code, nng_strerror(e));
}

struct outcome done_or_na(int e)
{
    return e == NNG_ENOTSUP ? NA : done(e);
}

static struct outcome open_socket(const char *protocol, bool raw, struct socket **out)
{
    const struct protocol *p = protocols, *end = p + sizeof protocols / sizeof *p;
    while (p < end && strcmp(p->name, protocol) != 0)
        p++;
    if (p == end)
        return NA;
    struct socket *s = new_socket();
    if (!s)
        return FAIL("other", "out of memory");
    s->protocol = p;
    s->raw = raw;
    struct outcome o = done_or_na(raw ? p->open_raw(&s->id) : p->open(&s->id));
    if (!o.code) {
        o = watch_pipes(s);
        if (!o.code) {
            *out = s;
            return OK;
        }
        nng_close(s->id);
    }
    discard(s);
    free(s);
    return o;
}

static struct outcome open_context(struct socket *s, struct socket **out)
{
    struct socket *c = s->is_context ? NULL : new_socket();
    if (!c)
        return FAIL("other", "no context");
    c->protocol = s->protocol;
    c->is_context = true;
    struct outcome o = done_or_na(nng_ctx_open(&c->context, s->id));
    if (!o.code) {
        *out = c;
        return OK;
    }
    discard(c);
    free(c);
    return o;
}

static bool is_raw(const struct socket *s)
{
    return s->raw;
}

static bool fit(const struct socket *a, const struct socket *b)
{
    int protocol = 0, peer = 0;
    return nng_socket_get_int(a->id, NNG_OPT_PEER, &peer) == 0 &&
           nng_socket_get_int(b->id, NNG_OPT_PROTO, &protocol) == 0 && peer == protocol;
}

static struct outcome listen_at(struct socket *s, const char *url, char *actual, size_t room)
{
    nng_listener l;
    nng_tls_config *tls = NULL;
    int port = 0;
    if (s->is_context)
        return NA;
    int e = nng_listener_create(&l, s->id, url);
    if (e)
        return done_or_na(e);
    if ((e = tls_config(s, url, NNG_TLS_MODE_SERVER, &tls)) == 0 && tls)
        e = nng_listener_set_ptr(l, NNG_OPT_TLS_CONFIG, tls);
    if (tls)
        nng_tls_config_free(tls);
    if (!e && s->ws_text)
        e = nng_listener_set_bool(l, NNG_OPT_WS_SEND_TEXT, true);
    if (!e)
        e = nng_listener_start(l, 0);
    snprintf(actual, room, "%s", url);
    if (!e && adapter_any_port(url, 0, actual, room)) {
        e = nng_listener_get_int(l, NNG_OPT_TCP_BOUND_PORT, &port);
        adapter_any_port(url, port, actual, room);
    }
    if (e)
        nng_listener_close(l);
    return done_or_na(e);
}

static struct outcome dial(struct socket *s, const char *url)
{
    nng_dialer d;
    nng_tls_config *tls = NULL;
    if (s->is_context)
        return NA;
    int e = nng_dialer_create(&d, s->id, url);
    if (e)
        return done_or_na(e);
    if ((e = tls_config(s, url, NNG_TLS_MODE_CLIENT, &tls)) == 0 && tls)
        e = nng_dialer_set_ptr(d, NNG_OPT_TLS_CONFIG, tls);
    if (tls)
        nng_tls_config_free(tls);
    if (!e && s->ws_text)
        e = nng_dialer_set_bool(d, NNG_OPT_WS_SEND_TEXT, true);
    if (!e)
        e = nng_dialer_start(d, NNG_FLAG_NONBLOCK);
    if (e)
        nng_dialer_close(d);
    return done_or_na(e);
}

static struct outcome send_message(struct socket *s, int ms, const struct message *m)
{
    nng_msg *msg;
    int e = nng_msg_alloc(&msg, 0);
    if (e)
        return done(e);
    if ((e = nng_msg_append(msg, m->body, m->body_size)) == 0 && m->header_size)
        e = nng_msg_header_append(msg, m->header, m->header_size);
    if (m->pipe) {
        nng_pipe p = NNG_PIPE_INITIALIZER;
        p.id = m->pipe;
        nng_msg_set_pipe(msg, p);
    }
    if (!e) {
        nng_aio_set_timeout(s->aio, ms);
        nng_aio_set_msg(s->aio, msg);
        if (s->is_context)
            nng_ctx_send(s->context, s->aio);
        else
            nng_send_aio(s->id, s->aio);
        nng_aio_wait(s->aio);
        e = nng_aio_result(s->aio);
    }
    if (e)
        nng_msg_free(msg); /* a message that was not sent stays ours */
    return done(e);
}

static struct outcome receive(struct socket *s, int ms)
{
    nng_aio_set_timeout(s->aio, ms);
    if (s->is_context)
        nng_ctx_recv(s->context, s->aio);
    else
        nng_recv_aio(s->id, s->aio);
    nng_aio_wait(s->aio);
    int e = nng_aio_result(s->aio);
    if (e)
        return done(e);
    nng_msg *msg = nng_aio_get_msg(s->aio);
    int pipe = s->polyamorous ? nng_pipe_id(nng_msg_get_pipe(msg)) : 0;
    struct message m = { nng_msg_header(msg), nng_msg_body(msg), nng_msg_header_len(msg),
                         nng_msg_len(msg), pipe > 0 ? (uint32_t)pipe : 0 };
    adapter_deliver(&m, s->raw);
    nng_msg_free(msg);
    return OK;
}

static void device(struct socket *a, struct socket *b)
{
    nng_device(a->id, b->id);
}

int main(int argc, char **argv)
{
    char hello[320];
    bool tls = *nng_tls_engine_name() != 0; /* else the library was built without */
    snprintf(hello, sizeof hello,
             "nng %s tcp tcp6 ipc inproc ws%s raw device ctx pipes resend-ivl survey-deadline ttl"
             " max-recv subscribe unsubscribe reconnect-min reconnect-max send-buf recv-buf"
             " polyamorous ws-text",
             nng_version(), tls ? " wss tls tls-ca tls-cert tls-key" : "");
    const struct library library = {
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
        .fit = fit,
        .device = device,
        .context = open_context,
    };
    return adapter_main(&library, argc, argv);
}
