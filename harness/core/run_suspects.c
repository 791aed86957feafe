/* run_suspects.c -- no accusation on one measurement: a CRASH, a HANG, a missed bound, what never
 * came, and whatever was measured while our own loop stood still is run again in a fresh process.
 * What only lacks a measurement gets it beside others at first, as the pulse tells whether it was
 * one; what never came is waited for once more beside others; what else accuses is run alone. */
#include "core/run_state.h"
#include <stdio.h>
#include <stdlib.h>

enum { TOGETHER = 2, ALONE = 2 }; /* attempts to measure what wants it */

static void adopt(struct job *to, struct job *from)
{
    uint32_t previous = to->record.previous; /* what ran before the first time */
    free(to->strings);
    to->record = from->record;
    to->record.previous = previous;
    to->strings = from->strings;
    from->strings = NULL;
}

/* The same in a fresh process of its own; at the end of the jobs until forget_rerun. */
static struct job *add_rerun(struct runner *r, const struct job *first, uint32_t before)
{
    size_t n = r->job_count++;
    struct job *again = &r->jobs[n];
    *again = (struct job){ .order = first->order, .isolated = true, .rerun = true };
    again->order.job = (uint32_t)n;
    again->order.fresh = true;
    again->order.hasty = false;
    again->order.before = before;
    return again;
}

static struct job *run_again(struct runner *r, const struct job *first, uint32_t before)
{
    struct job *again = add_rerun(r, first, before);
    run_alone(r, again);
    return again;
}

static void forget_rerun(struct runner *r, struct job *again)
{
    free(again->strings);
    memset(again, 0, sizeof *again);
    r->job_count--;
}

/* The target went away before a failure was seen a second time: that accuses nobody. */
static void settle_unconfirmed(struct runner *r, struct job *job)
{
    char why[600];
    snprintf(why, sizeof why, "target gone: once, and not to be measured again: %.500s",
             job->record.why);
    job->record.outcome = SKIPPED;
    job->record.why = why;
    settle_job(r, job, "");
    job->record.why = "";
}

static bool says_something(const struct job *again)
{
    return again->state == JOB_DONE && !again->record.adapter_failed &&
           again->record.outcome != UNFAIR;
}

static bool wants_measure(const struct runner *r, const struct job *job)
{
    return job->order.hasty || (mismeasured(&job->record) && !believed(r, job));
}

static void take_measure(struct runner *r, struct job *job, struct job *again)
{
    if (says_something(again)) {
        adopt(job, again);
        job->order.hasty = false;
    }
    forget_rerun(r, again);
}

/* All that lack one, beside each other. */
static void measure_together(struct runner *r, size_t from, size_t to)
{
    size_t first = r->job_count;
    for (size_t i = from; i < to; i++)
        if (r->jobs[i].state == JOB_DONE && r->jobs[i].suspect && wants_measure(r, &r->jobs[i]))
            add_rerun(r, &r->jobs[i], r->jobs[i].order.before);
    run_jobs(r, first, r->job_count);
    for (size_t i = to; i-- > from;) /* the last one added is the first one taken */
        if (r->jobs[i].state == JOB_DONE && r->jobs[i].suspect && wants_measure(r, &r->jobs[i]))
            take_measure(r, &r->jobs[i], &r->jobs[r->job_count - 1]);
}

static bool failed_by_silence(const struct runner *r, const struct job *job)
{
    const struct record *rec = &job->record;
    return job->state == JOB_DONE && job->suspect && rec->outcome == FAILED && rec->silent &&
           !rec->timing && !wants_measure(r, job) && !believed(r, job);
}

/* All that waited in vain, once more beside each other: where many fail, there is much to wait
 * for.  Whoever is late under load is measured again alone. */
static void wait_again_together(struct runner *r, size_t from, size_t to)
{
    size_t first = r->job_count;
    for (size_t i = from; i < to; i++)
        if (failed_by_silence(r, &r->jobs[i]))
            add_rerun(r, &r->jobs[i], 0);
    run_jobs(r, first, r->job_count);
    for (size_t i = to; i-- > from;) {
        if (!failed_by_silence(r, &r->jobs[i]))
            continue;
        struct job *again = &r->jobs[r->job_count - 1];
        r->jobs[i].silent_again = says_something(again) && again->record.outcome == FAILED &&
                                  !mismeasured(&again->record);
        forget_rerun(r, again);
    }
}

static void measure_again(struct runner *r, struct job *job)
{
    if (job->order.hasty && !run_stopped(r)) /* not as foreseen: it may have wanted patience */
        take_measure(r, job, run_again(r, job, job->order.before));
    for (int i = 0; i < ALONE && wants_measure(r, job) && !run_stopped(r); i++)
        take_measure(r, job, run_again(r, job, job->order.before));
}

enum recurrence { NOT_AGAIN, AGAIN, NOBODY_KNOWS };

static enum recurrence recurs(struct runner *r, struct job *job, uint32_t before)
{
    struct job *again = run_again(r, job, before);
    measure_again(r, again);
    enum recurrence answer = NOT_AGAIN;
    enum outcome is = again->record.outcome, was = job->record.outcome;
    if (!says_something(again)) {
        answer = NOBODY_KNOWS;
    } else if (is == was) {
        answer = AGAIN;
    } else if (was != DIED && (is == DIED || is == HUNG || is == FAILED)) {
        answer = AGAIN; /* in another way: what was seen alone is what counts */
        adopt(job, again);
    } else {
        job->alone = verdict_of(&again->record, &r->instances[job->order.instance], r->o->profile);
        job->alone_known = true;
    }
    forget_rerun(r, again);
    return answer;
}

/* CRASH, HANG and failures about time: alone in a fresh process; then behind the one before it. */
static void settle_suspect(struct runner *r, struct job *job)
{
    char remark[300] = "";
    measure_again(r, job);
    if (suspicious(&job->record) && !believed(r, job) && !job->silent_again && !run_stopped(r)) {
        const struct instance *i = &r->instances[job->order.instance];
        enum verdict first = verdict_of(&job->record, i, r->o->profile);
        enum outcome was = job->record.outcome;
        enum recurrence answer = recurs(r, job, 0);
        if (answer == AGAIN && job->record.outcome != was)
            snprintf(remark, sizeof remark, " (when run alone; at first: %s)", verdict_name(first));
        else if (answer == AGAIN && was == DIED)
            snprintf(remark, sizeof remark, " (again when run alone)");
        if (answer == NOT_AGAIN) {
            uint32_t before = job->record.previous;
            snprintf(remark, sizeof remark, "once");
            if (before && !run_stopped(r) && recurs(r, job, before) == AGAIN) {
                snprintf(remark, sizeof remark, " (only after %s)", r->instances[before - 1].name);
                job->alone_known = false; /* it did recur */
            }
        }
        if (r->gone && answer == NOBODY_KNOWS && job->record.outcome == FAILED) {
            settle_unconfirmed(r, job);
            return;
        }
    } else if (r->gone && job->record.outcome == FAILED) {
        settle_unconfirmed(r, job);
        return;
    }
    settle_job(r, job, remark);
}

/* Its worker died: alone in a new one. */
static void run_isolated(struct runner *r, struct job *job)
{
    if (job->state == JOB_NEW && job->isolated && !run_stopped(r) && renew_worker(r, 0))
        run_alone(r, job);
}

void run_suspects(struct runner *r, size_t from, size_t to)
{
    for (int i = 0; i < TOGETHER && !run_is_black_box(r); i++)
        measure_together(r, from, to);
    if (!run_is_black_box(r))
        wait_again_together(r, from, to);
    for (size_t i = from; i < to; i++) {
        struct job *job = &r->jobs[i];
        run_isolated(r, job);
        if (job->state == JOB_DONE && job->suspect)
            settle_suspect(r, job);
    }
}

static bool is_among(const struct runner *r, size_t from, size_t instance)
{
    for (size_t i = from; i < r->job_count; i++)
        if (r->jobs[i].order.instance == instance)
            return true;
    return false;
}

/* The sanity cases once more: is what was judged in between still the same implementation? */
void end_sane(struct runner *r, size_t count)
{
    size_t from = r->job_count;
    for (size_t i = 0; i < count; i++) {
        if (is_among(r, from, r->jobs[i].order.instance))
            continue; /* it ran in several segmentations */
        add_job(r, r->jobs[i].order.instance, SEGMENT_WHOLE, 0);
        r->jobs[r->job_count - 1].rerun = true;
    }
    size_t to = r->job_count;
    run_jobs(r, from, to);
    for (size_t i = from; i < to && !run_stopped(r); i++) {
        struct job *job = &r->jobs[i];
        run_isolated(r, job);
        enum outcome outcome = job->record.outcome;
        bool failed = outcome == FAILED || outcome == DIED || outcome == HUNG || outcome == UNFAIR;
        if (job->state != JOB_DONE || !failed)
            continue;
        if (recurs(r, job, 0) != NOT_AGAIN) {
            char why[256];
            snprintf(why, sizeof why, "at the end of the run %.100s fails: %.100s",
                     r->instances[job->order.instance].name, job->record.why);
            stop_run(r, why);
        }
    }
}
