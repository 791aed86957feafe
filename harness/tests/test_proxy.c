/* test_proxy.c -- the recording proxy in a simulated world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "trace/proxy.h"

#define LISTEN "tcp://127.0.0.1:6000"
#define TARGET "tcp://127.0.0.1:5555"

struct world {
    struct net *net;
    struct trace *trace;
    struct proxy_config config;
    struct proxy *proxy;
    struct listener *target;
    struct stream *dialer, *served; /* the outer ends */
};

static void record(void *ctx, const struct trace_event *e)
{
    trace_add(ctx, e);
}

static void served(void *ctx, struct stream *s)
{
    ((struct world *)ctx)->served = s;
}

static void run(struct world *w, msec ms)
{
    for (msec until = net_now(w->net) + ms; net_now(w->net) < until;)
        net_step(w->net, until);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->net = net_sim_new(0);
    w->trace = trace_new();
    w->config = (struct proxy_config){ w->net, LISTEN, TARGET, 1, record, w->trace };
    assert_int_equal(net_listen(w->net, TARGET, served, w, &w->target), E_OK);
    assert_int_equal(proxy_open(&w->config, &w->proxy), E_OK);
    assert_string_equal(proxy_url(w->proxy), LISTEN);
    assert_int_equal(net_dial(w->net, LISTEN, &w->dialer), E_OK);
    run(w, 10);
    assert_non_null(w->served);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    if (w->dialer)
        stream_close(w->dialer);
    if (w->served)
        stream_close(w->served);
    if (w->target)
        listener_close(w->target);
    proxy_close(w->proxy);
    trace_free(w->trace);
    net_free(w->net);
    free(w);
    return 0;
}

static void put(struct stream *s, const char *text)
{
    struct slice v = slice_text(text);
    assert_int_equal(stream_write(s, &v, 1), v.n);
}

/* Reads to the end or to nothing: the octets, then how it ended (0, -E_CLOSED, -E_AGAIN). */
static ptrdiff_t get(struct stream *s, char *text, size_t cap)
{
    size_t n = 0;
    ptrdiff_t got;
    while ((got = stream_read(s, text + n, cap - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    return got;
}

static size_t count(const struct world *w, enum trace_kind kind, const char *note)
{
    size_t n = 0;
    for (size_t i = 0; i < trace_count(w->trace); i++) {
        const struct trace_event *e = trace_get(w->trace, i);
        n += e->kind == kind && (!note || (e->note && strcmp(e->note, note) == 0));
    }
    return n;
}

static void octets_pass_both_ways(void **state)
{
    struct world *w = *state;
    char text[64];
    put(w->dialer, "ping");
    run(w, 10);
    assert_int_equal(get(w->served, text, sizeof text), -E_AGAIN);
    assert_string_equal(text, "ping");
    put(w->served, "pong");
    run(w, 10);
    assert_int_equal(get(w->dialer, text, sizeof text), -E_AGAIN);
    assert_string_equal(text, "pong");
    assert_int_equal(count(w, TRACE_OUT, NULL), 1);
    assert_int_equal(count(w, TRACE_IN, NULL), 1);
    assert_int_equal(count(w, TRACE_OPEN, LISTEN " to " TARGET), 1);
    assert_false(proxy_done(w->proxy));
}

static void half_closed_stays_half_closed(void **state)
{
    struct world *w = *state;
    char text[64];
    put(w->dialer, "last words");
    stream_finish(w->dialer);
    run(w, 10);
    assert_int_equal(get(w->served, text, sizeof text), 0);
    assert_string_equal(text, "last words");
    put(w->served, "an answer");
    run(w, 10);
    assert_int_equal(get(w->dialer, text, sizeof text), -E_AGAIN);
    assert_string_equal(text, "an answer");
    stream_finish(w->served);
    run(w, 10);
    assert_int_equal(get(w->dialer, text, sizeof text), 0);
    assert_int_equal(count(w, TRACE_END, "dialer fin"), 1);
    assert_int_equal(count(w, TRACE_END, "target fin"), 1);
    assert_int_equal(count(w, TRACE_END, NULL), 2);
    assert_true(proxy_done(w->proxy));
}

static void a_reset_is_a_reset_behind_its_octets(void **state)
{
    struct world *w = *state;
    char text[64];
    put(w->served, "before");
    run(w, 10);
    stream_reset(w->served);
    w->served = NULL;
    run(w, 100);
    assert_int_equal(get(w->dialer, text, sizeof text), -E_AGAIN);
    assert_string_equal(text, "before");
    assert_int_equal(count(w, TRACE_END, "target reset"), 1);
    run(w, 10);
    assert_int_equal(get(w->dialer, text, sizeof text), -E_CLOSED);
    assert_true(proxy_done(w->proxy));
}

static void a_reset_does_not_wait_for_ever(void **state)
{
    struct world *w = *state;
    char text[64];
    put(w->served, "never read");
    run(w, 10);
    stream_reset(w->served);
    w->served = NULL;
    run(w, 2000);
    assert_true(proxy_done(w->proxy));
    assert_int_equal(get(w->dialer, text, sizeof text), -E_CLOSED);
}

static void back_pressure_reaches_the_sender(void **state)
{
    struct world *w = *state;
    static uint8_t octets[8192];
    size_t sent = 0;
    for (int i = 0; i < 400; i++) {
        struct slice v = slice_of(octets, sizeof octets);
        ptrdiff_t n = stream_write(w->dialer, &v, 1);
        sent += n > 0 ? (size_t)n : 0;
        run(w, 1);
    }
    assert_true(sent < 1 << 20);
    size_t got = 0;
    for (int i = 0; i < 400; i++) {
        ptrdiff_t n = stream_read(w->served, octets, sizeof octets);
        got += n > 0 ? (size_t)n : 0;
        run(w, 1);
    }
    assert_int_equal(got, sent);
}

static void a_second_connection_is_beyond_max(void **state)
{
    struct world *w = *state;
    struct stream *second;
    char text[8];
    assert_int_equal(net_dial(w->net, LISTEN, &second), E_OK);
    run(w, 10);
    assert_int_equal(get(second, text, sizeof text), -E_CLOSED);
    stream_close(second);
}

static void a_target_that_is_not_there(void **state)
{
    (void)state;
    struct world w = { .net = net_sim_new(0), .trace = trace_new() };
    char text[8];
    w.config = (struct proxy_config){ w.net, LISTEN, TARGET, 0, record, w.trace };
    assert_int_equal(proxy_open(&w.config, &w.proxy), E_OK);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(net_dial(w.net, LISTEN, &w.dialer), E_OK);
        run(&w, 2000);
        assert_int_equal(get(w.dialer, text, sizeof text), -E_CLOSED);
        assert_int_equal(count(&w, TRACE_END, "target refused"), i);
        stream_close(w.dialer);
    }
    proxy_close(w.proxy);
    trace_free(w.trace);
    net_free(w.net);
}

static void a_place_that_is_taken(void **state)
{
    struct world *w = *state;
    struct proxy *p;
    assert_int_equal(proxy_open(&w->config, &p), E_INUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(octets_pass_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(half_closed_stays_half_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reset_is_a_reset_behind_its_octets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reset_does_not_wait_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(back_pressure_reaches_the_sender, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_connection_is_beyond_max, set_up, tear_down),
        cmocka_unit_test(a_target_that_is_not_there),
        cmocka_unit_test_setup_teardown(a_place_that_is_taken, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
