/* run_workers.c -- the forked workers of a run: started, given orders, heard, ended; when one of
 * them dies, what it had is run again, one per process. */
#include "core/leaks.h"
#include "core/run_state.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEEP_BUSY = 16, LOOK_UP_MS = 200, END_MS = 5000 };

bool start_worker(struct runner *r, unsigned n)
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
        unsigned lanes = r->lanes_each + r->spare_each;
        int status = run_is_live(r) ? worker_live(r->o, r->instances, fds[1], n * lanes,
                                                  r->lanes_each, lanes, r->scratch, runner)
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

bool renew_worker(struct runner *r, unsigned n)
{
    end_worker(&r->workers[n]);
    await_worker(&r->workers[n]);
    r->workers[n].pid = 0;
    if (start_worker(r, n))
        return true;
    stop_run(r, "a worker cannot be started again: out of processes or descriptors");
    return false;
}

static unsigned capacity(const struct runner *r)
{
    return run_is_live(r) ? r->lanes_each + r->spare_each + 1 : KEEP_BUSY;
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

/* A worker of ours died: what it had is run again, one per process. */
static void worker_died(struct runner *r, unsigned n)
{
    struct worker *w = &r->workers[n];
    int status = 0;
    waitpid(w->pid, &status, 0);
    close(w->fd);
    *w = (struct worker){ .fd = -1 }; /* waited for: its number may be another's from now on */
    for (size_t i = 0; i < r->job_count; i++) {
        struct job *job = &r->jobs[i];
        if (job->state != JOB_OUT || job->worker != n)
            continue;
        if (job->isolated) {
            char why[160];
            snprintf(why, sizeof why, "the harness itself failed here: its worker ended with %s %d",
                     WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            free(job->strings);
            job->strings = strdup(why);
            job->record = no_record(UNFAIR, job->strings ? job->strings : "out of memory");
            job->state = JOB_DONE;
            if (!job->rerun)
                settle_job(r, job, "");
        } else {
            job->isolated = true;
            job->state = JOB_NEW;
        }
    }
    if (!start_worker(r, n))
        stop_run(r, "a worker cannot be started again: out of processes or descriptors");
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

/* Jobs [from, to) all at once, as many as there is room for. */
void run_jobs(struct runner *r, size_t from, size_t to)
{
    size_t next = from;
    while (!run_stopped(r)) {
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

void run_alone(struct runner *r, struct job *job)
{
    if (r->workers[0].fd < 0)
        return;
    give_order(r, job, 0);
    while (outstanding(r) > 0 && !run_interrupted())
        collect(r);
}

/* What keeps the commands of a black box comes to us when its worker did not end well. */
static void await_keepers(void)
{
    enum { TURN_MS = 5, TURNS = END_MS / TURN_MS };
    pid_t pid = 0;
    for (int i = 0; i < TURNS && (pid = waitpid(-1, NULL, WNOHANG)) >= 0; i++)
        if (pid == 0)
            poll(NULL, 0, TURN_MS);
}

bool end_workers(struct runner *r)
{
    bool clean = true;
    for (unsigned i = 0; i < r->worker_count; i++)
        end_worker(&r->workers[i]);
    for (unsigned i = 0; i < r->worker_count; i++)
        if (r->workers[i].pid > 0 && !await_worker(&r->workers[i]))
            clean = false;
    if (run_is_black_box(r))
        await_keepers();
    return clean;
}
