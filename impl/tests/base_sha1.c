/* base/sha1.h: the examples of FIPS 180, and every cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/sha1.h"

static void check(struct slice in, size_t cut, const char *hex)
{
    struct sha1 s;
    uint8_t digest[SHA1_SIZE];
    struct buf text = { 0 };
    sha1_init(&s);
    sha1_update(&s, slice_of(in.p, cut));
    sha1_update(&s, slice_drop(in, cut));
    sha1_final(&s, digest);
    for (int i = 0; i < SHA1_SIZE; i++)
        buf_printf(&text, "%02x", digest[i]);
    assert_string_equal(buf_text(&text), hex);
    buf_free(&text);
}

static void examples(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
        { "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
    };
    for (size_t i = 0; i < 3; i++)
        for (size_t cut = 0; cut <= strlen(rows[i][0]); cut++)
            check(slice_text(rows[i][0]), cut, rows[i][1]);
}

static void a_million_octets(void **state)
{
    (void)state;
    struct buf a = { 0 };
    buf_fill(&a, 'a', 1000000);
    check(buf_slice(&a), 333333, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    buf_free(&a);
}

/* All lengths around a block: padding fits behind it or needs one more. */
static void paddings(void **state)
{
    (void)state;
    uint8_t octets[130] = { 0 }, one[SHA1_SIZE], two[SHA1_SIZE];
    for (size_t n = 0; n < sizeof octets; n++) {
        struct sha1 s;
        sha1_init(&s);
        sha1_update(&s, slice_of(octets, n));
        sha1_final(&s, one);
        sha1_init(&s);
        for (size_t i = 0; i < n; i++)
            sha1_update(&s, slice_of(octets + i, 1));
        sha1_final(&s, two);
        assert_memory_equal(one, two, SHA1_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(a_million_octets),
        cmocka_unit_test(paddings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
