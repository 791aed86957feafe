/* Sockets over every transport of both worlds. */
#include "net_node.h"

static const char *const *urls(void)
{
    static const char *list[5] = { "tcp://127.0.0.1:0", "tcp://[::1]:0", NULL, "inproc://here",
                                   NULL };
    list[2] = w.ipc_url;
    return list;
}
#define EACH_TRANSPORT(url)                                                                        \
    const char *url;                                                                               \
    for (const char *const *u_ = urls(); (url = *u_); u_++)

static struct node_socket *a, *b;
static char actual[160];

static void open_pair(uint16_t one, uint16_t two, const char *url)
{
    a = node_open(w.node, one, false);
    b = node_open(w.node, two, false);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(node_listen(a, url, actual, sizeof actual), E_OK);
    assert_int_equal(node_dial(b, actual), E_OK);
    TILL(node_pipes(a) == 1 && node_pipes(b) == 1);
}

static void close_pair(void)
{
    node_close(a);
    node_close(b);
}

static void request_and_reply(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        open_pair(SP_REP, SP_REQ, url);
        for (int i = 0; i < 3; i++) {
            send_text(b, "ping");
            expect_text(a, "ping");
            send_text(a, "pong");
            expect_text(b, "pong");
        }
        close_pair();
    }
}

static void publish_and_subscribe(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        open_pair(SP_PUB, SP_SUB, url);
        assert_int_equal(node_subscribe(b, slice_text("ab"), true), E_OK);
        send_text(a, "xa");
        send_text(a, "abc");
        expect_text(b, "abc");
        struct msg m = text_msg("x");
        assert_int_equal(node_send(b, &m), E_NOTSUP);
        assert_int_equal(node_recv(a, &m), E_NOTSUP);
        close_pair();
    }
}

/* Far more than all buffers hold: back-pressure both ways, and no octet lost. */
static void push_back_holds(void **state)
{
    enum { N = 400, SIZE = 20000 };
    (void)state;
    static uint8_t body[SIZE];
    EACH_TRANSPORT(url)
    {
        open_pair(SP_PULL, SP_PUSH, url);
        unsigned sent = 0, got = 0;
        struct msg m;
        for (;;) { /* until nothing moves any more: nobody receives */
            body[0] = (uint8_t)sent;
            body[SIZE - 1] = (uint8_t)(sent >> 1);
            m = (struct msg){ .body = slice_of(body, SIZE) };
            if (node_send(b, &m) == E_OK)
                sent++;
            else if (net_step(w.net, net_now(w.net) + (w.net->simulated ? 0 : 20)) == 0)
                break;
        }
        assert_true(sent > 10);
        if (w.net->simulated)
            assert_true(sent < 100);
        while (got < N) {
            enum err err = E_AGAIN;
            TILL((err = node_recv(a, &m)) != E_AGAIN || sent == got);
            if (err == E_OK) {
                assert_int_equal(m.body.n, SIZE);
                assert_int_equal(m.body.p[0], (uint8_t)got);
                assert_int_equal(m.body.p[SIZE - 1], (uint8_t)(got >> 1));
                got++;
            }
            body[0] = (uint8_t)sent;
            body[SIZE - 1] = (uint8_t)(sent >> 1);
            m = (struct msg){ .body = slice_of(body, SIZE) };
            if (sent < N && node_send(b, &m) == E_OK)
                sent++;
        }
        close_pair();
    }
}

/* A pipe that is full is written at once: what the stream still takes is not lost. */
static void bursts_are_written_when_a_pipe_is_full(void **state)
{
    enum { N = 150, SIZE = 2000 }; /* between 256 KiB and what a simulated stream holds beside it */
    (void)state;
    static uint8_t body[SIZE];
    EACH_TRANSPORT(url)
    {
        open_pair(SP_PUB, SP_SUB, url);
        assert_int_equal(node_subscribe(b, slice_text(""), true), E_OK);
        let_pass(1);
        struct msg m = { .body = slice_of(body, SIZE) };
        for (int i = 0; i < N; i++)
            assert_int_equal(node_send(a, &m), E_OK);
        for (int i = 0; i < N; i++)
            TILL(node_recv(b, &m) == E_OK);
        close_pair();
    }
}

static void large_messages(void **state)
{
    enum { SIZE = 1000 * 1000 };
    (void)state;
    struct chunk *c = chunk_new(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        c->p[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
    c->n = SIZE;
    EACH_TRANSPORT(url)
    {
        open_pair(SP_PAIR0, SP_PAIR0, url);
        struct msg m = { .body = slice_of(c->p, SIZE), .own = c };
        assert_int_equal(node_send(a, &m), E_OK);
        TILL(node_recv(b, &m) == E_OK);
        assert_int_equal(m.body.n, SIZE);
        assert_memory_equal(m.body.p, c->p, SIZE);
        close_pair();
        let_pass(20);
    }
    chunk_unref(c);
}

static void several_endpoints(void **state)
{
    (void)state;
    char at[3][160];
    const char *const where[3] = { "tcp://127.0.0.1:0", w.ipc_url, "inproc://x" };
    struct node_socket *pull = node_open(w.node, SP_PULL, false), *push[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(node_listen(pull, where[i], at[i], sizeof at[i]), E_OK);
        push[i] = node_open(w.node, SP_PUSH, false);
        assert_int_equal(node_dial(push[i], at[i]), E_OK);
    }
    TILL(node_pipes(pull) == 3);
    for (int i = 0; i < 3; i++) {
        send_text(push[i], at[i]);
        expect_text(pull, at[i]);
        assert_int_equal(node_listen(push[i], at[i], NULL, 0), E_INUSE);
    }
    node_close(pull);
    TILL(node_pipes(push[0]) == 0 && node_pipes(push[1]) == 0 && node_pipes(push[2]) == 0);
    for (int i = 0; i < 3; i++) /* the addresses are free again */
        assert_int_equal(node_listen(push[i], at[i], NULL, 0), E_OK);
}

static void linger_sends_what_is_pending(void **state)
{
    enum { N = 12, SIZE = 20000 };
    (void)state;
    static const uint8_t body[SIZE] = { 1 };
    EACH_TRANSPORT(url)
    {
        open_pair(SP_PULL, SP_PUSH, url);
        struct msg m = { .body = slice_of(body, SIZE) };
        unsigned sent = 0;
        while (sent < N && node_send(b, &m) == E_OK)
            sent++;
        node_close(b);
        for (unsigned i = 0; i < sent; i++)
            TILL(node_recv(a, &m) == E_OK);
        TILL(node_pipes(a) == 0);
        node_close(a);
    }
}

static void one_changes_while_another_is_told(void **state)
{
    (void)state;
    open_pair(SP_REP, SP_REQ, "tcp://127.0.0.1:0");
    unsigned before = w.changes;
    send_text(b, "x");
    TILL(w.changes > before);
    close_pair();
}

static void bad_input(void **state)
{
    (void)state;
    assert_null(node_open(w.node, 0x1234, false));
    a = node_open(w.node, SP_REQ, false);
    assert_int_equal(node_listen(a, "nonsense", NULL, 0), E_INVAL);
    assert_int_equal(node_dial(a, "tcp://127.0.0.1:0"), E_INVAL);
    assert_int_equal(node_dial(a, "tcp://127.0.0.1"), E_INVAL);
    assert_int_equal(node_dial(a, ""), E_INVAL);
    assert_int_equal(node_set(a, "reconnect-min", -1), E_INVAL);
    assert_int_equal(node_set(a, "reconnect-min", 10), E_OK);
    assert_int_equal(node_set(a, "linger", -1), E_OK);
    assert_int_equal(node_set(a, "no-such", 1), E_NOTSUP);
    assert_int_equal(node_device(a, NULL), E_INVAL);
    node_close(a);
}

/* ---- devices ---- */

static void device_forwards_both_ways(void **state)
{
    (void)state;
    EACH_TRANSPORT(url)
    {
        char front[160], back[160];
        struct node_socket *x = node_open(w.node, SP_REP, true);
        struct node_socket *y = node_open(w.node, SP_REQ, true);
        struct node_socket *req = node_open(w.node, SP_REQ, false);
        struct node_socket *rep = node_open(w.node, SP_REP, false);
        assert_int_equal(node_listen(x, url, front, sizeof front), E_OK);
        assert_int_equal(node_listen(y, "tcp://127.0.0.1:0", back, sizeof back), E_OK);
        assert_int_equal(node_device(x, y), E_OK);
        assert_int_equal(node_device(x, NULL), E_STATE);
        assert_int_equal(node_dial(req, front), E_OK);
        assert_int_equal(node_dial(rep, back), E_OK);
        TILL(node_pipes(req) == 1 && node_pipes(rep) == 1 && node_pipes(x) == 1 &&
             node_pipes(y) == 1);
        struct msg m = text_msg("x");
        assert_int_equal(node_send(x, &m), E_STATE);
        for (int i = 0; i < 3; i++) {
            send_text(req, "there");
            expect_text(rep, "there");
            send_text(rep, "back");
            expect_text(req, "back");
        }
        node_close(x); /* ends the device, y goes on */
        assert_int_equal(node_recv(y, &m), E_AGAIN);
        node_close(y);
        node_close(req);
        node_close(rep);
    }
}

static void device_holds_push_back(void **state)
{
    enum { SIZE = 50000 };
    (void)state;
    static const uint8_t body[SIZE] = { 1 };
    char front[160], back[160];
    struct node_socket *x = node_open(w.node, SP_PULL, true);
    struct node_socket *y = node_open(w.node, SP_PUSH, true);
    struct node_socket *push = node_open(w.node, SP_PUSH, false);
    struct node_socket *pull = node_open(w.node, SP_PULL, false);
    assert_int_equal(node_listen(x, "inproc://front", front, sizeof front), E_OK);
    assert_int_equal(node_listen(y, "inproc://back", back, sizeof back), E_OK);
    assert_int_equal(node_device(x, y), E_OK);
    assert_int_equal(node_dial(push, front), E_OK);
    TILL(node_pipes(push) == 1);
    /* No peer behind the device yet: what is sent waits, to the last message. */
    unsigned sent = 0, got = 0;
    struct msg m = { .body = slice_of(body, SIZE) };
    for (;;) {
        if (node_send(push, &m) == E_OK)
            sent++;
        else if (net_step(w.net, net_now(w.net) + (w.net->simulated ? 0 : 20)) == 0)
            break;
    }
    assert_true(sent > 3);
    assert_int_equal(node_dial(pull, back), E_OK);
    while (got < sent) {
        TILL(node_recv(pull, &m) == E_OK);
        assert_int_equal(m.body.n, SIZE);
        got++;
    }
    node_close(push);
    node_close(pull);
    node_close(y);
    node_close(x);
}

static void device_reflects(void **state)
{
    (void)state;
    struct node_socket *x = node_open(w.node, SP_PAIR0, true);
    struct node_socket *pair = node_open(w.node, SP_PAIR0, false);
    assert_int_equal(node_listen(x, "tcp://127.0.0.1:0", actual, sizeof actual), E_OK);
    assert_int_equal(node_device(x, NULL), E_OK);
    assert_int_equal(node_dial(pair, actual), E_OK);
    send_text(pair, "echo");
    expect_text(pair, "echo");
    node_close(pair);
    node_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_IN_BOTH(request_and_reply),
        NODE_IN_BOTH(publish_and_subscribe),
        NODE_IN_BOTH(push_back_holds),
        NODE_IN_BOTH(bursts_are_written_when_a_pipe_is_full),
        NODE_IN_BOTH(large_messages),
        NODE_IN_BOTH(several_endpoints),
        NODE_IN_BOTH(linger_sends_what_is_pending),
        NODE_IN_BOTH(one_changes_while_another_is_told),
        NODE_IN_BOTH(bad_input),
        NODE_IN_BOTH(device_forwards_both_ways),
        NODE_IN_BOTH(device_holds_push_back),
        NODE_IN_BOTH(device_reflects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
