/* Every allocation fails in turn: the exchange may fail, the program may not. */
#include "net_node.h"

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);

static long until_failure; /* < 0: never */
static bool failed;

static bool fails(void)
{
    if (until_failure < 0 || until_failure-- > 0)
        return false;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

/* As far as it comes; true: to the end. */
static bool exchange(const char *url)
{
    static const uint8_t large[100000];
    struct node_socket *rep = node_open(w.node, SP_REP, false);
    struct node_socket *req = rep ? node_open(w.node, SP_REQ, false) : NULL;
    struct msg m = { .body = slice_of(large, sizeof large) };
    char at[160];
    bool sent = false, done = false;
    if (!req || node_listen(rep, url, at, sizeof at) || node_dial(req, at))
        return false;
    for (int i = 0; i < 2000 && !done; i++) {
        struct msg got;
        sent = sent || node_send(req, &m) == E_OK;
        if (node_recv(rep, &got) == E_OK)
            node_send(rep, &got);
        done = node_recv(req, &got) == E_OK && got.body.n == sizeof large;
        net_step(w.net, net_now(w.net) + 50);
    }
    return done;
}

/* The last allocation that matters is the one before which all succeed. */
static void fail_in_turn(const char *url, void *real)
{
    bool done = false;
    for (long k = 0; k < 10000; k++) {
        until_failure = k;
        failed = false;
        done = false;
        if (node_world_up(&real) == 0) {
            done = exchange(url);
            node_world_down(NULL);
        } else if (w.net) {
            net_free(w.net);
        }
        until_failure = -1;
        if (!failed) {
            assert_true(done);
            assert_true(k > 20);
            return;
        }
    }
    fail();
}

static void in_simulated_time(void **state)
{
    (void)state;
    fail_in_turn("tcp://127.0.0.1:0", NULL);
    fail_in_turn("ipc://x", NULL);
    fail_in_turn("inproc://x", NULL);
    fail_in_turn("ws://127.0.0.1:0/x", NULL);
}

/* What went out before memory ran short is announced like any other octets. */
static void part_of_a_write(void **state)
{
    static const uint8_t octets[1000];
    (void)state;
    static struct meeting m;
    m.net = net_sim_new(0);
    meet(&m, "tcp://127.0.0.1:1");
    put(&m.a, octets, 10);
    read_until(m.net, &m.b, 10);
    const struct slice v[2] = { slice_of(octets, 10), slice_of(octets, sizeof octets) };
    until_failure = 0;
    assert_int_equal(stream_write(m.a.s, v, 2), 10);
    until_failure = -1;
    read_until(m.net, &m.b, 20);
    assert_int_equal(m.b.n, 20);
    wait_for(m.net, &m.a, STREAM_WRITABLE);
    stream_want(m.b.s, STREAM_READABLE);
    until_failure = 0;
    assert_int_equal(stream_write(m.a.s, v, 2), 10);
    until_failure = -1;
    DRIVE(m.net, m.b.events & STREAM_READABLE);
    part(&m);
    net_free(m.net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_simulated_time),
        cmocka_unit_test(part_of_a_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
