/* run_state.h -- what the parts of the runner share.  runner.c plans, run_workers.c forks, orders
 * and hears, run_records.c judges what came, run_suspects.c measures again, run_reports.c tells. */
#ifndef HARNESS_RUN_STATE_H
#define HARNESS_RUN_STATE_H
#include "core/folder.h"
#include "core/run.h"

enum { WORKERS_MAX = 16 };

/* One order and what came of it. */
struct job {
    struct order order;
    enum { JOB_NEW, JOB_OUT, JOB_DONE } state;
    bool suspect;      /* to be run again alone */
    bool silent_again; /* it failed by silence, and once more */
    bool isolated;     /* its worker died: alone in a worker */
    bool rerun;        /* of another job, to see whether it recurs: not reported */
    bool alone_known;
    enum verdict alone; /* of a rerun that did not bear the first out */
    unsigned worker;    /* while it is out */
    struct record record;
    char *strings; /* behind record */
};

struct worker {
    pid_t pid;
    int fd;
    unsigned outstanding;
};

struct runner {
    const struct run_options *o;
    struct instance *instances;
    size_t instance_count;
    struct job *jobs;
    size_t job_count;
    struct worker workers[WORKERS_MAX];
    unsigned worker_count, wanted;   /* workers there are, and are to be */
    unsigned lanes_each, spare_each; /* see worker_live */
    struct reporter *reporters[REPORTS_MAX + 1];
    size_t reporter_count;
    struct summary summary;
    struct expectations *expectations;
    struct buf notes;   /* of the expectations, for the summary */
    enum verdict *seen; /* per instance, first verdict; for repeats */
    bool *reported;
    char scratch[FOLDER_PATH];
    char peer[130];
    unsigned hangs;
    char hang_verb[16];
    bool write_failed, begun;
    bool judged, gone; /* something was judged; then a service went away for good */
    char stop[256];
};

/* ---- runner.c ---- */
bool run_is_live(const struct runner *);         /* a real process, in real time */
bool run_is_black_box(const struct runner *);    /* without an adapter */
void stop_run(struct runner *, const char *why); /* the first reason counts */
bool run_stopped(const struct runner *);         /* by `stop` or by a signal */
bool run_interrupted(void);
void add_job(struct runner *, size_t instance, enum segmentation, unsigned cut);

/* ---- run_workers.c ---- */
bool start_worker(struct runner *, unsigned n);
bool renew_worker(struct runner *, unsigned n);         /* false: the run is stopped */
void run_jobs(struct runner *, size_t from, size_t to); /* [from, to) at once, as there is room */
void run_alone(struct runner *, struct job *);
bool end_workers(struct runner *); /* false: one of them came to a bad end */

/* ---- run_records.c ---- */
bool late(const struct record *);       /* HANG, a missed bound, or what never came */
bool suspicious(const struct record *); /* late, or the process died */
bool mismeasured(const struct record *);
/* Is it as a list expects, with its reason?  That accuses nobody: no second measurement.
 * Of what was foreseen to fail in one way, and measured hastily, a race is no such answer. */
bool believed(const struct runner *, const struct job *);
struct record no_record(enum outcome, const char *why);
void take_record(struct runner *, struct worker *, char *packet, size_t n);
void settle_job(struct runner *, struct job *, const char *remark);

/* ---- run_suspects.c ---- */
void run_suspects(struct runner *, size_t from, size_t to);
void end_sane(struct runner *, size_t count);

/* ---- run_reports.c ---- */
void open_reports(struct runner *);
void begin_reports(struct runner *, const char *name); /* once: the peer says its name */
void report_verdict(struct runner *, const struct instance *, const struct record *, enum verdict,
                    const char *why);
int end_run(struct runner *, int64_t wall_ms); /* exit status */

#endif
