/* run.h -- one run of the suite: what was asked (run_options), what is to be run (instances), and
 * the two sides that do it: the runner, which reports, and its forked workers. */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H
#include "core/catalogue.h"
#include "core/context.h"
#include "core/expectations.h"
#include "core/lane.h"
#include "mutants/mutant.h"
#include "report/report.h"

enum profile { PROFILE_INTEROP, PROFILE_DRAFT, PROFILE_STRICT };
enum target { TARGET_REFERENCE, TARGET_COMMAND, TARGET_ATTACH, TARGET_CONNECT, TARGET_LISTEN };
enum { FILTERS_MAX = 64, REPORTS_MAX = 16 };

struct run_options {
    enum target target;
    char command[4096];                                         /* TARGET_COMMAND */
    const char *peer;                                           /* --peer NAME, or NULL */
    const char *url, *protocol, *behaviour, *trigger, *restart; /* black box, --attach */
    const struct mutant *mutant;                                /* the reference with a fault */
    const char *filters[FILTERS_MAX];
    size_t filter_count;
    unsigned transports; /* enum via bits; 0: all */
    enum profile profile;
    unsigned jobs; /* adapters at once; 0: the default */
    unsigned shard, shards;
    unsigned repeat;
    bool shuffle, slow, gentle, trace_all, verbose, every_split;
    uint64_t seed;
    int64_t patience;
    enum segmentation segmentation;
    const char *expect; /* file, or NULL */
    bool update_expectations;
    const char *reports[REPORTS_MAX];
    size_t report_count;
    const char *out;  /* directory, or NULL */
    char again[4600]; /* `spconform run ...` of the target, for "run it again" */
};

struct instance {
    const struct conf_case *c;
    enum via via;
    char name[INSTANCE_NAME_MAX];
    enum level level;
    bool unconfirmed; /* its DEFACTO rows were seen nowhere yet: gives INFO */
    bool sanity;
};

/* What the options select, in the order to run.  0: nothing matches. */
size_t select_instances(const struct run_options *, struct instance **out);
/* NULL, or the first filter that no case or instance of the catalogue matches. */
const char *filter_that_matches_nothing(const struct run_options *);
/* NULL, or why this case cannot run: an adapter lacks a feature. */
const char *lacks(const struct instance *, const struct run_options *, const char *features,
                  char *why, size_t cap);

/* ---- runner to worker, worker to runner: one packet each ---- */
struct order {
    uint32_t job, instance;
    uint32_t before; /* 1 + the instance to run first in the same fresh process; 0: none */
    uint32_t cut;
    uint8_t segmentation;
    bool fresh; /* in a new process */
    bool hasty; /* with less patience: a list says that it fails */
};
struct record {
    uint32_t job;
    uint32_t previous; /* 1 + the instance that ran before on the same adapter; 0: none */
    enum outcome outcome;
    bool timing, silent, stalled, adapter_failed;
    int line;
    int64_t ms;
    const char *file, *script, *why, *detail, *variant, *trace, *name;
};
enum { PACKET_MAX = 48 * 1024 };
size_t record_pack(const struct record *, char *packet);     /* at most PACKET_MAX */
bool record_unpack(struct record *, char *packet, size_t n); /* points into packet; false: none */

/* A worker's life; returns its exit status.  Of the lanes, which have an adapter each, those behind
 * the first `always` are used while adapters start at once and the loop is never late. */
int worker_live(const struct run_options *, const struct instance *, int fd, unsigned first_lane,
                unsigned always, unsigned lanes, const char *scratch, pid_t runner);
int worker_simulated(const struct run_options *, const struct instance *, int fd, pid_t runner);
/* One instance against the reference (or a mutant of it) in a world of its own. */
struct simulated {
    struct lane lane;
    struct net *net;
    const struct mutant *mutant;
    bool done, runnable;
    struct lane_result result;
};
bool simulate(struct simulated *, const struct run_options *, const struct instance *,
              const struct order *);
void simulate_many(void); /* before the first, in a process that is there for nothing else */
void simulated_free(struct simulated *);

/* Renders the trace of an instance under --out.  Returns its path without extension, or "". */
const char *write_trace(const struct run_options *, const struct instance *, struct trace *,
                        const struct record *, char *path, size_t cap);

/* The whole run: exit status. */
int run_suite(const struct run_options *);

/* What an outcome means: level, profile, latitude. */
enum verdict verdict_of(const struct record *, const struct instance *, enum profile);

#endif
