/* The pulse, by a clock that we turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/pulse.h"

static msec clock_now;
static struct net_timer *clock_timer;

static msec turned_now(struct net *n)
{
    (void)n;
    return clock_now;
}

static void turned_arm(struct net *n, struct net_timer *timer, msec when)
{
    (void)n;
    clock_timer = when == MSEC_NEVER ? NULL : timer;
    timer->when = when;
}

static void turn_to(msec when)
{
    clock_now = when;
    clock_timer->fire(clock_timer, when);
}

static void a_stall_is_noticed(void **state)
{
    (void)state;
    static const struct net_ops ops = { .now = turned_now, .arm = turned_arm };
    struct net net = { .ops = &ops };
    struct pulse p = { 0 };
    clock_now = 1000;
    pulse_start(&p, &net);
    for (msec at = 1010; at <= 1100; at += 10)
        turn_to(at);
    assert_false(pulse_stalled_since(&p, 1000));
    turn_to(1130); /* 20 ms late: not over */
    assert_false(pulse_stalled_since(&p, 1000));
    clock_now = 1161; /* late, and the beat itself has not come yet */
    assert_true(pulse_stalled_since(&p, 1000));
    turn_to(1161);
    assert_true(pulse_stalled_since(&p, 1000));
    turn_to(1171);
    assert_false(pulse_starved_since(&p, 1000));
    assert_true(pulse_stalled_since(&p, 1161));
    assert_false(pulse_stalled_since(&p, 1162));
    pulse_stop(&p);
    assert_null(clock_timer);
    clock_now = 9000; /* nobody is busy: no stall */
    pulse_start(&p, &net);
    assert_false(pulse_stalled_since(&p, 1162));
    assert_false(pulse_stalled_since(NULL, 0));
    for (msec at = 9010; at <= 9100; at += 10)
        turn_to(at);
    turn_to(9271); /* 161 ms late */
    assert_true(pulse_starved_since(&p, 9000));
    assert_false(pulse_starved_since(&p, 9272));
    assert_false(pulse_starved_since(NULL, 0));
}

/* The clock at 100 s; `late` ms at a beat 1 s after that; then a window from 100 s to its end. */
static bool spoils(msec late, msec window)
{
    static const struct net_ops ops = { .now = turned_now, .arm = turned_arm };
    struct net net = { .ops = &ops };
    struct pulse p = { 0 };
    clock_now = 100000;
    pulse_start(&p, &net);
    for (msec at = clock_now + 10; at <= 101000; at += 10)
        turn_to(at);
    turn_to(101010 + late);
    while (clock_now < 100000 + window)
        turn_to(clock_now + 10);
    return pulse_stalled_since(&p, 100000);
}

static void a_long_window_bears_a_longer_stall(void **state)
{
    (void)state;
    assert_true(spoils(21, 2000));
    assert_true(spoils(21, 3990));
    assert_false(spoils(40, 4000));
    assert_true(spoils(41, 4000));
    assert_false(spoils(80, 12000));
    assert_true(spoils(121, 12000)); /* never over a hundredth */
    assert_false(spoils(300, 60000));
    assert_true(spoils(601, 60000));
    assert_true(spoils(1000, 3600000)); /* nor over 640 ms */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stall_is_noticed),
        cmocka_unit_test(a_long_window_bears_a_longer_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
