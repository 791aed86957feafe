/* run_reports.c -- what a run tells: each verdict to every report, the lists of what was expected,
 * the summary and the exit status. */
#include "core/clauses.h"
#include "core/run_state.h"
#include "report/text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void write_error(struct runner *r)
{
    if (!r->write_failed)
        fprintf(stderr, "spconform: a report cannot be written: %s; the run goes on\n",
                strerror(errno));
    r->write_failed = true;
}

void open_reports(struct runner *r)
{
    char why[256];
    struct reporter *terminal = reporter_terminal(stdout, r->o->verbose);
    if (terminal)
        r->reporters[r->reporter_count++] = terminal;
    r->write_failed |= !terminal;
    for (size_t i = 0; i < r->o->report_count; i++) {
        struct reporter *one = reporter_open(r->o->reports[i], why, sizeof why);
        if (one)
            r->reporters[r->reporter_count++] = one;
        else
            fprintf(stderr, "spconform: %s; the run goes on without it\n", why);
        r->write_failed |= !one;
    }
}

void begin_reports(struct runner *r, const char *name)
{
    if (r->begun)
        return;
    r->begun = true;
    snprintf(r->peer, sizeof r->peer, "%s", name[0] ? name : r->o->peer ? r->o->peer : "?");
    r->summary.peer = r->peer;
    for (size_t i = 0; i < r->reporter_count; i++)
        if (!reporter_begin(r->reporters[i], r->peer, (unsigned)r->instance_count))
            write_error(r);
}

void report_verdict(struct runner *r, const struct instance *i, const struct record *rec,
                    enum verdict verdict, const char *why)
{
    char at[300], again[5200];
    struct buf more = { 0 }, clauses = { 0 };
    const char *root = strstr(rec->file, "harness/cases/");
    snprintf(at, sizeof at, "%s:%d", root ? root : rec->file, rec->line);
    snprintf(again, sizeof again, "%s --filter '%s'", r->o->again, i->name);
    const char *walk = i->c->covers, *id;
    size_t n;
    while (next_covered(&walk, &id, &n)) {
        const struct requirement *row = requirement_find(id, n);
        if (row)
            clause_add(&clauses, row->source);
    }
    struct result result = {
        .case_id = i->c->id,
        .instance = i->name,
        .title = i->c->title,
        .requirements = i->c->covers,
        .clauses = clauses.n ? buf_text(&clauses) : "",
        .level = i->level,
        .verdict = verdict,
        .was = verdict,
        .ms = rec->ms,
        .why = why,
        .at = rec->file[0] ? at : "",
        .script = rec->script,
        .detail = rec->detail,
        .trace = rec->trace,
        .repeat = again,
        .expected_because = "",
    };
    if (r->expectations)
        expectations_apply(r->expectations, &result, &more);
    summary_add(&r->summary, &result);
    for (size_t k = 0; k < r->reporter_count; k++)
        if (!reporter_result(r->reporters[k], &result))
            write_error(r);
    buf_free(&more);
    buf_free(&clauses);
}

static bool complete(const struct runner *r)
{
    return !run_stopped(r) && r->o->filter_count == 0 && r->o->shards <= 1 &&
           r->o->transports == 0 && !r->o->gentle;
}

/* What --slow and the like leave out is in the catalogue all the same. */
static void tell_left_out(struct runner *r)
{
    size_t cases;
    const struct conf_case *const *all = catalogue(&cases);
    for (size_t i = 0; i < cases; i++) {
        enum via via[INSTANCES_MAX];
        size_t n = case_instances(all[i], via);
        for (size_t k = 0; k < n; k++) {
            char name[INSTANCE_NAME_MAX];
            expectations_left_out(r->expectations, case_instance_name(all[i], via[k], name));
        }
    }
}

static void check_expectations(struct runner *r)
{
    struct buf why = { 0 };
    if (!r->expectations)
        return;
    if (!complete(r)) {
        if (r->o->update_expectations) {
            fprintf(stderr, "spconform: %s is not updated: this was no complete run\n",
                    r->o->expect);
            r->summary.exit_status = 2;
        }
        return;
    }
    tell_left_out(r);
    unsigned n = expectations_unused(r->expectations, &r->notes);
    if (n > 0) {
        r->summary.notes = buf_text(&r->notes);
        r->summary.failed += n;
        r->summary.count[V_XPASS] += n;
    }
    if (r->o->update_expectations && !expectations_update(r->expectations, r->o->expect, &why)) {
        fprintf(stderr, "spconform: %s\n", buf_text(&why));
        r->summary.exit_status = 2;
    }
    buf_free(&why);
}

/* In the words of an adapter, perhaps. */
static void say_stop(const struct runner *r, bool refused)
{
    fputs("spconform: ", stderr);
    if (refused && r->o->target == TARGET_COMMAND)
        fprintf(stderr, "%s: ", r->o->command);
    else if (refused && run_is_black_box(r))
        fprintf(stderr, "%s: ", r->o->url);
    text_put(stderr, r->stop, TEXT_LINE);
    fputc('\n', stderr);
}

int end_run(struct runner *r, int64_t wall_ms)
{
    bool refused = r->summary.exit_status == 2; /* it is no adapter */
    if (run_interrupted())
        stop_run(r, "interrupted; the results so far are kept");
    if (!r->begun)
        begin_reports(r, "");
    check_expectations(r);
    r->summary.wall_ms = wall_ms;
    r->summary.stopped = r->stop;
    int status = summary_status(&r->summary);
    if (r->summary.exit_status == 2)
        status = 2;
    else if (status == 0 && r->stop[0])
        status = run_interrupted() ? 130 : 1;
    if (status == 0 && r->write_failed)
        status = 2;
    r->summary.exit_status = status;
    if (r->stop[0])
        say_stop(r, refused);
    for (size_t i = r->reporter_count; i-- > 0;) {
        if (!reporter_end(r->reporters[i], &r->summary))
            write_error(r);
        reporter_free(r->reporters[i]);
    }
    if (r->write_failed && status == 0)
        status = 2;
    return status;
}
