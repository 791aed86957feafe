/* REQ and REP, through the socket, against literal octets.  The first request id is read off the
 * first request; from then on it is known. */
#include "wire_peer.h"

/* Takes one request with body "q" and returns its id. */
static uint32_t take_request(struct sp_pipe *p, msec now)
{
    struct slice out[2];
    assert_int_equal(sp_pipe_out(p, out, 2), 1);
    assert_int_equal(out[0].n, 13);
    assert_memory_equal(out[0].p, "\0\0\0\0\0\0\0\5", 8);
    assert_int_equal(out[0].p[12], 'q');
    uint32_t id = get_be32(out[0].p + 8);
    assert_true((id & 0x80000000) != 0);
    sp_pipe_sent(p, 13, now);
    return id;
}

static void reply(struct sp_pipe *p, uint32_t id, const char *text, msec now)
{
    struct buf b = { 0 };
    buf_be64(&b, 4 + strlen(text));
    buf_be32(&b, id);
    buf_put(&b, text, strlen(text));
    wp_feed(p, (const char *)b.p, b.n, now);
    buf_free(&b);
}

static void req_takes_the_right_reply_only(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    SEND_FAILS(s, E_AGAIN);
    RECV_FAILS(s, E_STATE);
    struct sp_pipe *p = wp_open(s, SP_REQ, SP_REP, now);
    reply(p, 0x80000001, "unsolicited", now);
    RECV_FAILS(s, E_STATE);
    SEND(s, "q");
    uint32_t id = take_request(p, now);
    RECV_FAILS(s, E_AGAIN);
    reply(p, id + 1, "wrong id", now);
    reply(p, id & 0x7fffffff, "no bit", now);
    FEED(p, FRAME("\0", "") FRAME("\1", "x") FRAME("\2", "xx") FRAME("\3", "xxx"));
    FEED(p, FRAME("\5", "\0\0\0\1x"));
    RECV_FAILS(s, E_AGAIN);
    reply(p, id, "r", now);
    reply(p, id, "duplicate", now);
    FEED(p, FRAME("\1", "x"));
    assert_int_equal(sp_socket_deadline(s), MSEC_NEVER);
    RECEIVED(s, "r");
    RECV_FAILS(s, E_STATE);
    SEND(s, "q");
    assert_int_equal(take_request(p, now), (id + 1) | 0x80000000);
    SEND(s, "q");
    assert_int_equal(take_request(p, now), (id + 2) | 0x80000000);
    reply(p, id + 1, "cancelled", now);
    RECV_FAILS(s, E_AGAIN);
    reply(p, id + 2, "", now);
    RECEIVED(s, "");
    assert_false(sp_pipe_over(p));
    sp_socket_free(s);
}

static void req_resends(void **state)
{
    (void)state;
    msec now = 100;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    struct sp_pipe *a = wp_open(s, SP_REQ, SP_REP, now);
    SEND(s, "q");
    uint32_t id = take_request(a, now);
    assert_int_equal(sp_socket_deadline(s), 60100);
    now = 60099;
    sp_socket_tick(s, now);
    WROTE(a, "");
    now = 60105; /* late: the next is still counted from 60100 */
    sp_socket_tick(s, now);
    assert_int_equal(take_request(a, now), id);
    assert_int_equal(sp_socket_deadline(s), 120100);
    /* the pipe goes: at once on another, or on the next */
    struct sp_pipe *b = wp_open(s, SP_REQ, SP_REP, now);
    sp_pipe_eof(a, now);
    assert_true(sp_pipe_over(a));
    assert_int_equal(take_request(b, now), id);
    sp_pipe_free(a, now);
    sp_pipe_free(b, now);
    assert_int_equal(sp_socket_pipes(s), 0);
    RECV_FAILS(s, E_AGAIN);
    struct sp_pipe *c = wp_open(s, SP_REQ, SP_REP, now);
    assert_int_equal(take_request(c, now), id);
    reply(c, id, "r", now);
    sp_pipe_free(c, now);
    RECEIVED(s, "r");
    assert_int_equal(sp_socket_set(s, "resend-ivl", 0), E_OK);
    c = wp_open(s, SP_REQ, SP_REP, now);
    WROTE(c, "");
    SEND(s, "q");
    assert_int_equal(sp_socket_deadline(s), MSEC_NEVER);
    assert_int_equal(sp_socket_set(s, "ttl", 8), E_NOTSUP);
    sp_socket_free(s);
}

static void req_begins_where_it_is_told_and_wraps(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    struct sp_pipe *p = wp_open(s, SP_REQ, SP_REP, now);
    assert_int_equal(sp_socket_set(s, "first-id", 1), E_INVAL);
    assert_int_equal(sp_socket_set(s, "first-id", INT64_C(0x100000000)), E_INVAL);
    assert_int_equal(sp_socket_set(s, "first-id", 0xffffffff), E_OK);
    SEND(s, "q");
    assert_int_equal(take_request(p, now), 0xffffffff);
    SEND(s, "q");
    assert_int_equal(take_request(p, now), 0x80000000);
    sp_pipe_free(p, now);
    sp_socket_free(s);
}

static void req_takes_turns(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    struct sp_pipe *p[3];
    for (int i = 0; i < 3; i++)
        p[i] = wp_open(s, SP_REQ, SP_REP, now);
    for (int i = 0; i < 6; i++) {
        SEND(s, "q");
        take_request(p[i % 3], now);
    }
    /* one that does not read is passed over, and push-back comes when none does */
    sp_socket_set(s, "send-buf", 1);
    struct sp_pipe *q = wp_open(s, SP_REQ, SP_REP, now);
    SEND(s, "q");
    SEND(s, "q");
    SEND(s, "q");
    SEND(s, "q");
    for (int i = 0; i < 3; i++)
        take_request(p[i], now);
    SEND(s, "q");
    SEND(s, "q");
    SEND(s, "q");
    SEND(s, "q");
    for (int i = 1; i < 3; i++)
        take_request(p[i], now);
    take_request(q, now);
    sp_socket_free(s);
}

static void rep_echoes_the_stack(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REP, false);
    struct sp_pipe *p = wp_open(s, SP_REP, SP_REQ, now);
    SEND_FAILS(s, E_STATE);
    FEED(p, FRAME("\6", "\x80\0\0\1hi"));
    RECEIVED(s, "hi");
    SEND(s, "ok");
    WROTE(p, FRAME("\6", "\x80\0\0\1ok"));
    SEND_FAILS(s, E_STATE);
#define TAG "\0\0\0\7"
#define SIX TAG TAG TAG TAG TAG TAG
    FEED(p, FRAME("\x21", SIX TAG "\xff\xff\xff\xff!"));
    RECEIVED(s, "!");
    SEND(s, "");
    WROTE(p, FRAME("\x20", SIX TAG "\xff\xff\xff\xff"));
    /* too deep; no id; short: dropped, and the pipe goes on */
    FEED(p, FRAME("\x25", SIX TAG TAG "\x80\0\0\2!"));
    FEED(p, FRAME("\x28", SIX TAG TAG TAG TAG) FRAME("\6", TAG "xx") FRAME("\4", TAG));
    FEED(p, FRAME("\0", "") FRAME("\1", "\x80") FRAME("\3", "\x80\0\0"));
    RECV_FAILS(s, E_AGAIN);
    FEED(p, FRAME("\4", "\x80\0\0\3") FRAME("\5", "\x80\0\0\4b"));
    RECEIVED(s, "");
    RECEIVED(s, "b");
    SEND(s, "c");
    WROTE(p, FRAME("\5", "\x80\0\0\4c"));
    assert_int_equal(sp_socket_set(s, "ttl", 1), E_OK);
    assert_int_equal(sp_socket_set(s, "ttl", 0), E_INVAL);
    assert_int_equal(sp_socket_set(s, "ttl", 256), E_INVAL);
    FEED(p, FRAME("\x8", TAG "\x80\0\0\5") FRAME("\4", "\x80\0\0\6"));
    RECEIVED(s, "");
    /* the requester goes, and comes back on another pipe */
    sp_pipe_free(p, now);
    p = wp_open(s, SP_REP, SP_REQ, now);
    SEND(s, "lost");
    WROTE(p, "");
    sp_socket_free(s);
}

static void rep_answers_who_asked(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REP, false);
    struct sp_pipe *a = wp_open(s, SP_REP, SP_REQ, now);
    struct sp_pipe *b = wp_open(s, SP_REP, SP_REQ, now);
    FEED(a, FRAME("\5", "\x80\0\0\1a") FRAME("\5", "\x80\0\0\2a") FRAME("\5", "\x80\0\0\3a"));
    FEED(b, FRAME("\5", "\x80\0\0\1b"));
    RECEIVED(s, "a");
    SEND(s, "A");
    WROTE(a, FRAME("\5", "\x80\0\0\1A"));
    RECEIVED(s, "b"); /* fair-queued */
    sp_pipe_eof(a, now);
    sp_pipe_free(a, now); /* what it asked is still delivered */
    SEND(s, "B");
    WROTE(b, FRAME("\5", "\x80\0\0\1B"));
    RECEIVED(s, "a");
    RECEIVED(s, "a");
    SEND(s, "nobody");
    RECV_FAILS(s, E_AGAIN);
    WROTE(b, "");
    sp_socket_free(s);
}

static void raw_rep_tags_and_routes(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REP, true);
    struct sp_pipe *a = wp_open(s, SP_REP, SP_REQ, now);
    struct sp_pipe *b = wp_open(s, SP_REP, SP_REQ, now);
    assert_int_equal(sp_pipe_id(b), (sp_pipe_id(a) + 1) & 0x7fffffff);
    uint8_t head[12] = { 0, 0, 0, 0, 0, 0, 0, 9, 0x80, 0, 0, 1 };
    set_be32(head, sp_pipe_id(b));
    FEED(b, FRAME("\x9", "\0\0\0\x9\x80\0\0\1q"));
    wp_received(s, (char *)head, 12, "q", now);
    assert_int_equal(wp_send(s, (char *)head, 12, "r", now), E_OK);
    WROTE(b, FRAME("\x9", "\0\0\0\x9\x80\0\0\1r"));
    /* short, a request id in front, an unknown pipe: dropped */
    assert_int_equal(wp_send(s, (char *)head, 3, "r", now), E_OK);
    assert_int_equal(wp_send(s, (char *)head + 8, 4, "r", now), E_OK);
    assert_int_equal(wp_send(s, (char *)head + 4, 8, "r", now), E_OK);
    WROTE(a, "");
    WROTE(b, "");
    sp_socket_free(s);
}

static void raw_req_leaves_messages_alone(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, true);
    assert_int_equal(wp_send(s, NULL, 0, "", now), E_AGAIN);
    struct sp_pipe *p = wp_open(s, SP_REQ, SP_REP, now);
    assert_int_equal(wp_send(s, "\0\0\0\1\x80\0\0\2", 8, "q", now), E_OK);
    WROTE(p, FRAME("\x9", "\0\0\0\1\x80\0\0\2q"));
    FEED(p, FRAME("\x4", "\0\0\0\1") FRAME("\x9", "\0\0\0\1\x80\0\0\2r"));
    wp_received(s, "\0\0\0\1\x80\0\0\2", 8, "r", now);
    RECV_FAILS(s, E_AGAIN);
    sp_socket_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(req_takes_the_right_reply_only),
        cmocka_unit_test(req_resends),
        cmocka_unit_test(req_begins_where_it_is_told_and_wraps),
        cmocka_unit_test(req_takes_turns),
        cmocka_unit_test(rep_echoes_the_stack),
        cmocka_unit_test(rep_answers_who_asked),
        cmocka_unit_test(raw_rep_tags_and_routes),
        cmocka_unit_test(raw_req_leaves_messages_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
