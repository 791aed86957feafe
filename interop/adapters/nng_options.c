/* nng_options.c -- options: what the library calls them, and what else they mean. */
#include "nng_socket.h"
#include <nng/protocol/pair1/pair.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/protocol/survey0/survey.h>
#include <limits.h>
#include <string.h>

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

struct outcome set(struct socket *s, const char *name, const struct value *v)
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
