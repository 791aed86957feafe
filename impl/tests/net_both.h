/* net_both.h -- what the tests of the two worlds share: a connection, driven step by step. */
#ifndef TESTS_NET_BOTH_H
#define TESTS_NET_BOTH_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "net/net.h"

enum { PATIENCE = 5000 };

/* Steps until `condition` holds; fails the test when it does not within PATIENCE. */
#define DRIVE(net, condition)                                                                      \
    do {                                                                                           \
        msec until_ = net_now(net) + PATIENCE;                                                     \
        while (!(condition)) {                                                                     \
            if (net_now(net) >= until_)                                                            \
                fail_msg("never came true: %s", #condition);                                       \
            net_step(net, until_);                                                                 \
        }                                                                                          \
    } while (0)

/* A stream and what it has told. */
struct end {
    struct stream *s;
    unsigned events;
    uint8_t got[256 * 1024];
    size_t n;
    ptrdiff_t over; /* the last read that was neither octets nor -E_AGAIN; 1: none yet */
};

static inline void end_ready(void *ctx, unsigned events)
{
    struct end *e = ctx;
    e->events |= events;
    stream_want(e->s, 0); /* each test asks again for what it waits for */
}

static inline void end_set(struct end *e, struct stream *s)
{
    e->s = s;
    e->events = 0;
    e->n = 0;
    e->over = 1;
    stream_watch(s, end_ready, e);
}

static inline void wait_for(struct net *net, struct end *e, unsigned events)
{
    e->events = 0;
    stream_want(e->s, events);
    DRIVE(net, e->events & events);
    stream_want(e->s, 0);
}

/* Reads until `n` octets in all are there, or the end. */
static inline void read_until(struct net *net, struct end *e, size_t n)
{
    while (e->n < n && e->over == 1) {
        ptrdiff_t k = stream_read(e->s, e->got + e->n, sizeof e->got - e->n);
        if (k > 0)
            e->n += (size_t)k;
        else if (k == -E_AGAIN)
            wait_for(net, e, STREAM_READABLE);
        else
            e->over = k;
    }
}

static inline ptrdiff_t put(struct end *e, const void *p, size_t n)
{
    struct slice v = slice_of(p, n);
    return stream_write(e->s, &v, 1);
}

struct meeting {
    struct net *net;
    struct listener *l;
    struct end a, b; /* a dialled, b was accepted */
};

static inline void meeting_accept(void *ctx, struct stream *s)
{
    struct meeting *m = ctx;
    end_set(&m->b, s);
}

static inline void meet(struct meeting *m, const char *url)
{
    struct stream *s;
    m->b.s = NULL;
    assert_int_equal(net_listen(m->net, url, meeting_accept, m, &m->l), E_OK);
    assert_int_equal(net_dial(m->net, m->l->url, &s), E_OK);
    end_set(&m->a, s);
    wait_for(m->net, &m->a, STREAM_WRITABLE);
    assert_true(stream_connected(s));
    DRIVE(m->net, m->b.s);
}

static inline void part(struct meeting *m)
{
    if (m->a.s)
        stream_close(m->a.s);
    if (m->b.s)
        stream_close(m->b.s);
    listener_close(m->l);
    m->a.s = m->b.s = NULL;
}

#endif
