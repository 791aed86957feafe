/* nanomsg.c -- adapter of libnanomsg. */
#include "adapter.h"
#include <nanomsg/bus.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <nanomsg/ws.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct protocol {
    const char *name;
    int number, peer;
};

struct socket {
    const struct protocol *protocol;
    int id;
    bool raw;
};

static const struct protocol protocols[] = {
    { "pair", NN_PAIR, NN_PAIR },
    { "pair0", NN_PAIR, NN_PAIR },
    { "pub", NN_PUB, NN_SUB },
    { "sub", NN_SUB, NN_PUB },
    { "req", NN_REQ, NN_REP },
    { "rep", NN_REP, NN_REQ },
    { "push", NN_PUSH, NN_PULL },
    { "pull", NN_PULL, NN_PUSH },
    { "surveyor", NN_SURVEYOR, NN_RESPONDENT },
    { "respondent", NN_RESPONDENT, NN_SURVEYOR },
    { "bus", NN_BUS, NN_BUS },
};

static const struct option {
    const char *name;
    int level, number;
    bool octets;
} options[] = {
    { "resend-ivl", NN_REQ, NN_REQ_RESEND_IVL, false },
    { "survey-deadline", NN_SURVEYOR, NN_SURVEYOR_DEADLINE, false },
    { "ttl", NN_SOL_SOCKET, NN_MAXTTL, false },
    { "max-recv", NN_SOL_SOCKET, NN_RCVMAXSIZE, false },
    { "subscribe", NN_SUB, NN_SUB_SUBSCRIBE, true },
    { "unsubscribe", NN_SUB, NN_SUB_UNSUBSCRIBE, true },
    { "reconnect-min", NN_SOL_SOCKET, NN_RECONNECT_IVL, false },
    { "reconnect-max", NN_SOL_SOCKET, NN_RECONNECT_IVL_MAX, false },
    { "linger", NN_SOL_SOCKET, NN_LINGER, false },
    { "send-buf", NN_SOL_SOCKET, NN_SNDBUF, false },
    { "recv-buf", NN_SOL_SOCKET, NN_RCVBUF, false },
    { "ws-text", NN_WS, NN_WS_MSG_TYPE, false },
};

static struct outcome error(void)
{
    int e = nn_errno();
    const char *text = nn_strerror(e), *code;
    switch (e) {
    case ETIMEDOUT:
    case EAGAIN:
        code = "timedout";
        break;
    case EBADF:
    case ETERM:
        code = "closed";
        break;
    case ECONNREFUSED:
        code = "refused";
        break;
    case ENOTSUP:
        code = "notsup";
        break;
    case EFSM:
        code = "state";
        break;
    case EPROTO:
        code = "proto";
        break;
    case EMSGSIZE:
        code = "toolong";
        break;
    case EADDRINUSE:
        code = "inuse";
        break;
    case EINVAL:
    case ENAMETOOLONG:
    case ENODEV:
        code = "inval";
        break;
    case ENOPROTOOPT:     /* this protocol has no such option */
    case EPROTONOSUPPORT: /* the library has no such transport */
        return NA;
    default:
        code = "other";
    }
    return FAIL(code, text);
}

static struct outcome done(int result)
{
    return result < 0 ? error() : OK;
}

static struct outcome open_socket(const char *protocol, bool raw, struct socket **out)
{
    const struct protocol *p = protocols, *end = p + sizeof protocols / sizeof *p;
    while (p < end && strcmp(p->name, protocol) != 0)
        p++;
    if (p == end)
        return NA;
    struct socket *s = calloc(1, sizeof *s);
    if (!s)
        return FAIL("other", "out of memory");
    s->protocol = p;
    s->raw = raw;
    s->id = nn_socket(raw ? AF_SP_RAW : AF_SP, p->number);
    if (s->id < 0) {
        free(s);
        return error();
    }
    *out = s;
    return OK;
}

static bool is_raw(const struct socket *s)
{
    return s->raw;
}

static bool fit(const struct socket *a, const struct socket *b)
{
    return a->protocol->peer == b->protocol->number;
}

static struct outcome set(struct socket *s, const char *name, const struct value *v)
{
    const struct option *o = options, *end = o + sizeof options / sizeof *o;
    while (o < end && strcmp(o->name, name) != 0)
        o++;
    if (o == end)
        return NA;
    if (o->octets) {
        if (!v->is_octets)
            return FAIL("inval", "octets expected");
        return done(nn_setsockopt(s->id, o->level, o->number, v->octets, v->size));
    }
    if (!v->is_number || v->number < INT_MIN || v->number > INT_MAX)
        return FAIL("inval", "a number expected");
    int number = (int)v->number;
    if (o->number == NN_RCVMAXSIZE && o->level == NN_SOL_SOCKET && number == 0)
        number = -1; /* no limit */
    if (o->number == NN_WS_MSG_TYPE && o->level == NN_WS)
        number = number ? NN_WS_MSG_TYPE_TEXT : NN_WS_MSG_TYPE_BINARY;
    return done(nn_setsockopt(s->id, o->level, o->number, &number, sizeof number));
}

/* An address of IP version 6 is only understood by a socket that was told of it. */
static void allow_v6(struct socket *s, const char *url)
{
    int off = 0;
    if (strchr(url, '['))
        nn_setsockopt(s->id, NN_SOL_SOCKET, NN_IPV4ONLY, &off, sizeof off);
}

/* A listener for WebSocket has no path: it takes none, and serves every one. */
static int bind_to(struct socket *s, const char *url)
{
    char bare[256];
    size_t n = strlen(url);
    if (strncmp(url, "ws://", 5) == 0)
        n = 5 + strcspn(url + 5, "/");
    if (n >= sizeof bare)
        return nn_bind(s->id, url);
    memcpy(bare, url, n);
    bare[n] = 0;
    return nn_bind(s->id, bare);
}

static struct outcome listen_at(struct socket *s, const char *url, char *actual, size_t room)
{
    allow_v6(s, url);
    /* The library accepts port 0 but cannot say which port it got: ask for one after another. */
    for (int tries = 0; tries < 1000; tries++) {
        if (!adapter_any_port(url, 20000 + (int)(random() % 12001), actual, room)) {
            snprintf(actual, room, "%s", url);
            return done(bind_to(s, url));
        }
        if (bind_to(s, actual) >= 0)
            return OK;
        if (nn_errno() != EADDRINUSE)
            return error();
    }
    return FAIL("inuse", "no free port found");
}

static struct outcome dial(struct socket *s, const char *url)
{
    allow_v6(s, url);
    return done(nn_connect(s->id, url));
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The count goes up after the greetings, when the pattern has accepted the pipe, under the lock
 * that a send takes: a send that follows finds the pipe.  The library tells nobody of a change, so
 * it has to be read again and again; poll() is the wait of 1 ms between. */
static struct outcome pipes(struct socket *s, size_t n, int ms)
{
    for (int64_t end = now() + ms;;) {
        if (nn_get_statistic(s->id, NN_STAT_CURRENT_CONNECTIONS) == n)
            return OK;
        if (now() >= end)
            return FAIL("timedout", NULL);
        poll(NULL, 0, 1);
    }
}

static struct outcome send_message(struct socket *s, int ms, const struct message *m)
{
    struct nn_iovec body = { m->body, m->body_size };
    struct nn_msghdr h = { .msg_iov = &body, .msg_iovlen = 1 };
    struct nn_cmsghdr *control = NULL;

    if (m->pipe)
        return NA;
    if (s->raw) { /* the SP header travels as a size_t and that many octets */
        size_t n = sizeof(size_t) + m->header_size, space = NN_CMSG_SPACE(n);
        control = calloc(1, space);
        if (!control)
            return FAIL("other", "out of memory");
        control->cmsg_len = space;
        control->cmsg_level = PROTO_SP;
        control->cmsg_type = SP_HDR;
        memcpy(NN_CMSG_DATA(control), &m->header_size, sizeof(size_t));
        memcpy(NN_CMSG_DATA(control) + sizeof(size_t), m->header, m->header_size);
        h.msg_control = control;
        h.msg_controllen = space;
    }
    nn_setsockopt(s->id, NN_SOL_SOCKET, NN_SNDTIMEO, &ms, sizeof ms);
    struct outcome o = done(nn_sendmsg(s->id, &h, 0));
    free(control);
    return o;
}

static struct outcome receive(struct socket *s, int ms)
{
    void *body = NULL, *control = NULL;
    struct nn_iovec iov = { &body, NN_MSG };
    struct nn_msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
    struct message m = { 0 };

    if (s->raw) {
        h.msg_control = &control;
        h.msg_controllen = NN_MSG;
    }
    nn_setsockopt(s->id, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms);
    int n = nn_recvmsg(s->id, &h, 0);
    if (n < 0)
        return error();
    m.body = body;
    m.body_size = (size_t)n;
    for (struct nn_cmsghdr *c = control ? NN_CMSG_FIRSTHDR(&h) : NULL; c;
         c = NN_CMSG_NXTHDR(&h, c)) {
        if (c->cmsg_level == PROTO_SP && c->cmsg_type == SP_HDR) {
            memcpy(&m.header_size, NN_CMSG_DATA(c), sizeof(size_t));
            m.header = NN_CMSG_DATA(c) + sizeof(size_t);
        }
    }
    adapter_deliver(&m, s->raw);
    nn_freemsg(body);
    if (control)
        nn_freemsg(control);
    return OK;
}

static bool close_socket(struct socket *s)
{
    while (nn_close(s->id) < 0 && nn_errno() == EINTR)
        ;
    return true;
}

static void device(struct socket *a, struct socket *b)
{
    nn_device(a->id, a == b ? -1 : b->id);
}

int main(int argc, char **argv)
{
    static const struct library library = {
        .hello = "nanomsg " NANOMSG_VERSION " tcp tcp6 ipc inproc ws raw device pipes resend-ivl"
                 " survey-deadline ttl max-recv subscribe unsubscribe reconnect-min reconnect-max"
                 " linger send-buf recv-buf ws-text",
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
    };
    srandom((unsigned)time(NULL) ^ (unsigned)getpid() << 16);
    return adapter_main(&library, argc, argv);
}
