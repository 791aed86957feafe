/* cmd_mutants.c -- `spconform mutants`: runs the suite against each named fault and shows which
 * case catches which.  A fault that no case notices, and a MUST or DEFACTO case that notices none,
 * fail the run. */
#include "core/commands.h"
#include "core/leaks.h"
#include "core/output.h"
#include "core/run.h"
#include "mutants/machine.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: spconform mutants [--list] [--verbose] [GLOB]\n"
    "Runs the suite, in simulated time, against the reference with one named fault at a time, and\n"
    "prints which cases notice.  Without GLOB it also fails when a MUST or DEFACTO case notices "
    "no\n"
    "fault at all; a fault that over a tenth of the instances notice counts for no case.  A case\n"
    "that runs over tcp as well as ws or TLS is run over tcp only.\n"
    "\n"
    "  --list      the faults only\n"
    "  --verbose   also every case with the faults it notices\n"
    "\n"
    "Exit status: 0 all noticed, 1 not, 2 usage.\n";

enum {
    SHOWN = 4,
    LOOPS_AFTER_S = 5, /* of processor time; whole suites take less */
    POSTS = 16,        /* children at once, at most */
    PARTS = 64,        /* of the clean run, which all others wait for */
};

/* What is known of one instance: whether it passes (the clean run) or notices (the others), and
 * what it asks for, as bits: the protocols that it opens, and above them, what some mutants are
 * about.  STOOD_FOR: another instance of the case tells the same. */
enum { YES = 0x8000, EVERY_PROTOCOL = 0x7fff, ABOUT = 16, STOOD_FOR = 1 };
#define EVERY_ABOUT 0xffff0000u

/* A child, and where it is: what one leaves that dies. */
struct post {
    pid_t pid;
    size_t job, instance;
    bool busy;
};

/* The children write their answers where the parent reads them. */
struct shared {
    atomic_size_t next; /* job that nobody has taken */
    struct post posts[POSTS];
    uint32_t cells[];
};

struct matrix {
    struct run_options o;
    struct instance *instances;
    size_t n;
    const struct mutant **m; /* those asked for */
    size_t count;
    struct shared *shared;
    size_t shared_size;
    uint32_t *clean;   /* per instance */
    uint32_t **killed; /* per mutant, per instance */
    bool clean_known;
    size_t jobs;
    const char *about[ABOUT]; /* what mutants are about, each text once */
    unsigned abouts;
};

static bool noticed(const struct lane_result *r)
{
    return r->outcome == FAILED || r->outcome == DIED || r->outcome == HUNG;
}

static unsigned bit_of(const struct sp_protocol *p)
{
    return p ? 1U << (p - sp_protocols) : 0;
}

/* The bit of what a mutant is about. */
static uint32_t about_bit(const struct matrix *x, const char *about)
{
    for (unsigned k = 0; k < x->abouts; k++)
        if (strcmp(x->about[k], about) == 0)
            return UINT32_C(1) << (ABOUT + k);
    return EVERY_ABOUT; /* more than there are bits: it is looked for everywhere */
}

static void list_abouts(struct matrix *x)
{
    for (size_t i = 0; i < mutant_count; i++) {
        const char *about = mutants[i]->about;
        if (about && x->abouts < ABOUT && about_bit(x, about) == EVERY_ABOUT)
            x->about[x->abouts++] = about;
    }
}

/* What the script asked for, by its calls. */
static uint32_t asked_for(const struct matrix *x, struct trace *trace)
{
    uint32_t bits = 0, about = 0;
    char name[32];
    for (size_t i = 0; i < trace_count(trace); i++) {
        const struct trace_event *e = trace_get(trace, i);
        if (e->kind != TRACE_CALL || !e->note)
            continue;
        if (sscanf(e->note, "open %*s %31s", name) == 1)
            bits |= bit_of(sp_protocol_named(name));
        for (unsigned k = 0; k < x->abouts; k++)
            if (strstr(e->note, x->about[k]))
                about |= about_bit(x, x->about[k]);
    }
    return trace_lost(trace) ? EVERY_PROTOCOL | EVERY_ABOUT
                             : (bits ? bits : (uint32_t)EVERY_PROTOCOL) | about;
}

/* Faults of one pattern are not looked for where that is not opened, those of one kind of stream
 * not where there is none. */
static bool concerns(const struct matrix *x, const struct mutant *m, size_t instance)
{
    unsigned via = x->instances[instance].via;
    uint32_t bits = EVERY_PROTOCOL;
    bool calls = m->ask || m->answer || m->dials || m->keeps_listening || m->machine;
    if (m->about_tls ? !(via & (WSS | TLS)) : !m->over_tls && (via & (WSS | TLS)))
        return false;
    if (mutant_reads_ws(m) && !calls && !(via & (WS | WSS)))
        return false;
    if (mutant_reads_sp(m) && !m->about_tls && !calls && (via & (WS | WSS)))
        return false;
    if (m->about && !(x->clean[instance] & about_bit(x, m->about)))
        return false;
    if (mutant_is_of_patterns(m) && m->machine->only)
        bits = bit_of(sp_protocol_numbered(m->machine->only));
    return (x->clean[instance] & YES) && (x->clean[instance] & bits);
}

/* Meetings are many, and those over TLS dear.  A case that runs over tcp too is about neither TLS
 * nor WebSocket, one that runs without TLS not about TLS: the plainest meeting of a case stands for
 * the others.  Patterns do not know ipc from tcp either. */
static bool stood_for(const struct matrix *x, const struct mutant *m, size_t instance)
{
    static const unsigned by[][3] = {
        { WSS_DIALS, WS_DIALS, TCP_DIALS },
        { WSS_LISTENS, WS_LISTENS, TCP_LISTENS },
        { TLS_DIALS, TCP_DIALS },
        { TLS_LISTENS, TCP_LISTENS },
        { WS_DIALS, TCP_DIALS },
        { WS_LISTENS, TCP_LISTENS },
        { IPC_DIALS, TCP_DIALS },
        { IPC_LISTENS, TCP_LISTENS },
    };
    unsigned via = x->instances[instance].via, all = x->instances[instance].c->via;
    if ((via & IPC) && !(m && mutant_is_of_patterns(m)))
        return false;
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
        if (by[i][0] == via && (all & (by[i][1] | by[i][2])))
            return true;
    return false;
}

/* One row, or a part of it: what a child is given at a time. */
struct job {
    const struct mutant *mutant; /* NULL: none, the clean run */
    uint32_t *row;
    size_t from, to; /* instances */
};

/* The clean run comes first, in parts; then a row for each mutant. */
static struct job job_of(const struct matrix *x, size_t k)
{
    if (!x->clean_known)
        return (struct job){ NULL, x->clean, k * x->n / PARTS, (k + 1) * x->n / PARTS };
    return (struct job){ x->m[k], x->killed[k], 0, x->n };
}

static uint32_t answer_of(const struct matrix *x, const struct mutant *mutant, size_t i)
{
    struct simulated s = { .mutant = mutant };
    struct order order = { .segmentation = SEGMENT_WHOLE };
    if (stood_for(x, mutant, i))
        return STOOD_FOR;
    if (mutant && !concerns(x, mutant, i))
        return 0;
    const struct itimerval limit = { .it_value.tv_sec = LOOPS_AFTER_S };
    setitimer(ITIMER_VIRTUAL, &limit, NULL); /* ends this process */
    if (!simulate(&s, &x->o, &x->instances[i], &order))
        _exit(1);
    enum outcome o = s.result.outcome;
    uint32_t answer = (mutant ? noticed(&s.result) : o == ENDED || o == SKIPPED) ? YES : 0;
    if (!mutant)
        answer |= asked_for(x, lane_trace(&s.lane));
    simulated_free(&s);
    return answer;
}

/* In a child: job after job, until there are no more. */
static void work(struct matrix *x, struct post *post)
{
    simulate_many();
    for (;; post->busy = false) {
        if (!post->busy) {
            post->job = atomic_fetch_add(&x->shared->next, 1);
            if (post->job >= x->jobs)
                _exit(status_and_leaks(0));
            post->instance = job_of(x, post->job).from;
            post->busy = true;
        }
        struct job j = job_of(x, post->job);
        for (; post->instance < j.to; post->instance++)
            j.row[post->instance] = answer_of(x, j.mutant, post->instance);
        if (x->clean_known && isatty(2))
            fprintf(stderr, "\r%zu of %zu mutants", post->job + 1, x->jobs);
    }
}

static bool start(struct matrix *x, struct post *post)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        work(x, post);
    post->pid = pid;
    return pid > 0;
}

/* A child died over an instance, or went round in circles: it noticed there.  Another goes on
 * behind it. */
static bool go_on(struct matrix *x, struct post *post)
{
    struct job j = job_of(x, post->job);
    if (post->instance < j.to)
        j.row[post->instance++] = j.mutant ? YES : 0;
    return start(x, post);
}

static struct post *post_of(struct matrix *x, pid_t pid)
{
    for (unsigned i = 0; i < POSTS; i++)
        if (x->shared->posts[i].pid == pid)
            return &x->shared->posts[i];
    return NULL;
}

static bool run_jobs(struct matrix *x, size_t jobs)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned running = cores < 1 ? 1 : cores > POSTS ? POSTS : (unsigned)cores;
    x->jobs = jobs;
    atomic_store(&x->shared->next, 0);
    for (unsigned i = 0; i < running; i++)
        if (!start(x, &x->shared->posts[i]))
            return false;
    while (running > 0) {
        pid_t pid = waitpid(-1, NULL, 0);
        if (pid < 0 && errno != EINTR)
            return false;
        struct post *post = post_of(x, pid);
        if (post && !post->busy)
            running--;
        else if (post && !go_on(x, post))
            return false;
    }
    return true;
}

static bool run_matrix(struct matrix *x)
{
    if (!run_jobs(x, PARTS))
        return false;
    x->clean_known = true;
    bool ran = run_jobs(x, x->count);
    if (isatty(2))
        fprintf(stderr, "\r\033[K");
    return ran;
}

/* ---- what it shows ---- */

static bool kills_in(const struct matrix *x, size_t mutant, size_t instance)
{
    return x->killed[mutant][instance] & YES;
}

static size_t kills(const struct matrix *x, size_t mutant, size_t *cases)
{
    size_t n = 0;
    const struct conf_case *last = NULL;
    *cases = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (!kills_in(x, mutant, i))
            continue;
        n++;
        *cases += x->instances[i].c != last;
        last = x->instances[i].c;
    }
    return n;
}

static bool too_loud(const struct matrix *x, size_t mutant)
{
    size_t cases, n = kills(x, mutant, &cases), all = 0;
    for (size_t i = 0; i < x->n; i++)
        all += x->killed[mutant][i] != STOOD_FOR;
    return n * 10 > all;
}

static bool print_mutant(const struct matrix *x, size_t k)
{
    size_t cases, n = kills(x, k, &cases), shown = 0;
    if (n == 0) {
        printf("ALIVE   %s\n        %s\n", x->m[k]->name, x->m[k]->fault);
        return false;
    }
    printf("killed  %-44s %4zu instances, %3zu cases%s:", x->m[k]->name, n, cases,
           too_loud(x, k) ? " (too loud to count)" : "");
    const struct conf_case *last = NULL;
    for (size_t i = 0; i < x->n && shown < SHOWN; i++)
        if (kills_in(x, k, i) && x->instances[i].c != last) {
            last = x->instances[i].c;
            printf(" %s", last->id);
            shown++;
        }
    printf(cases > SHOWN ? " ...\n" : "\n");
    return true;
}

static bool case_notices(const struct matrix *x, const struct conf_case *c, size_t mutant)
{
    if (too_loud(x, mutant))
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (x->instances[i].c == c && kills_in(x, mutant, i))
            return true;
    return false;
}

/* Cases that no countable fault turns red.  Returns how many MUST and DEFACTO ones. */
static unsigned print_idle(const struct matrix *x, bool verbose)
{
    unsigned idle = 0;
    const struct conf_case *last = NULL;
    bool *countable = calloc(x->count + 1, sizeof *countable);
    if (!countable) {
        fprintf(stderr, "spconform mutants: out of memory\n");
        return 1;
    }
    for (size_t k = 0; k < x->count; k++)
        countable[k] = !too_loud(x, k);
    for (size_t i = 0; i < x->n; i++) {
        const struct conf_case *c = x->instances[i].c;
        if (c == last)
            continue;
        last = c;
        size_t n = 0;
        for (size_t k = 0; k < x->count; k++) {
            bool one = false;
            for (size_t j = i; countable[k] && j < x->n && x->instances[j].c == c && !one; j++)
                one = kills_in(x, k, j);
            n += one;
        }
        if (verbose) {
            printf("case    %-52s", c->id);
            for (size_t k = 0; k < x->count; k++)
                if (case_notices(x, c, k))
                    printf(" %s", x->m[k]->name);
            printf("\n");
        }
        enum level level = x->instances[i].level;
        if (n == 0 && (level == LEVEL_MUST || level == LEVEL_DEFACTO)) {
            printf("IDLE    %s (%s) notices no fault\n", c->id, level_name(level));
            idle++;
        }
    }
    free(countable);
    return idle;
}

static int list_mutants(const char *glob)
{
    for (size_t i = 0; i < mutant_count; i++)
        if (!glob || glob_matches(glob, mutants[i]->name))
            printf("%-44s %s\n", mutants[i]->name, mutants[i]->fault);
    return finish_output(0);
}

static int by_file(const void *a, const void *b)
{
    const struct instance *x = a, *y = b;
    int n = strcmp(x->c->file, y->c->file);
    return n                          ? n
           : x->c->line != y->c->line ? (x->c->line > y->c->line ? 1 : -1)
                                      : (int)x->via - (int)y->via;
}

static bool set_up(struct matrix *x, const char *glob)
{
    x->o = (struct run_options){
        .target = TARGET_REFERENCE, .patience = 2000, .slow = true, .seed = 1
    };
    list_abouts(x);
    x->n = select_instances(&x->o, &x->instances);
    qsort(x->instances, x->n, sizeof *x->instances, by_file);
    x->m = calloc(mutant_count + 1, sizeof *x->m);
    x->killed = calloc(mutant_count + 1, sizeof *x->killed);
    if (!x->m || !x->killed)
        return false;
    for (size_t i = 0; i < mutant_count; i++)
        if (!glob || glob_matches(glob, mutants[i]->name))
            x->m[x->count++] = mutants[i];
    x->shared_size = sizeof *x->shared + (x->count + 1) * x->n * sizeof *x->clean;
    x->shared =
        mmap(NULL, x->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (x->shared == MAP_FAILED) {
        x->shared = NULL;
        return false;
    }
    x->clean = x->shared->cells;
    for (size_t k = 0; k < x->count; k++)
        x->killed[k] = x->clean + (k + 1) * x->n;
    return true;
}

static void tear_down(struct matrix *x)
{
    if (x->shared)
        munmap(x->shared, x->shared_size);
    free(x->killed);
    free(x->m);
    free(x->instances);
}

int cmd_mutants(int argc, char **argv)
{
    static const struct option options[] = { { "list", 0, NULL, 'l' },
                                             { "verbose", 0, NULL, 'v' },
                                             { "help", 0, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    bool list = false, verbose = false;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (c == 'h')
            return fputs(help, stdout) < 0 ? 2 : 0;
        if (c == '?' || c == ':')
            return fprintf(stderr, "spconform mutants: %s: %s; --help shows all\n",
                           argv[optind - 1], c == '?' ? "no such option" : "a value must follow"),
                   2;
        list |= c == 'l';
        verbose |= c == 'v';
    }
    const char *glob = optind < argc ? argv[optind] : NULL;
    if (list)
        return list_mutants(glob);
    struct matrix x = { 0 };
    if (!set_up(&x, glob) || (x.count > 0 && !run_matrix(&x))) {
        fprintf(stderr, "spconform mutants: out of memory or processes\n");
        tear_down(&x);
        return 2;
    }
    if (x.count == 0) {
        fprintf(stderr, "spconform mutants: no mutant matches `%s`; --list shows them\n",
                glob ? glob : "*");
        tear_down(&x);
        return 2;
    }
    size_t dead = 0;
    for (size_t k = 0; k < x.count; k++)
        dead += print_mutant(&x, k);
    unsigned idle = glob ? 0 : print_idle(&x, verbose);
    if (idle)
        printf("%u MUST or DEFACTO cases notice no fault\n", idle);
    printf("%zu mutants, %zu killed\n", x.count, dead);
    tear_down(&x);
    return finish_output(dead == x.count && idle == 0 ? 0 : 1);
}
