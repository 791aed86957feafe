/* A lane against an adapter that goes wrong as it is told to, in simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef skip /* a word of the scripts too */
#include <stdlib.h>
#include <string.h>
#include "core/lane.h"
#include "core/payload.h"
#include "core/peer.h"

/* ---- an adapter by rote ---- */

struct fake {
    struct port port;
    struct net_timer later;
    struct net *net;
    const char *fault_verb; /* where it goes wrong */
    enum { GOOD, DIES, SILENT, GARBAGE, REPORTS, ANSWERS } fault;
    char due[200]; /* the answer that is on its way */
    bool dies, reports, busy;
    char next[100]; /* asked while the call before is still running */
};

static struct fake_plan {
    const char *verb;
    int fault;
    const char *answer; /* ANSWERS: this */
    msec delay;         /* of the answer to `verb`, beyond 1 ms */
    unsigned started, freed;
    struct peer *far; /* the other end of what it sends on, from the second message on */
    unsigned sent;
    struct lane *wake; /* something happens to the case while a new process starts */
} plan;

static void fake_ask(struct port *port, const char *line);

static void fake_send(const char *line)
{
    const char *payload = strrchr(line, ' ') + 1;
    struct buf body = { 0 }, frame = { 0 };
    assert_true(payload_decode(payload, strlen(payload), &body, 1000));
    buf_be64(&frame, body.n);
    buf_put_slice(&frame, buf_slice(&body));
    if (plan.sent++ > 0)
        peer_put(plan.far, buf_slice(&frame));
    buf_free(&body);
    buf_free(&frame);
}

static void fake_later(struct net_timer *timer, msec at)
{
    (void)at;
    struct fake *f = (struct fake *)(void *)((char *)timer - offsetof(struct fake, later));
    if (f->port.dead)
        return;
    if (f->reports)
        f->port.said(f->port.ctx, "==1==ERROR: AddressSanitizer: heap-use-after-free");
    if (f->port.dead)
        return;
    if (f->dies) {
        f->port.dead = true;
        f->port.died(f->port.ctx, "killed by signal 11 (SIGSEGV)");
        return;
    }
    char line[sizeof f->next];
    memcpy(line, f->next, sizeof line);
    f->busy = false;
    f->next[0] = '\0';
    f->port.answered(f->port.ctx, f->due, strlen(f->due));
    if (line[0] && !f->port.dead)
        fake_ask(&f->port, line);
}

static void fake_ask(struct port *port, const char *line)
{
    struct fake *f = (struct fake *)port;
    if (f->busy) {
        snprintf(f->next, sizeof f->next, "%s", line);
        return;
    }
    f->busy = true;
    size_t n = strcspn(line, " ");
    bool here = plan.verb && strlen(plan.verb) == n && memcmp(plan.verb, line, n) == 0;
    static const char *const known[] = { "open", "close", "reset", "set", "send" };
    snprintf(f->due, sizeof f->due, "na");
    if (strncmp(line, "hello", 5) == 0)
        snprintf(f->due, sizeof f->due, "ok fake 1 tcp ipc inproc");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(line, known[i], strlen(known[i])) == 0)
            snprintf(f->due, sizeof f->due, "ok");
    if (strncmp(line, "recv", 4) == 0)
        snprintf(f->due, sizeof f->due, "err timedout");
    if (plan.far && strncmp(line, "send", 4) == 0)
        fake_send(line);
    if (plan.wake && plan.started == 2)
        t_wake(&plan.wake->t);
    if (here && plan.fault == SILENT)
        return;
    f->dies = here && plan.fault == DIES;
    f->reports = here && plan.fault == REPORTS;
    if (here && plan.fault == GARBAGE)
        snprintf(f->due, sizeof f->due, "\x01\xff perhaps");
    if (here && plan.fault == ANSWERS)
        snprintf(f->due, sizeof f->due, "%s", plan.answer);
    net_arm(f->net, &f->later, net_now(f->net) + 1 + (here ? plan.delay : 0));
}

static void fake_kill(struct port *port)
{
    struct fake *f = (struct fake *)port;
    net_arm(f->net, &f->later, MSEC_NEVER);
}

static void fake_free(struct port *port)
{
    fake_kill(port);
    plan.freed++;
    free(port);
}

static long no_pid(struct port *port)
{
    (void)port;
    return -1;
}

static const struct port_ops fake_ops = {
    .ask = fake_ask, .kill = fake_kill, .free = fake_free, .pid = no_pid
};

/* ---- its lane ---- */

struct world {
    struct net *net;
    struct lane lane;
    bool runnable, done;
    enum outcome outcome;
    bool timing, stalled, adapter_failed;
    char why[400];
    int64_t ms;
};

static struct port *start(struct lane *l, struct buf *why)
{
    (void)why;
    struct fake *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->port.ops = &fake_ops;
    f->net = l->net;
    f->later.fire = fake_later;
    plan.started++;
    return &f->port;
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
    assert_false(w.timing);
}

/* ---- the pulse, by a clock that we turn ---- */

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
        cmocka_unit_test(a_failure_behind_a_window_may_be_about_time),
        cmocka_unit_test(a_stall_is_noticed),
        cmocka_unit_test(a_long_window_bears_a_longer_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
