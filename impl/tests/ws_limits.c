/* ws/conn.h: what a peer can make us hold, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "ws_peer.h"

enum { KIB = 1024, MIB = 1024 * KIB };

static void an_endless_head_octet_by_octet(void **state)
{
    (void)state;
    for (int role = WS_SERVER; role <= WS_CLIENT; role++) {
        struct ws_peer p = { .role = role };
        struct ws_conn_config config = ws_test_config(&p, role);
        const char *start = role == WS_SERVER ? "GET / HTTP/1.1\r\nA: " : "HTTP/1.1 101 \r\nA: ";
        size_t fed = 0;
        p.c = ws_conn_new(&config);
        assert_true(ws_peer_feed(&p, slice_text(start), true));
        while (ws_peer_feed(&p, slice_text("a"), true))
            fed++;
        assert_in_range(fed, HTTP_HEAD_MAX / 2, HTTP_HEAD_MAX);
        assert_true(ws_conn_over(p.c));
        assert_string_equal(buf_text(&p.events), role == WS_SERVER ? "E431" : "E0");
        assert_in_range(ws_conn_memory(p.c), 1, 32 * KIB);
        ws_peer_free(&p);
    }
}

static void a_claim_is_only_a_claim(void **state)
{
    static const struct {
        uint64_t declared;
        const char *events;
    } rows[] = {
        { UINT64_C(1) << 63, "E1002" },
        { UINT64_MAX, "E1002" },
        { INT64_MAX, "E1009" },
        { (UINT64_C(1) << 60) - 1, "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 };
        ws_peer_open(&p, &config);
        ws_peer_put(&p, &in,
                    (struct ws_frame){ .length_declared = true, .declared = rows[i].declared });
        buf_fill(&in, 0, 100);
        ws_peer_feed(&p, buf_slice(&in), true);
        assert_string_equal(buf_text(&p.events), rows[i].events);
        assert_in_range(ws_conn_memory(p.c), 1, 80 * KIB);
        buf_free(&in);
        ws_peer_free(&p);
    }
}

/* Each Ping goes with a message of ours, and the output never falls empty. */
static void pings_beside_output_without_end(void **state)
{
    enum { PINGS = 5000 };
    static const uint8_t body[500];
    const struct ws_message message = { .body = slice_of(body, sizeof body) };
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf ping = { 0 };
    size_t pongs = 0;
    (void)state;
    ws_peer_open(&p, &config);
    ws_peer_put(&p, &ping, (struct ws_frame){ .opcode = WS_PING, .payload = slice_text("?") });
    assert_int_equal(ws_conn_send(p.c, &message), E_OK);
    for (int i = 0; i < PINGS; i++) {
        struct slice v;
        assert_true(ws_peer_feed(&p, buf_slice(&ping), true));
        assert_int_equal(ws_conn_send(p.c, &message), E_OK);
        size_t last = sizeof body + 4;
        while (ws_conn_unsent(p.c) > last) {
            assert_int_equal(ws_conn_out(p.c, &v, 1), 1);
            size_t n = ws_conn_unsent(p.c) - last;
            n = n < v.n ? n : v.n;
            buf_put(&p.sent, v.p, n);
            ws_conn_sent(p.c, n);
        }
        assert_true(ws_conn_unsent(p.c) > 0);
    }
    ws_peer_write(&p);
    struct ws_head h;
    for (size_t n; (n = ws_head_parse(buf_slice(&p.sent), &h)) > 0;) {
        pongs += h.opcode == WS_PONG;
        buf_drop(&p.sent, n + (size_t)h.length);
    }
    assert_int_equal(pongs, PINGS);
    buf_free(&ping);
    ws_peer_free(&p);
}

/* A peer that reads nothing: only the latest Ping is remembered beyond some. */
static void pings_that_nobody_wants_answered(void **state)
{
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    (void)state;
    ws_peer_open(&p, &config);
    for (int i = 0; i < 20000; i++) {
        struct buf ping = { 0 };
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        ws_peer_put(&p, &ping, (struct ws_frame){ .opcode = WS_PING, .payload = slice_text(text) });
        assert_true(ws_peer_feed(&p, buf_slice(&ping), true));
        buf_free(&ping);
    }
    assert_in_range(ws_conn_memory(p.c), 1, 64 * KIB);
    assert_non_null(strstr(ws_peer_frames(&p), "P[19999]"));
    ws_peer_free(&p);
}

/* The stream has ended; what is whole is still delivered, and little else is held. */
static void shrunk_to_what_waits(void **state)
{
    static const struct {
        size_t whole, part; /* octets of a fragmented message that waits, of one begun; 0: none */
    } rows[] = { { 0, 0 }, { 0, 3 * MIB }, { 1000, 0 }, { 1000, 10 } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 }, body = { 0 };
        ws_peer_open(&p, &config);
        for (int k = 0; k < 3000; k++) /* wide buffers */
            ws_peer_put(&p, &in,
                        (struct ws_frame){ .payload = slice_text("0123456789"
                                                                 "0123456789"
                                                                 "0123456789") });
        assert_true(ws_peer_feed(&p, buf_slice(&in), true));
        buf_clear(&in);
        buf_clear(&p.events);
        buf_fill(&body, 'w', rows[i].whole);
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("first") });
        if (rows[i].whole > 0) {
            ws_peer_put(&p, &in, (struct ws_frame){ .payload = buf_slice(&body), .more = true });
            ws_peer_put(&p, &in, (struct ws_frame){ .continuation = true });
        }
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("last") });
        buf_fill(&body, 'x', rows[i].part);
        if (rows[i].part > 0)
            ws_peer_put(&p, &in, (struct ws_frame){ .payload = buf_slice(&body), .more = true });
        assert_true(ws_peer_feed(&p, buf_slice(&in), false));
        ws_conn_eof(p.c);
        size_t wide = ws_conn_memory(p.c);
        ws_conn_shrink(p.c);
        assert_true(wide > 60 * KIB);
        assert_in_range(ws_conn_memory(p.c), 1, 8 * KIB);
        while (ws_peer_take(&p))
            continue;
        assert_string_equal(buf_text(&p.events),
                            rows[i].whole > 0 ? "(first)(1000)(last)C1006" : "(first)(last)C1006");
        buf_free(&in);
        buf_free(&body);
        ws_peer_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endless_head_octet_by_octet),
        cmocka_unit_test(a_claim_is_only_a_claim),
        cmocka_unit_test(pings_beside_output_without_end),
        cmocka_unit_test(pings_that_nobody_wants_answered),
        cmocka_unit_test(shrunk_to_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
