/* ws/mask.h: every offset, alignment and small length, flush against a guard page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>
#include "guard.h"
#include "ws/mask.h"

static const uint8_t key[4] = { 0x37, 0xfa, 0x21, 0x3d };

static void every_offset_and_alignment(void **state)
{
    (void)state;
    struct guard g = guard_new();
    uint8_t plain[200], out[200 + 16];
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (uint8_t)(i * 3 + 1);
    for (size_t n = 0; n < sizeof plain; n++)
        for (uint64_t offset = 0; offset < 5; offset++) {
            struct slice in = guard_put(&g, plain, n);
            for (size_t align = 0; align < 16; align++) {
                memset(out, 0xee, sizeof out);
                ws_mask_copy(out + align, in.p, n, key, offset);
                for (size_t i = 0; i < n; i++)
                    assert_int_equal(out[align + i], plain[i] ^ key[(offset + i) % 4]);
                assert_true(align == 0 || out[align - 1] == 0xee);
                assert_int_equal(out[align + n], 0xee);
                ws_mask(out + align, n, key, offset);
                assert_memory_equal(out + align, plain, n);
            }
        }
    guard_free(&g);
}

static void parts(void **state)
{
    (void)state;
    uint8_t whole[150], cut[150];
    for (size_t a = 0; a < sizeof whole; a++) {
        memset(whole, 0x55, sizeof whole);
        memset(cut, 0x55, sizeof cut);
        ws_mask(whole, sizeof whole, key, UINT64_C(1) << 40);
        ws_mask(cut, a, key, UINT64_C(1) << 40);
        ws_mask(cut + a, sizeof cut - a, key, (UINT64_C(1) << 40) + a);
        assert_memory_equal(whole, cut, sizeof whole);
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Printed, not judged: a shared machine is no place to measure, and sanitizers slow one of them. */
static void measure(uint8_t *a, uint8_t *b, size_t n)
{
    const int times = (int)(1000000 / (n + 50));
    double best[2] = { 1e9, 1e9 };
    for (int round = 0; round < 20; round++) {
        double start = seconds();
        for (int i = 0; i < times; i++) {
            memcpy(b, a, n);
            __asm__ volatile("" : : "r"(b), "r"(a) : "memory");
        }
        double between = seconds();
        for (int i = 0; i < times; i++) {
            ws_mask(a, n, key, (uint64_t)i);
            __asm__ volatile("" : : "r"(a) : "memory");
        }
        double end = seconds();
        best[0] = between - start < best[0] ? between - start : best[0];
        best[1] = end - between < best[1] ? end - between : best[1];
    }
    print_message("unmasking %5zu octets runs at %.2f of memcpy (%.1f GB/s)\n", n,
                  best[0] / best[1], (double)n * times / best[1] / 1e9);
}

static void speed_beside_memcpy(void **state)
{
    static const size_t sizes[] = { 16, 64, 125, 1024, 16384 };
    static uint8_t a[16384 + 64], b[16384 + 64];
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        measure(a, b, sizes[i]);
        measure(a + 13, b + 13, sizes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_offset_and_alignment),
        cmocka_unit_test(parts),
        cmocka_unit_test(speed_beside_memcpy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
