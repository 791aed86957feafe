/* The PAYLOAD word: every form there and back, and words that claim more than may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/payload.h"

static bool decodes(const char *word, struct buf *out, size_t limit)
{
    buf_clear(out);
    size_t n = strlen(word);
    char *copy = malloc(n + 1); /* without the NUL in reach */
    assert_non_null(copy);
    memcpy(copy, word, n);
    bool ok = payload_decode(copy, n, out, limit);
    free(copy);
    return ok;
}

static void there_and_back(void **state)
{
    (void)state;
    struct buf in = { 0 }, word = { 0 }, out = { 0 };
    for (size_t n = 0; n <= PAYLOAD_PLAIN_MAX; n = n < 4 ? n + 1 : n * 2) {
        buf_clear(&in);
        buf_clear(&word);
        payload_seq(&in, n);
        payload_answer(&word, buf_slice(&in));
        assert_true(decodes(buf_text(&word), &out, 4096));
        assert_true(slice_equal(buf_slice(&in), buf_slice(&out)));
        assert_int_equal(payload_seq_prefix(buf_slice(&out)), n);
    }
    buf_clear(&in);
    buf_clear(&word);
    payload_seq(&in, PAYLOAD_PLAIN_MAX + 1);
    payload_answer(&word, buf_slice(&in));
    assert_memory_equal(buf_text(&word), "fnv:1025:", 9);
    for (size_t n = PAYLOAD_PLAIN_MAX; n <= PAYLOAD_PLAIN_MAX + 1; n++) {
        buf_clear(&in);
        buf_clear(&word);
        buf_fill(&in, 0x5a, n);
        payload_request(&word, buf_slice(&in));
        assert_int_equal(strcmp(buf_text(&word), "fill:1025:5a") == 0, n > PAYLOAD_PLAIN_MAX);
        assert_true(decodes(buf_text(&word), &out, 4096));
        assert_true(slice_equal(buf_slice(&in), buf_slice(&out)));
        in.p[n - 1] ^= 1;
        buf_clear(&word);
        payload_request(&word, buf_slice(&in));
        assert_int_equal(word.n, 2 * n);
    }
    buf_free(&in);
    buf_free(&word);
    buf_free(&out);
}

/* FNV-1a as its definition has it. */
static uint32_t plain_fnv(struct slice s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ s.p[i]) * 16777619u;
    return h;
}

static void digests(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 255, 256, 257, 4000, 512, 70000, 511, 5 << 20 };
    struct buf octets = { 0 };
    assert_int_equal(payload_fnv(slice_text("a")), 0xe40c292c);
    assert_int_equal(payload_fnv(slice_text("foobar")), 0xbf9cf968);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t n = lengths[i];
        buf_clear(&octets);
        payload_seq(&octets, n);
        assert_int_equal(payload_seq_prefix(buf_slice(&octets)), n);
        assert_int_equal(payload_fnv(buf_slice(&octets)), plain_fnv(buf_slice(&octets)));
        for (size_t at = 0; at < n; at = at < 600 ? at + 37 : 2 * at + 1) {
            octets.p[at] ^= 1; /* and with one octet that is not the sequence's */
            assert_int_equal(payload_seq_prefix(buf_slice(&octets)), at);
            assert_int_equal(payload_fnv(buf_slice(&octets)), plain_fnv(buf_slice(&octets)));
            octets.p[at] ^= 1;
        }
    }
    buf_free(&octets);
}

static void short_forms(void **state)
{
    (void)state;
    struct buf out = { 0 };
    assert_true(decodes("-", &out, 10) && out.n == 0);
    assert_true(decodes("fill:3:5a", &out, 10));
    assert_true(slice_equal(buf_slice(&out), slice_text("ZZZ")));
    assert_true(decodes("seq:10", &out, 10) && out.n == 10);
    assert_true(decodes("seq:0", &out, 10) && out.n == 0);
    assert_true(decodes("00fFAb", &out, 10) && out.n == 3);
    buf_free(&out);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {
        "0",         "0g",         "--",         "fill:",      "fill:3", "fill:3:",
        "fill:x:00", "fill:3:zz",  "fill:3:00x", "seq:",       "seq:3x", "seq:x",
        "fnv:3:00",  "fill:11:00", "seq:11",     "fill:-1:00", "seq:-1", "00112233445566778899aa"
    };
    struct buf out = { 0 };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (decodes(words[i], &out, 10))
            fail_msg("%s is taken", words[i]);
    assert_false(decodes("fill:99999999999999999999:00", &out, 1024 * 1024));
    assert_false(decodes("seq:18446744073709551615", &out, 1024 * 1024));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(digests),
        cmocka_unit_test(short_forms),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
