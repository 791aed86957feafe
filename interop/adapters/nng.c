/* nng.c -- adapter of libnng. */
#include "adapter.h"
#include <nng/nng.h>
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
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct protocol {
    const char *name;
    int (*open)(nng_socket *);
    int (*open_raw)(nng_socket *);
};

/* Paths of PEM files, in the order of tls_options. */
enum { TLS_CA, TLS_CERT, TLS_KEY, TLS_FILES };

struct socket {
    const struct protocol *protocol;
    nng_socket id;
    nng_ctx context;
    nng_aio *aio; /* the one operation under way */
    bool is_context, raw, polyamorous;
    bool ws_text;
    char *tls[TLS_FILES];

    /* The usable pipes, kept by callbacks from the library's threads. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int *pipe;
    size_t pipes, room;
    int early[64]; /* the last that were removed before they were added */
    size_t earlies;

    sem_t closed; /* nng_close() has returned */
};

enum { CLOSE_MS = 300 }; /* a close takes 10 ms at most, on a busy machine too */

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

enum kind { MS, INT, SIZE, MESSAGES, OCTETS, POLYAMOROUS, WS_TEXT, TLS };

static const struct option {
    const char *name, *key;
    enum kind kind;
} options[] = {
    { "resend-ivl", NNG_OPT_REQ_RESENDTIME, MS },
    { "survey-deadline", NNG_OPT_SURVEYOR_SURVEYTIME, MS },
    { "ttl", NNG_OPT_MAXTTL, INT },
    { "max-recv", NNG_OPT_RECVMAXSZ, SIZE },
    { "subscribe", NNG_OPT_SUB_SUBSCRIBE, OCTETS },
    { "unsubscribe", NNG_OPT_SUB_UNSUBSCRIBE, OCTETS },
    { "reconnect-min", NNG_OPT_RECONNMINT, MS },
    { "reconnect-max", NNG_OPT_RECONNMAXT, MS },
    { "send-buf", NNG_OPT_SENDBUF, MESSAGES },
    { "recv-buf", NNG_OPT_RECVBUF, MESSAGES },
    { "polyamorous", NNG_OPT_PAIR1_POLY, POLYAMOROUS },
    { "ws-text", NNG_OPT_WS_SEND_TEXT, WS_TEXT },
    { "tls-ca", NULL, TLS },
    { "tls-cert", NULL, TLS },
    { "tls-key", NULL, TLS },
};

static const char *const tls_options[TLS_FILES] = { "tls-ca", "tls-cert", "tls-key" };

static struct outcome done(int e)
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

/* Where "not supported" means that the library has no such thing, rather than that it refuses. */
static struct outcome done_or_na(int e)
{
    return e == NNG_ENOTSUP ? NA : done(e);
}

/* A pipe that ends at once is now and then told of as removed first and as added then.  Ids are
 * not used again. */
static bool ended_early(const struct socket *s, int id)
{
    size_t room = sizeof s->early / sizeof s->early[0];
    for (size_t i = 0; i < room && i < s->earlies; i++)
        if (s->early[i] == id)
            return true;
    return false;
}

/* A pipe counts from the moment the pattern can send on it.  Removal is also told of pipes that
 * the pattern refused (a second one of a pair), which never counted: hence ids, not a number. */
static void pipe_changed(nng_pipe p, nng_pipe_ev event, void *arg)
{
    struct socket *s = arg;
    int id = nng_pipe_id(p);
    pthread_mutex_lock(&s->lock);
    if (event == NNG_PIPE_EV_ADD_POST && !ended_early(s, id)) {
        if (s->pipes == s->room) {
            size_t room = s->room ? 2 * s->room : 16;
            int *more = reallocarray(s->pipe, room, sizeof *more);
            if (!more)
                abort();
            s->pipe = more;
            s->room = room;
        }
        s->pipe[s->pipes++] = id;
    } else if (event != NNG_PIPE_EV_ADD_POST) {
        size_t i = 0;
        while (i < s->pipes && s->pipe[i] != id)
            i++;
        if (i < s->pipes)
            s->pipe[i] = s->pipe[--s->pipes];
        else
            s->early[s->earlies++ % (sizeof s->early / sizeof s->early[0])] = id;
    }
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static struct outcome watch_pipes(struct socket *s)
{
    int e = nng_pipe_notify(s->id, NNG_PIPE_EV_ADD_POST, pipe_changed, s);
    return done(e ? e : nng_pipe_notify(s->id, NNG_PIPE_EV_REM_POST, pipe_changed, s));
}

/* The monotonic clock's time in `ms` from now. */
static struct timespec in_ms(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

static struct outcome pipes(struct socket *s, size_t n, int ms)
{
    struct timespec end = in_ms(ms);
    int e = 0;
    if (s->is_context)
        return NA;
    pthread_mutex_lock(&s->lock);
    while (s->pipes != n && e != ETIMEDOUT)
        e = pthread_cond_timedwait(&s->changed, &s->lock, &end);
    bool reached = s->pipes == n;
    pthread_mutex_unlock(&s->lock);
    return reached ? OK : FAIL("timedout", NULL);
}

static struct socket *new_socket(void)
{
    pthread_condattr_t monotonic;
    struct socket *s = calloc(1, sizeof *s);
    if (!s || nng_aio_alloc(&s->aio, NULL, NULL) != 0) {
        free(s);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return s;
}

static void discard(struct socket *s)
{
    nng_aio_free(s->aio);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->pipe);
    for (int i = 0; i < TLS_FILES; i++)
        free(s->tls[i]);
}

static void *close_in_library(void *arg)
{
    struct socket *s = arg;
    nng_close(s->id);
    sem_post(&s->closed);
    return NULL;
}

/* nng_close() of 1.5.2 now and then never returns when a message has just arrived (nanomsg/nng
 * issues 1543 and 1813), and from then on no other close does.  The connections have ended by
 * then; what hangs is the tidying up. */
static bool close_socket(struct socket *s)
{
    struct timespec end = in_ms(CLOSE_MS);
    pthread_t thread;
    int e;

    if (s->is_context) {
        nng_ctx_close(s->context);
        discard(s);
        return true;
    }
    sem_init(&s->closed, 0, 0);
    if (pthread_create(&thread, NULL, close_in_library, s) != 0)
        return false;
    do
        e = sem_clockwait(&s->closed, CLOCK_MONOTONIC, &end);
    while (e != 0 && errno == EINTR);
    if (e != 0) {
        fprintf(stderr, "nng_close() has not returned within %d ms\n", CLOSE_MS);
        pthread_detach(thread);
        return false;
    }
    pthread_join(thread, NULL);
    sem_destroy(&s->closed);
    discard(s);
    return true;
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

/* A pair is polyamorous from its birth on: what was opened is opened again. */
static struct outcome set_polyamorous(struct socket *s, bool on)
{
    nng_socket id;
    if (s->is_context || s->raw || s->protocol->open != nng_pair1_open)
        return NA;
    int e = on ? nng_pair1_open_poly(&id) : nng_pair1_open(&id);
    if (e)
        return done(e);
    nng_close(s->id);
    s->id = id;
    s->polyamorous = on;
    return watch_pipes(s);
}

static struct outcome set_tls(struct socket *s, const char *name, const char *path)
{
    int i = TLS_FILES - 1;
    while (i > 0 && strcmp(tls_options[i], name) != 0)
        i--;
    free(s->tls[i]);
    s->tls[i] = strdup(path);
    return s->tls[i] ? OK : FAIL("other", "out of memory");
}

static struct outcome set(struct socket *s, const char *name, const struct value *v)
{
    const struct option *o = options, *end = o + sizeof options / sizeof *o;
    nng_socket id = s->id;
    nng_ctx c = s->context;
    bool on_context = s->is_context;
    int n;

    while (o < end && strcmp(o->name, name) != 0)
        o++;
    if (o == end)
        return NA;
    if (o->kind == TLS)
        return on_context ? NA : set_tls(s, name, v->text);
    if (o->kind == OCTETS ? !v->is_octets
                          : !v->is_number || v->number < INT_MIN || v->number > INT_MAX)
        return FAIL("inval", "no such value");
    n = (int)v->number;
    switch (o->kind) {
    case MS:
        return done_or_na(on_context ? nng_ctx_set_ms(c, o->key, n)
                                     : nng_socket_set_ms(id, o->key, n));
    case MESSAGES: /* the library counts messages: 1,024 octets are one */
        if (n < 0)
            return FAIL("inval", "no such value");
        n = n / 1024 + (n % 1024 != 0);
        n = n > 8192 ? 8192 : n; /* its own limit */
        /* fall through */
    case INT:
        return done_or_na(on_context ? nng_ctx_set_int(c, o->key, n)
                                     : nng_socket_set_int(id, o->key, n));
    case SIZE:
        if (n < 0)
            return FAIL("inval", "no such value");
        return done_or_na(on_context ? nng_ctx_set_size(c, o->key, (size_t)n)
                                     : nng_socket_set_size(id, o->key, (size_t)n));
    case OCTETS:
        /* Elsewhere an empty topic is refused as if memory had run out, a longer one as unknown. */
        if (s->protocol->open != nng_sub0_open || s->raw)
            return NA;
        return done_or_na(on_context ? nng_ctx_set(c, o->key, v->octets, v->size)
                                     : nng_socket_set(id, o->key, v->octets, v->size));
    case POLYAMOROUS:
        return set_polyamorous(s, n != 0);
    case WS_TEXT: /* the endpoint's, which is not there yet */
        s->ws_text = n != 0;
        return on_context ? NA : OK;
    case TLS:
        break;
    }
    return NA;
}

static char *whole_file(const char *path)
{
    char *text = NULL;
    size_t room = 0;
    FILE *f = path ? fopen(path, "r") : NULL;
    if (f && getdelim(&text, &room, 0, f) < 0) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

/* nng_tls_config_cert_key_file() takes one file with both: here are two. */
static int own_certificate(nng_tls_config *c, const struct socket *s)
{
    char *cert = whole_file(s->tls[TLS_CERT]), *key = whole_file(s->tls[TLS_KEY]);
    int e = cert && key ? nng_tls_config_own_cert(c, cert, key, NULL) : NNG_ECRYPTO;
    free(cert);
    free(key);
    return e;
}

/* What a dialer or listener of this address needs; NULL: nothing. */
static int tls_config(struct socket *s, const char *url, nng_tls_mode mode, nng_tls_config **out)
{
    nng_tls_config *c = NULL;
    int e = 0;
    *out = NULL;
    if (strncmp(url, "tls+tcp", 7) != 0 && strncmp(url, "wss:", 4) != 0)
        return 0;
    if ((e = nng_tls_config_alloc(&c, mode)) != 0)
        return e;
    /* mbed TLS knows names alone: an address of IP would be none of the certificate's. */
    if (mode == NNG_TLS_MODE_CLIENT)
        e = nng_tls_config_server_name(c, "localhost");
    if (!e && mode == NNG_TLS_MODE_CLIENT && s->tls[TLS_CA])
        e = nng_tls_config_ca_file(c, s->tls[TLS_CA]);
    if (!e && mode == NNG_TLS_MODE_CLIENT)
        e = nng_tls_config_auth_mode(c, s->tls[TLS_CA] ? NNG_TLS_AUTH_MODE_REQUIRED
                                                       : NNG_TLS_AUTH_MODE_NONE);
    if (!e && mode == NNG_TLS_MODE_SERVER)
        e = own_certificate(c, s);
    if (e)
        nng_tls_config_free(c);
    else
        *out = c;
    return e;
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
