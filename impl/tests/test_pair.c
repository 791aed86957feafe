/* PAIR v0 and v1, through the socket, against literal octets. */
#include "wire_peer.h"

static void pair0_has_one_peer(void **state)
{
    (void)state;
    msec now = 0;
    for (int raw = 0; raw < 2; raw++) {
        struct sp_socket *s = wp_socket(SP_PAIR0, raw != 0);
        SEND_FAILS(s, E_AGAIN);
        struct sp_pipe *a = wp_open(s, SP_PAIR0, SP_PAIR0, now);
        SEND(s, "1");
        struct sp_pipe *b = wp_open(s, SP_PAIR0, SP_PAIR0, now); /* greeted, then refused */
        assert_true(sp_pipe_over(b));
        assert_false(sp_pipe_over(a));
        WROTE(b, "");
        sp_pipe_free(b, now);
        WROTE(a, FRAME("\1", "1"));
        FEED(a, FRAME("\0", "") FRAME("\2", "hi"));
        RECEIVED(s, "");
        assert_int_equal(sp_socket_pipes(s), 1);
        sp_pipe_eof(a, now);
        assert_int_equal(sp_socket_pipes(s), 0);
        SEND_FAILS(s, E_AGAIN);
        sp_pipe_free(a, now);
        b = wp_open(s, SP_PAIR0, SP_PAIR0, now);
        FEED(b, FRAME("\1", "b"));
        RECEIVED(s, "hi"); /* of the first peer */
        RECEIVED(s, "b");
        SEND(s, "2");
        WROTE(b, FRAME("\1", "2"));
        RECV_FAILS(s, E_AGAIN);
        sp_socket_free(s);
    }
}

static void pair1_counts_hops(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PAIR1, false);
    struct sp_pipe *p = wp_open(s, SP_PAIR1, SP_PAIR1, now);
    SEND(s, "hi");
    WROTE(p, FRAME("\6", "\0\0\0\1hi"));
    FEED(p, FRAME("\4", "\0\0\0\0") FRAME("\5", "\0\0\0\x8x"));
    RECEIVED(s, "");
    RECEIVED(s, "x");
    FEED(p, FRAME("\5", "\0\0\0\x9x") FRAME("\5", "\0\0\1\1x") FRAME("\5", "\1\0\0\1x"));
    FEED(p, FRAME("\5", "\x80\0\0\1x") FRAME("\0", "") FRAME("\3", "\0\0\0"));
    RECV_FAILS(s, E_AGAIN);
    assert_int_equal(sp_socket_set(s, "ttl", 2), E_OK);
    FEED(p, FRAME("\5", "\0\0\0\3x") FRAME("\5", "\0\0\0\2y"));
    RECEIVED(s, "y");
    assert_false(sp_pipe_over(p));
    struct sp_pipe *q = wp_open(s, SP_PAIR1, SP_PAIR1, now);
    assert_true(sp_pipe_over(q));
    assert_int_equal(sp_socket_set(s, "polyamorous", 1), E_STATE);
    assert_int_equal(sp_socket_set(s, "polyamorous", 2), E_INVAL);
    assert_int_equal(sp_socket_set(s, "resend-ivl", 2), E_NOTSUP);
    sp_socket_free(s);
}

static void send_to(struct sp_socket *s, const char *text, pipe_id to, enum err e)
{
    const struct msg m = { .body = slice_text(text), .pipe = to };
    assert_int_equal(sp_socket_send(s, &m, 0), e);
}

static void pair1_polyamorous(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PAIR1, false);
    assert_int_equal(sp_socket_set(s, "polyamorous", 1), E_OK);
    send_to(s, "x", 0, E_AGAIN);
    struct sp_pipe *a = wp_open(s, SP_PAIR1, SP_PAIR1, now);
    struct sp_pipe *b = wp_open(s, SP_PAIR1, SP_PAIR1, now);
    assert_int_equal(sp_socket_pipes(s), 2);
    FEED(b, FRAME("\5", "\0\0\0\1b"));
    struct msg m;
    assert_int_equal(sp_socket_recv(s, &m, now), E_OK);
    assert_int_equal(m.pipe, sp_pipe_id(b));
    send_to(s, "B", m.pipe, E_OK);
    send_to(s, "B", m.pipe, E_OK);
    WROTE(b, FRAME("\5", "\0\0\0\1B") FRAME("\5", "\0\0\0\1B"));
    WROTE(a, "");
    send_to(s, "1", 0, E_OK);
    send_to(s, "2", 0, E_OK);
    WROTE(a, FRAME("\5", "\0\0\0\1\61"));
    WROTE(b, FRAME("\5", "\0\0\0\1\62"));
    pipe_id gone = sp_pipe_id(b);
    sp_pipe_free(b, now);
    send_to(s, "lost", gone, E_OK);
    WROTE(a, "");
    sp_socket_free(s);
}

static void raw_pair1_adds_a_hop(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PAIR1, true);
    struct sp_pipe *p = wp_open(s, SP_PAIR1, SP_PAIR1, now);
    FEED(p, FRAME("\5", "\0\0\0\3x"));
    wp_received(s, "\0\0\0\3", 4, "x", now);
    assert_int_equal(wp_send(s, "\0\0\0\3", 4, "x", now), E_OK);
    WROTE(p, FRAME("\5", "\0\0\0\4x"));
    assert_int_equal(wp_send(s, "\0\0\0\xff", 4, "x", now), E_OK); /* dropped, as are these */
    assert_int_equal(wp_send(s, "\0\0\1\0", 4, "x", now), E_OK);
    assert_int_equal(wp_send(s, "\0\0\0", 3, "x", now), E_OK);
    FEED(p, FRAME("\5", "\0\0\0\x9x"));
    RECV_FAILS(s, E_AGAIN);
    WROTE(p, "");
    sp_socket_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pair0_has_one_peer),
        cmocka_unit_test(pair1_counts_hops),
        cmocka_unit_test(pair1_polyamorous),
        cmocka_unit_test(raw_pair1_adds_a_hop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
