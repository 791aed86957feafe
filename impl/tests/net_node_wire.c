/* What a node does on the wire and when; the peer is a bare stream.  Simulated time is exact. */
#include "net_node.h"

static struct meeting m; /* b: accepted by our listener; a: dialled by us */
static struct node_socket *s;
static unsigned accepted;
static msec accepted_at[16];

static const uint8_t req_hello[8] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };
static const uint8_t rep_hello[8] = { 0, 'S', 'P', 0, 0, 0x31, 0, 0 };
static const uint8_t push_hello[8] = { 0, 'S', 'P', 0, 0, 0x50, 0, 0 };
static const uint8_t pull_hello[8] = { 0, 'S', 'P', 0, 0, 0x51, 0, 0 };
static const uint8_t pair_hello[8] = { 0, 'S', 'P', 0, 0, 0x10, 0, 0 };

static void on_accept(void *ctx, struct stream *stream)
{
    (void)ctx;
    if (accepted < 16)
        accepted_at[accepted] = net_now(w.net);
    accepted++;
    if (m.b.s)
        stream_close(m.b.s);
    end_set(&m.b, stream);
}

static void on_accept_and_close(void *ctx, struct stream *stream)
{
    on_accept(ctx, stream);
    stream_close(stream);
    m.b.s = NULL;
}

static void open_socket(uint16_t self)
{
    memset(&m, 0, sizeof m);
    m.net = w.net;
    accepted = 0;
    s = node_open(w.node, self, false);
}

static struct stream *dial_it(const char *url)
{
    struct stream *stream;
    assert_int_equal(net_dial(w.net, url, &stream), E_OK);
    return stream;
}

static char at[160];

static void listen_with(uint16_t self, const char *url)
{
    open_socket(self);
    assert_int_equal(node_listen(s, url, at, sizeof at), E_OK);
}

static void greeting_at_once(void **state)
{
    (void)state;
    listen_with(SP_REP, "tcp://127.0.0.1:0");
    end_set(&m.a, dial_it(at));
    read_until(w.net, &m.a, 8); /* we said nothing */
    assert_int_equal(m.a.n, 8);
    assert_memory_equal(m.a.got, rep_hello, 8);
    assert_int_equal(node_pipes(s), 0);
    put(&m.a, req_hello, 8);
    TILL(node_pipes(s) == 1);
    stream_close(m.a.s);
    TILL(node_pipes(s) == 0);
}

static void silent_peers_disturb_nobody(void **state)
{
    (void)state;
    struct end *silent = calloc(20, sizeof *silent);
    listen_with(SP_REP, "tcp://127.0.0.1:0");
    assert_int_equal(node_set(s, "handshake", 300), E_OK);
    msec start = net_now(w.net);
    for (int i = 0; i < 20; i++)
        end_set(&silent[i], dial_it(at));
    end_set(&m.a, dial_it(at));
    read_until(w.net, &m.a, 8);
    put(&m.a, req_hello, 8);
    TILL(node_pipes(s) == 1);
    for (int i = 0; i < 20; i++) {
        if (i == 1) {
            wait_for(w.net, &silent[i], STREAM_WRITABLE);
            put(&silent[i], "\0SP", 3); /* a beginning does not count */
        }
        read_until(w.net, &silent[i], 9);
        assert_int_equal(silent[i].n, 8);
        assert_int_not_equal(silent[i].over, 1);
        assert_true(net_now(w.net) >= start + 299);
        if (w.net->simulated)
            assert_int_equal(net_now(w.net), start + 300);
        stream_close(silent[i].s);
    }
    assert_int_equal(node_pipes(s), 1);
    stream_close(m.a.s);
    free(silent);
}

static void wrong_greeting_closes(void **state)
{
    (void)state;
    listen_with(SP_REP, "tcp://127.0.0.1:0");
    end_set(&m.a, dial_it(at));
    read_until(w.net, &m.a, 8);
    put(&m.a, pull_hello, 8);
    read_until(w.net, &m.a, 9);
    assert_int_equal(m.a.n, 8);
    assert_int_not_equal(m.a.over, 1);
    assert_int_equal(node_pipes(s), 0);
    assert_non_null(strstr(w.noted, "closed"));
    stream_close(m.a.s);
}

static void second_peer_of_a_pair(void **state)
{
    (void)state;
    listen_with(SP_PAIR0, "tcp://127.0.0.1:0");
    end_set(&m.a, dial_it(at));
    wait_for(w.net, &m.a, STREAM_WRITABLE);
    put(&m.a, pair_hello, 8);
    TILL(node_pipes(s) == 1);
    end_set(&m.b, dial_it(at));
    wait_for(w.net, &m.b, STREAM_WRITABLE);
    put(&m.b, pair_hello, 8);
    read_until(w.net, &m.b, 9);
    assert_int_equal(m.b.n, 8);
    assert_int_not_equal(m.b.over, 1);
    assert_int_equal(node_pipes(s), 1);
    stream_close(m.a.s);
    stream_close(m.b.s);
}

/* Octets and the end of the stream in one go: what was whole is delivered. */
static void delivered_before_the_end(void **state)
{
    (void)state;
    static const uint8_t frame[] = { 0, 0, 0, 0, 0, 0, 0, 1, 'x' };
    for (int how = 0; how < 3; how++) {
        listen_with(SP_PULL, "tcp://127.0.0.1:0");
        end_set(&m.a, dial_it(at));
        read_until(w.net, &m.a, 8);
        put(&m.a, push_hello, 8);
        put(&m.a, frame, sizeof frame);
        put(&m.a, frame, sizeof frame);
        put(&m.a, frame, 5);
        if (how == 0)
            stream_finish(m.a.s);
        else if (how == 1)
            stream_close(m.a.s);
        else
            stream_reset(m.a.s);
        expect_text(s, "x");
        expect_text(s, "x");
        TILL(node_pipes(s) == 0);
        if (how == 0) {
            read_until(w.net, &m.a, 9);
            assert_int_not_equal(m.a.over, 1);
            stream_close(m.a.s);
        }
        node_close(s);
    }
}

/* ---- dialers ---- */

static void redials_a_refused_address(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", on_accept, NULL, &m.l), E_OK);
    memcpy(at, m.l->url, sizeof at);
    listener_close(m.l);
    assert_int_equal(node_set(s, "reconnect-min", 50), E_OK);
    assert_int_equal(node_dial(s, at), E_OK);
    let_pass(120);
    assert_int_equal(net_listen(w.net, at, on_accept, NULL, &m.l), E_OK);
    TILL(accepted == 1);
    read_until(w.net, &m.b, 8);
    assert_memory_equal(m.b.got, req_hello, 8);
    put(&m.b, rep_hello, 8);
    TILL(node_pipes(s) == 1);
    stream_close(m.b.s);
    m.b.s = NULL;
    TILL(accepted == 2); /* its pipe is gone: again */
    stream_close(m.b.s);
    listener_close(m.l);
}

static void gaps_grow_up_to_the_maximum(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", on_accept_and_close, NULL, &m.l), E_OK);
    assert_int_equal(node_set(s, "reconnect-min", 20), E_OK);
    assert_int_equal(node_set(s, "reconnect-max", 100), E_OK);
    assert_int_equal(node_dial(s, m.l->url), E_OK);
    TILL(accepted == 6);
    static const msec gaps[] = { 20, 40, 80, 100, 100 };
    for (int i = 0; i < 5; i++) {
        msec gap = accepted_at[i + 1] - accepted_at[i];
        if (w.net->simulated)
            assert_int_equal(gap, gaps[i]);
        assert_true(gap >= gaps[i] - 2);
    }
    listener_close(m.l);
}

/* An interval set between two attempts counts from the next one on. */
static void intervals_may_change(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", on_accept_and_close, NULL, &m.l), E_OK);
    assert_int_equal(node_set(s, "reconnect-min", 20), E_OK);
    assert_int_equal(node_set(s, "reconnect-max", 200), E_OK);
    assert_int_equal(node_dial(s, m.l->url), E_OK);
    TILL(accepted == 5); /* waits 20, 40, 80, 160; the next one has begun or does when this ends */
    let_pass(1);
    assert_int_equal(node_set(s, "reconnect-max", 0), E_OK);
    TILL(accepted == 7);
    msec gap = accepted_at[6] - accepted_at[5];
    assert_true(gap >= 19);
    if (w.net->simulated) /* else a busy machine may take any time */
        assert_true(gap <= 100);
    assert_int_equal(node_set(s, "reconnect-min", 300), E_OK);
    TILL(accepted == 9);
    assert_true(accepted_at[8] - accepted_at[7] >= 299);
    listener_close(m.l);
}

static void a_good_greeting_starts_the_gaps_over(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", on_accept_and_close, NULL, &m.l), E_OK);
    memcpy(at, m.l->url, sizeof at);
    assert_int_equal(node_set(s, "reconnect-min", 20), E_OK);
    assert_int_equal(node_set(s, "reconnect-max", 1000), E_OK);
    assert_int_equal(node_dial(s, at), E_OK);
    TILL(accepted == 4);
    listener_close(m.l);
    assert_int_equal(net_listen(w.net, at, on_accept, NULL, &m.l), E_OK);
    TILL(m.b.s);
    put(&m.b, rep_hello, 8);
    TILL(node_pipes(s) == 1);
    stream_close(m.b.s);
    m.b.s = NULL;
    msec closed = net_now(w.net);
    TILL(m.b.s);
    if (w.net->simulated)
        assert_int_equal(net_now(w.net), closed + 20);
    assert_true(net_now(w.net) >= closed + 19);
    stream_close(m.b.s);
    listener_close(m.l);
}

static void redials_after_a_bad_greeting(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, w.ipc_url, on_accept, NULL, &m.l), E_OK);
    assert_int_equal(node_dial(s, w.ipc_url), E_OK);
    TILL(accepted == 1);
    put(&m.b, push_hello, 8);
    TILL(accepted == 2);
    assert_true(accepted_at[1] - accepted_at[0] >= 99);
    put(&m.b, rep_hello, 8);
    TILL(node_pipes(s) == 1);
    stream_close(m.b.s);
    listener_close(m.l);
}

static void redials_a_silent_listener(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", on_accept, NULL, &m.l), E_OK);
    assert_int_equal(node_set(s, "handshake", 150), E_OK);
    assert_int_equal(node_dial(s, m.l->url), E_OK);
    TILL(accepted == 2);
    if (w.net->simulated)
        assert_int_equal(accepted_at[1] - accepted_at[0], 250);
    assert_true(accepted_at[1] - accepted_at[0] >= 240);
    stream_close(m.b.s);
    listener_close(m.l);
}

static void inproc_dial_before_listen(void **state)
{
    (void)state;
    struct node_socket *rep = node_open(w.node, SP_REP, false);
    open_socket(SP_REQ);
    assert_int_equal(node_dial(s, "inproc://late"), E_OK);
    let_pass(50);
    assert_int_equal(node_listen(rep, "inproc://late", at, sizeof at), E_OK);
    assert_string_equal(at, "inproc://late");
    TILL(node_pipes(s) == 1);
    send_text(s, "x");
    expect_text(rep, "x");
}

/* ---- time ---- */

static void resends_on_time(void **state)
{
    (void)state;
    open_socket(SP_REQ);
    assert_int_equal(net_listen(w.net, "tcp://127.0.0.1:0", on_accept, NULL, &m.l), E_OK);
    assert_int_equal(node_dial(s, m.l->url), E_OK);
    if (!w.net->simulated)
        assert_int_equal(node_set(s, "resend-ivl", 100), E_OK);
    TILL(m.b.s);
    put(&m.b, rep_hello, 8);
    TILL(node_pipes(s) == 1);
    msec start = net_now(w.net), interval = w.net->simulated ? 60000 : 100;
    send_text(s, "x");
    read_until(w.net, &m.b, 8 + 13);
    if (w.net->simulated)
        assert_int_equal(net_now(w.net), start);
    for (int i = 1; i < 3; i++) {
        while (m.b.n < 8 + 13 * (size_t)(i + 1)) { /* 60 s are over the patience of DRIVE */
            m.b.events = 0;
            stream_want(m.b.s, STREAM_READABLE);
            while (!m.b.events)
                net_step(w.net, start + 10 * interval);
            read_until(w.net, &m.b, m.b.n + 1);
        }
        if (w.net->simulated)
            assert_int_equal(net_now(w.net), start + i * interval);
        assert_true(net_now(w.net) - start >= i * interval - 1);
        assert_memory_equal(m.b.got + 8, m.b.got + 8 + 13 * i, 13);
    }
    stream_close(m.b.s);
    listener_close(m.l);
}

/* A request that is out is cancelled by the close: ending one pipe moves it to no other. */
static void a_closed_request_goes_nowhere_else(void **state)
{
    (void)state;
    for (int linger = 0; linger < 2; linger++) {
        listen_with(SP_REQ, "tcp://127.0.0.1:0");
        assert_int_equal(node_set(s, "linger", 50 * linger), E_OK);
        end_set(&m.a, dial_it(at));
        wait_for(w.net, &m.a, STREAM_WRITABLE);
        put(&m.a, rep_hello, 8);
        end_set(&m.b, dial_it(at));
        wait_for(w.net, &m.b, STREAM_WRITABLE);
        put(&m.b, rep_hello, 8);
        TILL(node_pipes(s) == 2);
        send_text(s, "x");
        node_close(s);
        read_until(w.net, &m.a, 100);
        read_until(w.net, &m.b, 100);
        assert_int_equal(m.a.n + m.b.n, 8 + 8 + 13);
        stream_close(m.a.s);
        stream_close(m.b.s);
    }
}

static void linger_ends(void **state)
{
    enum { SIZE = 100000 };
    (void)state;
    static const uint8_t body[SIZE];
    listen_with(SP_PUSH, "tcp://127.0.0.1:0");
    assert_int_equal(node_set(s, "linger", 200), E_OK);
    end_set(&m.a, dial_it(at));
    wait_for(w.net, &m.a, STREAM_WRITABLE);
    put(&m.a, pull_hello, 8);
    TILL(node_pipes(s) == 1);
    struct msg msg = { .body = slice_of(body, SIZE) };
    do {
        while (node_send(s, &msg) == E_OK)
            continue;
    } while (net_step(w.net, net_now(w.net) + (w.net->simulated ? 0 : 20)));
    msec closed = net_now(w.net);
    node_close(s);
    assert_int_equal(node_listen(node_open(w.node, SP_PULL, false), at, NULL, 0), E_OK);
    let_pass(190);
    wait_for(w.net, &m.a, STREAM_READABLE);
    size_t some = 0; /* a reader so late still gets something, then the end */
    while (m.a.over == 1) {
        m.a.n = 0;
        read_until(w.net, &m.a, 1);
        some += m.a.n;
    }
    assert_true(some > 65000);
    assert_true(net_now(w.net) >= closed + 190);
    stream_close(m.a.s);
}

/* What came and was not yet read turns no close into a reset, which would take away from the peer
 * what it has not read. */
static void closing_on_input_is_no_reset(void **state)
{
    (void)state;
    listen_with(SP_PAIR0, "tcp://127.0.0.1:0");
    end_set(&m.a, dial_it(at));
    wait_for(w.net, &m.a, STREAM_WRITABLE);
    put(&m.a, pair_hello, 8);
    TILL(node_pipes(s) == 1);
    send_text(s, "last");
    node_flush(w.node);
    put(&m.a, "\0\0\0\0\0\0\0\4some", 12);
    node_close(s);
    read_until(w.net, &m.a, 99);
    assert_int_equal(m.a.n, 8 + 12);
    assert_int_equal(m.a.over, 0);
    stream_close(m.a.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_IN_BOTH(greeting_at_once),
        NODE_IN_BOTH(silent_peers_disturb_nobody),
        NODE_IN_BOTH(wrong_greeting_closes),
        NODE_IN_BOTH(second_peer_of_a_pair),
        NODE_IN_BOTH(delivered_before_the_end),
        NODE_IN_BOTH(redials_a_refused_address),
        NODE_IN_BOTH(gaps_grow_up_to_the_maximum),
        NODE_IN_BOTH(intervals_may_change),
        NODE_IN_BOTH(a_good_greeting_starts_the_gaps_over),
        NODE_IN_BOTH(redials_after_a_bad_greeting),
        NODE_IN_BOTH(redials_a_silent_listener),
        NODE_IN_BOTH(inproc_dial_before_listen),
        NODE_IN_BOTH(resends_on_time),
        NODE_IN_BOTH(a_closed_request_goes_nowhere_else),
        NODE_IN_BOTH(linger_ends),
        NODE_IN_BOTH(closing_on_input_is_no_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
