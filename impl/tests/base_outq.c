/* base/outq.h: what goes in comes out, whatever part is written at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/outq.h"

static void any_portion(void **state)
{
    (void)state;
    for (size_t portion = 1; portion < 40; portion++) {
        struct outq q = { 0 };
        struct buf got = { 0 };
        struct chunk *own = chunk_new(10);
        memcpy(own->p, "0123456789", 10);
        assert_true(outq_put(&q, slice_text("abc")));
        for (int i = 0; i < 20; i++) {
            assert_true(outq_reserve(&q));
            outq_refer(&q, slice_of(own->p, 10), own);
            assert_true(outq_put(&q, i % 3 == 0 ? slice_of(NULL, 0) : slice_text("--")));
        }
        assert_int_equal(q.unsent, 3 + 200 + 26);
        struct slice v[3];
        for (int n; (n = outq_slices(&q, v, 3)) > 0;) {
            size_t left = portion;
            for (int i = 0; i < n && left > 0; i++) {
                size_t some = v[i].n < left ? v[i].n : left;
                assert_true(v[i].n > 0);
                buf_put(&got, v[i].p, some);
                left -= some;
            }
            outq_sent(&q, portion - left);
            assert_int_equal(q.unsent + got.n, 229);
        }
        assert_int_equal(got.n, 229);
        assert_memory_equal(got.p, "abc0123456789", 13);
        assert_memory_equal(got.p + 13, "0123456789--0123456789--0123456789", 34);
        assert_int_equal(own->refs, 1);
        chunk_unref(own);
        buf_free(&got);
        outq_free(&q);
    }
}

static void freed_while_full(void **state)
{
    (void)state;
    struct outq q = { 0 };
    struct chunk *own = chunk_new(1);
    assert_true(outq_reserve(&q));
    outq_refer(&q, slice_of(own->p, 1), own);
    assert_int_equal(own->refs, 2);
    outq_free(&q);
    assert_int_equal(own->refs, 1);
    chunk_unref(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_portion),
        cmocka_unit_test(freed_while_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
