/* context.c -- the running case: waiting, ending, notes, time. */
#include "core/context.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    STACK_OCTETS = 128 * 1024,
    OCTETS_AT_A_STRETCH = 512 * 1024, /* about a millisecond */
    OCTETS_OF_A_CALL = 4 * 1024,      /* what a call costs besides, in octets */
};

void t_deadline(struct net_timer *timer, msec at)
{
    struct t *t = (struct t *)(void *)((char *)timer - offsetof(struct t, timer));
    if (!t->looked) {
        /* Timers come before events: what is there already must be seen before time is up. */
        t->looked = true;
        net_arm(t->net, timer, at);
        return;
    }
    t->timed_out = true;
    if (t->waiting) {
        t->waiting = false;
        t->runnable(t);
    }
}

void t_measured(struct t *t, msec since)
{
    t->stalled = t->stalled || pulse_stalled_since(t->on->pulse, since);
}

void t_passed(struct t *t, msec since, int64_t ms)
{
    t_measured(t, since);
    t->timing |= ms < t->on->patience && !t->on->black_box;
}

static void yield(struct t *t, msec deadline)
{
    t->waiting = true;
    t->timed_out = false;
    t->looked = false;
    net_arm(t->net, &t->timer, deadline);
    fiber_yield(t->fiber);
    net_arm(t->net, &t->timer, MSEC_NEVER);
    if (t->outcome != RUNNING) /* ended from outside: the adapter died */
        fiber_exit(t->fiber);
}

void t_breathe(struct t *t)
{
    t->put += OCTETS_OF_A_CALL;
    if (t->put < OCTETS_AT_A_STRETCH)
        return;
    t->put = 0;
    yield(t, net_now(t->net));
}

bool t_pause(struct t *t, msec until)
{
    if (until != t->window_end) {
        t->window_end = until;
        t->window_began = net_now(t->net);
        t->overdue = false;
    }
    if (!t->woken && net_now(t->net) < until)
        yield(t, until);
    bool woken = t->woken || (!t->timed_out && net_now(t->net) < until);
    t->woken = false;
    if (woken && !t->overdue) {
        t->overdue = net_now(t->net) >= until;
        return true;
    }
    t_measured(t, t->window_began);
    return false;
}

bool t_wait(struct t *t, msec deadline)
{
    return t_pause(t, t->on->no_deadlines ? MSEC_NEVER : deadline);
}

void t_wake(struct t *t)
{
    t->woken = true;
    if (t->waiting) {
        t->waiting = false;
        t->runnable(t);
    }
}

msec t_patience(struct t *t)
{
    return t->on->no_deadlines ? MSEC_NEVER : msec_after(net_now(t->net), t->on->patience);
}

/* It may have failed to do in time what it had no processor for. */
static bool was_starved(struct t *t)
{
    int64_t ms = net_now(t->net) - t->started;
    if (!t->port || t->port->dead)
        return false;
    return starvation_waited(&t->share, port_pid(t->port)) * STARVED_PART >
           (ms < t->on->patience ? ms : t->on->patience);
}

static bool was_hindered(struct t *t)
{
    return !t->on->no_deadlines &&
           (t->starved || pulse_starved_since(t->on->pulse, t->started) || was_starved(t));
}

/* What was waited for last did not come for as long as we wait for anything, or nearly: an adapter
 * that waits for us may have begun before we do. */
static bool was_silent(const struct t *t)
{
    int64_t ms = net_now(t->net) - t->window_began;
    return !t->on->black_box && ms * 4 >= t->on->patience * 3;
}

static void run_script(void *arg)
{
    struct t *t = arg;
    t->c->run(t);
    peers_settle(t);
    if (t->outcome != RUNNING)
        return;
    t->outcome = ENDED;
    /* a variant by what it did not do in a window */
    t->stalled |= t->timing && t->variant.n > 0 && was_hindered(t);
}

bool t_begin(struct t *t)
{
    t->started = t->window_began = net_now(t->net);
    starvation_begin(&t->share, port_pid(t->port), t->started);
    t->fiber = fiber_new(run_script, t, STACK_OCTETS);
    return t->fiber != NULL;
}

bool t_over(const struct t *t)
{
    return t->outcome != RUNNING || (t->fiber && fiber_done(t->fiber));
}

void t_free(struct t *t)
{
    t_close_wire(t);
    net_arm(t->net, &t->timer, MSEC_NEVER);
    fiber_free(t->fiber);
    for (struct iut *s = t->iuts, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    for (struct temp *s = t->temps, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    for (size_t i = 0; i < SCRATCH_COUNT; i++)
        buf_free(&t->scratch[i]);
    buf_free(&t->call.answer);
    starvation_free(&t->starvation);
    starvation_free(&t->share);
    buf_free(&t->why);
    buf_free(&t->detail);
    buf_free(&t->variant);
    captures_free(t->captures);
    trace_free(t->trace);
}

/* ---- ending ---- */

static void end_with(struct t *t, enum outcome outcome, struct at at, const char *format,
                     va_list args)
{
    if (t->outcome != RUNNING)
        return;
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    if (outcome == FAILED) {
        t->stalled |= was_hindered(t);
        t->silent |= was_silent(t);
    }
    t->outcome = outcome;
    t->at = at;
    buf_clear(&t->why);
    buf_put(&t->why, text, strlen(text));
    trace_add(t->trace, &(struct trace_event){
                            .kind = outcome == SKIPPED ? TRACE_NOTE : TRACE_FAIL,
                            .at = net_now(t->net) - t->started,
                            .note = text,
                            .file = at.file,
                            .line = at.line,
                        });
}

void t_end(struct t *t, enum outcome outcome, struct at at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    end_with(t, outcome, at, format, args);
    va_end(args);
    if (t->waiting) {
        t->waiting = false;
        t->runnable(t);
    }
}

void t_stop(struct t *t, enum outcome outcome, struct at at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    end_with(t, outcome, at, format, args);
    va_end(args);
    fiber_exit(t->fiber);
}

void t_mismatch(struct t *t, struct at at, const char *pattern, struct slice got, const char *what)
{
    buf_clear(&t->detail);
    notation_explain(pattern, t->captures, got, &t->detail);
    t_stop(t, FAILED, at, "%s", what);
}

void fail_(struct at at, struct t *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    t_expect(t, at);
    end_with(t, FAILED, at, format, args);
    va_end(args);
    fiber_exit(t->fiber);
}

/* Whole, not as a part of another. */
static bool is_named(struct t *t, const char *text)
{
    const char *all = t->variant.n > 0 ? buf_text(&t->variant) : "";
    size_t n = strlen(text);
    for (const char *at = all; (at = strstr(at, text)); at++)
        if ((at == all || at[-1] == ' ') && (!at[n] || strncmp(at + n, "; ", 2) == 0) &&
            (at == all || at[-2] == ';'))
            return true;
    return false;
}

void variant(struct t *t, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (is_named(t, text))
        return;
    if (t->variant.n > 0)
        buf_printf(&t->variant, "; ");
    buf_printf(&t->variant, "%s", text);
    t_note(t, "variant: %s", text);
}

void skip(struct t *t, const char *why)
{
    t_stop(t, SKIPPED, (struct at){ t->c->file, "", t->c->line }, "%s", why);
}

void cannot_judge(struct t *t, const char *why)
{
    t_stop(t, UNFAIR, (struct at){ t->c->file, "", t->c->line }, "%s", why);
}

/* ---- notes ---- */

void t_expect(struct t *t, struct at at)
{
    trace_add(t->trace, &(struct trace_event){ .kind = TRACE_EXPECT,
                                               .at = net_now(t->net) - t->started,
                                               .note = at.text,
                                               .file = at.file,
                                               .line = at.line });
}

void t_note(struct t *t, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    trace_add(t->trace, &(struct trace_event){
                            .kind = TRACE_NOTE, .at = net_now(t->net) - t->started, .note = text });
}

void t_emit(struct t *t, struct at at, const char *pattern, struct buf *out)
{
    struct buf *why = t_scratch(t, SCRATCH_WHY);
    if (!notation_emit(pattern, t->captures, out, why))
        t_stop(t, UNFAIR, at, "the case is broken: %s: %s", pattern, buf_text(why));
}

struct buf *t_scratch(struct t *t, enum scratch which)
{
    buf_clear(&t->scratch[which]);
    return &t->scratch[which];
}

const char *t_keep(struct t *t, const char *text)
{
    size_t n = strlen(text) + 1;
    struct temp *s = malloc(sizeof *s + n);
    if (!s)
        cannot_judge(t, "out of memory");
    memcpy(s->text, text, n);
    s->next = t->temps;
    t->temps = s;
    return s->text;
}

const char *value(struct t *t, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        cannot_judge(t, "the case is broken: a value is too long");
    return t_keep(t, text);
}

/* ---- time ---- */

int64_t now(const struct t *t)
{
    return net_now(t->net) - t->started;
}

int64_t patience(const struct t *t)
{
    return t->on->patience;
}

void expect_elapsed_(struct at at, struct t *t, int64_t since, int64_t lo, int64_t hi)
{
    t_expect(t, at);
    int64_t took = now(t) - since;
    t_measured(t, t->started + since);
    if (took >= lo && took <= hi)
        return;
    t->timing = true;
    buf_clear(&t->detail);
    buf_printf(&t->detail, "wanted   %lld to %lld ms\ngot      %lld ms\n", (long long)lo,
               (long long)hi, (long long)took);
    t_stop(t, FAILED, at, "%s: %lld ms instead of %lld to %lld ms",
           took < lo ? "too early" : "too late", (long long)took, (long long)lo, (long long)hi);
}

void let_pass_(struct at at, struct t *t, int64_t ms, const char *why)
{
    t_expect(t, at);
    peers_settle(t);
    (void)why;
    msec since = net_now(t->net), until = msec_after(since, ms);
    while (net_now(t->net) < until)
        t_pause(t, until);
    t_measured(t, since);
}

/* ---- about the run ---- */

bool dials(const struct t *t)
{
    return (t->via & (unsigned)(DIALS | TCP6_DIALS)) != 0;
}

bool over_ipc(const struct t *t)
{
    return (t->via & IPC) != 0;
}

bool over_ws(const struct t *t)
{
    return (t->via & (unsigned)(WS | WSS)) != 0;
}

bool over_tls(const struct t *t)
{
    return (t->via & (unsigned)(TLS | WSS)) != 0;
}

bool is_black_box(const struct t *t)
{
    return t->on->black_box;
}

const char *service_protocol(const struct t *t)
{
    return t->on->black_box_protocol ? t->on->black_box_protocol : "";
}

uint64_t random_below(struct t *t, uint64_t n)
{
    return n == 0 ? 0 : rng_next(&t->rng) % n;
}

uint64_t captured(struct t *t, const char *name)
{
    struct slice s;
    if (!captures_get(t->captures, name, &s))
        t_stop(t, UNFAIR, (struct at){ t->c->file, "", t->c->line },
               "the case is broken: nothing was captured as $%s", name);
    if (s.n > 8)
        return UINT64_MAX;
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = v << 8 | s.p[i];
    return v;
}

const char *via_scheme(enum via via)
{
    return via & (unsigned)TCP6  ? "tcp6"
           : via & (unsigned)IPC ? "ipc"
           : via & (unsigned)WS  ? "ws"
           : via & (unsigned)WSS ? "wss"
           : via & (unsigned)TLS ? "tls"
           : via & INPROC        ? "inproc"
                                 : "tcp";
}

static int64_t proc_value(struct t *t, const char *file, const char *key)
{
    long pid = port_pid(t->port);
    if (pid <= 0)
        return -1;
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%ld/%s", pid, file);
    FILE *f = fopen(path, "re");
    if (!f)
        return -1;
    long long v = -1;
    while (fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0) {
            v = atoll(line + strlen(key));
            break;
        }
    fclose(f);
    return v;
}

int64_t iut_memory(struct t *t)
{
    int64_t kib = proc_value(t, "status", "VmRSS:");
    return kib < 0 ? -1 : kib * 1024;
}
