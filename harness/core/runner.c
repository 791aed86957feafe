/* runner.c -- runs what was selected: forks workers, gives orders, collects records, measures
 * again what must not be believed at once, reports. */
#include "core/run.h"
#include "core/folder.h"
#include "core/leaks.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    WORKERS_MAX = 16,
    HANGS_IN_A_ROW = 5,
    KEEP_BUSY = 16,
    MEASURES = 3,
    LOOK_UP_MS = 200,
    END_MS = 5000
};

/* One order and what came of it. */
struct job {
    struct order order;
    enum { JOB_NEW, JOB_OUT, JOB_DONE } state;
    bool suspect;  /* to be run again alone */
    bool isolated; /* its worker died: alone in a worker */
    bool rerun;    /* of another job, to see whether it recurs: not reported */
    bool alone_known;
    enum verdict alone; /* of a rerun that did not bear the first out */
    unsigned worker;    /* while it is out */
    struct record record;
    char *strings; /* behind record */
};

struct worker {
    pid_t pid;
    int fd;
    unsigned outstanding, first_lane;
};

struct runner {
    const struct run_options *o;
    struct instance *instances;
    size_t instance_count;
    struct job *jobs;
    size_t job_count, next_job;
    struct worker workers[WORKERS_MAX];
    unsigned worker_count, lanes_each;
    struct reporter *reporters[REPORTS_MAX + 1];
    size_t reporter_count;
    struct summary summary;
    struct expectations *expectations;
    struct buf notes;   /* of the expectations, for the summary */
    enum verdict *seen; /* per instance, first verdict; for repeats */
    bool *reported;
    char scratch[64];
    char peer[130];
    unsigned hangs;
    char hang_verb[16];
    bool write_failed, begun;
    bool judged, gone; /* something was judged; then a service went away for good */
    char stop[256];
};

static volatile sig_atomic_t interrupted;

static void on_signal(int n)
{
    interrupted = n;
}

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool live(const struct runner *r)
{
    return r->o->target != TARGET_REFERENCE;
}

static bool black_box(const struct runner *r)
{
    return r->o->target == TARGET_CONNECT || r->o->target == TARGET_LISTEN;
}

static void stop(struct runner *r, const char *why)
{
    if (!r->stop[0])
        snprintf(r->stop, sizeof r->stop, "%s", why);
}

/* ---- workers ---- */

static bool start_worker(struct runner *r, unsigned n)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
        return false;
    int size = 4 * 1024 * 1024;
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    fflush(NULL);
    pid_t runner = getpid(), pid = fork();
    if (pid < 0) {
        close(fds[0]);
        close(fds[1]);
        return false;
    }
    if (pid == 0) {
        close(fds[0]);
        for (unsigned i = 0; i < r->worker_count; i++)
            if (r->workers[i].fd >= 0)
                close(r->workers[i].fd);
        int status = live(r) ? worker_live(r->o, r->instances, fds[1], n * r->lanes_each,
                                           r->lanes_each, r->scratch, runner)
                             : worker_simulated(r->o, r->instances, fds[1], runner);
        _exit(status_and_leaks(status));
    }
    close(fds[1]);
    r->workers[n] = (struct worker){ .pid = pid, .fd = fds[0] };
    return true;
}

static void end_worker(struct worker *w)
{
    if (w->fd >= 0)
        close(w->fd); /* it sees the end, frees its adapters and goes */
    w->fd = -1;
}

static unsigned capacity(const struct runner *r)
{
    return live(r) ? r->lanes_each + 1 : KEEP_BUSY;
}

static void give_order(struct runner *r, struct job *job, unsigned n)
{
    struct worker *w = &r->workers[n];
    job->state = JOB_OUT;
    job->worker = n;
    w->outstanding++;
    ssize_t sent;
    do
        sent = send(w->fd, &job->order, sizeof job->order, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
}

/* ---- results ---- */

static void write_error(struct runner *r)
{
    if (!r->write_failed)
        fprintf(stderr, "spconform: a report cannot be written: %s; the run goes on\n",
                strerror(errno));
    r->write_failed = true;
}

static void report(struct runner *r, const struct instance *i, const struct record *rec,
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
        if (row && (!clauses.n || !strstr(buf_text(&clauses), row->source)))
            buf_printf(&clauses, "%s%s", clauses.n ? "; " : "", row->source);
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

static bool late(const struct record *rec)
{
    return rec->outcome == HUNG || (rec->outcome == FAILED && rec->timing);
}

static bool suspicious(const struct record *rec)
{
    return rec->outcome == DIED || late(rec);
}

/* Our own loop stood still while it was measured: that is no measurement. */
static bool mismeasured(const struct record *rec)
{
    return rec->stalled && (rec->outcome == ENDED || rec->outcome == FAILED);
}

/* A job is final: the instance's verdict, unless another repeat or cut of it was reported. */
static void settle_job(struct runner *r, struct job *job, const char *remark)
{
    const struct instance *i = &r->instances[job->order.instance];
    size_t k = index_of(r, i);
    enum verdict verdict = verdict_of(&job->record, i, r->o->profile);
    char why[3000], text[64];
    if (job->suspect && late(&job->record) && strcmp(remark, "once") == 0) {
        if (r->reported[k] && job->alone_known && r->seen[k] == job->alone)
            return; /* another repeat, measured alone: nothing changed */
        verdict = V_INFO;
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
        r->seen[k] = verdict;
        report(r, i, &job->record, verdict, why);
    } else if (r->seen[k] != verdict &&
               !(r->expectations &&
                 expectations_may_vary(r->expectations, i->name, verdict, why))) {
        char changed[3200];
        snprintf(changed, sizeof changed, "the verdict changed from %s to %s: %s",
                 verdict_name(r->seen[k]), verdict_name(verdict), why);
        report(r, i, &job->record, verdict == V_CRASH ? V_CRASH : V_ERROR, changed);
    }
}

static struct record no_record(enum outcome outcome, const char *why)
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

static void adopt(struct job *to, struct job *from)
{
    uint32_t previous = to->record.previous; /* what ran before the first time */
    free(to->strings);
    to->record = from->record;
    to->record.previous = previous;
    to->strings = from->strings;
    from->strings = NULL;
}

static void begin_reports(struct runner *r, const char *name)
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
        stop(r, why);
    }
}

/* What a list expects, with its reason, accuses nobody: it needs no second measurement. */
static bool expected(const struct runner *r, const struct job *job)
{
    const struct instance *i = &r->instances[job->order.instance];
    return r->expectations &&
           expectations_cover(r->expectations, i->name, verdict_of(&job->record, i, r->o->profile),
                              job->record.why);
}

static void take_record(struct runner *r, struct worker *w, char *packet, size_t n)
{
    struct record rec;
    if (!record_unpack(&rec, packet, n) || rec.job >= r->job_count ||
        rec.previous > r->instance_count) {
        stop(r, "a worker of ours talks nonsense");
        return;
    }
    struct job *job = &r->jobs[rec.job];
    keep_record(job, packet, n);
    job->state = JOB_DONE;
    w->outstanding--;
    begin_reports(r, rec.name);
    if (rec.adapter_failed && !job->rerun) {
        stop(r, rec.why);
        r->gone = black_box(r) && r->judged;
        r->summary.exit_status = r->gone ? 0 : 2;
        job->state = JOB_NEW;
        return;
    }
    r->judged = true;
    if (job->rerun)
        return;
    count_hangs(r, &rec);
    if (live(r) && (suspicious(&rec) || mismeasured(&rec)) && !expected(r, job))
        job->suspect = true; /* measured again alone, when all others are through */
    else
        settle_job(r, job, "");
}

/* A worker of ours died: what it had is run again, one per process. */
static void worker_died(struct runner *r, unsigned n)
{
    struct worker *w = &r->workers[n];
    int status = 0;
    waitpid(w->pid, &status, 0);
    close(w->fd);
    w->fd = -1;
    for (size_t i = 0; i < r->job_count; i++) {
        struct job *job = &r->jobs[i];
        if (job->state != JOB_OUT || job->worker != n)
            continue;
        if (job->isolated) {
            char why[160];
            snprintf(why, sizeof why, "the harness itself failed here: its worker ended with %s %d",
                     WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            job->record = no_record(UNFAIR, why);
            job->state = JOB_DONE;
            if (!job->rerun)
                settle_job(r, job, "");
            job->record.why = "";
        } else {
            job->isolated = true;
            job->state = JOB_NEW;
        }
    }
    if (!start_worker(r, n))
        stop(r, "a worker cannot be started again: out of processes or descriptors");
}

/* Waits for records until every order given is answered, or one record came. */
static void collect(struct runner *r)
{
    static char packet[PACKET_MAX];
    struct pollfd p[WORKERS_MAX];
    for (unsigned i = 0; i < r->worker_count; i++)
        p[i] = (struct pollfd){ .fd = r->workers[i].outstanding ? r->workers[i].fd : -1,
                                .events = POLLIN };
    if (poll(p, r->worker_count, LOOK_UP_MS) < 0)
        return; /* a signal; one that came just before is seen when the time is up */
    for (unsigned i = 0; i < r->worker_count; i++) {
        if (!p[i].revents)
            continue;
        ssize_t n = recv(r->workers[i].fd, packet, sizeof packet, MSG_DONTWAIT);
        if (n > 0)
            take_record(r, &r->workers[i], packet, (size_t)n);
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            worker_died(r, i);
    }
}

static unsigned outstanding(const struct runner *r)
{
    unsigned n = 0;
    for (unsigned i = 0; i < r->worker_count; i++)
        n += r->workers[i].outstanding;
    return n;
}

static bool stopped(const struct runner *r)
{
    return r->stop[0] || interrupted;
}

/* Jobs [from, to) all at once, as many as there is room for. */
static void run_jobs(struct runner *r, size_t from, size_t to)
{
    size_t next = from;
    while (!stopped(r)) {
        for (bool given = true; given && next < to;) {
            given = false;
            for (unsigned i = 0; i < r->worker_count && next < to; i++)
                if (r->workers[i].fd >= 0 && r->workers[i].outstanding < capacity(r)) {
                    give_order(r, &r->jobs[next++], i);
                    given = true;
                }
        }
        if (outstanding(r) == 0)
            break;
        collect(r);
    }
}

static void run_alone(struct runner *r, struct job *job)
{
    if (r->workers[0].fd < 0)
        return;
    give_order(r, job, 0);
    while (outstanding(r) > 0 && !interrupted)
        collect(r);
}

/* In a fresh process of its own; what came of it is at the end of the jobs until forget_rerun. */
static struct job *run_again(struct runner *r, const struct job *first, uint32_t before)
{
    size_t n = r->job_count++;
    struct job *again = &r->jobs[n];
    *again = (struct job){ .order = first->order, .isolated = true, .rerun = true };
    again->order.job = (uint32_t)n;
    again->order.fresh = true;
    again->order.before = before;
    run_alone(r, again);
    return again;
}

static void forget_rerun(struct runner *r, struct job *again)
{
    free(again->strings);
    memset(again, 0, sizeof *again);
    r->job_count--;
}

static bool says_something(const struct job *again)
{
    return again->state == JOB_DONE && !again->record.adapter_failed &&
           again->record.outcome != UNFAIR;
}

static void measure_again(struct runner *r, struct job *job)
{
    for (int i = 0; i < MEASURES && mismeasured(&job->record) && !stopped(r); i++) {
        struct job *again = run_again(r, job, 0);
        if (says_something(again))
            adopt(job, again);
        forget_rerun(r, again);
    }
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
    if (suspicious(&job->record) && !stopped(r)) {
        enum recurrence answer = recurs(r, job, 0);
        if (answer == AGAIN && job->record.outcome == DIED)
            snprintf(remark, sizeof remark, " (again when run alone)");
        if (answer == NOT_AGAIN) {
            uint32_t before = job->record.previous;
            snprintf(remark, sizeof remark, "once");
            if (before && !stopped(r) && recurs(r, job, before) == AGAIN)
                snprintf(remark, sizeof remark, " (only after %s)", r->instances[before - 1].name);
        }
    }
    settle_job(r, job, remark);
}

static bool renew_worker(struct runner *r, unsigned n)
{
    end_worker(&r->workers[n]);
    waitpid(r->workers[n].pid, NULL, 0);
    r->workers[n].pid = 0;
    if (start_worker(r, n))
        return true;
    stop(r, "a worker cannot be started again: out of processes or descriptors");
    return false;
}

static void run_suspects(struct runner *r, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct job *job = &r->jobs[i];
        if (job->state == JOB_NEW && job->isolated && !stopped(r) && renew_worker(r, 0))
            run_alone(r, job);
        if (job->state == JOB_DONE && job->suspect)
            settle_suspect(r, job);
    }
}

/* A service that is gone: what it was not asked is skipped, by name. */
static void skip_the_rest(struct runner *r)
{
    for (size_t i = 0; i < r->job_count; i++) {
        struct job *job = &r->jobs[i];
        if (job->state == JOB_DONE)
            continue;
        job->record = no_record(SKIPPED, "target gone: the service is there no more");
        job->state = JOB_DONE;
        settle_job(r, job, "");
    }
}

/* ---- the plan ---- */

static void add_job(struct runner *r, size_t instance, enum segmentation segmentation, unsigned cut)
{
    r->jobs[r->job_count].order = (struct order){ .job = (uint32_t)r->job_count,
                                                  .instance = (uint32_t)instance,
                                                  .segmentation = (uint8_t)segmentation,
                                                  .cut = cut };
    r->job_count++;
}

static bool plan(struct runner *r)
{
    const struct run_options *o = r->o;
    size_t each = o->every_split ? 20 : 1;
    r->jobs = calloc(r->instance_count * (each * o->repeat + 1) + 8, sizeof *r->jobs);
    r->seen = calloc(r->instance_count + 1, sizeof *r->seen);
    r->reported = calloc(r->instance_count + 1, sizeof *r->reported);
    if (!r->jobs || !r->seen || !r->reported)
        return false;
    for (unsigned k = 0; k < o->repeat; k++) {
        for (size_t i = 0; i < r->instance_count; i++) {
            add_job(r, i, o->segmentation, 0);
            bool stream = (r->instances[i].via & (INPROC | LOCAL)) == 0;
            if (!o->every_split || !stream)
                continue;
            add_job(r, i, SEGMENT_OCTETS, 0);
            add_job(r, i, SEGMENT_COALESCED, 0);
            unsigned last = r->instances[i].via & IPC ? 17 : 16;
            for (unsigned cut = 1; cut < last; cut++)
                add_job(r, i, SEGMENT_SPLIT, cut);
        }
    }
    return true;
}

static bool sane(struct runner *r, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t k = r->jobs[i].order.instance;
        if (r->reported[k] &&
            (r->seen[k] == V_FAIL || r->seen[k] == V_CRASH || r->seen[k] == V_HANG))
            return false;
    }
    return true;
}

/* The sanity cases once more: is what was judged in between still the same implementation? */
static void end_sane(struct runner *r, size_t count)
{
    size_t from = r->job_count;
    for (size_t i = 0; i < count; i++) {
        add_job(r, r->jobs[i].order.instance, SEGMENT_WHOLE, 0);
        r->jobs[from + i].rerun = true;
    }
    run_jobs(r, from, from + count);
    for (size_t i = from; i < from + count && !stopped(r); i++) {
        struct job *job = &r->jobs[i];
        enum outcome outcome = job->record.outcome;
        bool failed = outcome == FAILED || outcome == DIED || outcome == HUNG;
        if (job->state != JOB_DONE || !failed)
            continue;
        if (recurs(r, job, 0) != NOT_AGAIN) {
            char why[256];
            snprintf(why, sizeof why, "at the end of the run %.100s fails: %.100s",
                     r->instances[job->order.instance].name, job->record.why);
            stop(r, why);
        }
    }
}

static void run_all(struct runner *r)
{
    size_t sanity = 0;
    while (sanity < r->job_count && r->instances[r->jobs[sanity].order.instance].sanity)
        sanity++;
    size_t all = r->job_count;
    run_jobs(r, 0, sanity);
    run_suspects(r, 0, sanity);
    if (!stopped(r) && !sane(r, sanity))
        stop(r, "the sanity cases fail: nothing else can be judged");
    run_jobs(r, sanity, all);
    run_suspects(r, sanity, all);
    if (live(r) && !stopped(r) && all > sanity)
        end_sane(r, sanity);
    if (r->gone)
        skip_the_rest(r);
}

static void open_reports(struct runner *r)
{
    char why[256];
    r->reporters[r->reporter_count++] = reporter_terminal(stdout, r->o->verbose);
    for (size_t i = 0; i < r->o->report_count; i++) {
        struct reporter *one = reporter_open(r->o->reports[i], why, sizeof why);
        if (one)
            r->reporters[r->reporter_count++] = one;
        else
            fprintf(stderr, "spconform: %s; the run goes on without it\n", why);
        r->write_failed |= !one;
    }
}

static bool complete(const struct runner *r)
{
    return !stopped(r) && r->o->filter_count == 0 && r->o->shards <= 1 && r->o->transports == 0 &&
           !r->o->gentle;
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

static int end_run(struct runner *r, int64_t began)
{
    bool refused = r->summary.exit_status == 2; /* it is no adapter */
    if (interrupted)
        stop(r, "interrupted; the results so far are kept");
    if (!r->begun)
        begin_reports(r, "");
    check_expectations(r);
    r->summary.wall_ms = wall_ms() - began;
    r->summary.stopped = r->stop;
    int status = summary_status(&r->summary);
    if (r->summary.exit_status == 2)
        status = 2;
    else if (status == 0 && r->stop[0])
        status = interrupted ? 130 : 1;
    if (status == 0 && r->write_failed)
        status = 2;
    r->summary.exit_status = status;
    if (r->stop[0] && refused && r->o->target == TARGET_COMMAND)
        fprintf(stderr, "spconform: %s: %s\n", r->o->command, r->stop);
    else if (r->stop[0] && refused && black_box(r))
        fprintf(stderr, "spconform: %s: %s\n", r->o->url, r->stop);
    else if (r->stop[0])
        fprintf(stderr, "spconform: %s\n", r->stop);
    for (size_t i = r->reporter_count; i-- > 0;) {
        if (!reporter_end(r->reporters[i], &r->summary))
            write_error(r);
        reporter_free(r->reporters[i]);
    }
    if (r->write_failed && status == 0)
        status = 2;
    return status;
}

/* A worker ends by itself when we hang up.  One that does not is ended, and its adapters with it:
 * whatever it does, we do not wait for ever. */
static bool await_worker(const struct worker *w)
{
    int status = 0;
    int fd = (int)syscall(SYS_pidfd_open, w->pid, 0);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    if (fd < 0 || poll(&p, 1, END_MS) <= 0)
        kill(w->pid, SIGKILL);
    if (fd >= 0)
        close(fd);
    waitpid(w->pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* False: a worker came to a bad end. */
static bool clean_up(struct runner *r)
{
    bool clean = true;
    for (unsigned i = 0; i < r->worker_count; i++)
        end_worker(&r->workers[i]);
    for (unsigned i = 0; i < r->worker_count; i++)
        if (r->workers[i].pid > 0 && !await_worker(&r->workers[i]))
            clean = false;
    for (size_t i = 0; i < r->job_count; i++)
        free(r->jobs[i].strings);
    if (r->scratch[0] && !remove_folder(r->scratch))
        fprintf(stderr, "spconform: %s is left behind: %s\n", r->scratch, strerror(errno));
    free(r->jobs);
    free(r->seen);
    free(r->reported);
    free(r->instances);
    expectations_free(r->expectations);
    buf_free(&r->notes);
    return clean;
}

static unsigned cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (unsigned)n;
}

int run_suite(const struct run_options *o)
{
    struct runner r = { .o = o };
    int64_t began = wall_ms();
    r.instance_count = select_instances(o, &r.instances);
    const char *idle = filter_that_matches_nothing(o);
    if (idle)
        fprintf(stderr, "spconform: no case matches `%s`; `spconform list` shows them all\n", idle);
    else if (r.instance_count == 0)
        fprintf(stderr, "spconform: the other options leave out all that matches%s%s%s\n",
                o->filter_count ? " `" : "", o->filter_count ? o->filters[0] : "",
                o->filter_count ? "`" : "");
    if (idle || r.instance_count == 0) {
        free(r.instances);
        return 2;
    }
    if (o->expect) {
        struct buf why = { 0 };
        r.expectations = expectations_load(o->expect, &why);
        if (!r.expectations) {
            fprintf(stderr, "spconform: %s\n", buf_text(&why));
            buf_free(&why);
            free(r.instances);
            return 2;
        }
    }
    unsigned jobs = o->jobs ? o->jobs : o->target == TARGET_COMMAND ? 8 : live(&r) ? 1 : cores();
    r.worker_count = jobs < cores() ? jobs : cores();
    r.lanes_each = live(&r) ? (jobs + r.worker_count - 1) / r.worker_count : 1;
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        r.workers[i].fd = -1;
    if (live(&r)) {
        const char *tmp = getenv("TMPDIR");
        snprintf(r.scratch, sizeof r.scratch, "%s/spconform.XXXXXX",
                 tmp && strlen(tmp) < 30 ? tmp : "/tmp");
        if (!mkdtemp(r.scratch)) {
            fprintf(stderr, "spconform: %s cannot be made: %s\n", r.scratch, strerror(errno));
            r.scratch[0] = '\0';
            clean_up(&r);
            return 2;
        }
    }
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!plan(&r)) {
        fprintf(stderr, "spconform: out of memory\n");
        clean_up(&r);
        return 2;
    }
    open_reports(&r);
    for (unsigned i = 0; i < r.worker_count; i++)
        if (!start_worker(&r, i)) {
            if (i == 0)
                stop(&r, "no worker can be started: out of processes or descriptors");
            r.worker_count = i;
        }
    if (r.worker_count > 0)
        run_all(&r);
    int status = end_run(&r, began);
    if (!clean_up(&r) && status == 0) {
        fprintf(stderr, "spconform: a worker of ours did not end well\n");
        status = 2;
    }
    return status;
}
