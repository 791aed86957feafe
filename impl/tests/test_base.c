/* base: bytes, chunk, err, rng. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/bytes.h"
#include "base/chunk.h"
#include "base/err.h"
#include "base/msec.h"
#include "base/rng.h"

static void slices(void **state)
{
    (void)state;
    struct slice none = { 0 }, abc = slice_text("abc");
    assert_int_equal(abc.n, 3);
    assert_true(slice_equal(none, slice_text("")));
    assert_false(slice_equal(abc, slice_text("abd")));
    assert_false(slice_equal(abc, slice_text("ab")));
    assert_true(slice_starts_with(abc, none));
    assert_true(slice_starts_with(abc, slice_text("ab")));
    assert_true(slice_starts_with(abc, abc));
    assert_false(slice_starts_with(slice_text("ab"), abc));
    assert_false(slice_starts_with(none, abc));
    assert_true(slice_equal(slice_drop(abc, 2), slice_text("c")));
    assert_int_equal(slice_drop(abc, 3).n, 0);
    assert_null(slice_drop(none, 0).p);
}

static void numbers(void **state)
{
    (void)state;
    struct buf b = { 0 };
    buf_u8(&b, 0xfe);
    buf_be16(&b, 0x0102);
    buf_be32(&b, 0x80000003);
    buf_be64(&b, UINT64_C(0xff00000000000004));
    assert_int_equal(b.n, 15);
    assert_memory_equal(b.p, "\xfe\1\2\x80\0\0\3\xff\0\0\0\0\0\0\4", 15);
    assert_int_equal(get_be16(b.p + 1), 0x0102);
    assert_int_equal(get_be32(b.p + 3), 0x80000003);
    assert_true(get_be64(b.p + 7) == UINT64_C(0xff00000000000004));
    buf_free(&b);
}

static void a_limit_is_sticky(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    buf_put(&b, "abc", 3);
    buf_put(&b, "de", 2);
    assert_true(b.failed);
    assert_int_equal(b.n, 3);
    buf_u8(&b, 'd'); /* would fit, but something is missing before it */
    assert_int_equal(b.n, 3);
    assert_null(buf_text(&b));
    buf_clear(&b);
    buf_fill(&b, 'x', 4);
    assert_false(b.failed);
    assert_string_equal(buf_text(&b), "xxxx"); /* the NUL is not counted */
    buf_printf(&b, "%s", "");
    assert_false(b.failed);
    buf_printf(&b, "%d", 1);
    assert_true(b.failed);
    buf_free(&b);
    assert_int_equal(b.limit, 4);
    assert_null(buf_room(&b, SIZE_MAX));
    buf_free(&b);
    buf_init(&b, 0);
    assert_null(buf_room(&b, SIZE_MAX));
    assert_true(b.failed);
    buf_free(&b);
}

static void text(void **state)
{
    (void)state;
    struct buf b = { 0 };
    assert_string_equal(buf_text(&b), "");
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "%d,", i);
    assert_int_equal(b.n, 290);
    assert_string_equal(buf_text(&b) + 280, ",97,98,99,");
    buf_put(&b, NULL, 0);
    buf_fill(&b, 0, 0);
    assert_int_equal(b.n, 290);
    buf_free(&b);
}

/* A queue of every shape behaves like the sequence of its octets. */
static void drop_and_append(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct rng rng;
    uint8_t in = 0, out = 0;
    rng_seed(&rng, 1);
    for (int round = 0; round < 20000; round++) {
        uint32_t n = rng_below(&rng, 200);
        uint8_t *room = buf_room(&b, n);
        for (uint32_t i = 0; i < n; i++)
            room[i] = in++;
        buf_grew(&b, n);
        n = rng_below(&rng, 201);
        if (n > b.n)
            n = (uint32_t)b.n;
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(b.p[i], out++);
        buf_drop(&b, n);
        assert_true(b.start + b.n <= b.cap);
    }
    assert_true(b.cap < 1 << 20);
    assert_true(slice_equal(buf_slice(&b), slice_of(b.p, b.n)));
    buf_free(&b);
}

static void chunks(void **state)
{
    (void)state;
    struct chunk *c = chunk_new(0);
    for (size_t cap = 1; cap <= 1 << 20; cap = cap * 2 + 1) {
        assert_int_equal(chunk_grow(c, cap), 0);
        assert_true(c->cap >= cap);
        assert_int_equal((uintptr_t)c->p % 64, 0);
        for (size_t i = 0; i < c->n; i++)
            assert_int_equal(c->p[i], (uint8_t)(i * 7));
        for (; c->n < cap; c->n++)
            c->p[c->n] = (uint8_t)(c->n * 7);
    }
    assert_int_equal(chunk_grow(c, 1), 0);
    assert_int_equal(chunk_grow(c, SIZE_MAX), -1);
    assert_null(chunk_new(SIZE_MAX));
    assert_ptr_equal(chunk_ref(c), c);
    chunk_unref(c);
    assert_int_equal(c->refs, 1);
    chunk_unref(c);
    chunk_unref(NULL);
}

static void errors(void **state)
{
    (void)state;
    assert_string_equal(err_name(E_OK), "ok");
    for (enum err e = E_OK; e <= E_OTHER; e++)
        for (enum err f = E_OK; f < e; f++)
            assert_string_not_equal(err_name(e), err_name(f));
}

static void seeds(void **state)
{
    (void)state;
    struct rng a, b;
    uint32_t seen[10] = { 0 };
    rng_seed(&a, 5);
    rng_seed(&b, 5);
    for (int i = 0; i < 1000; i++) {
        assert_true(rng_next(&a) == rng_next(&b));
        uint32_t n = rng_below(&a, 10);
        assert_true(n < 10);
        seen[n]++;
        rng_below(&b, 10);
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], 50, 150);
    assert_int_equal(rng_below(&a, 1), 0);
}

static void deadlines(void **state)
{
    (void)state;
    assert_int_equal(msec_after(5, 7), 12);
    assert_true(msec_after(5, -1) == MSEC_NEVER);
    assert_true(msec_after(5, MSEC_NEVER) == MSEC_NEVER);
    assert_int_equal(msec_earlier(5, MSEC_NEVER), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices),
        cmocka_unit_test(numbers),
        cmocka_unit_test(a_limit_is_sticky),
        cmocka_unit_test(text),
        cmocka_unit_test(drop_and_append),
        cmocka_unit_test(chunks),
        cmocka_unit_test(errors),
        cmocka_unit_test(seeds),
        cmocka_unit_test(deadlines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
