#include "core/lane.h"
#include "core/startable.h"
#include <stdio.h>
#include <stdlib.h>

enum { START_MS = 10000, RESET_MS = 5000 };

static const char probe_verb[] = "xqzvbkw";

static void adapter_said(void *ctx, const char *line);
static void adapter_died(void *ctx, const char *how);
static void adapter_answered(void *ctx, const char *line, size_t n);

static void deadline(struct lane *l, msec ms)
{
    msec at = ms < 0 || l->on.no_deadlines ? MSEC_NEVER : msec_after(net_now(l->net), ms);
    l->looked = false;
    net_arm(l->net, &l->timer, at);
}

/* The adapter is to answer within `ms`.  Whether it starves is watched from half of them on. */
static void allow(struct lane *l, msec ms)
{
    l->late_ms = ms - ms / 2;
    deadline(l, ms / 2);
}

static void queue(struct lane *l)
{
    if (l->queued)
        return;
    l->queued = true;
    l->runnable(l);
}

/* ---- the verdict ---- */

/* Often called from within the port's own callback: it is freed when the lane moves on. */
static void give_up_adapter(struct lane *l)
{
    if (l->port) {
        port_free(l->grave);
        l->grave = l->port;
        port_kill(l->grave);
    }
    l->port = NULL;
    l->state = LANE_EMPTY;
}

static void finish(struct lane *l)
{
    struct t *t = &l->t;
    struct lane_result r = {
        .outcome = t->outcome,
        .timing = t->timing,
        .silent = t->silent,
        .stalled = t->stalled,
        .ms = now(t),
        .why = buf_text(&t->why),
        .file = t->at.file ? t->at.file : "",
        .script = t->at.text ? t->at.text : "",
        .detail = buf_text(&t->detail),
        .variant = buf_text(&t->variant),
        .line = t->at.line,
    };
    deadline(l, -1);
    if (t->outcome == DIED || t->outcome == HUNG || t->outcome == UNFAIR || l->port->dead)
        give_up_adapter(l);
    else
        l->state = LANE_READY;
    t_close_wire(t);
    l->finished(l, &r);
}

static void adapter_unusable(struct lane *l, const char *why)
{
    struct lane_result r = { .outcome = UNFAIR,
                             .adapter_failed = true,
                             .why = why,
                             .file = "",
                             .script = "",
                             .detail = "",
                             .variant = "" };
    deadline(l, -1);
    give_up_adapter(l);
    l->state = LANE_BROKEN;
    if (l->has_case)
        t_close_wire(&l->t);
    l->finished(l, &r);
}

/* ---- starting ---- */

static void start_adapter(struct lane *l)
{
    buf_clear(&l->why);
    l->ignore = 0;
    l->port = l->start(l, &l->why);
    if (!l->port) {
        adapter_unusable(l, buf_text(&l->why));
        return;
    }
    l->port->answered = adapter_answered;
    l->port->died = adapter_died;
    l->port->said = adapter_said;
    l->port->ctx = l;
    l->state = LANE_HELLO;
    l->start_began = net_now(l->net);
    l->last_words[0] = '\0';
    allow(l, START_MS);
    port_ask(l->port, "hello 1");
}

static void begin_script(struct lane *l)
{
    struct t *t = &l->t;
    l->state = LANE_RUNNING;
    deadline(l, -1);
    t->port = l->port;
    t->features = buf_text(&l->features);
    if (l->renewing) {
        l->renewing = false;
        t->wants_fresh = false;
        t_wake(t);
        queue(l); /* it may have been woken before, while there was no adapter to go on with */
        return;
    }
    char text[160];
    const char *unfit = l->unfit ? l->unfit(l, t->features, text, sizeof text) : NULL;
    if (unfit) {
        t->outcome = SKIPPED;
        buf_printf(&t->why, "%s", unfit);
    } else if (!t_begin(t)) {
        t->outcome = UNFAIR;
        buf_printf(&t->why, "out of memory");
    }
    queue(l);
}

static bool take_hello(struct lane *l, const char *line)
{
    char name[64], version[64];
    int used = 0;
    if (sscanf(line, "ok %63s %63s%n", name, version, &used) != 2)
        return false;
    buf_clear(&l->name);
    buf_printf(&l->name, "%s %s", name, version);
    buf_clear(&l->features);
    buf_printf(&l->features, "%s ", line + used); /* a space before and behind each */
    return true;
}

static void greet(struct lane *l, const char *line)
{
    char why[256];
    if (l->state == LANE_HELLO) {
        if (!take_hello(l, line)) {
            snprintf(why, sizeof why,
                     "this is no adapter: it answers `hello 1` with `%.80s` instead of "
                     "`ok NAME VERSION FEATURE...`",
                     line);
            adapter_unusable(l, why);
            return;
        }
        l->state = LANE_PROBE;
        port_ask(l->port, probe_verb);
        return;
    }
    if (strcmp(line, "na") != 0 && strncmp(line, "na ", 3) != 0) {
        snprintf(why, sizeof why,
                 "the adapter answers `%.60s` to a verb it cannot know; it must answer `na`", line);
        adapter_unusable(l, why);
        return;
    }
    l->start_took = net_now(l->net) - l->start_began + 1;
    begin_script(l);
}

/* ---- ending ---- */

static void begin_reset(struct lane *l)
{
    struct t *t = &l->t;
    t_close_wire(t);
    l->state = LANE_RESET;
    msec ms = RESET_MS + l->on.grace;
    l->ignore = 0;
    if (t->call.pending && !t->call.answered) {
        l->ignore = 1; /* it answers the call that is still running first */
        if (t->call.deadline > net_now(l->net))
            ms += t->call.deadline - net_now(l->net);
    }
    allow(l, ms);
    port_ask(l->port, "reset");
}

void lane_run(struct lane *l)
{
    struct t *t = &l->t;
    l->queued = false;
    if (l->state != LANE_RUNNING)
        return;
    if (t->fiber && !t_over(t) && !t->wants_fresh)
        fiber_resume(t->fiber);
    if (t->outcome == RUNNING && t->fiber && fiber_done(t->fiber))
        t->outcome = ENDED;
    if (t_over(t)) {
        if (t->outcome == DIED || t->outcome == HUNG || t->outcome == UNFAIR || !t->fiber)
            finish(l);
        else
            begin_reset(l);
    } else if (t->wants_fresh) {
        give_up_adapter(l);
        l->renewing = true;
        l->instance_seed++;
        start_adapter(l);
    }
}

/* ---- the adapter's events ---- */

static void adapter_answered(void *ctx, const char *line, size_t n)
{
    struct lane *l = ctx;
    switch (l->state) {
    case LANE_HELLO:
    case LANE_PROBE:
        greet(l, line);
        break;
    case LANE_RUNNING:
        if (!t_over(&l->t))
            iut_answered(&l->t, line, n);
        else if (l->t.call.pending)
            l->t.call.answered = true;
        break;
    case LANE_RESET:
        if (l->ignore > 0) {
            l->ignore--;
        } else if (strcmp(line, "ok") != 0 && strncmp(line, "ok ", 3) != 0) {
            l->t.outcome = UNFAIR;
            buf_clear(&l->t.why);
            buf_printf(&l->t.why, "the adapter answers `reset` with `%.60s` instead of `ok`", line);
            finish(l);
        } else {
            finish(l);
        }
        break;
    case LANE_EMPTY:
    case LANE_READY:
    case LANE_BROKEN:
        break;
    }
}

static void end_from_outside(struct lane *l, enum outcome outcome, const char *why)
{
    struct t *t = &l->t;
    struct buf before = { 0 };
    if (t->outcome == FAILED)
        buf_printf(&before, " (the script had failed: %s)", buf_text(&t->why));
    if (!t->at.file) /* the script had ended: the case is what there is to point at */
        t->at = (struct at){ t->c->file, "", t->c->line };
    t->outcome = outcome;
    buf_clear(&t->why);
    buf_printf(&t->why, "%s%s", why, before.n ? buf_text(&before) : "");
    buf_free(&before);
    trace_add(t->trace,
              &(struct trace_event){ .kind = TRACE_FAIL, .at = now(t), .note = buf_text(&t->why) });
    finish(l);
}

static void adapter_died(void *ctx, const char *how)
{
    struct lane *l = ctx;
    char why[512];
    switch (l->state) {
    case LANE_HELLO:
    case LANE_PROBE:
        snprintf(why, sizeof why, "%s: %s%s%s%s",
                 l->on.black_box ? "the service cannot be judged"
                                 : "the adapter ended before its hello was complete",
                 how, l->last_words[0] ? "; its last words: `" : "", l->last_words,
                 l->last_words[0] ? "`" : "");
        adapter_unusable(l, why);
        break;
    case LANE_RUNNING:
        if (!t_over(&l->t))
            iut_died(&l->t, how);
        if (!l->t.waiting)
            queue(l);
        break;
    case LANE_RESET:
        snprintf(why, sizeof why, "the implementation %s when the script had ended: %s",
                 l->port->hung ? "hung" : "died", how);
        end_from_outside(l, l->port->hung ? HUNG : DIED, why);
        break;
    case LANE_READY:
        give_up_adapter(l); /* between two cases: the next starts another */
        break;
    case LANE_EMPTY:
    case LANE_BROKEN:
        break;
    }
}

/* A sanitizer's report counts until reset is answered, like death. */
static void adapter_said(void *ctx, const char *line)
{
    struct lane *l = ctx;
    if (l->state == LANE_HELLO || l->state == LANE_PROBE)
        keep_last_words(l->last_words, sizeof l->last_words, line);
    if (!l->has_case || l->state == LANE_READY)
        return;
    bool over = l->state == LANE_RESET || (l->state == LANE_RUNNING && t_over(&l->t));
    iut_said(&l->t, line);
    if (over && is_sanitizer_report(line)) {
        char why[256];
        snprintf(why, sizeof why, "a sanitizer reported, when the script had ended: %.200s", line);
        end_from_outside(l, DIED, why);
    }
}

/* 0: it had its time, and its share of the machine. */
static msec more_time(struct lane *l)
{
    long pid = l->port ? port_pid(l->port) : -1;
    msec ms = l->late_ms;
    l->late_ms = 0;
    if (ms == 0)
        return starvation_extends(&l->t.starvation, pid, net_now(l->net));
    starvation_begin(&l->t.starvation, pid, net_now(l->net));
    return ms;
}

static void timed_out(struct net_timer *timer, msec at)
{
    struct lane *l = (struct lane *)(void *)((char *)timer - offsetof(struct lane, timer));
    if (!l->looked) { /* timers come before events */
        l->looked = true;
        net_arm(l->net, timer, at);
        return;
    }
    msec more = more_time(l);
    if (more > 0)
        deadline(l, more);
    else if (l->state == LANE_HELLO)
        adapter_unusable(l, "the adapter does not answer `hello 1`");
    else if (l->state == LANE_PROBE)
        adapter_unusable(l,
                         "the adapter does not answer a verb it cannot know; it must answer `na`");
    else if (l->state == LANE_RESET)
        end_from_outside(l, HUNG, "no answer to `reset` when the script had ended");
}

/* ---- the owner's side ---- */

static void t_runnable(struct t *t)
{
    queue(t->scheduler);
}

void lane_init(struct lane *l)
{
    l->timer.fire = timed_out;
}

bool lane_idle(const struct lane *l)
{
    return l->state == LANE_EMPTY || l->state == LANE_READY;
}

static void forget_case(struct lane *l)
{
    if (l->has_case)
        t_free(&l->t);
    l->has_case = false;
}

static uint64_t hash(const char *text, uint64_t seed)
{
    uint64_t h = seed ^ 14695981039346656037u;
    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * 1099511628211u;
    return h;
}

void lane_start(struct lane *l, const struct conf_case *c, enum via via, const char *instance)
{
    forget_case(l);
    port_free(l->grave);
    l->grave = NULL;
    struct t *t = &l->t;
    memset(t, 0, sizeof *t);
    t->c = c;
    t->via = via;
    t->instance = instance;
    t->on = &l->on;
    t->net = l->net;
    t->started = net_now(l->net);
    t->trace = trace_new();
    t->captures = captures_new();
    t->runnable = t_runnable;
    t->scheduler = l;
    t->timer.fire = t_deadline;
    l->instance_seed = hash(instance, l->on.seed);
    rng_seed(&t->rng, l->instance_seed);
    l->has_case = true;
    l->renewing = false;
    if (!t->trace || !t->captures) {
        adapter_unusable(l, "out of memory");
        return;
    }
    if (l->state == LANE_EMPTY)
        start_adapter(l);
    else
        begin_script(l);
}

void lane_drop_adapter(struct lane *l)
{
    if (l->port)
        give_up_adapter(l);
    l->state = LANE_EMPTY;
}

struct trace *lane_trace(struct lane *l)
{
    return l->has_case ? l->t.trace : NULL;
}

void lane_free(struct lane *l)
{
    forget_case(l);
    net_arm(l->net, &l->timer, MSEC_NEVER);
    port_free(l->port);
    port_free(l->grave);
    l->port = l->grave = NULL;
    buf_free(&l->features);
    buf_free(&l->name);
    buf_free(&l->why);
}
