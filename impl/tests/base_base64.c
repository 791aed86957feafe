/* base/base64.h: the examples of RFC 4648 10, and what is no encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/base64.h"

static void examples(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xbf", "+/+/" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice plain = slice_text(rows[i][0]), text = slice_text(rows[i][1]);
        char encoded[16];
        uint8_t decoded[16];
        assert_int_equal(base64_size(plain.n), text.n);
        base64_encode(encoded, plain);
        assert_memory_equal(encoded, text.p, text.n);
        assert_int_equal(base64_decode(decoded, text), plain.n);
        assert_memory_equal(decoded, plain.p, plain.n);
    }
}

static void wrong(void **state)
{
    (void)state;
    static const char *const rows[] = { "Z",        "Zg",   "Zg=",  "Zm9vY",    "Z===",
                                        "====",     "Zh==", "Zm9=", "Zm 9",     "Zm-_",
                                        "Zg==Zg==", "=g==", "Zg=v", "Zm9v\r\n", "Zm9v====" };
    uint8_t decoded[16];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (base64_decode(decoded, slice_text(rows[i])) != -1)
            fail_msg("%s", rows[i]);
}

static void there_and_back(void **state)
{
    (void)state;
    uint8_t octets[48], back[48];
    char text[64];
    for (size_t n = 0; n <= sizeof octets; n++) {
        for (size_t i = 0; i < n; i++)
            octets[i] = (uint8_t)(i * 89 + n * 7);
        base64_encode(text, slice_of(octets, n));
        assert_int_equal(base64_decode(back, slice_of(text, base64_size(n))), n);
        assert_memory_equal(back, octets, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(wrong),
        cmocka_unit_test(there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
