/* What only the simulated world promises. */
#include "net_both.h"
#include <stdlib.h>
#include <time.h>

static void the_clock_stands_where_it_was_told(void **state)
{
    (void)state;
    struct net *n = net_sim_new(5000);
    assert_int_equal(net_now(n), 5000);
    assert_int_equal(net_step(n, 5000), 0);
    assert_int_equal(net_step(n, 4000), 0);
    assert_int_equal(net_now(n), 5000);
    assert_int_equal(net_step(n, 6000), 0);
    assert_int_equal(net_now(n), 6000);
    assert_int_equal(net_step(n, MSEC_NEVER), 0); /* nothing will ever happen */
    assert_int_equal(net_now(n), 6000);
    net_free(n);
}

struct log {
    char text[64];
    size_t n;
};
static struct log heard;

struct talker {
    struct net_timer t;
    struct stream *s;
    char name;
};

static void hear(char what)
{
    if (heard.n < sizeof heard.text - 1)
        heard.text[heard.n++] = what;
}

static void on_talker(void *ctx, unsigned events)
{
    struct talker *t = ctx;
    uint8_t octet;
    (void)events;
    if (stream_read(t->s, &octet, 1) == 1)
        hear((char)octet);
}

static void on_talk(struct net_timer *timer, msec now)
{
    struct talker *t = (struct talker *)(void *)timer;
    (void)now;
    hear(t->name);
}

static void keep(void *ctx, struct stream *s)
{
    struct talker *t = ctx;
    t->s = s;
    stream_watch(s, on_talker, t);
    stream_want(s, STREAM_READABLE);
}

/* Streams are settled before a timer of the same moment; among each other: first come, first
 * served, one event each. */
static void order_of_events(void **state)
{
    (void)state;
    struct net *n = net_sim_new(0);
    struct talker one = { .name = '1', .t.fire = on_talk }, two = { .name = '2' };
    struct listener *l1, *l2;
    struct stream *a, *b;
    memset(&heard, 0, sizeof heard);
    net_listen(n, "ipc://one", keep, &one, &l1);
    net_listen(n, "ipc://two", keep, &two, &l2);
    assert_int_equal(net_dial(n, "ipc://one", &a), E_OK);
    assert_int_equal(net_dial(n, "ipc://two", &b), E_OK);
    net_arm(n, &one.t, 0);
    stream_write(a, &(struct slice){ (const uint8_t *)"abc", 3 }, 1);
    stream_write(b, &(struct slice){ (const uint8_t *)"xyz", 3 }, 1);
    while (net_step(n, 0))
        continue;
    assert_string_equal(heard.text, "axbycz1");
    net_free(n);
}

static void on_always(void *ctx, unsigned events)
{
    (void)events;
    ++*(unsigned *)ctx;
}

/* A loop without latency must not stop time, nor keep a timer waiting. */
static void busy_loops_end(void **state)
{
    (void)state;
    struct net *n = net_sim_new(0);
    struct talker t = { .name = 't', .t.fire = on_talk }, peer;
    struct listener *l;
    struct stream *s;
    unsigned count = 0;
    memset(&heard, 0, sizeof heard);
    net_listen(n, "tcp://[::1]:0", keep, &peer, &l);
    assert_int_equal(net_dial(n, l->url, &s), E_OK);
    stream_watch(s, on_always, &count);
    stream_want(s, STREAM_WRITABLE);
    net_arm(n, &t.t, 0);
    for (int i = 0; i < 100 && !heard.n; i++)
        net_step(n, 10);
    assert_int_equal(heard.n, 1);
    net_arm(n, &t.t, 3);
    while (net_now(n) < 10)
        net_step(n, 10);
    assert_int_equal(heard.n, 2);
    assert_true(count < 200000);
    net_free(n);
}

static void v4_and_v6_are_apart(void **state)
{
    (void)state;
    struct net *n = net_sim_new(0);
    struct talker t;
    struct listener *l;
    assert_int_equal(net_listen(n, "tcp://127.0.0.1:7", keep, &t, &l), E_OK);
    assert_int_equal(net_listen(n, "tcp://[::1]:7", keep, &t, &l), E_OK);
    assert_int_equal(net_listen(n, "tcp://127.0.0.2:7", keep, &t, &l), E_OK);
    assert_int_equal(net_listen(n, "tcp://127.0.0.2:7", keep, &t, &l), E_INUSE);
    assert_int_equal(net_listen(n, "tcp://0.0.0.0:7", keep, &t, &l), E_INUSE);
    assert_int_equal(net_listen(n, "tcp://0.0.0.0:8", keep, &t, &l), E_OK);
    assert_int_equal(net_listen(n, "tcp://127.0.0.1:8", keep, &t, &l), E_INUSE);
    struct stream *s;
    assert_int_equal(net_dial(n, "tcp://127.9.9.9:8", &s), E_OK);
    assert_true(stream_connected(s));
    assert_int_equal(net_dial(n, "tcp://localhost:7", &s), E_OK);
    assert_true(stream_connected(s));
    assert_int_equal(net_dial(n, "tcp://[::1]:8", &s), E_OK);
    assert_false(stream_connected(s));
    net_free(n);
}

/* A suite makes one for each instance. */
static void a_thousand_worlds(void **state)
{
    (void)state;
    clock_t start = clock();
    for (int i = 0; i < 1000; i++) {
        struct net *n = net_sim_new(0);
        struct talker t;
        struct listener *l;
        struct stream *s;
        net_listen(n, "tcp://127.0.0.1:0", keep, &t, &l);
        assert_int_equal(net_dial(n, l->url, &s), E_OK);
        stream_write(s, &(struct slice){ (const uint8_t *)"x", 1 }, 1);
        while (net_step(n, 1000))
            continue;
        net_free(n);
    }
    assert_true(clock() - start < CLOCKS_PER_SEC / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_stands_where_it_was_told),
        cmocka_unit_test(order_of_events),
        cmocka_unit_test(busy_loops_end),
        cmocka_unit_test(v4_and_v6_are_apart),
        cmocka_unit_test(a_thousand_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
