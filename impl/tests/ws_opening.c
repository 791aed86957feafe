/* ws/conn.h: opening handshakes that fail, and what a client asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "ws_peer.h"

static void refused_requests(void **state)
{
    (void)state;
    static const struct {
        struct ws_request request;
        int status;
    } wrong[] = {
        { { .protocols = "chat" }, 400 },
        { { .protocols = WS_TEST_PROTOCOL, .target = "/x" }, 404 },
        { { .protocols = WS_TEST_PROTOCOL, .method = "POST" }, 405 },
        { { .protocols = WS_TEST_PROTOCOL, .version = "8" }, 426 },
        { { .protocols = WS_TEST_PROTOCOL, .http_version = "HTTP/1.0" }, 505 },
        { { .protocols = WS_TEST_PROTOCOL, .http_version = "nonsense" }, 400 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 };
        char expected[8];
        snprintf(expected, sizeof expected, "E%d", wrong[i].status);
        p.c = ws_conn_new(&config);
        ws_request_write(&in, &wrong[i].request);
        ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("never") });
        ws_peer_feed(&p, buf_slice(&in), true);
        assert_true(ws_conn_over(p.c));
        assert_string_equal(buf_text(&p.events), expected);
        ws_peer_skip_response(&p, wrong[i].status);
        assert_int_equal(p.sent.n, 0);
        buf_free(&in);
        ws_peer_free(&p);
    }
}

static void endless_header(void **state)
{
    (void)state;
    static const size_t read_aheads[] = { 1, 0 };
    for (int i = 0; i < 2; i++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 };
        config.read_ahead = read_aheads[i];
        p.c = ws_conn_new(&config);
        buf_printf(&in, "GET / HTTP/1.1\r\nA: ");
        buf_fill(&in, 'a', 1 << 20);
        assert_false(ws_peer_feed(&p, buf_slice(&in), true));
        assert_string_equal(buf_text(&p.events), "E431");
        assert_true(ws_conn_held(p.c) <= HTTP_HEAD_MAX);
        ws_peer_skip_response(&p, 431);
        buf_free(&in);
        ws_peer_free(&p);
    }
}

static void other_protocols_are_answered_at_once(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    p.c = ws_conn_new(&config);
    ws_peer_feed(&p, slice_of("\0SP\0\0\x10\0\0", 8), true);
    assert_string_equal(buf_text(&p.events), "E400");
    ws_peer_skip_response(&p, 400);
    ws_peer_free(&p);
}

static void refused_by_the_server(void **state)
{
    (void)state;
    static const struct {
        const char *text, *event;
    } answers[] = {
        { "HTTP/1.1 404 Not Found\r\n\r\n", "E404" },
        { "HTTP/1.1 301 Elsewhere\r\nLocation: /\r\n\r\n", "E301" },
        { "HTTP/1.1 101 Fine\r\n\r\n", "E101" },
        { "SSH-2.0-x\r\n", "E0" },
    };
    for (size_t i = 0; i < 4; i++) {
        struct ws_peer p = { .role = WS_CLIENT };
        struct ws_conn_config config = ws_test_config(&p, WS_CLIENT);
        p.c = ws_conn_new(&config);
        ws_peer_write(&p);
        buf_clear(&p.sent);
        ws_peer_feed(&p, slice_text(answers[i].text), true);
        assert_string_equal(buf_text(&p.events), answers[i].event);
        assert_string_equal(ws_peer_frames(&p), ""); /* 4.1: no frame */
        ws_peer_free(&p);
    }
}

static void request_of_a_client(void **state)
{
    (void)state;
    struct ws_peer p = { .role = WS_CLIENT };
    struct ws_conn_config config = ws_test_config(&p, WS_CLIENT);
    config.host = "example.org:81";
    config.target = "/a?b=1";
    p.c = ws_conn_new(&config);
    ws_peer_write(&p);
    assert_string_equal(buf_text(&p.sent), "GET /a?b=1 HTTP/1.1\r\nHost: example.org:81\r\n"
                                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                           "Sec-WebSocket-Key: AAcOFRwjKjE4P0ZNVFtiaQ==\r\n"
                                           "Sec-WebSocket-Version: 13\r\n"
                                           "Sec-WebSocket-Protocol: pair.sp.nanomsg.org\r\n\r\n");
    ws_peer_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_requests),
        cmocka_unit_test(endless_header),
        cmocka_unit_test(other_protocols_are_answered_at_once),
        cmocka_unit_test(refused_by_the_server),
        cmocka_unit_test(request_of_a_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
