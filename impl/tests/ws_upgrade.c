/* ws/upgrade.h: each rule, broken alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/err.h"
#include "ws/handshake.h"
#include "ws/upgrade.h"

static const char *const served[] = { "rep.sp.nanomsg.org", "pair.sp.nanomsg.org", NULL };
#define P   .protocols = "rep.sp.nanomsg.org"
#define EXT "Sec-WebSocket-Extensions"

struct row {
    const char *name;
    struct ws_request request;
    int status;
    const char *selected;
};

static const struct row rows[] = {
    { "plain", { P }, 101, "rep.sp.nanomsg.org" },
    { "query", { P, .target = "/?a=/b" }, 101, "rep.sp.nanomsg.org" },
    { "absolute", { P, .target = "http://x:1/" }, 101, "rep.sp.nanomsg.org" },
    { "absolute, no path", { P, .target = "http://x" }, 101, "rep.sp.nanomsg.org" },
    { "absolute, query", { P, .target = "http://x?y" }, 101, "rep.sp.nanomsg.org" },
    { "other path", { P, .target = "/a" }, 404, NULL },
    { "path below", { P, .target = "//" }, 404, NULL },
    { "asterisk", { P, .target = "*" }, 404, NULL },
    { "1.0", { P, .http_version = "HTTP/1.0" }, 505, NULL },
    { "1.2", { P, .http_version = "HTTP/1.2" }, 101, "rep.sp.nanomsg.org" },
    { "2.0", { P, .http_version = "HTTP/2.0" }, 505, NULL },
    { "0.9", { P, .http_version = "HTTP/0.9" }, 505, NULL },
    { "POST", { P, .method = "POST" }, 405, NULL },
    { "get", { P, .method = "get" }, 405, NULL },
    { "no host", { P, .host = ws_omit }, 400, NULL },
    { "empty host", { P, .host = "" }, 400, NULL },
    { "host list", { P, .host = "a, b" }, 400, NULL },
    { "host with a path", { P, .host = "a/b" }, 400, NULL },
    { "two hosts", { P, .extra = "Host: localhost\r\n" }, 400, NULL },
    { "v6 host", { P, .host = "[::1]:80" }, 101, "rep.sp.nanomsg.org" },
    { "no upgrade", { P, .upgrade = ws_omit }, 426, NULL },
    { "other upgrade", { P, .upgrade = "h2c" }, 426, NULL },
    { "upgrade with more", { P, .upgrade = "websockets" }, 426, NULL },
    { "upgrade list", { P, .upgrade = "h2c, WebSocket" }, 101, "rep.sp.nanomsg.org" },
    { "no connection", { P, .connection = ws_omit }, 400, NULL },
    { "keep-alive", { P, .connection = "keep-alive" }, 400, NULL },
    { "connection list", { P, .connection = "keep-alive, UPGRADE" }, 101, "rep.sp.nanomsg.org" },
    { "connection lines",
      { P, .connection = "keep-alive", .extra = "connection: upgrade\r\n" },
      101,
      "rep.sp.nanomsg.org" },
    { "no version", { P, .version = ws_omit }, 400, NULL },
    { "version 8", { P, .version = "8" }, 426, NULL },
    { "version list", { P, .version = "13, 8" }, 426, NULL },
    { "version 013", { P, .version = "013" }, 426, NULL },
    { "two versions", { P, .extra = "Sec-WebSocket-Version: 13\r\n" }, 400, NULL },
    { "no key", { P, .key = ws_omit }, 400, NULL },
    { "empty key", { P, .key = "" }, 400, NULL },
    { "key of 15", { P, .key = "AAAAAAAAAAAAAAAAAAAA" }, 400, NULL },
    { "key of 17", { P, .key = "AAAAAAAAAAAAAAAAAAAAAAA=" }, 400, NULL },
    { "key of 18", { P, .key = "AAAAAAAAAAAAAAAAAAAAAAAA" }, 400, NULL },
    { "key is no base64", { P, .key = "AAAAAAAAAAAAAAAAAAAA*A==" }, 400, NULL },
    { "two keys", { P, .extra = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" }, 400, NULL },
    { "body", { P, .extra = "Content-Length: 1\r\n" }, 400, NULL },
    { "two lengths", { P, .extra = "Content-Length: 0\r\nContent-Length: 1\r\n" }, 400, NULL },
    { "no body", { P, .extra = "Content-Length: 0\r\n" }, 101, "rep.sp.nanomsg.org" },
    { "chunked", { P, .extra = "Transfer-Encoding: chunked\r\n" }, 400, NULL },
    { "extension", { P, .extensions = "permessage-deflate" }, 101, "rep.sp.nanomsg.org" },
    { "extensions",
      { P, .extensions = "a; b; c=d;e = \"f\\g\" ,, h;i=\"j\"", .extra = EXT ": k\r\n" },
      101,
      "rep.sp.nanomsg.org" },
    { "no name", { P, .extensions = "; a" }, 400, NULL },
    { "no parameter", { P, .extensions = "a;" }, 400, NULL },
    { "no name of a parameter", { P, .extensions = "a; =b" }, 400, NULL },
    { "no value", { P, .extensions = "a; b=, c" }, 400, NULL },
    { "two names", { P, .extensions = "a b" }, 400, NULL },
    { "open quotes", { P, .extensions = "a; b=\"c" }, 400, NULL },
    { "open escape", { P, .extensions = "a; b=\"c\\" }, 400, NULL },
    { "empty quotes", { P, .extensions = "a; b=\"\"" }, 400, NULL },
    { "no token in quotes", { P, .extensions = "a; b=\"c, d\"" }, 400, NULL },
    { "behind quotes", { P, .extensions = "a; b=\"c\"d" }, 400, NULL },
    { "second field", { P, .extensions = "a", .extra = EXT ": =\r\n" }, 400, NULL },
    { "bare LF", { P, .line_end = "\n" }, 400, NULL },
    { "folded", { P, .extra = "A: b\r\n c\r\n" }, 400, NULL },
    { "blank before colon", { P, .extra = "A : b\r\n" }, 400, NULL },
    { "control", { P, .extra = "A: b\x02\r\n" }, 400, NULL },
    { "no protocol", { 0 }, 400, NULL },
    { "empty protocol", { .protocols = "" }, 400, NULL },
    { "wrong protocol", { .protocols = "req.sp.nanomsg.org" }, 400, NULL },
    { "longer protocol", { .protocols = "rep.sp.nanomsg.org." }, 400, NULL },
    { "no token", { .protocols = "rep.sp.nanomsg.org, a b" }, 400, NULL },
    { "first of list", { .protocols = "rep.sp.nanomsg.org, chat" }, 101, "rep.sp.nanomsg.org" },
    { "last of list", { .protocols = "chat,\trep.sp.nanomsg.org" }, 101, "rep.sp.nanomsg.org" },
    { "client's first",
      { .protocols = "pair.sp.nanomsg.org, rep.sp.nanomsg.org" },
      101,
      "pair.sp.nanomsg.org" },
    { "two lines",
      { .protocols = "chat", .extra = "sec-websocket-protocol: rep.sp.nanomsg.org\r\n" },
      101,
      "rep.sp.nanomsg.org" },
    { "capitals", { .protocols = "REP.SP.NANOMSG.ORG" }, 101, "REP.SP.NANOMSG.ORG" },
};

static struct ws_verdict judge(const struct ws_request *r, const struct ws_rules *rules,
                               struct buf *text)
{
    struct http_head h;
    buf_clear(text);
    ws_request_write(text, r);
    assert_int_equal(http_request_parse(buf_slice(text), 0, &h), text->n);
    return ws_judge_request(&h, rules);
}

static void requests(void **state)
{
    (void)state;
    const struct ws_rules rules = { .path = "/", .protocols = served };
    struct buf text = { 0 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ws_verdict v = judge(&rows[i].request, &rules, &text);
        if (v.status != rows[i].status)
            fail_msg("%s: %d, %s", rows[i].name, v.status, v.why);
        assert_int_equal(v.why == NULL, v.status == 101);
        if (rows[i].selected != NULL)
            assert_true(slice_equal(v.selected, slice_text(rows[i].selected)));
        assert_int_equal(v.protocol != NULL, v.status == 101);
    }
    buf_free(&text);
}

static void laxer_rules(void **state)
{
    (void)state;
    const struct ws_rules any = { .without_protocol = true };
    const struct ws_rules pair = { .protocols = served + 1, .without_protocol = true };
    struct buf text = { 0 };
    const struct ws_request none = { .target = "/where" }, chat = { .protocols = "chat" };
    assert_int_equal(judge(&none, &any, &text).status, 101);
    assert_int_equal(judge(&none, &pair, &text).status, 101);
    assert_null(judge(&none, &pair, &text).protocol);
    assert_int_equal(judge(&none, &pair, &text).selected.n, 0);
    assert_int_equal(judge(&chat, &any, &text).status, 400);
    assert_int_equal(judge(&chat, &pair, &text).status, 400);
    buf_free(&text);
}

#define KEY  "dGhlIHNhbXBsZSBub25jZQ=="
#define K    .key = { (const uint8_t *)KEY, WS_KEY_SIZE }
#define CHAT .protocol = { (const uint8_t *)"chat", 4 }

struct answer {
    const char *name;
    struct ws_response response;
    bool fine;
};

static const struct answer answers[] = {
    { "plain", { K, CHAT }, true },
    { "capitals", { K, CHAT, .upgrade = "WebSocket", .connection = "UPGRADE" }, true },
    { "connection list", { K, CHAT, .connection = "keep-alive, Upgrade" }, true },
    { "other reason", { K, CHAT, .reason = "" }, true },
    { "400", { K, CHAT, .status = 400 }, false },
    { "200", { K, CHAT, .status = 200, .extra = "Upgrade: websocket\r\n" }, false },
    { "100", { K, CHAT, .status = 100 }, false },
    { "1.0", { K, CHAT, .http_version = "HTTP/1.0" }, false },
    { "no upgrade", { K, CHAT, .upgrade = ws_omit }, false },
    { "upgrade list", { K, CHAT, .upgrade = "websocket, h2c" }, false },
    { "two upgrades", { K, CHAT, .extra = "Upgrade: websocket\r\n" }, false },
    { "no connection", { K, CHAT, .connection = ws_omit }, false },
    { "connection close", { K, CHAT, .connection = "close" }, false },
    { "no accept", { K, CHAT, .accept = ws_omit }, false },
    { "accept of another", { K, CHAT, .accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=" }, false },
    { "accept in capitals", { K, CHAT, .accept = "S3PPLMBITXAQ9KYGZZHZRBK+XOO=" }, false },
    { "two accepts",
      { K, CHAT, .extra = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" },
      false },
    { "extension", { K, CHAT, .extensions = "permessage-deflate" }, false },
    { "empty extensions", { K, CHAT, .extensions = "" }, true },
    { "no protocol", { K }, false },
    { "other protocol", { K, .protocol = { (const uint8_t *)"chap", 4 } }, false },
    { "protocol in capitals", { K, .protocol = { (const uint8_t *)"Chat", 4 } }, false },
    { "two protocols", { K, CHAT, .extra = "Sec-WebSocket-Protocol: chat\r\n" }, false },
    { "bare LF", { K, CHAT, .line_end = "\n" }, false },
    { "folded", { K, CHAT, .extra = "A: b\r\n c\r\n" }, false },
};

static bool fine(const struct ws_response *r, const char *protocol)
{
    struct http_head h;
    struct buf text = { 0 };
    ws_response_write(&text, r);
    assert_int_equal(http_response_parse(buf_slice(&text), 0, &h), text.n);
    bool yes = ws_judge_response(&h, slice_text(KEY), protocol) == NULL;
    buf_free(&text);
    return yes;
}

static void responses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (fine(&answers[i].response, "chat") != answers[i].fine)
            fail_msg("%s", answers[i].name);
    const struct ws_response none = { K }, one = { K, CHAT };
    assert_true(fine(&none, NULL));
    assert_false(fine(&one, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(laxer_rules),
        cmocka_unit_test(responses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
