/* SURVEYOR and RESPONDENT, through the socket, against literal octets. */
#include "wire_peer.h"

/* Takes one survey with body "?" and returns its id. */
static uint32_t take_survey(struct sp_pipe *p, msec now)
{
    struct slice out[2];
    assert_int_equal(sp_pipe_out(p, out, 2), 1);
    assert_int_equal(out[0].n, 13);
    assert_memory_equal(out[0].p, "\0\0\0\0\0\0\0\5", 8);
    assert_int_equal(out[0].p[12], '?');
    uint32_t id = get_be32(out[0].p + 8);
    assert_true((id & 0x80000000) != 0);
    sp_pipe_sent(p, 13, now);
    return id;
}

static void respond(struct sp_pipe *p, uint32_t id, const char *text, msec now)
{
    struct buf b = { 0 };
    buf_be64(&b, 4 + strlen(text));
    buf_be32(&b, id);
    buf_put(&b, text, strlen(text));
    wp_feed(p, (const char *)b.p, b.n, now);
    buf_free(&b);
}

static void a_survey_goes_to_all_and_ends(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_SURVEYOR, false);
    RECV_FAILS(s, E_STATE);
    struct sp_pipe *a = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    struct sp_pipe *b = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    respond(a, 0x80000001, "unsolicited", now);
    RECV_FAILS(s, E_STATE);
    SEND(s, "?");
    assert_int_equal(sp_socket_deadline(s), 1000);
    uint32_t id = take_survey(a, now);
    assert_int_equal(take_survey(b, now), id);
    RECV_FAILS(s, E_AGAIN);
    FEED(a, FRAME("\0", "") FRAME("\3", "xxx") FRAME("\5", "\0\0\0\1x"));
    respond(a, id & 0x7fffffff, "no bit", now);
    respond(a, id + 1, "wrong id", now);
    RECV_FAILS(s, E_AGAIN);
    respond(a, id, "1", now);
    respond(a, id, "2", now);
    respond(b, id, "", now);
    RECEIVED(s, "1");
    RECEIVED(s, "");
    RECEIVED(s, "2");
    RECV_FAILS(s, E_AGAIN);
    now = 999;
    sp_socket_tick(s, now);
    respond(a, id, "just", now);
    RECEIVED(s, "just");
    RECV_FAILS(s, E_AGAIN); /* waits */
    now = 1000;
    sp_socket_tick(s, now);
    RECV_FAILS(s, E_TIMEDOUT); /* once */
    RECV_FAILS(s, E_STATE);
    respond(a, id, "late", now);
    RECV_FAILS(s, E_STATE);
    SEND(s, "?");
    assert_int_equal(take_survey(a, now), (id + 1) | 0x80000000);
    respond(a, id, "stale", now);
    respond(a, id + 1, "new", now);
    RECEIVED(s, "new");
    WROTE(a, "");
    assert_false(sp_pipe_over(a));
    sp_socket_free(s);
}

static void the_survey_time_is_settable(void **state)
{
    (void)state;
    msec now = 50;
    struct sp_socket *s = wp_socket(SP_SURVEYOR, false);
    assert_int_equal(sp_socket_set(s, "survey-deadline", 200), E_OK);
    assert_int_equal(sp_socket_set(s, "ttl", 200), E_NOTSUP);
    SEND(s, "?"); /* to nobody */
    assert_int_equal(sp_socket_deadline(s), 250);
    struct sp_pipe *a = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    WROTE(a, ""); /* it came too late */
    RECV_FAILS(s, E_AGAIN);
    now = 250; /* without a tick too */
    RECV_FAILS(s, E_TIMEDOUT);
    RECV_FAILS(s, E_STATE);
    SEND(s, "?");
    uint32_t id = take_survey(a, now);
    respond(a, id, "in time", now);
    now = 450;
    RECV_FAILS(s, E_STATE); /* no receive waited */
    assert_int_equal(sp_socket_set(s, "survey-deadline", -1), E_OK);
    SEND(s, "?");
    assert_int_equal(sp_socket_deadline(s), MSEC_NEVER);
    respond(a, id + 1, "r", now);
    RECEIVED(s, "r");
    sp_socket_free(s);
}

static void a_respondent_answers(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_RESPONDENT, false);
    struct sp_pipe *a = wp_open(s, SP_RESPONDENT, SP_SURVEYOR, now);
    struct sp_pipe *b = wp_open(s, SP_RESPONDENT, SP_SURVEYOR, now);
    SEND_FAILS(s, E_STATE);
    FEED(a, FRAME("\3", "\0\0\0") FRAME("\5", "\0\0\0\1x") FRAME("\5", "\x80\0\0\1?"));
    FEED(b, FRAME("\x9", "\0\0\0\1\x80\0\0\1?"));
    RECEIVED(s, "?");
    SEND(s, "!");
    WROTE(a, FRAME("\5", "\x80\0\0\1!"));
    SEND_FAILS(s, E_STATE);
    RECEIVED(s, "?");
    SEND(s, "!");
    WROTE(b, FRAME("\x9", "\0\0\0\1\x80\0\0\1!"));
    WROTE(a, "");
    sp_socket_free(s);
}

static void raw_ones(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_SURVEYOR, true);
    assert_int_equal(wp_send(s, "\x80\0\0\1", 4, "?", now), E_OK);
    struct sp_pipe *a = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    struct sp_pipe *b = wp_open(s, SP_SURVEYOR, SP_RESPONDENT, now);
    assert_int_equal(wp_send(s, "\x80\0\0\1", 4, "?", now), E_OK);
    WROTE(a, FRAME("\5", "\x80\0\0\1?"));
    WROTE(b, FRAME("\5", "\x80\0\0\1?"));
    FEED(a, FRAME("\x9", "\0\0\0\1\x80\0\0\1!"));
    wp_received(s, "\0\0\0\1\x80\0\0\1", 8, "!", now);
    sp_socket_free(s);

    s = wp_socket(SP_RESPONDENT, true);
    a = wp_open(s, SP_RESPONDENT, SP_SURVEYOR, now);
    uint8_t head[8] = { 0, 0, 0, 0, 0x80, 0, 0, 1 };
    set_be32(head, sp_pipe_id(a));
    FEED(a, FRAME("\5", "\x80\0\0\1?"));
    wp_received(s, (char *)head, 8, "?", now);
    assert_int_equal(wp_send(s, (char *)head, 8, "!", now), E_OK);
    WROTE(a, FRAME("\5", "\x80\0\0\1!"));
    sp_socket_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_survey_goes_to_all_and_ends),
        cmocka_unit_test(the_survey_time_is_settable),
        cmocka_unit_test(a_respondent_answers),
        cmocka_unit_test(raw_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
