/* run_records.c -- what comes back from the workers: which record is believed at once, which is to
 * be measured again, and the one verdict of each instance. */
#include "core/run_state.h"
#include <stdio.h>
#include <stdlib.h>

enum { HANGS_IN_A_ROW = 5 };

bool late(const struct record *rec)
{
    return rec->outcome == HUNG || (rec->outcome == FAILED && (rec->timing || rec->silent));
}

bool suspicious(const struct record *rec)
{
    return rec->outcome == DIED || late(rec);
}

/* Our own loop stood still while it was measured: that is no measurement. */
bool mismeasured(const struct record *rec)
{
    return rec->stalled && (rec->outcome == ENDED || rec->outcome == FAILED);
}

struct record no_record(enum outcome outcome, const char *why)
{
    return (struct record){ .outcome = outcome,
                            .file = "",
                            .script = "",
                            .why = why,
                            .detail = "",
                            .variant = "",
                            .trace = "",
                            .name = "" };
}

static void keep_record(struct job *job, const char *packet, size_t n)
{
    free(job->strings);
    job->strings = malloc(n);
    job->record = no_record(UNFAIR, "out of memory");
    if (!job->strings)
        return;
    memcpy(job->strings, packet, n);
    record_unpack(&job->record, job->strings, n);
}

/* Five in a row at one verb: `no answer to `recv` within ...`. */
static void count_hangs(struct runner *r, const struct record *rec)
{
    char verb[sizeof r->hang_verb] = "";
    const char *quote = strchr(rec->why, '`');
    if (rec->outcome == SKIPPED)
        return;
    if (quote)
        snprintf(verb, sizeof verb, "%.*s", (int)strcspn(quote + 1, "`"), quote + 1);
    bool same = strcmp(verb, r->hang_verb) == 0;
    memcpy(r->hang_verb, verb, sizeof verb);
    r->hangs = rec->outcome != HUNG ? 0 : same ? r->hangs + 1 : 1;
    if (r->hangs >= HANGS_IN_A_ROW) {
        char why[256];
        snprintf(why, sizeof why, "%u instances in a row hung (%.100s): the run stops here",
                 r->hangs, rec->why);
        stop_run(r, why);
    }
}

bool believed(const struct runner *r, const struct job *job)
{
    const struct instance *i = &r->instances[job->order.instance];
    return r->expectations && !i->sanity &&
           expectations_cover(r->expectations, i->name, verdict_of(&job->record, i, r->o->profile),
                              job->record.why, job->order.hasty);
}

void take_record(struct runner *r, struct worker *w, char *packet, size_t n)
{
    struct record rec;
    if (!record_unpack(&rec, packet, n) || rec.job >= r->job_count ||
        rec.previous > r->instance_count) {
        stop_run(r, "a worker of ours talks nonsense");
        return;
    }
    struct job *job = &r->jobs[rec.job];
    keep_record(job, packet, n);
    job->state = JOB_DONE;
    w->outstanding--;
    begin_reports(r, rec.name);
    if (rec.adapter_failed && (!job->rerun || (run_is_black_box(r) && r->judged))) {
        stop_run(r, rec.why);
        r->gone = run_is_black_box(r) && r->judged;
        r->summary.exit_status = r->gone ? 0 : 2;
        job->state = JOB_NEW;
        return;
    }
    r->judged = true;
    if (job->rerun)
        return;
    count_hangs(r, &rec);
    bool hurried = job->order.hasty && rec.outcome != SKIPPED;
    if (run_is_live(r) && (suspicious(&rec) || mismeasured(&rec) || hurried) && !believed(r, job))
        job->suspect = true; /* measured again, when all others are through */
    else
        settle_job(r, job, "");
}

static size_t index_of(const struct runner *r, const struct instance *i)
{
    return (size_t)(i - r->instances);
}

static const char *segmentation_text(const struct order *o, char *text, size_t cap)
{
    switch ((enum segmentation)o->segmentation) {
    case SEGMENT_WHOLE:
        return "";
    case SEGMENT_OCTETS:
        return " (sent octet by octet)";
    case SEGMENT_COALESCED:
        return " (greeting and first frame in one write)";
    case SEGMENT_SPLIT:
        snprintf(text, cap, " (sent with a cut before octet %u)", o->cut);
        return text;
    }
    return "";
}

/* A job is final: the instance's verdict, unless another repeat or cut of it was reported. */
void settle_job(struct runner *r, struct job *job, const char *remark)
{
    const struct instance *i = &r->instances[job->order.instance];
    size_t k = index_of(r, i);
    enum verdict verdict = verdict_of(&job->record, i, r->o->profile);
    enum verdict lasting = verdict; /* what another repeat is held against */
    char why[3000], text[64];
    if (job->suspect && late(&job->record) && strcmp(remark, "once") == 0) {
        if (r->reported[k] && job->alone_known && r->seen[k] == job->alone)
            return; /* another repeat, measured alone: nothing changed */
        verdict = V_INFO;
        lasting = job->alone_known ? job->alone : verdict;
        snprintf(why, sizeof why, "once, not again: %s", job->record.why);
    } else {
        const char *base = verdict == V_INFO && job->record.outcome == ENDED ? job->record.variant
                                                                             : job->record.why;
        snprintf(why, sizeof why, "%s%s%s%s", base,
                 base[0] ? segmentation_text(&job->order, text, sizeof text) : "",
                 i->unconfirmed && verdict == V_INFO && job->record.outcome == FAILED
                     ? " (de facto, unconfirmed)"
                     : "",
                 strcmp(remark, "once") == 0 ? " (did not recur when run again)" : remark);
    }
    if (!r->reported[k]) {
        r->reported[k] = true;
        r->seen[k] = lasting;
        report_verdict(r, i, &job->record, verdict, why);
    } else if (r->seen[k] != lasting &&
               !(r->expectations &&
                 expectations_may_vary(r->expectations, i->name, verdict, why))) {
        char changed[3200];
        snprintf(changed, sizeof changed, "the verdict changed from %s to %s: %s",
                 verdict_name(r->seen[k]), verdict_name(verdict), why);
        report_verdict(r, i, &job->record, verdict == V_CRASH ? V_CRASH : V_ERROR, changed);
    }
}
