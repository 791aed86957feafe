/* mutant_matrix.c -- the matrix is run in children: a mutant may end its process, or never. */
#include "core/mutant_matrix.h"
#include "core/leaks.h"
#include "core/output.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    POSTS = 16, /* children at once, at most */
    PARTS = 64, /* of the clean run, which all others wait for */
};

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
            j.row[post->instance] = matrix_answer(x, j.mutant, post->instance);
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

/* A sanitizer ends it by a status, a fault by a signal.  That it ran out of memory, and that it was
 * killed from outside, is no answer. */
static bool died_of_fault(int status)
{
    return WIFSIGNALED(status) ? WTERMSIG(status) != SIGKILL : WEXITSTATUS(status) != NO_MEMORY;
}

static struct post *post_of(struct matrix *x, pid_t pid)
{
    for (unsigned i = 0; i < POSTS; i++)
        if (x->shared->posts[i].pid == pid)
            return &x->shared->posts[i];
    return NULL;
}

/* Those that still run, when there is no going on. */
static bool end_posts(struct matrix *x)
{
    for (unsigned i = 0; i < POSTS; i++)
        if (x->shared->posts[i].pid > 0)
            kill(x->shared->posts[i].pid, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    return false;
}

static bool run_jobs(struct matrix *x, size_t jobs)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned running = cores < 1 ? 1 : cores > POSTS ? POSTS : (unsigned)cores;
    x->jobs = jobs;
    atomic_store(&x->shared->next, 0);
    for (unsigned i = 0; i < running; i++)
        if (!start(x, &x->shared->posts[i]))
            return end_posts(x);
    while (running > 0) {
        int status = 0;
        pid_t pid = waitpid(-1, &status, 0);
        if (pid < 0 && errno != EINTR)
            return end_posts(x);
        struct post *post = post_of(x, pid);
        if (!post)
            continue;
        post->pid = 0;
        if (!died_of_fault(status) || (post->busy && !go_on(x, post)))
            return end_posts(x);
        running -= !post->busy;
    }
    return true;
}

bool matrix_run(struct matrix *x)
{
    if (!run_jobs(x, PARTS))
        return false;
    x->clean_known = true;
    bool ran = run_jobs(x, x->count);
    if (isatty(2))
        fprintf(stderr, "\r\033[K");
    return ran;
}

static int by_file(const void *a, const void *b)
{
    const struct instance *x = a, *y = b;
    int n = strcmp(x->c->file, y->c->file);
    return n                          ? n
           : x->c->line != y->c->line ? (x->c->line > y->c->line ? 1 : -1)
                                      : (int)x->via - (int)y->via;
}

bool matrix_set_up(struct matrix *x, const char *glob)
{
    x->o = (struct run_options){
        .target = TARGET_REFERENCE, .patience = 2000, .slow = true, .seed = 1
    };
    matrix_list_abouts(x);
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

void matrix_free(struct matrix *x)
{
    if (x->shared)
        munmap(x->shared, x->shared_size);
    free(x->killed);
    free(x->m);
    free(x->instances);
}
