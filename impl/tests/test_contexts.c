/* Contexts of REQ, REP, SURVEYOR and RESPONDENT, through the socket, against literal octets. */
#include "wire_peer.h"

static struct context *context(struct sp_socket *s)
{
    struct context *c = NULL;
    assert_int_equal(sp_context_open(s, &c), E_OK);
    return c;
}

static enum err ask(struct sp_socket *s, struct context *c, const char *text, msec now)
{
    return sp_context_send(s, c, &(struct msg){ .body = slice_text(text) }, now);
}

static void received(struct sp_socket *s, struct context *c, const char *text, msec now)
{
    struct msg m;
    assert_int_equal(sp_context_recv(s, c, &m, now), E_OK);
    assert_true(slice_equal(m.body, slice_text(text)));
    assert_int_equal(m.head.n, 0);
    assert_true(m.pipe != 0);
}

static enum err receives(struct sp_socket *s, struct context *c, msec now)
{
    struct msg m;
    return sp_context_recv(s, c, &m, now);
}

/* The next message on the pipe is an id and `text`. */
static uint32_t taken(struct sp_pipe *p, const char *text, msec now)
{
    struct slice out;
    size_t n = strlen(text);
    assert_int_equal(sp_pipe_out(p, &out, 1), 1);
    assert_true(out.n >= 12 + n);
    assert_memory_equal(out.p + 12, text, n);
    uint32_t id = get_be32(out.p + 8);
    sp_pipe_sent(p, 12 + n, now);
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

static void requests_are_apart(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    assert_int_equal(sp_socket_set(s, "resend-ivl", 1000), E_OK);
    struct context *a = context(s), *b = context(s);
    assert_int_equal(sp_context_set(s, a, "resend-ivl", 300), E_OK);
    assert_int_equal(sp_context_set(s, a, "first-id", 0x80000000), E_NOTSUP);
    assert_int_equal(ask(s, a, "a", now), E_AGAIN);
    assert_int_equal(receives(s, a, now), E_STATE);
    struct sp_pipe *p = wp_open(s, SP_REQ, SP_REP, now);
    SEND(s, "own");
    uint32_t own = taken(p, "own", now);
    assert_int_equal(ask(s, a, "a", now), E_OK);
    assert_int_equal(taken(p, "a", now), (own + 1) | 0x80000000);
    assert_int_equal(ask(s, b, "b", now), E_OK);
    assert_int_equal(taken(p, "b", now), (own + 2) | 0x80000000);
    assert_int_equal(sp_socket_deadline(s), 300);
    now = 300;
    sp_socket_tick(s, now);
    assert_int_equal(taken(p, "a", now), own + 1);
    WROTE(p, "");
    reply(p, own + 2, "to b", now);
    reply(p, own + 1, "to a", now);
    assert_int_equal(sp_socket_deadline(s), 1000);
    RECV_FAILS(s, E_AGAIN);
    received(s, a, "to a", now);
    received(s, b, "to b", now);
    assert_int_equal(receives(s, b, now), E_STATE);
    reply(p, own, "to own", now);
    RECEIVED(s, "to own");
    assert_int_equal(sp_socket_deadline(s), MSEC_NEVER);
    sp_socket_free(s);
}

static void a_pipe_that_ends_leaves_all_requests(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    struct context *a = context(s), *b = context(s), *c = context(s);
    struct sp_pipe *p = wp_open(s, SP_REQ, SP_REP, now);
    ask(s, b, "b", now);
    ask(s, a, "a", now);
    ask(s, c, "c", now);
    uint32_t id = taken(p, "b", now);
    sp_pipe_eof(p, now);
    sp_pipe_free(p, now);
    sp_context_close(s, c, now); /* while its request waits for a pipe */
    assert_int_equal(sp_socket_deadline(s), MSEC_NEVER);
    struct sp_pipe *q = wp_open(s, SP_REQ, SP_REP, now);
    assert_int_equal(taken(q, "a", now), id + 1);
    assert_int_equal(taken(q, "b", now), id);
    WROTE(q, "");
    sp_context_close(s, a, now);
    reply(q, id + 1, "late", now);
    reply(q, id, "to b", now);
    received(s, b, "to b", now);
    RECV_FAILS(s, E_STATE);
    sp_socket_free(s);
}

static void an_id_in_use_is_passed_over(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_REQ, false);
    struct context *a = context(s);
    struct sp_pipe *p = wp_open(s, SP_REQ, SP_REP, now);
    sp_socket_set(s, "first-id", 0x80000000);
    SEND(s, "own");
    sp_socket_set(s, "first-id", 0xffffffff);
    ask(s, a, "a", now);
    ask(s, a, "b", now);
    WROTE(p, FRAME("\7", "\x80\0\0\0own") FRAME("\5", "\xff\xff\xff\xff"
                                                      "a") FRAME("\5", "\x80\0\0\1"
                                                                       "b"));
    sp_socket_free(s);
}

static void questions_are_apart(uint8_t self, uint8_t peer)
{
    msec now = 0;
    struct sp_socket *s = wp_socket(self, false);
    struct context *a = context(s), *b = context(s);
    struct sp_pipe *p = wp_open(s, self, peer, now);
    struct sp_pipe *q = wp_open(s, self, peer, now);
    assert_int_equal(sp_context_set(s, a, "ttl", 3), E_NOTSUP);
    assert_int_equal(ask(s, a, "?", now), E_STATE);
    FEED(p, FRAME("\x9", "\0\0\0\1\x80\0\0\1p"));
    received(s, a, "p", now);
    FEED(q, FRAME("\5", "\x80\0\0\1q"));
    received(s, b, "q", now);
    SEND_FAILS(s, E_STATE);
    FEED(p, FRAME("\5", "\x80\0\0\2P"));
    RECEIVED(s, "P");
    assert_int_equal(ask(s, b, "to q", now), E_OK);
    WROTE(q, FRAME("\x8", "\x80\0\0\1to q"));
    assert_int_equal(ask(s, a, "to p", now), E_OK);
    WROTE(p, FRAME("\xc", "\0\0\0\1\x80\0\0\1to p"));
    SEND(s, "own");
    WROTE(p, FRAME("\7", "\x80\0\0\2own"));
    assert_int_equal(ask(s, a, "twice", now), E_STATE);
    FEED(q, FRAME("\5", "\x80\0\0\3Q"));
    received(s, b, "Q", now);
    sp_context_close(s, b, now);
    FEED(q, FRAME("\5", "\x80\0\0\4R"));
    RECEIVED(s, "R"); /* not into the closed one */
    SEND(s, "r");
    WROTE(q, FRAME("\5", "\x80\0\0\4r"));
    sp_socket_free(s);
}

static void repliers(void **state)
{
    (void)state;
    questions_are_apart(SP_REP, SP_REQ);
    questions_are_apart(SP_RESPONDENT, SP_SURVEYOR);
}

static void surveys_are_apart(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_SURVEYOR, false);
    struct context *a = context(s), *b = context(s);
    assert_int_equal(sp_context_set(s, a, "survey-deadline", 300), E_OK);
    struct sp_pipe *p = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    SEND(s, "own");
    uint32_t own = taken(p, "own", now);
    ask(s, a, "a", now);
    assert_int_equal(taken(p, "a", now), (own + 1) | 0x80000000);
    ask(s, b, "b", now);
    assert_int_equal(taken(p, "b", now), (own + 2) | 0x80000000);
    assert_int_equal(sp_socket_deadline(s), 300);
    reply(p, own + 2, "to b", now);
    reply(p, own + 1, "to a", now);
    reply(p, own + 1, "again to a", now);
    reply(p, own, "to own", now);
    reply(p, own + 1, "too late", now);
    RECEIVED(s, "to own");
    received(s, a, "to a", now);
    received(s, a, "again to a", now);
    now = 300;
    sp_socket_tick(s, now);
    assert_int_equal(receives(s, a, now), E_STATE);
    received(s, b, "to b", now);
    assert_int_equal(receives(s, b, now), E_AGAIN);
    ask(s, a, "c", now);
    assert_int_equal(taken(p, "c", now), (own + 3) | 0x80000000);
    reply(p, own + 3, "to c", now);
    assert_int_equal(receives(s, b, now), E_AGAIN);
    sp_context_close(s, a, now); /* and what waits for it */
    RECV_FAILS(s, E_AGAIN);
    now = 1000;
    sp_socket_tick(s, now);
    assert_int_equal(receives(s, b, now), E_TIMEDOUT);
    RECV_FAILS(s, E_TIMEDOUT);
    sp_socket_free(s);
}

/* Responses for a context that does not receive are no memory without end. */
static void responses_for_another_are_bounded(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_SURVEYOR, false);
    struct context *a = context(s);
    struct sp_pipe *p = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    SEND(s, "own");
    uint32_t own = taken(p, "own", now);
    ask(s, a, "a", now);
    uint32_t id = taken(p, "a", now);
    for (int i = 0; i < 300; i++)
        reply(p, id, "to a", now);
    reply(p, own, "to own", now);
    RECEIVED(s, "to own");
    for (int i = 0; i < 128; i++)
        received(s, a, "to a", now);
    assert_int_equal(receives(s, a, now), E_AGAIN);
    sp_socket_free(s);
}

static void not_every_pattern_has_them(void **state)
{
    (void)state;
    struct context *c;
    static const uint16_t without[] = { SP_PAIR0, SP_PUB, SP_PUSH, SP_PULL, SP_BUS };
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        struct sp_socket *s = wp_socket(without[i], false);
        assert_int_equal(sp_context_open(s, &c), E_NOTSUP);
        sp_socket_free(s);
    }
    struct sp_socket *raw = wp_socket(SP_REQ, true);
    assert_int_equal(sp_context_open(raw, &c), E_NOTSUP);
    sp_socket_free(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_apart),
        cmocka_unit_test(a_pipe_that_ends_leaves_all_requests),
        cmocka_unit_test(an_id_in_use_is_passed_over),
        cmocka_unit_test(repliers),
        cmocka_unit_test(surveys_are_apart),
        cmocka_unit_test(responses_for_another_are_bounded),
        cmocka_unit_test(not_every_pattern_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
