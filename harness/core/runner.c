/* runner.c -- one run from plan to summary: sanity cases first, then everything at once, then alone
 * what must not be believed at once, then the sanity cases again. */
#include "core/credentials.h"
#include "core/places.h"
#include "core/run_state.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

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

bool run_is_live(const struct runner *r)
{
    return r->o->target != TARGET_REFERENCE;
}

bool run_is_black_box(const struct runner *r)
{
    return r->o->target == TARGET_CONNECT || r->o->target == TARGET_LISTEN;
}

void stop_run(struct runner *r, const char *why)
{
    if (!r->stop[0])
        snprintf(r->stop, sizeof r->stop, "%s", why);
}

bool run_stopped(const struct runner *r)
{
    return r->stop[0] || interrupted;
}

bool run_interrupted(void)
{
    return interrupted;
}

/* What is known to fail mostly fails by something that does not come: most of a run against a peer
 * with many faults would be spent waiting for it. */
static bool foreseen(const struct runner *r, size_t instance)
{
    return run_is_live(r) && r->o->target == TARGET_COMMAND && r->expectations &&
           expectations_foresee(r->expectations, r->instances[instance].name);
}

void add_job(struct runner *r, size_t instance, enum segmentation segmentation, unsigned cut)
{
    r->jobs[r->job_count].order = (struct order){ .job = (uint32_t)r->job_count,
                                                  .instance = (uint32_t)instance,
                                                  .segmentation = (uint8_t)segmentation,
                                                  .cut = cut,
                                                  .hasty = foreseen(r, instance) };
    r->job_count++;
}

static bool plan(struct runner *r)
{
    const struct run_options *o = r->o;
    size_t each = o->every_split ? 20 : 1;
    size_t count = r->instance_count * each * o->repeat;
    r->jobs = calloc(2 * count + r->instance_count + 8, sizeof *r->jobs); /* each once more */
    r->seen = calloc(r->instance_count + 1, sizeof *r->seen);
    r->reported = calloc(r->instance_count + 1, sizeof *r->reported);
    if (!r->jobs || !r->seen || !r->reported)
        return false;
    for (unsigned k = 0; k < o->repeat; k++) {
        for (size_t i = 0; i < r->instance_count; i++) {
            add_job(r, i, o->segmentation, 0);
            bool stream =
                r->instances[i].via & (unsigned)(TCP | IPC | TCP6); /* cuts are for these */
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

static bool is_repeat(const struct runner *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->jobs[k].order.instance == r->jobs[i].order.instance)
            return true;
    return false;
}

/* By the first of its repeats and segmentations.  What did not recur is told, and does not end the
 * run. */
static bool sane(struct runner *r, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct job *job = &r->jobs[i];
        if (is_repeat(r, i))
            continue;
        enum verdict v =
            job->alone_known
                ? job->alone
                : verdict_of(&job->record, &r->instances[job->order.instance], r->o->profile);
        if (job->state == JOB_DONE && (v == V_FAIL || v == V_CRASH || v == V_HANG || v == V_ERROR))
            return false;
    }
    return true;
}

/* A service that is gone: what it was not asked is skipped, by name. */
static void skip_the_rest(struct runner *r)
{
    for (size_t i = 0; i < r->job_count; i++) {
        struct job *job = &r->jobs[i];
        if (job->state == JOB_DONE || job->rerun)
            continue;
        job->record = no_record(SKIPPED, "target gone: the service is there no more");
        job->state = JOB_DONE;
        settle_job(r, job, "");
    }
}

static void run_all(struct runner *r)
{
    size_t sanity = 0;
    while (sanity < r->job_count && r->instances[r->jobs[sanity].order.instance].sanity)
        sanity++;
    size_t all = r->job_count, fragile = sanity;
    while (fragile < all && !r->instances[r->jobs[fragile].order.instance].c->fragile)
        fragile++;
    run_jobs(r, 0, sanity);
    run_suspects(r, 0, sanity);
    if (!run_stopped(r) && !sane(r, sanity))
        stop_run(r, "the sanity cases fail: nothing else can be judged");
    if (run_is_black_box(r)) { /* no fresh process: ask while it is what it was */
        run_jobs(r, sanity, fragile);
        run_suspects(r, sanity, fragile);
        run_jobs(r, fragile, all);
        run_suspects(r, fragile, all);
    } else {
        run_jobs(r, sanity, all);
        run_suspects(r, sanity, all);
    }
    if (run_is_live(r) && !run_stopped(r) && all > sanity)
        end_sane(r, sanity);
    if (r->gone)
        skip_the_rest(r);
}

/* False: a worker came to a bad end. */
static bool clean_up(struct runner *r)
{
    bool clean = end_workers(r);
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

/* False: nothing is selected; said why. */
static bool select_what_to_run(struct runner *r)
{
    const struct run_options *o = r->o;
    r->instance_count = select_instances(o, &r->instances);
    const char *idle = filter_that_matches_nothing(o);
    if (!r->instances)
        fprintf(stderr, "spconform: out of memory\n");
    else if (idle)
        fprintf(stderr, "spconform: no case matches `%s`; `spconform list` shows them all\n", idle);
    else if (r->instance_count == 0)
        fprintf(stderr, "spconform: the other options leave out all that matches%s%s%s\n",
                o->filter_count ? " `" : "", o->filter_count ? o->filters[0] : "",
                o->filter_count ? "`" : "");
    return !idle && r->instance_count > 0;
}

static bool load_expectations(struct runner *r)
{
    struct buf why = { 0 };
    if (!r->o->expect)
        return true;
    r->expectations = expectations_load(r->o->expect, &why);
    if (!r->expectations)
        fprintf(stderr, "spconform: %s\n", buf_text(&why));
    buf_free(&why);
    return r->expectations;
}

static void size_workers(struct runner *r)
{
    const struct run_options *o = r->o;
    unsigned jobs = o->jobs                       ? o->jobs
                    : o->target == TARGET_COMMAND ? 8
                    : run_is_live(r)              ? 1
                                                  : cores();
    r->wanted = jobs < cores() ? jobs : cores();
    r->lanes_each = run_is_live(r) ? (jobs + r->wanted - 1) / r->wanted : 1;
    r->spare_each = o->jobs == 0 && o->target == TARGET_COMMAND ? r->lanes_each : 0;
}

/* Whoever checks our certificate dials the address of a lane. */
static bool make_credentials(struct runner *r)
{
    unsigned lanes = r->wanted * (r->lanes_each + r->spare_each);
    char address[ADDRESS_MAX];
    if (run_is_black_box(r))
        credentials_any_group();
    for (unsigned i = 0; i < lanes && i < PLACES; i++) {
        place_address((unsigned)getpid(), i, address, sizeof address);
        credentials_for(address);
    }
    return credentials_make() && credentials_write(r->scratch);
}

/* A folder of our own for ipc addresses, which have no room for a long path. */
static bool make_scratch(struct runner *r)
{
    if (!run_is_live(r))
        return true;
    if (make_folder(r->scratch)) {
        if (make_credentials(r))
            return true;
        fprintf(stderr, "spconform: no certificate can be made below %s: %s\n", r->scratch,
                strerror(errno));
        return false;
    }
    fprintf(stderr, "spconform: %s cannot be made: %s\n", r->scratch, strerror(errno));
    r->scratch[0] = '\0';
    return false;
}

static void heed_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void start_workers(struct runner *r)
{
    if (run_is_black_box(r))
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* await_keepers */
    while (r->worker_count < r->wanted && start_worker(r, r->worker_count))
        r->worker_count++;
    if (r->worker_count == 0)
        stop_run(r, "no worker can be started: out of processes or descriptors");
}

int run_suite(const struct run_options *o)
{
    struct runner r = { .o = o };
    int64_t began = wall_ms();
    heed_signals();
    size_workers(&r);
    bool ready = select_what_to_run(&r) && load_expectations(&r) && make_scratch(&r);
    if (ready && !plan(&r)) {
        fprintf(stderr, "spconform: out of memory\n");
        ready = false;
    }
    if (!ready) {
        clean_up(&r);
        return 2;
    }
    open_reports(&r);
    start_workers(&r);
    if (r.worker_count > 0)
        run_all(&r);
    int status = end_run(&r, wall_ms() - began);
    if (!clean_up(&r) && status == 0) {
        fprintf(stderr, "spconform: a worker of ours did not end well\n");
        status = 2;
    }
    return status;
}
