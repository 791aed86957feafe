/* One set of expectations for both worlds: what the simulated one promises is what the kernel
 * does. */
#include "net_both.h"
#include <stdlib.h>
#include <unistd.h>

static struct meeting m;
static char ipc_url[80], ipc_path[64];

static const char *const *urls(void)
{
    static const char *list[4] = { "tcp://127.0.0.1:0", "tcp://[::1]:0", ipc_url, NULL };
    return list;
}
#define EACH_TRANSPORT(url)                                                                        \
    const char *url;                                                                               \
    for (const char *const *u_ = urls(); (url = *u_); u_++)

static void octets_both_ways_and_fin(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        meet(&m, url);
        struct slice v[3] = { slice_text("he"), slice_text(""), slice_text("llo") };
        assert_int_equal(stream_write(m.a.s, v, 3), 5);
        read_until(m.net, &m.b, 5);
        assert_memory_equal(m.b.got, "hello", 5);
        assert_int_equal(put(&m.b, "yo", 2), 2);
        stream_finish(m.a.s); /* half-close: the other way stays open */
        assert_int_equal(put(&m.a, "x", 1), -E_CLOSED);
        read_until(m.net, &m.b, 6);
        assert_int_equal(m.b.over, 0);
        assert_int_equal(put(&m.b, "!", 1), 1);
        stream_close(m.b.s);
        m.b.s = NULL;
        read_until(m.net, &m.a, 99);
        assert_int_equal(m.a.n, 3);
        assert_memory_equal(m.a.got, "yo!", 3);
        assert_int_equal(m.a.over, 0);
        part(&m);
    }
}

static void reset_after_the_octets_before_it(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        meet(&m, url);
        assert_int_equal(put(&m.a, "last", 4), 4);
        /* Unread octets at the closing side make it a reset in every transport. */
        assert_int_equal(put(&m.b, "unread", 6), 6);
        wait_for(m.net, &m.a, STREAM_READABLE);
        wait_for(m.net, &m.b, STREAM_READABLE);
        stream_reset(m.a.s);
        m.a.s = NULL;
        read_until(m.net, &m.b, 99);
        assert_int_equal(m.b.n, 4);
        assert_memory_equal(m.b.got, "last", 4);
        assert_int_equal(m.b.over, -E_CLOSED);
        assert_int_equal(put(&m.b, "x", 1), -E_CLOSED);
        part(&m);
    }
}

static void closing_on_unread_octets_resets(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        meet(&m, url);
        assert_int_equal(put(&m.b, "unread", 6), 6);
        wait_for(m.net, &m.a, STREAM_READABLE);
        stream_close(m.a.s);
        m.a.s = NULL;
        read_until(m.net, &m.b, 99);
        assert_int_equal(m.b.over, -E_CLOSED);
        part(&m);
    }
}

static void a_write_that_met_the_reset_does_not_hide_it(void **state)
{
    (void)state;
    meet(&m, "tcp://127.0.0.1:0");
    assert_int_equal(put(&m.a, "last", 4), 4);
    wait_for(m.net, &m.b, STREAM_READABLE);
    stream_reset(m.a.s);
    m.a.s = NULL;
    wait_for(m.net, &m.b, STREAM_READABLE);
    assert_int_equal(put(&m.b, "x", 1), -E_CLOSED);
    read_until(m.net, &m.b, 99);
    assert_int_equal(m.b.n, 4);
    assert_int_equal(m.b.over, -E_CLOSED);
    part(&m);
}

static void refused(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        char gone[160];
        struct stream *s;
        meet(&m, url);
        memcpy(gone, m.l->url, sizeof gone);
        part(&m);
        assert_int_equal(net_dial(m.net, gone, &s), E_OK);
        end_set(&m.a, s);
        wait_for(m.net, &m.a, STREAM_READABLE);
        assert_int_equal(stream_read(s, m.a.got, 1), -E_REFUSED);
        assert_int_equal(put(&m.a, "x", 1), -E_REFUSED);
        assert_false(stream_connected(s));
        assert_int_equal(stream_unread(s), -1);
        wait_for(m.net, &m.a, STREAM_WRITABLE); /* whoever asks only for that learns of it too */
        stream_close(s);
    }
}

static void back_pressure_and_unread(void **state)
{
    (void)state;
    static uint8_t block[16 * 1024];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (uint8_t)(i ^ i >> 8);
    EACH_TRANSPORT(url)
    {
        size_t total = 0, seen = 0;
        meet(&m, url);
        for (ptrdiff_t n; (n = put(&m.a, block + total % sizeof block,
                                   sizeof block - total % sizeof block)) != -E_AGAIN;) {
            assert_true(n > 0);
            total += (size_t)n;
        }
        if (m.a.s->ipc && !m.net->simulated)
            assert_true(stream_unread(m.a.s) > 0);
        else
            assert_int_equal(stream_unread(m.a.s), total);
        if (m.net->simulated)
            assert_int_equal(total, 64 * 1024);
        m.a.events = 0;
        stream_want(m.a.s, STREAM_WRITABLE);
        while (seen < total) {
            m.b.n = 0;
            read_until(m.net, &m.b, 1);
            for (size_t i = 0; i < m.b.n; i++)
                if (m.b.got[i] != block[(seen + i) % sizeof block])
                    fail_msg("octet %zu differs", seen + i);
            seen += m.b.n;
        }
        DRIVE(m.net, m.a.events & STREAM_WRITABLE);
        assert_int_equal(stream_unread(m.a.s), 0);
        assert_int_equal(put(&m.a, "abc", 3), 3);
        wait_for(m.net, &m.b, STREAM_READABLE);
        assert_true(stream_unread(m.a.s) > 0);
        m.b.n = 0;
        read_until(m.net, &m.b, 3);
        assert_int_equal(stream_unread(m.a.s), 0);
        stream_finish(m.a.s); /* FIN is not an octet */
        wait_for(m.net, &m.b, STREAM_READABLE);
        assert_int_equal(stream_unread(m.a.s), 0);
        stream_close(m.b.s);
        m.b.s = NULL;
        wait_for(m.net, &m.a, STREAM_READABLE);
        assert_int_equal(stream_unread(m.a.s), -1);
        part(&m);
    }
}

static void the_same_address_twice(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        struct listener *second;
        meet(&m, url);
        assert_int_equal(net_listen(m.net, m.l->url, meeting_accept, &m, &second), E_INUSE);
        char again[160];
        memcpy(again, m.l->url, sizeof again);
        part(&m);
        meet(&m, again); /* at once, whatever the old connection left behind */
        part(&m);
    }
}

static void socket_files(void **state)
{
    (void)state;
    const struct net_ops *ops = m.net->ops;
    struct listener *l;
    assert_int_equal(ops->file(m.net, ipc_path), NET_NO_FILE);
    ops->file_leave_stale(m.net, ipc_path);
    assert_int_equal(ops->file(m.net, ipc_path), NET_FILE);
    meet(&m, ipc_url); /* takes the place of the dead one */
    assert_int_equal(ops->file(m.net, ipc_path), NET_FILE);
    part(&m);
    assert_int_equal(ops->file(m.net, ipc_path), NET_NO_FILE);
    ops->file_leave_other(m.net, ipc_path);
    assert_int_equal(ops->file(m.net, ipc_path), NET_OTHER_FILE);
    assert_int_equal(net_listen(m.net, ipc_url, meeting_accept, &m, &l), E_INUSE);
    assert_int_equal(ops->file(m.net, ipc_path), NET_OTHER_FILE);
    ops->file_unlink(m.net, ipc_path);
    assert_int_equal(ops->file(m.net, ipc_path), NET_NO_FILE);
    /* A listener does not remove the file of the one that took its place. */
    assert_int_equal(net_listen(m.net, ipc_url, meeting_accept, &m, &l), E_OK);
    ops->file_unlink(m.net, ipc_path);
    meet(&m, ipc_url);
    listener_close(l);
    assert_int_equal(ops->file(m.net, ipc_path), NET_FILE);
    part(&m);
}

static void bad_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = { "tcp://127.0.0.1", "inproc://x", "ipc://", "udp://x", "" };
    struct listener *l;
    struct stream *s;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(net_listen(m.net, bad[i], meeting_accept, &m, &l), E_INVAL);
        assert_int_equal(net_dial(m.net, bad[i], &s), E_INVAL);
    }
    assert_int_equal(net_dial(m.net, "tcp://127.0.0.1:0", &s), E_INVAL);
}

/* ---- closing inside callbacks ---- */

static void close_both(void *ctx, unsigned events)
{
    (void)ctx;
    (void)events;
    stream_close(m.a.s);
    stream_close(m.b.s);
    listener_close(m.l);
    m.a.s = m.b.s = NULL;
    m.l = NULL;
}

static void callbacks_may_close_anything(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        meet(&m, url);
        assert_int_equal(put(&m.a, "x", 1), 1);
        assert_int_equal(put(&m.b, "x", 1), 1);
        stream_watch(m.a.s, close_both, NULL);
        stream_watch(m.b.s, close_both, NULL);
        stream_want(m.a.s, STREAM_READABLE | STREAM_WRITABLE);
        stream_want(m.b.s, STREAM_READABLE | STREAM_WRITABLE);
        DRIVE(m.net, !m.l);
    }
}

static void accept_and_close_listener(void *ctx, struct stream *s)
{
    (void)ctx;
    stream_close(s);
    listener_close(m.l);
    m.l = NULL;
}

static void accepting_may_close_the_listener(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        struct stream *s[3];
        struct end ends[3];
        assert_int_equal(net_listen(m.net, url, accept_and_close_listener, NULL, &m.l), E_OK);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(net_dial(m.net, m.l->url, &s[i]), E_OK);
            end_set(&ends[i], s[i]);
        }
        for (int i = 0; i < 3; i++) { /* one was closed, the others were never accepted */
            read_until(m.net, &ends[i], 1);
            assert_int_not_equal(ends[i].over, 1);
            stream_close(s[i]);
        }
        assert_null(m.l);
    }
}

static void freeing_the_world_frees_what_is_left(void **state)
{
    EACH_TRANSPORT(url)
    {
        struct stream *s;
        meet(&m, url);
        assert_int_equal(net_dial(m.net, m.l->url, &s), E_OK);
    }
    net_free(m.net);
    m.net = *state ? net_os_new() : net_sim_new(0);
    assert_int_equal(m.net->ops->file(m.net, ipc_path), NET_NO_FILE);
}

/* ---- timers ---- */

static struct probe {
    struct net_timer t;
    char name;
    msec again; /* > 0: arms itself once more, so long behind when it was due */
} probes[3];
static char order[16];

static void probe_fire(struct net_timer *t, msec now)
{
    struct probe *p = (struct probe *)(void *)t;
    size_t n = strlen(order);
    assert_true(now >= t->when);
    assert_false(net_timer_armed(t));
    order[n] = p->name;
    order[n + 1] = 0;
    if (p->again)
        net_arm(m.net, t, t->when + p->again);
    p->again = 0;
}

static void timers_in_order(void **state)
{
    (void)state;
    msec start = net_now(m.net);
    memset(probes, 0, sizeof probes);
    order[0] = 0;
    for (int i = 0; i < 3; i++) {
        probes[i].t.fire = probe_fire;
        probes[i].name = (char)('a' + i);
    }
    net_arm(m.net, &probes[0].t, start + 30);
    net_arm(m.net, &probes[1].t, start + 10);
    net_arm(m.net, &probes[2].t, start + 10);
    probes[1].again = 5;
    DRIVE(m.net, strlen(order) == 4);
    assert_string_equal(order, "bcba");
    assert_true(net_now(m.net) >= start + 30);
    if (m.net->simulated)
        assert_int_equal(net_now(m.net), start + 30);
    net_arm(m.net, &probes[0].t, start);
    net_arm(m.net, &probes[0].t, MSEC_NEVER);
    assert_false(net_timer_armed(&probes[0].t));
    assert_int_equal(net_step(m.net, net_now(m.net) + 5), 0);
    assert_string_equal(order, "bcba");
}

static int world_up(void **state)
{
    const char *dir = getenv("TMPDIR");
    snprintf(ipc_path, sizeof ipc_path, "%s/spc-net.%ld", dir ? dir : "/tmp", (long)getpid());
    snprintf(ipc_url, sizeof ipc_url, "ipc://%s", ipc_path);
    m.net = *state ? net_os_new() : net_sim_new(0);
    return m.net ? 0 : -1;
}

static int world_down(void **state)
{
    (void)state;
    net_free(m.net);
    return 0;
}

#define IN_WORLD(f, os)                                                                            \
    {                                                                                              \
#f os, f, world_up, world_down, (os)[0] ? (void *)&m : NULL                                \
    }
#define IN_BOTH(f) IN_WORLD(f, ""), IN_WORLD(f, " (os)")

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH(octets_both_ways_and_fin),
        IN_BOTH(reset_after_the_octets_before_it),
        IN_BOTH(closing_on_unread_octets_resets),
        IN_BOTH(a_write_that_met_the_reset_does_not_hide_it),
        IN_BOTH(refused),
        IN_BOTH(back_pressure_and_unread),
        IN_BOTH(the_same_address_twice),
        IN_BOTH(socket_files),
        IN_BOTH(bad_addresses),
        IN_BOTH(callbacks_may_close_anything),
        IN_BOTH(accepting_may_close_the_listener),
        IN_BOTH(freeing_the_world_frees_what_is_left),
        IN_BOTH(timers_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
