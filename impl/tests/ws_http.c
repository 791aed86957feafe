/* ws/http.h: right and odd and wrong heads, cut at every octet, flush against a guard page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/err.h"
#include "guard.h"
#include "ws/http.h"

struct row {
    const char *text;
    ptrdiff_t used; /* -1: all of it */
    unsigned flaws;
    size_t count;
    bool response;
};

static const struct row rows[] = {
    { "GET / HTTP/1.1\r\n\r\n", -1, 0, 0, false },
    { "GET / HTTP/1.1\r\nHost: a\r\nX:y\r\n\r\n\x82\x00", 32, 0, 2, false },
    { "\r\n\r\nGET /a?b HTTP/1.0\r\nA:\r\n\r\n", -1, 0, 1, false },
    { "GET / HTTP/1.1\nHost: a\r\n\r\n", -1, HTTP_BARE_LF, 1, false },
    { "GET / HTTP/1.1\r\nHost: a\r\n\n", -1, HTTP_BARE_LF, 1, false },
    { "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", -1, HTTP_FOLDED, 1, false },
    { "GET / HTTP/1.1\r\nHost : a\r\n\r\n", -1, HTTP_BLANK_IN_NAME, 1, false },
    { "GET / HTTP/1.1\r\nHost: a\x01"
      "b\r\n\r\n",
      -1, HTTP_CONTROL, 1, false },
    { "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", -1, HTTP_CONTROL, 1, false },
    { "GET / HTTP/2.0\r\n\r\n", -1, 0, 0, false },
    { "GET /\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET  / HTTP/1.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET /a b HTTP/1.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { " GET / HTTP/1.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { "G(T / HTTP/1.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / HTTP/1.10\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / http/1.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / HTTP/x.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET /\x7f HTTP/1.1\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / HTTP/1.1\r\n Host: a\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / HTTP/1.1\r\nHost\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / HTTP/1.1\r\n: a\r\n\r\n", -E_PROTO, 0, 0, false },
    { "GET / HTTP/1.1\r\nHo st: a\r\n\r\n", -E_PROTO, 0, 0, false },
    { "HTTP/1.1 101 Switching Protocols\r\n\r\n", -1, 0, 0, true },
    { "HTTP/1.1 400\r\nA: b\r\n\r\n", -1, 0, 1, true },
    { "HTTP/1.1 404 \r\n\r\n", -1, 0, 0, true },
    { "\r\nHTTP/1.1 404 \r\n\r\n", -E_PROTO, 0, 0, true },
    { "HTTP/1.1 40 x\r\n\r\n", -E_PROTO, 0, 0, true },
    { "HTTP/1.1 4004 x\r\n\r\n", -E_PROTO, 0, 0, true },
    { "HTTP/1.1 4x4 x\r\n\r\n", -E_PROTO, 0, 0, true },
    { "HTTP/1.1  404 x\r\n\r\n", -E_PROTO, 0, 0, true },
    { "SSH-2.0-x\r\n", -E_PROTO, 0, 0, true },
};

static ptrdiff_t parse(const struct row *r, struct slice in, struct http_head *h)
{
    return r->response ? http_response_parse(in, 0, h) : http_request_parse(in, 0, h);
}

static void table(void **state)
{
    (void)state;
    struct guard g = guard_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct slice all = slice_text(r->text);
        ptrdiff_t used = r->used == -1 ? (ptrdiff_t)all.n : r->used;
        struct http_head h;
        if (r->used == 32)
            all.n += 1; /* the octet 0 */
        if (parse(r, all, &h) != used)
            fail_msg("row %zu: %td", i, parse(r, all, &h));
        if (used > 0) {
            assert_int_equal(h.flaws, r->flaws);
            assert_int_equal(h.count, r->count);
        }
        /* Less is less, and what is wrong stays wrong. */
        ptrdiff_t before = 0;
        for (size_t n = 0; n <= all.n; n++) {
            ptrdiff_t now = parse(r, guard_put(&g, all.p, n), &h);
            if (now != before && (before != 0 || now != used))
                fail_msg("row %zu cut at %zu: %td", i, n, now);
            before = now;
        }
    }
    guard_free(&g);
}

static void parts(void **state)
{
    (void)state;
    struct http_head h;
    size_t count;
    http_request_parse(slice_text("GET /x HTTP/1.1\r\nHost:\t a b \t\r\nN: 1\r\nn:2\r\n\r\n"), 0,
                       &h);
    assert_true(slice_equal(h.method, slice_text("GET")));
    assert_true(slice_equal(h.target, slice_text("/x")));
    assert_int_equal(10 * h.major + h.minor, 11);
    assert_true(slice_equal(http_find(&h, "hOST", &count)->value, slice_text("a b")));
    assert_int_equal(count, 1);
    assert_true(slice_equal(http_find(&h, "n", &count)->value, slice_text("1")));
    assert_int_equal(count, 2);
    assert_null(http_find(&h, "nn", &count));
    assert_int_equal(count, 0);
    http_response_parse(slice_text("HTTP/1.0 503 No way\r\n\r\n"), 0, &h);
    assert_int_equal(h.status, 503);
    assert_true(slice_equal(h.reason, slice_text("No way")));
}

static void lists(void **state)
{
    (void)state;
    struct http_head h;
    struct buf text = { 0 };
    struct slice e;
    http_request_parse(
        slice_text("GET / HTTP/1.1\r\nL: a, b,,\tc\r\nM: x\r\nL:\r\nl: ,d ,\r\n\r\n"), 0, &h);
    struct http_list list = { .head = &h, .name = "l" };
    while (http_list_next(&list, &e))
        buf_printf(&text, "(%.*s)", (int)e.n, (const char *)e.p);
    assert_string_equal(buf_text(&text), "(a)(b)(c)(d)");
    assert_true(http_list_has(&h, "L", "D"));
    assert_false(http_list_has(&h, "L", "x"));
    assert_false(http_list_has(&h, "none", "x"));
    buf_free(&text);
}

static void limits(void **state)
{
    (void)state;
    struct http_head h;
    struct buf text = { 0 };
    buf_printf(&text, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < HTTP_HEADERS_MAX; i++)
        buf_printf(&text, "A: b\r\n");
    size_t n = text.n;
    buf_printf(&text, "\r\n");
    assert_int_equal(http_request_parse(buf_slice(&text), 0, &h), text.n);
    assert_int_equal(http_request_parse(buf_slice(&text), text.n, &h), text.n);
    assert_int_equal(http_request_parse(buf_slice(&text), text.n - 1, &h), -E_TOOLONG);
    text.n = n;
    buf_printf(&text, "A: b\r\n\r\n");
    assert_int_equal(http_request_parse(buf_slice(&text), 0, &h), -E_TOOLONG);
    buf_clear(&text);
    buf_printf(&text, "GET /");
    buf_fill(&text, 'a', HTTP_HEAD_MAX - 5);
    assert_int_equal(http_request_parse(slice_of(text.p, HTTP_HEAD_MAX - 1), 0, &h), 0);
    assert_int_equal(http_request_parse(buf_slice(&text), 0, &h), -E_TOOLONG);
    buf_free(&text);
}

/* Other protocols are known by their first octets. */
static void not_http_at_all(void **state)
{
    (void)state;
    struct http_head h;
    assert_int_equal(http_request_parse(slice_of("\0SP", 3), 0, &h), -E_PROTO);
    assert_int_equal(http_request_parse(slice_of("\x16\x03\x01", 3), 0, &h), -E_PROTO);
    assert_int_equal(http_request_parse(slice_text("PRI"), 0, &h), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),  cmocka_unit_test(parts),           cmocka_unit_test(lists),
        cmocka_unit_test(limits), cmocka_unit_test(not_http_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
