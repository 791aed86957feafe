/* ws/handshake.h against literal text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "ws/handshake.h"

static void accept_key(void **state)
{
    (void)state;
    char accept[WS_ACCEPT_SIZE + 1];
    ws_accept_key(slice_text("dGhlIHNhbXBsZSBub25jZQ=="), accept); /* RFC 6455 1.3 */
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void check_request(const struct ws_request *r, const char *text)
{
    struct buf out = { 0 };
    ws_request_write(&out, r);
    assert_string_equal(buf_text(&out), text);
    buf_free(&out);
}

static void check_response(const struct ws_response *r, const char *text)
{
    struct buf out = { 0 };
    ws_response_write(&out, r);
    assert_string_equal(buf_text(&out), text);
    buf_free(&out);
}

static void requests(void **state)
{
    (void)state;
    check_request(&(struct ws_request){ 0 }, "GET / HTTP/1.1\r\nHost: localhost\r\n"
                                             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                             "Sec-WebSocket-Version: 13\r\n\r\n");
    const struct ws_request every = {
        .target = "/a?b=1",
        .host = "h:1",
        .key = "k",
        .protocols = "p, q",
        .method = "POST",
        .http_version = "HTTP/1.0",
        .upgrade = "h2c",
        .connection = "close",
        .version = "8",
        .extensions = "x",
        .extra = "Y: z\n",
        .line_end = "\n",
        .unfinished = true,
    };
    check_request(&every, "POST /a?b=1 HTTP/1.0\nHost: h:1\nUpgrade: h2c\nConnection: close\n"
                          "Sec-WebSocket-Key: k\nSec-WebSocket-Version: 8\n"
                          "Sec-WebSocket-Protocol: p, q\nSec-WebSocket-Extensions: x\nY: z\n");
    const struct ws_request bare = {
        .host = ws_omit,
        .upgrade = ws_omit,
        .connection = ws_omit,
        .key = ws_omit,
        .version = ws_omit,
        .protocols = ws_omit,
    };
    check_request(&bare, "GET / HTTP/1.1\r\n\r\n");
}

static void responses(void **state)
{
    (void)state;
    struct ws_response r = {
        .key = slice_text("dGhlIHNhbXBsZSBub25jZQ=="),
        .protocol = slice_text("chat"),
    };
    check_response(&r, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                       "Sec-WebSocket-Protocol: chat\r\n\r\n");
    r = (struct ws_response){
        .http_version = "HTTP/1.0",
        .reason = "Yes",
        .upgrade = ws_omit,
        .connection = "upgrade, x",
        .accept = "wrong",
        .extensions = "permessage-deflate",
        .extra = "A: b\r\n",
        .unfinished = true,
    };
    check_response(&r, "HTTP/1.0 101 Yes\r\nConnection: upgrade, x\r\n"
                       "Sec-WebSocket-Accept: wrong\r\n"
                       "Sec-WebSocket-Extensions: permessage-deflate\r\nA: b\r\n");
}

static void refusals(void **state)
{
    (void)state;
    check_response(&(struct ws_response){ .status = 400 },
                   "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    check_response(&(struct ws_response){ .status = 405 },
                   "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nConnection: close\r\n"
                   "Content-Length: 0\r\n\r\n");
    check_response(&(struct ws_response){ .status = 426 },
                   "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nConnection: Upgrade, close\r\n"
                   "Content-Length: 0\r\n\r\n");
    check_response(&(struct ws_response){ .status = 799, .connection = ws_omit },
                   "HTTP/1.1 799 \r\nContent-Length: 0\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_key),
        cmocka_unit_test(requests),
        cmocka_unit_test(responses),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
