/* PUB, SUB, PUSH, PULL and BUS, through the socket, against literal octets. */
#include "wire_peer.h"

static void pub_sends_all_to_all(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PUB, false);
    SEND(s, "nobody hears");
    struct sp_pipe *a = wp_open(s, SP_PUB, SP_SUB, now);
    sp_socket_set(s, "send-buf", 10);
    struct sp_pipe *b = wp_open(s, SP_PUB, SP_SUB, now); /* does not read */
    SEND(s, "hi");
    SEND(s, "");
    SEND(s, "yo");
    WROTE(a, FRAME("\2", "hi") FRAME("\0", "") FRAME("\2", "yo"));
    WROTE(b, FRAME("\2", "hi"));
    SEND(s, "again");
    WROTE(b, FRAME("\5", "again"));
    FEED(a, FRAME("\1", "x") FRAME("\0", ""));
    RECV_FAILS(s, E_NOTSUP);
    assert_false(sp_pipe_over(a));
    sp_pipe_free(b, now);
    SEND(s, "");
    WROTE(a, FRAME("\5", "again") FRAME("\0", ""));
    assert_int_equal(sp_socket_set(s, "ttl", 1), E_NOTSUP);
    assert_int_equal(sp_socket_subscribe(s, slice_text(""), true), E_NOTSUP);
    sp_socket_free(s);
}

static void subscribe(struct sp_socket *s, const char *topic, bool on, enum err e)
{
    assert_int_equal(sp_socket_subscribe(s, slice_text(topic), on), e);
}

static void sub_takes_what_begins(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_SUB, false);
    subscribe(s, "ab", false, E_INVAL);
    struct sp_pipe *p = wp_open(s, SP_SUB, SP_PUB, now);
    FEED(p, FRAME("\2", "ab") FRAME("\0", "")); /* no subscription: gone for good */
    subscribe(s, "ab", true, E_OK);
    subscribe(s, "ab", true, E_OK);
    subscribe(s, "a", true, E_OK);
    subscribe(s, "a", false, E_OK);
    FEED(p, FRAME("\1", "a") FRAME("\3", "xab") FRAME("\3", "Abc") FRAME("\0", ""));
    RECV_FAILS(s, E_AGAIN);
    FEED(p, FRAME("\2", "ab") FRAME("\3", "abc") FRAME("\1", "a"));
    RECEIVED(s, "ab");
    RECEIVED(s, "abc");
    RECV_FAILS(s, E_AGAIN);
    subscribe(s, "abc", true, E_OK); /* overlapping: once */
    FEED(p, FRAME("\3", "abc"));
    RECEIVED(s, "abc");
    RECV_FAILS(s, E_AGAIN);
    FEED(p, FRAME("\3", "abd"));
    subscribe(s, "ab", false, E_OK); /* it was subscribed twice, which counts once */
    RECV_FAILS(s, E_AGAIN);
    subscribe(s, "ab", false, E_INVAL);
    subscribe(s, "", true, E_OK);
    FEED(p, FRAME("\0", "") FRAME("\1", "z"));
    RECEIVED(s, "");
    RECEIVED(s, "z");
    SEND_FAILS(s, E_NOTSUP);
    WROTE(p, "");
    sp_socket_free(s);
}

static void raw_sub_takes_all(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_SUB, true);
    struct sp_pipe *p = wp_open(s, SP_SUB, SP_PUB, now);
    FEED(p, FRAME("\2", "ab") FRAME("\0", ""));
    RECEIVED(s, "ab");
    RECEIVED(s, "");
    subscribe(s, "", true, E_NOTSUP);
    sp_socket_free(s);
}

static void push_takes_turns(void **state)
{
    (void)state;
    msec now = 0;
    for (int raw = 0; raw < 2; raw++) {
        struct sp_socket *s = wp_socket(SP_PUSH, raw != 0);
        SEND_FAILS(s, E_AGAIN);
        assert_false(sp_socket_can_send(s));
        sp_socket_set(s, "send-buf", 18);
        struct sp_pipe *a = wp_open(s, SP_PUSH, SP_PULL, now);
        struct sp_pipe *b = wp_open(s, SP_PUSH, SP_PULL, now);
        SEND(s, "1");
        SEND(s, "2");
        SEND(s, "3");
        WROTE(a, FRAME("\1", "1") FRAME("\1", "3")); /* b does not read */
        SEND(s, "4");
        SEND(s, "5");
        SEND(s, "6");
        SEND_FAILS(s, E_AGAIN);
        WROTE(a, FRAME("\1", "5") FRAME("\1", "6"));
        WROTE(b, FRAME("\1", "2") FRAME("\1", "4"));
        assert_true(sp_socket_can_send(s));
        FEED(a, FRAME("\1", "x"));
        RECV_FAILS(s, E_NOTSUP);
        assert_false(sp_pipe_over(a));
        sp_pipe_free(a, now);
        SEND(s, "7");
        WROTE(b, FRAME("\1", "7"));
        sp_socket_free(s);
    }
}

static void pull_is_fair(void **state)
{
    (void)state;
    msec now = 0;
    for (int raw = 0; raw < 2; raw++) {
        struct sp_socket *s = wp_socket(SP_PULL, raw != 0);
        struct sp_pipe *a = wp_open(s, SP_PULL, SP_PUSH, now);
        struct sp_pipe *b = wp_open(s, SP_PULL, SP_PUSH, now);
        FEED(a, FRAME("\1", "1") FRAME("\1", "2") FRAME("\1", "3") FRAME("\1", "4"));
        FEED(b, FRAME("\1", "a") FRAME("\1", "b"));
        const char *order[] = { "1", "a", "2", "b", "3", "4" };
        for (int i = 0; i < 6; i++)
            RECEIVED(s, order[i]);
        RECV_FAILS(s, E_AGAIN);
        SEND_FAILS(s, E_NOTSUP);
        sp_socket_free(s);
    }
}

static void bus_reaches_all_and_forwards_nothing(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_BUS, false);
    SEND(s, "nobody");
    struct sp_pipe *a = wp_open(s, SP_BUS, SP_BUS, now);
    sp_socket_set(s, "send-buf", 1);
    struct sp_pipe *b = wp_open(s, SP_BUS, SP_BUS, now);
    SEND(s, "1");
    SEND(s, "2");
    WROTE(a, FRAME("\1", "1") FRAME("\1", "2"));
    WROTE(b, FRAME("\1", "1"));
    FEED(a, FRAME("\0", "") FRAME("\1", "x"));
    RECEIVED(s, "");
    RECEIVED(s, "x");
    RECV_FAILS(s, E_AGAIN);
    WROTE(a, "");
    WROTE(b, "");
    sp_socket_free(s);
}

static void raw_bus_spares_the_origin(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_BUS, true);
    struct sp_pipe *a = wp_open(s, SP_BUS, SP_BUS, now);
    struct sp_pipe *b = wp_open(s, SP_BUS, SP_BUS, now);
    FEED(a, FRAME("\1", "x"));
    struct msg m;
    assert_int_equal(sp_socket_recv(s, &m, now), E_OK);
    assert_int_equal(m.pipe, sp_pipe_id(a));
    assert_int_equal(m.head.n, 4);
    assert_int_equal(get_be32(m.head.p), sp_pipe_id(a));
    assert_int_equal(sp_socket_send(s, &m, now), E_OK); /* a device does this */
    WROTE(a, "");
    WROTE(b, FRAME("\1", "x"));
    assert_int_equal(wp_send(s, NULL, 0, "y", now), E_OK);
    WROTE(a, FRAME("\1", "y"));
    WROTE(b, FRAME("\1", "y"));
    assert_int_equal(wp_send(s, "abc", 3, "y", now), E_INVAL);
    sp_socket_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pub_sends_all_to_all),
        cmocka_unit_test(sub_takes_what_begins),
        cmocka_unit_test(raw_sub_takes_all),
        cmocka_unit_test(push_takes_turns),
        cmocka_unit_test(pull_is_fair),
        cmocka_unit_test(bus_reaches_all_and_forwards_nothing),
        cmocka_unit_test(raw_bus_spares_the_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
