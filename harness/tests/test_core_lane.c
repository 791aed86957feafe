/* A lane against an adapter that goes wrong as it is told to, in simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef skip /* a word of the scripts too */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/lane.h"
#include "core/peer.h"
#include "fake_port.h"

struct world {
    struct net *net;
    struct lane lane;
    bool runnable, done;
    enum outcome outcome;
    bool timing, silent, stalled, adapter_failed;
    char why[400];
    int64_t ms;
};

static struct port *start(struct lane *l, struct buf *why)
{
    (void)why;
    return fake_port_new(l->net);
}

static void runnable(struct lane *l)
{
    ((struct world *)l->owner)->runnable = true;
}

static void finished(struct lane *l, const struct lane_result *r)
{
    struct world *w = l->owner;
    assert_false(w->done);
    w->done = true;
    w->outcome = r->outcome;
    w->timing = r->timing;
    w->silent = r->silent;
    w->stalled = r->stalled;
    w->adapter_failed = r->adapter_failed;
    w->ms = r->ms;
    snprintf(w->why, sizeof w->why, "%s", r->why);
}

static void open_world(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->net = net_sim_new(1000);
    assert_non_null(w->net);
    w->lane.net = w->net;
    w->lane.owner = w;
    w->lane.start = start;
    w->lane.runnable = runnable;
    w->lane.finished = finished;
    w->lane.on = (struct conditions){ .patience = 2000, .grace = 1000, .scratch = "/sim" };
    lane_init(&w->lane);
}

static void close_world(struct world *w)
{
    lane_free(&w->lane);
    net_free(w->net);
    assert_int_equal(plan.started, plan.freed);
}

static void run(struct world *w, void (*script)(struct t *))
{
    static struct conf_case c;
    c = (struct conf_case){ .id = "it",
                            .title = "it",
                            .covers = "",
                            .file = "it.c",
                            .run = script,
                            .line = 1,
                            .via = TCP_LISTENS };
    w->done = false;
    lane_start(&w->lane, &c, TCP_LISTENS, "it[tcp,iut-listens]");
    for (int steps = 0; !w->done; steps++) {
        assert_in_range(steps, 0, 100000);
        if (w->runnable) {
            w->runnable = false;
            lane_run(&w->lane);
        } else if (net_step(w->net, MSEC_NEVER) == 0 && !w->runnable && !w->done) {
            fail_msg("nothing can ever happen, and the case has no verdict");
        }
    }
}

static enum outcome outcome_of(const char *verb, int fault, void (*script)(struct t *),
                               struct world *w)
{
    plan = (struct fake_plan){ .verb = verb, .fault = fault };
    open_world(w);
    run(w, script);
    close_world(w);
    return w->outcome;
}

/* ---- scripts ---- */

static void opens(struct t *t)
{
    iut_open(t, "rep");
}

static void fails(struct t *t)
{
    iut_open(t, "rep");
    check(t, false, "as it must");
}

static void leaves_a_call_behind(struct t *t)
{
    struct iut *s = iut_open(t, "rep");
    const char *url = our_listener(t);
    dial_raw(t, url);
    accept_raw(t, url);
    iut_begin_recv(s, 500);
}

static void receives_nothing(struct t *t)
{
    iut_recv_fails(iut_open(t, "rep"), 300, "state|timedout");
}

static void wants_another(struct t *t)
{
    iut_fresh(t);
    iut_open(t, "rep");
}

/* ---- the tests ---- */

static void good_ones_pass_one_after_another(void **state)
{
    (void)state;
    struct world w;
    plan = (struct fake_plan){ 0 };
    open_world(&w);
    for (int i = 0; i < 3; i++) {
        run(&w, opens);
        assert_int_equal(w.outcome, ENDED);
    }
    assert_int_equal(plan.started, 1);
    run(&w, fails);
    assert_int_equal(w.outcome, FAILED);
    run(&w, opens);
    assert_int_equal(w.outcome, ENDED);
    assert_int_equal(plan.started, 1);
    close_world(&w);
}

static void faults_have_their_outcome(void **state)
{
    (void)state;
    struct world w;
    assert_int_equal(outcome_of("open", DIES, opens, &w), DIED);
    assert_int_equal(outcome_of("open", SILENT, opens, &w), HUNG);
    assert_int_equal(outcome_of("open", GARBAGE, opens, &w), UNFAIR);
    assert_int_equal(outcome_of("open", REPORTS, opens, &w), DIED);
    assert_int_equal(outcome_of("reset", SILENT, opens, &w), HUNG);
    assert_int_equal(outcome_of("reset", GARBAGE, opens, &w), UNFAIR);
    static const int refused[] = { DIES, SILENT, GARBAGE };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(outcome_of("hello", refused[i], opens, &w), UNFAIR);
        assert_true(w.adapter_failed);
    }
    assert_int_equal(outcome_of("xqzvbkw", SILENT, opens, &w), UNFAIR);
    assert_true(w.adapter_failed);
}

/* Only a whole code of the closed set is an error of the implementation: anything else would pass
 * for whichever error is due. */
static void errors_are_whole_words(void **state)
{
    (void)state;
    static const struct {
        const char *verb, *answer;
        enum outcome outcome;
    } answers[] = {
        { "recv", "err timedout", ENDED }, { "recv", "err state any words", ENDED },
        { "recv", "err closed", FAILED },  { "recv", "ok 00", FAILED },
        { "recv", "err", UNFAIR },         { "recv", "err ", UNFAIR },
        { "recv", "err time", UNFAIR },    { "recv", "err e|t", UNFAIR },
        { "recv", "err  state", UNFAIR },  { "recv", "err EAGAIN", UNFAIR },
        { "recv", "nay", UNFAIR },         { "recv", "na so far", SKIPPED },
        { "xqzvbkw", "name it", UNFAIR },
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct world w;
        plan = (struct fake_plan){ answers[i].verb, ANSWERS, answers[i].answer, .started = 0 };
        open_world(&w);
        run(&w, receives_nothing);
        close_world(&w);
        if (w.outcome != answers[i].outcome)
            fail_msg("`%s` gives outcome %d: %s", answers[i].answer, w.outcome, w.why);
    }
}

static void no_verdict_is_final_before_reset_is_answered(void **state)
{
    (void)state;
    struct world w;
    assert_int_equal(outcome_of("reset", DIES, opens, &w), DIED);
    assert_int_equal(outcome_of("reset", REPORTS, opens, &w), DIED);
    assert_int_equal(outcome_of("reset", DIES, fails, &w), DIED);
    assert_non_null(strstr(w.why, "as it must"));
    assert_int_equal(outcome_of("reset", REPORTS, fails, &w), DIED);
}

static void a_call_left_behind_is_awaited(void **state)
{
    (void)state;
    struct world w;
    assert_int_equal(outcome_of(NULL, GOOD, leaves_a_call_behind, &w), ENDED);
    assert_int_equal(outcome_of("recv", DIES, leaves_a_call_behind, &w), DIED);
    assert_int_equal(outcome_of("recv", SILENT, leaves_a_call_behind, &w), HUNG);
}

static void a_new_process_is_not_slept_through(void **state)
{
    (void)state;
    struct world w;
    assert_int_equal(outcome_of(NULL, GOOD, wants_another, &w), ENDED);
    assert_int_equal(plan.started, 2);
    plan = (struct fake_plan){ .wake = &w.lane };
    open_world(&w);
    run(&w, wants_another);
    assert_int_equal(w.outcome, ENDED);
    close_world(&w);
}

/* ---- waiting ---- */

static struct poke {
    struct net_timer timer;
    struct t *t;
} poke;

static void wake_again(struct net_timer *timer, msec at)
{
    t_wake(poke.t);
    net_arm(poke.t->net, timer, at + 1);
}

static void waits_among_noise(struct t *t)
{
    poke = (struct poke){ .timer.fire = wake_again, .t = t };
    net_arm(t->net, &poke.timer, net_now(t->net) + 1);
    msec deadline = net_now(t->net) + 300;
    while (t_wait(t, deadline))
        ;
    net_arm(t->net, &poke.timer, MSEC_NEVER);
    check(t, now(t) >= 300 && now(t) <= 310, "the deadline was put off to %lld", (long long)now(t));
}

static void noise_does_not_put_a_deadline_off(void **state)
{
    (void)state;
    struct world w;
    if (outcome_of(NULL, GOOD, waits_among_noise, &w) != ENDED)
        fail_msg("%s", w.why);
}

static void passes_time(struct t *t)
{
    let_pass(t, 250, "so that it passes");
    struct peer *us = dial_raw(t, our_listener(t));
    expect_quiet(us, 100, "nobody is there");
    check(t, now(t) == 350, "%lld ms passed", (long long)now(t));
}

static void own_time_passes_where_there_are_no_deadlines(void **state)
{
    (void)state;
    struct world w;
    plan = (struct fake_plan){ 0 };
    open_world(&w);
    w.lane.on.no_deadlines = true;
    run(&w, passes_time);
    if (w.outcome != ENDED)
        fail_msg("%s", w.why);
    close_world(&w);
}

static void primes(struct t *t)
{
    const char *url = our_listener(t);
    struct peer *sub = dial_raw(t, url);
    plan.far = accept_raw(t, url);
    sub->iut = iut_open(t, "pub");
    sub->counted = true;
    prime(sub->iut, HERE("prime"));
    check(t, plan.sent == 2, "%u probes went out", plan.sent);
}

/* The probe that came too early is followed by another, however long a person may take. */
static void a_lost_probe_is_not_waited_for(void **state)
{
    (void)state;
    for (int attached = 0; attached < 2; attached++) {
        struct world w;
        plan = (struct fake_plan){ 0 };
        open_world(&w);
        w.lane.on.no_deadlines = attached;
        run(&w, primes);
        if (w.outcome != ENDED)
            fail_msg("%s", w.why);
        close_world(&w);
    }
}

static bool measured_again(msec delay, void (*script)(struct t *), enum outcome outcome)
{
    struct world w;
    plan = (struct fake_plan){ .verb = "open", .fault = GOOD, .delay = delay - 1 };
    open_world(&w);
    run(&w, script);
    close_world(&w);
    assert_int_equal(w.outcome, outcome);
    return w.stalled;
}

static void a_failure_of_a_starved_adapter_is_measured_again(void **state)
{
    (void)state;
    assert_false(measured_again(5500, fails, FAILED)); /* open has 5 s */
    assert_true(measured_again(5501, fails, FAILED));
    assert_false(measured_again(5900, opens, ENDED));
}

static void fails_behind_a_window(struct t *t, int64_t ms)
{
    closes_within(dial_raw(t, our_listener(t)), ms);
    check(t, false, "as it must");
}

static void fails_behind_a_short_one(struct t *t)
{
    fails_behind_a_window(t, 150);
}

static void fails_behind_patience(struct t *t)
{
    fails_behind_a_window(t, patience(t));
}

static void a_failure_behind_a_window_may_be_about_time(void **state)
{
    (void)state;
    struct world w;
    assert_int_equal(outcome_of(NULL, GOOD, fails_behind_a_short_one, &w), FAILED);
    assert_true(w.timing);
    assert_int_equal(outcome_of(NULL, GOOD, fails_behind_patience, &w), FAILED);
    assert_false(w.timing);
    assert_int_equal(outcome_of(NULL, GOOD, fails, &w), FAILED);
    assert_false(w.timing || w.silent);
}

static void waits_for_what_never_comes(struct t *t)
{
    wire_expect(dial_raw(t, our_listener(t)), "00");
}

static void waits_while_a_call_comes_back(struct t *t)
{
    iut_begin_recv(iut_open(t, "rep"), 500);
    waits_for_what_never_comes(t);
}

static void a_failure_by_silence_is_told_from_others(void **state)
{
    (void)state;
    struct world w;
    assert_int_equal(outcome_of(NULL, GOOD, waits_for_what_never_comes, &w), FAILED);
    assert_true(w.silent);
    assert_int_equal(outcome_of(NULL, GOOD, waits_while_a_call_comes_back, &w), FAILED);
    assert_true(w.silent);
    assert_int_equal(outcome_of(NULL, GOOD, fails_behind_a_short_one, &w), FAILED);
    assert_false(w.silent);
}

/* A child that wants the first processor for itself. */
static pid_t spinner(void)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    cpu_set_t one;
    sched_getaffinity(0, sizeof one, &one);
    size_t first = 0;
    while (!CPU_ISSET(first, &one))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    sched_setaffinity(0, sizeof one, &one);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(20);
    for (volatile unsigned n = 0;; n++)
        ;
}

static void fails_later(struct t *t)
{
    poll(NULL, 0, 200); /* the kernel's own time: for the script, none passes */
    fails(t);
}

/* It closed nothing in 20 ms: how it differs from others, unless it had no processor. */
static void differs_later(struct t *t)
{
    iut_open(t, "rep");
    const char *url = our_listener(t);
    dial_raw(t, url);
    struct peer *us = accept_raw(t, url);
    poll(NULL, 0, 200);
    if (!closes_within(us, 20))
        variant(t, "it is patient");
}

static void so_is_one_of_an_adapter_without_a_processor(void **state)
{
    (void)state;
    pid_t spinners[4];
    struct world w;
    for (int i = 0; i < 4; i++)
        assert_true((spinners[i] = spinner()) > 0);
    for (int starved = 0; starved < 2; starved++) {
        plan = (struct fake_plan){ .pid = starved ? spinners[0] : 0 };
        open_world(&w);
        run(&w, fails_later);
        close_world(&w);
        assert_int_equal(w.outcome, FAILED);
        assert_int_equal(w.stalled, starved);
        open_world(&w);
        run(&w, differs_later);
        close_world(&w);
        assert_int_equal(w.outcome, ENDED);
        assert_int_equal(w.stalled, starved);
    }
    for (int i = 0; i < 4; i++) {
        kill(spinners[i], SIGKILL);
        waitpid(spinners[i], NULL, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_pass_one_after_another),
        cmocka_unit_test(faults_have_their_outcome),
        cmocka_unit_test(errors_are_whole_words),
        cmocka_unit_test(no_verdict_is_final_before_reset_is_answered),
        cmocka_unit_test(a_call_left_behind_is_awaited),
        cmocka_unit_test(a_new_process_is_not_slept_through),
        cmocka_unit_test(noise_does_not_put_a_deadline_off),
        cmocka_unit_test(own_time_passes_where_there_are_no_deadlines),
        cmocka_unit_test(a_lost_probe_is_not_waited_for),
        cmocka_unit_test(a_failure_of_a_starved_adapter_is_measured_again),
        cmocka_unit_test(so_is_one_of_an_adapter_without_a_processor),
        cmocka_unit_test(a_failure_behind_a_window_may_be_about_time),
        cmocka_unit_test(a_failure_by_silence_is_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
