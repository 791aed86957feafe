#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "net/url.h"

static void canonical_form(void **state)
{
    static const char *const rows[][2] = {
        { "tcp://127.0.0.1:5555", "tcp://127.0.0.1:5555" },
        { "tcp://127.0.0.1:0", "tcp://127.0.0.1:0" },
        { "tcp://:6000", "tcp://0.0.0.0:6000" },
        { "tcp://*:6000", "tcp://0.0.0.0:6000" },
        { "tcp://[::1]:65535", "tcp://[::1]:65535" },
        { "tcp://[0:0::0:1]:1", "tcp://[::1]:1" },
        { "tcp://some-host.example:80", "tcp://some-host.example:80" },
        { "ipc:///tmp/a", "ipc:///tmp/a" },
        { "ipc://rel", "ipc://rel" },
        { "inproc://a b", "inproc://a b" },
        { "tls+tcp://127.0.0.1:4433", "tls+tcp://127.0.0.1:4433" },
        { "ws://127.0.0.1:80", "ws://127.0.0.1:80/" },
        { "ws://127.0.0.1", "ws://127.0.0.1:80/" },
        { "wss://some-host.example/chat", "wss://some-host.example:443/chat" },
        { "ws://[::1]/a/b?c=/d?", "ws://[::1]:80/a/b?c=/d?" },
        { "ws://[::1]:81?q", "ws://[::1]:81/?q" },
        { "ws://*:6000/", "ws://0.0.0.0:6000/" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url u;
        char text[160];
        assert_int_equal(url_parse(rows[i][0], &u), E_OK);
        url_text(&u, text, sizeof text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void nonsense_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "tcp",
        "tcp://",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:-1",
        "tcp://127.0.0.1:1x",
        "tcp://127.0.0.1:000001",
        "tcp://127.0.0:1",
        "tcp://1.2.3.4.5:1",
        "tcp://[::1:1",
        "tcp://[]:1",
        "tcp://[zz]:1",
        "tcp://::1:1",
        "tcp://a b:1",
        "ipc://",
        "inproc://",
        "http://x:1",
        "TCP://127.0.0.1:1",
        "tls+tcp://127.0.0.1",
        "ws://127.0.0.1:x/",
        "ws://127.0.0.1/a#b",
        "ws://127.0.0.1/a b",
        "ws://127.0.0.1/\x7f",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url u;
        if (url_parse(rows[i], &u) != E_INVAL)
            fail_msg("%s was accepted", rows[i]);
    }
    char path[6 + URL_PATH_MAX + 2];
    struct url u;
    memset(path, 'x', sizeof path);
    memcpy(path, "ipc://", 6);
    path[sizeof path - 1] = 0;
    assert_int_equal(url_parse(path, &u), E_INVAL);
    path[sizeof path - 2] = 0;
    assert_int_equal(url_parse(path, &u), E_OK);
}

static void what_is_below(void **state)
{
    struct url u;
    char text[160];
    (void)state;
    assert_int_equal(url_parse("wss://127.0.0.1:80/x?y", &u), E_OK);
    assert_true(u.tls && u.ws);
    assert_string_equal(u.target, "/x?y");
    u = url_below(&u);
    url_text(&u, text, sizeof text);
    assert_string_equal(text, "tcp://127.0.0.1:80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_form),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(what_is_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
