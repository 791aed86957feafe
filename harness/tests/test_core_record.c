/* Packets between runner and workers: what is packed comes out again, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#undef skip /* a word of the scripts too */
#include "base/rng.h"
#include "core/clauses.h"
#include "core/run.h"

static char packet[PACKET_MAX];

static struct record sample(void)
{
    return (struct record){ .job = 7,
                            .previous = 3,
                            .outcome = FAILED,
                            .timing = true,
                            .silent = true,
                            .stalled = true,
                            .line = 42,
                            .ms = 1234567890123,
                            .file = "harness/cases/a.c",
                            .script = "sp_expect(p, \"00\")",
                            .why = "no message came",
                            .detail = "wanted 00\ngot -",
                            .variant = "",
                            .trace = "out/traces/a",
                            .name = "nng 1.5.2" };
}

static void comes_out_again(void **state)
{
    (void)state;
    struct record in = sample(), out;
    size_t n = record_pack(&in, packet);
    assert_true(n <= PACKET_MAX);
    assert_true(record_unpack(&out, packet, n));
    assert_int_equal(out.job, 7);
    assert_int_equal(out.previous, 3);
    assert_int_equal(out.outcome, FAILED);
    assert_true(out.timing && out.silent && out.stalled && !out.adapter_failed);
    assert_int_equal(out.line, 42);
    assert_true(out.ms == in.ms);
    assert_string_equal(out.file, in.file);
    assert_string_equal(out.script, in.script);
    assert_string_equal(out.why, in.why);
    assert_string_equal(out.detail, in.detail);
    assert_string_equal(out.variant, "");
    assert_string_equal(out.trace, in.trace);
    assert_string_equal(out.name, in.name);
}

static void long_strings_are_cut(void **state)
{
    (void)state;
    size_t n = 1024 * 1024;
    char *text = malloc(n + 1);
    assert_non_null(text);
    memset(text, 'x', n);
    text[n] = '\0';
    struct record in = sample(), out;
    in.file = in.script = in.why = in.detail = in.variant = in.trace = in.name = text;
    size_t packed = record_pack(&in, packet);
    assert_true(packed <= PACKET_MAX);
    assert_true(record_unpack(&out, packet, packed));
    assert_true(strlen(out.why) >= 1024 && strlen(out.detail) >= 16 * 1024);
    free(text);
}

static void null_strings_are_empty(void **state)
{
    (void)state;
    struct record in = { .outcome = ENDED }, out;
    size_t n = record_pack(&in, packet);
    assert_true(record_unpack(&out, packet, n));
    assert_string_equal(out.why, "");
    assert_string_equal(out.name, "");
}

static void truncated_is_refused(void **state)
{
    (void)state;
    struct record in = sample(), out;
    size_t n = record_pack(&in, packet);
    for (size_t k = 0; k < n; k++) {
        char *copy = malloc(k + 1); /* of that size: reading beyond is seen by a sanitizer */
        assert_non_null(copy);
        memcpy(copy, packet, k);
        bool taken = record_unpack(&out, copy, k);
        assert_false(taken);
        free(copy);
    }
}

static void noise_is_survived(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1);
    for (int round = 0; round < 2000; round++) {
        struct record in = sample(), out;
        size_t n = record_pack(&in, packet);
        for (uint32_t flips = rng_below(&rng, 8); flips-- > 0;)
            packet[rng_below(&rng, (uint32_t)n)] = (char)rng_below(&rng, 256);
        if (!record_unpack(&out, packet, n))
            continue;
        assert_in_range(out.outcome, RUNNING, UNFAIR);
        const char *const all[] = { out.file,    out.script, out.why, out.detail,
                                    out.variant, out.trace,  out.name };
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
            assert_true(all[i] >= packet && all[i] + strlen(all[i]) < packet + n);
    }
}

static void clauses_are_listed_once_and_whole(void **state)
{
    (void)state;
    struct buf clauses = { 0 };
    const char *const all[] = { "sp-x 4.11", "sp-x 4.1", "sp-x 4.11", "p-x 4.1", "sp-x 4.1" };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        clause_add(&clauses, all[i]);
    assert_string_equal(buf_text(&clauses), "sp-x 4.11; sp-x 4.1; p-x 4.1");
    buf_free(&clauses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_out_again),
        cmocka_unit_test(long_strings_are_cut),
        cmocka_unit_test(null_strings_are_empty),
        cmocka_unit_test(truncated_is_refused),
        cmocka_unit_test(noise_is_survived),
        cmocka_unit_test(clauses_are_listed_once_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
