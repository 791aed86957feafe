/* ws/conn.h: the closing handshake, pings, and what comes behind a Close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "ws_peer.h"

static void put_close(const struct ws_peer *p, struct buf *in, unsigned code)
{
    uint8_t body[2];
    set_be16(body, (uint16_t)code);
    buf_clear(in);
    ws_peer_put(p, in, (struct ws_frame){ .opcode = WS_CLOSE, .payload = slice_of(body, 2) });
}

static bool listed(unsigned code) /* RFC 6455 7.4, and the registry */
{
    static const unsigned good[] = { 1000, 1001, 1002, 1003, 1007, 1008,
                                     1009, 1010, 1011, 1012, 1013, 1014 };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (code == good[i])
            return true;
    return code >= 3000 && code < 5000;
}

static void every_code(void **state)
{
    (void)state;
    struct buf in = { 0 };
    for (unsigned code = 0; code < 65536; code += code < 6000 ? 1 : 997) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, code % 2 == 0 ? WS_SERVER : WS_CLIENT);
        char events[16], frames[16];
        ws_peer_open(&p, &config);
        put_close(&p, &in, code);
        ws_peer_feed(&p, buf_slice(&in), true);
        snprintf(events, sizeof events, listed(code) ? "C%u" : "E1002", code);
        snprintf(frames, sizeof frames, "X%u", listed(code) ? code : 1002);
        assert_string_equal(buf_text(&p.events), events);
        assert_string_equal(ws_peer_frames(&p), frames);
        assert_true(ws_conn_over(p.c));
        ws_peer_free(&p);
    }
    buf_free(&in);
}

static void codes_and_reasons(void **state)
{
    (void)state;
    uint8_t body[WS_CONTROL_MAX];
    unsigned code;
    struct slice reason;
    assert_int_equal(ws_close_put(body, WS_NO_CODE, slice_text("never")), 0);
    assert_int_equal(ws_close_put(body, 1000, slice_text("ab")), 4);
    assert_memory_equal(body,
                        "\x03\xe8"
                        "ab",
                        4);
    assert_int_equal(ws_close_parse(slice_of(body, 4), &code, &reason), 0);
    assert_int_equal(code, 1000);
    assert_true(slice_equal(reason, slice_text("ab")));
    /* Cut at 123 octets, but not inside a character. */
    struct buf text = { 0 };
    buf_fill(&text, 'a', 121);
    buf_put_slice(&text, slice_text("\xe2\x82\xac"));
    assert_int_equal(ws_close_put(body, 1001, buf_slice(&text)), 123);
    assert_int_equal(ws_close_parse(slice_of(body, 123), &code, &reason), 0);
    buf_free(&text);
}

static void literal_octets(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    ws_peer_open(&p, &config);
    ws_conn_close(p.c, WS_NORMAL, slice_text("bye"));
    ws_conn_close(p.c, WS_GOING_AWAY, slice_text("again"));
    ws_peer_write(&p);
    assert_int_equal(p.sent.n, 7);
    assert_memory_equal(p.sent.p,
                        "\x88\5\x03\xe8"
                        "bye",
                        7);
    ws_peer_free(&p);
}

/* What still comes when we have said Close is ignored, up to the peer's Close. */
static void our_close(enum ws_role role, bool begun, size_t step)
{
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, role);
    struct buf in = { 0 }, large = { 0 }, close = { 0 };
    const struct ws_message m = { .body = slice_text("a") };
    ws_peer_open(&p, &config);
    ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("waits") });
    if (begun)
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("part"), .more = true });
    ws_peer_feed(&p, buf_slice(&in), false);
    ws_conn_close(p.c, WS_GOING_AWAY, slice_text("bye"));
    assert_int_equal(ws_conn_state(p.c), WS_CONN_CLOSING);
    assert_int_equal(ws_conn_send(p.c, &m), E_STATE);
    assert_int_equal(ws_conn_ping(p.c, slice_text("")), E_STATE);
    buf_clear(&in);
    buf_fill(&large, 'x', 100000);
    if (begun)
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("b"), .continuation = true });
    ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("ignored") });
    ws_peer_put(&p, &in, (struct ws_frame){ .opcode = WS_PING });
    ws_peer_put(&p, &in, (struct ws_frame){ .payload = buf_slice(&large), .more = true });
    ws_peer_put(&p, &in, (struct ws_frame){ .payload = buf_slice(&large), .continuation = true });
    put_close(&p, &close, 3000);
    buf_put_slice(&in, buf_slice(&close));
    for (size_t at = 0; at < in.n; at += step) {
        size_t n = in.n - at < step ? in.n - at : step;
        assert_true(ws_peer_feed(&p, slice_of(in.p + at, n), false));
    }
    assert_int_equal(ws_conn_state(p.c), WS_CONN_CLOSED);
    while (ws_peer_take(&p))
        continue;
    assert_string_equal(buf_text(&p.events), "(waits)C3000");
    assert_string_equal(ws_peer_frames(&p), "X1001"); /* one Close only */
    buf_free(&in);
    buf_free(&large);
    buf_free(&close);
    ws_peer_free(&p);
}

static void behind_our_close(void **state)
{
    (void)state;
    static const size_t steps[] = { 1, 7, 5000, SIZE_MAX / 2 };
    for (int i = 0; i < 4; i++)
        for (int v = 0; v < 4; v++)
            our_close(v % 2 == 0 ? WS_SERVER : WS_CLIENT, v / 2 != 0, steps[i]);
}

/* Two gathered messages: the second is stuck behind the first until there is no need for it. */
static void close_loosens_what_is_stuck(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf in = { 0 }, close = { 0 };
    ws_peer_open(&p, &config);
    for (int i = 0; i < 2; i++) {
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("a"), .more = true });
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("b"), .continuation = true });
    }
    put_close(&p, &close, 1000);
    buf_put_slice(&in, buf_slice(&close));
    ws_peer_feed(&p, buf_slice(&in), false);
    assert_int_equal(ws_conn_state(p.c), WS_CONN_OPEN);
    ws_conn_close(p.c, WS_NORMAL, slice_text(""));
    assert_int_equal(ws_conn_state(p.c), WS_CONN_CLOSED);
    while (ws_peer_take(&p))
        continue;
    assert_string_equal(buf_text(&p.events), "(ab)C1000");
    buf_free(&in);
    buf_free(&close);
    ws_peer_free(&p);
}

static void no_answer_to_our_close(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_CLIENT);
    ws_peer_open(&p, &config);
    ws_conn_close(p.c, WS_NO_CODE, slice_text(""));
    assert_string_equal(ws_peer_frames(&p), "X");
    assert_false(ws_conn_over(p.c));
    ws_conn_eof(p.c);
    assert_true(ws_conn_over(p.c));
    while (ws_peer_take(&p))
        continue;
    assert_string_equal(buf_text(&p.events), "C1006");
    ws_peer_free(&p);
}

/* Broken protocol behind our Close: over, and no second Close. */
static void wrong_behind_our_close(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_CLIENT);
    ws_peer_open(&p, &config);
    ws_conn_close(p.c, WS_NORMAL, slice_text(""));
    ws_peer_feed(&p, slice_text("\xff\xff"), true);
    assert_string_equal(buf_text(&p.events), "E1002");
    assert_string_equal(ws_peer_frames(&p), "X1000");
    ws_peer_free(&p);
}

static void before_it_is_open(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    const struct ws_message m = { .body = slice_text("a") };
    p.c = ws_conn_new(&config);
    assert_int_equal(ws_conn_send(p.c, &m), E_STATE);
    ws_conn_close(p.c, WS_NORMAL, slice_text(""));
    assert_true(ws_conn_over(p.c));
    assert_int_equal(ws_conn_unsent(p.c), 0);
    ws_peer_free(&p);
}

static void after_the_end(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf in = { 0 };
    size_t room;
    const struct ws_message m = { .body = slice_text("a") };
    ws_peer_open(&p, &config);
    put_close(&p, &in, 1000);
    ws_peer_feed(&p, buf_slice(&in), true);
    assert_int_equal(ws_conn_send(p.c, &m), E_STATE);
    assert_null(ws_conn_room(p.c, &room));
    ws_conn_eof(p.c);
    ws_conn_close(p.c, WS_NORMAL, slice_text(""));
    assert_false(ws_peer_take(&p));
    assert_string_equal(ws_peer_frames(&p), "X1000");
    buf_free(&in);
    ws_peer_free(&p);
}

/* A peer that pings and does not read: only so many answers wait, the last one among them. */
static void flood_of_pings(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf in = { 0 };
    ws_peer_open(&p, &config);
    for (int i = 0; i < 100000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        buf_clear(&in);
        ws_peer_put(&p, &in, (struct ws_frame){ .opcode = WS_PING, .payload = slice_text(text) });
        assert_true(ws_peer_feed(&p, buf_slice(&in), true));
    }
    assert_true(ws_conn_unsent(p.c) < 20000);
    const char *frames = ws_peer_frames(&p);
    assert_memory_equal(frames, "P[0]P[1]P[2]", 12);
    assert_string_equal(frames + strlen(frames) - 8, "P[99999]");
    buf_clear(&p.frames);
    ws_peer_feed(&p, buf_slice(&in), true);
    assert_string_equal(ws_peer_frames(&p), "P[99999]");
    buf_free(&in);
    ws_peer_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code),
        cmocka_unit_test(codes_and_reasons),
        cmocka_unit_test(literal_octets),
        cmocka_unit_test(behind_our_close),
        cmocka_unit_test(close_loosens_what_is_stuck),
        cmocka_unit_test(no_answer_to_our_close),
        cmocka_unit_test(wrong_behind_our_close),
        cmocka_unit_test(before_it_is_open),
        cmocka_unit_test(after_the_end),
        cmocka_unit_test(flood_of_pings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
