/* Fibers: they run until they yield, end from any depth, and may be abandoned in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/fiber.h"

enum { STACK = 64 * 1024, MANY = 200 };

struct story {
    struct fiber *fiber;
    int steps, stop_at, depth;
};

static void count(void *arg)
{
    struct story *s = arg;
    while (s->steps < s->stop_at) {
        s->steps++;
        fiber_yield(s->fiber);
    }
}

static void runs_until_it_yields(void **state)
{
    (void)state;
    struct story s = { .stop_at = 3 };
    s.fiber = fiber_new(count, &s, STACK);
    assert_non_null(s.fiber);
    for (int i = 1; i <= 3; i++) {
        fiber_resume(s.fiber);
        assert_int_equal(s.steps, i);
        assert_false(fiber_done(s.fiber));
    }
    fiber_resume(s.fiber);
    assert_true(fiber_done(s.fiber));
    fiber_free(s.fiber);
}

/* Frames with a buffer each, so that a sanitizer poisons the stack between them. */
static void yield_in_the_depth(struct story *s, int depth, bool for_good)
{
    volatile char frame[256];
    memset((char *)(uintptr_t)frame, depth, sizeof frame);
    if (depth < s->depth)
        yield_in_the_depth(s, depth + 1, for_good);
    else if (for_good)
        fiber_exit(s->fiber);
    else
        fiber_yield(s->fiber);
    s->steps += for_good || frame[0] != depth;
}

static void exit_from_the_depth(void *arg)
{
    yield_in_the_depth(arg, 0, true);
}

static void ends_from_any_depth(void **state)
{
    (void)state;
    /* Again and again: stacks are used anew, with what the last one left on them. */
    for (int i = 0; i < 50; i++) {
        struct story s = { .depth = i };
        s.fiber = fiber_new(exit_from_the_depth, &s, STACK);
        fiber_resume(s.fiber);
        assert_true(fiber_done(s.fiber));
        assert_int_equal(s.steps, 0);
        fiber_free(s.fiber);
    }
}

static void go_deep(void *arg)
{
    yield_in_the_depth(arg, 0, false);
}

static void many_at_once_and_abandoned(void **state)
{
    (void)state;
    struct story s[MANY];
    memset(s, 0, sizeof s);
    for (int i = 0; i < MANY; i++) {
        s[i].depth = i % 20;
        s[i].fiber = fiber_new(go_deep, &s[i], STACK);
        assert_non_null(s[i].fiber);
        fiber_resume(s[i].fiber);
    }
    for (int i = 0; i < MANY; i += 2) { /* half of them go on, in another order */
        int k = MANY - 2 - i;
        fiber_resume(s[k].fiber);
        assert_true(fiber_done(s[k].fiber));
        assert_int_equal(s[k].steps, 0);
    }
    for (int i = 0; i < MANY; i++)
        fiber_free(s[i].fiber);
    runs_until_it_yields(NULL);
}

static void free_of_nothing(void **state)
{
    (void)state;
    struct story s = { .stop_at = 1 };
    s.fiber = fiber_new(count, &s, STACK);
    fiber_free(s.fiber); /* never ran */
    fiber_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_until_it_yields),
        cmocka_unit_test(ends_from_any_depth),
        cmocka_unit_test(many_at_once_and_abandoned),
        cmocka_unit_test(free_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
