/* Who is starved and who is not: children that spin or sleep, beside others on one processor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "core/starved.h"

enum { WINDOW_MS = 400, BESIDE = 7, NS_PER_MS = 1000 * 1000 };

static void spin(void)
{
    for (volatile unsigned n = 0;; n++)
        ;
}

static void sleep_on(void)
{
    for (;;)
        pause();
}

/* It leaves the work to one that is in a session of its own, as a browser does. */
static void sleep_beside_a_spinning_child(void)
{
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(20);
        setsid();
        spin();
    }
    sleep_on();
}

/* A child on the first processor there is. */
static pid_t start(void (*work)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(20);
    cpu_set_t all, one;
    CPU_ZERO(&one);
    sched_getaffinity(0, sizeof all, &all);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET((size_t)i, &all))
            CPU_SET((size_t)i, &one);
    sched_setaffinity(0, sizeof one, &one);
    work();
    _exit(0);
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static msec clock_ms(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (msec)ts.tv_sec * 1000 + ts.tv_nsec / NS_PER_MS;
}

/* The time that is measured: the kernel's counts know no other clock. */
static void pass(int ms)
{
    poll(NULL, 0, ms);
}

/* What it is given when its time is up, in hundredths of that. */
static int64_t given(struct starvation *s, pid_t pid)
{
    msec since = clock_ms(CLOCK_MONOTONIC);
    starvation_begin(s, pid, since);
    pass(WINDOW_MS);
    msec now = clock_ms(CLOCK_MONOTONIC);
    return starvation_extends(s, pid, now) * 100 / (now - since);
}

static int64_t given_beside_spinners(void (*work)(void))
{
    struct starvation s = { 0 };
    pid_t beside[BESIDE], it = start(work);
    for (int i = 0; i < BESIDE; i++)
        beside[i] = start(spin);
    int64_t part = given(&s, it);
    for (int i = 0; i < BESIDE; i++)
        end(beside[i]);
    end(it);
    starvation_free(&s);
    return part;
}

static void one_that_spins_beside_others_is_starved(void **state)
{
    (void)state;
    assert_int_equal(given_beside_spinners(spin), 100);
}

static void so_is_one_whose_child_does_the_work(void **state)
{
    (void)state;
    assert_int_equal(given_beside_spinners(sleep_beside_a_spinning_child), 100);
}

static void one_that_sleeps_beside_others_is_not(void **state)
{
    (void)state;
    assert_int_equal(given_beside_spinners(sleep_on), 0);
}

/* It has a processor for itself when it ran for most of the time. */
static void one_that_spins_alone_is_not(void **state)
{
    (void)state;
    struct starvation s = { 0 };
    pid_t it = start(spin);
    clockid_t its;
    assert_int_equal(clock_getcpuclockid(it, &its), 0);
    for (int i = 0; i < 4; i++) {
        msec ran = clock_ms(its);
        int64_t part = given(&s, it);
        ran = clock_ms(its) - ran;
        if (ran < WINDOW_MS * 9 / 10)
            continue; /* others want the processor as well */
        assert_int_equal(part, 0);
        break;
    }
    end(it);
    starvation_free(&s);
}

/* It waits all the time, yet is not waited for without end. */
static void one_that_starves_on_has_its_end(void **state)
{
    (void)state;
    struct starvation s = { 0 };
    pid_t beside[BESIDE], it = start(spin);
    for (int i = 0; i < BESIDE; i++)
        beside[i] = start(spin);
    starvation_begin(&s, it, 1000);
    msec now = 1000;
    for (int i = 0; i < STARVED_TIMES; i++) {
        pass(100);
        now += 10; /* so that it is starved for certain */
        assert_int_equal(starvation_extends(&s, it, now), 10);
    }
    pass(100);
    assert_int_equal(starvation_extends(&s, it, now + 10), 0);
    starvation_begin(&s, it, now); /* another answer has its own */
    pass(100);
    assert_int_equal(starvation_extends(&s, it, now + 10), 10);
    for (int i = 0; i < BESIDE; i++)
        end(beside[i]);
    end(it);
    starvation_free(&s);
}

static void nobody_is_not(void **state)
{
    (void)state;
    struct starvation s = { 0 };
    assert_int_equal(starvation_extends(&s, -1, 1000), 0);
    assert_int_equal(given(&s, -1), 0);
    pid_t gone = start(sleep_on);
    end(gone);
    assert_int_equal(given(&s, gone), 0);
    starvation_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_spins_beside_others_is_starved),
        cmocka_unit_test(so_is_one_whose_child_does_the_work),
        cmocka_unit_test(one_that_sleeps_beside_others_is_not),
        cmocka_unit_test(one_that_spins_alone_is_not),
        cmocka_unit_test(one_that_starves_on_has_its_end),
        cmocka_unit_test(nobody_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
