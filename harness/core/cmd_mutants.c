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
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

enum { SHOWN = 4, LOOPS_AFTER_S = 5 /* of processor time; whole suites take less */ };

/* What is known of one instance: whether it passes (the clean run) or notices (the others), and the
 * protocols that it opens, as bits.  STOOD_FOR: another instance of the case tells the same. */
enum { YES = 0x8000, EVERY_PROTOCOL = 0x7fff, STOOD_FOR = 1 };

struct matrix {
    struct run_options o;
    struct instance *instances;
    size_t n;
    uint16_t *clean;         /* per instance */
    const struct mutant **m; /* those asked for */
    size_t count;
    uint16_t **killed; /* per mutant, per instance */
};

static bool noticed(const struct lane_result *r)
{
    return r->outcome == FAILED || r->outcome == DIED || r->outcome == HUNG;
}

static unsigned bit_of(const struct sp_protocol *p)
{
    return p ? 1U << (p - sp_protocols) : 0;
}

/* The protocols that the script opened, by its calls. */
static unsigned opened(struct trace *trace)
{
    unsigned bits = 0;
    char name[32];
    for (size_t i = 0; i < trace_count(trace); i++) {
        const struct trace_event *e = trace_get(trace, i);
        if (e->kind == TRACE_CALL && e->note && sscanf(e->note, "open %*s %31s", name) == 1)
            bits |= bit_of(sp_protocol_named(name));
    }
    return bits == 0 || trace_lost(trace) ? EVERY_PROTOCOL : bits;
}

/* Faults of one pattern are not looked for where that is not opened, those of one kind of stream
 * not where there is none. */
static bool concerns(const struct matrix *x, const struct mutant *m, size_t instance)
{
    unsigned via = x->instances[instance].via, bits = EVERY_PROTOCOL;
    bool calls = m->ask || m->answer || m->dials || m->keeps_listening || m->machine;
    if (m->about_tls ? !(via & (WSS | TLS)) : !m->over_tls && (via & (WSS | TLS)))
        return false;
    if (mutant_reads_ws(m) && !calls && !(via & (WS | WSS)))
        return false;
    if (mutant_reads_sp(m) && !m->about_tls && !calls && (via & (WS | WSS)))
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

/* In a child: one answer for each instance, as soon as it is known. */
static void run_some(const struct matrix *x, const struct mutant *mutant, size_t first, int fd)
{
    for (size_t i = first; i < x->n; i++) {
        struct simulated s = { .mutant = mutant };
        struct order order = { .segmentation = SEGMENT_WHOLE };
        uint16_t answer = stood_for(x, mutant, i) ? STOOD_FOR : 0;
        if (!answer && (!mutant || concerns(x, mutant, i))) {
            const struct itimerval limit = { .it_value.tv_sec = LOOPS_AFTER_S };
            setitimer(ITIMER_VIRTUAL, &limit, NULL); /* ends this process */
            if (!simulate(&s, &x->o, &x->instances[i], &order))
                _exit(1);
            if (mutant ? noticed(&s.result)
                       : s.result.outcome == ENDED || s.result.outcome == SKIPPED)
                answer |= YES;
            if (!mutant)
                answer |= (uint16_t)opened(lane_trace(&s.lane));
            simulated_free(&s);
        }
        while (write(fd, &answer, sizeof answer) < 0)
            if (errno != EINTR)
                _exit(1);
    }
    _exit(status_and_leaks(0));
}

struct child {
    pid_t pid;
    int fd;
    const struct mutant *mutant;
    uint16_t *into;
    size_t got;
};

static bool start(const struct matrix *x, struct child *c)
{
    int fds[2];
    fflush(stdout);
    if (pipe(fds) != 0)
        return false;
    c->fd = fds[0];
    c->pid = fork();
    if (c->pid < 0) {
        close(fds[0]);
        close(fds[1]);
        c->fd = -1;
        return false;
    }
    if (c->pid == 0) {
        close(fds[0]);
        run_some(x, c->mutant, c->got, fds[1]);
    }
    close(fds[1]);
    return true;
}

/* Reads on; true when the child is through.  One that died over an instance, or went round in
 * circles, noticed there; another goes on behind it, or, where none can be started, the rest is
 * missing. */
static bool proceed(const struct matrix *x, struct child *c)
{
    ssize_t n = read(c->fd, c->into + c->got, (x->n - c->got) * sizeof *c->into);
    if (n > 0)
        c->got += (size_t)n / sizeof *c->into; /* each was written at once: none is torn */
    if (n > 0 && c->got < x->n)
        return false;
    close(c->fd);
    waitpid(c->pid, NULL, 0);
    c->fd = -1;
    if (c->got == x->n)
        return true;
    c->into[c->got++] = c->mutant ? YES : 0;
    return c->got == x->n || !start(x, c);
}

static unsigned parallel(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 16 ? 16 : (unsigned)n;
}

static bool run_matrix(struct matrix *x, bool progress)
{
    struct child children[16];
    struct pollfd p[16];
    unsigned running = parallel();
    size_t next = 0, done = 0;
    for (unsigned i = 0; i < 16; i++)
        children[i].fd = -1;
    struct child clean = { .into = x->clean };
    if (!start(x, &clean))
        return false;
    while (!proceed(x, &clean))
        ;
    if (clean.got < x->n)
        return false;
    while (done < x->count) {
        for (unsigned i = 0; i < running; i++) {
            if (children[i].fd < 0 && next < x->count) {
                children[i] = (struct child){ .mutant = x->m[next], .into = x->killed[next] };
                if (!start(x, &children[i]))
                    return false;
                next++;
            }
            p[i] = (struct pollfd){ .fd = children[i].fd, .events = POLLIN };
        }
        if (poll(p, running, -1) < 0 && errno != EINTR)
            return false;
        for (unsigned i = 0; i < running; i++)
            if (p[i].revents && proceed(x, &children[i])) {
                if (children[i].got < x->n)
                    return false;
                done++;
            }
        if (progress)
            fprintf(stderr, "\r%zu of %zu mutants", done, x->count);
    }
    if (progress)
        fprintf(stderr, "\r\033[K");
    return true;
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
    x->n = select_instances(&x->o, &x->instances);
    qsort(x->instances, x->n, sizeof *x->instances, by_file);
    x->clean = calloc(x->n + 1, sizeof *x->clean);
    x->m = calloc(mutant_count + 1, sizeof *x->m);
    x->killed = calloc(mutant_count + 1, sizeof *x->killed);
    if (!x->clean || !x->m || !x->killed)
        return false;
    for (size_t i = 0; i < mutant_count; i++) {
        if (glob && !glob_matches(glob, mutants[i]->name))
            continue;
        x->m[x->count] = mutants[i];
        x->killed[x->count] = calloc(x->n + 1, sizeof *x->clean);
        if (!x->killed[x->count++])
            return false;
    }
    return true;
}

static void tear_down(struct matrix *x)
{
    for (size_t i = 0; i < x->count; i++)
        free(x->killed[i]);
    free(x->killed);
    free(x->m);
    free(x->clean);
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
    if (!set_up(&x, glob) || (x.count > 0 && !run_matrix(&x, isatty(2)))) {
        fprintf(stderr, "spconform mutants: out of memory, processes or descriptors\n");
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
