#include "core/keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 3 }; /* where the keeper has its end */

/* ---- the keeper ---- */

struct ward {
    pid_t shell;
    bool ended; /* it was waited for: its number may be another's from now on */
    int status;
};

static void become_shell(const char *command)
{
    static const int ours[] = { SIGINT, SIGHUP, SIGPIPE, SIGTERM };
    sigset_t none;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        signal(ours[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* A child that crashed says more than the shell that we had to end. */
static void note(struct ward *w, pid_t pid, int is)
{
    bool shell = pid == w->shell && !w->ended;
    if (crash_of(is) || (shell && !crash_of(w->status)))
        w->status = is;
    w->ended |= shell;
}

/* The children of a process, as text; false: nobody can tell. */
static bool children_of(pid_t pid, char *text, size_t cap)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, cap - 1);
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    return n >= 0;
}

static bool is_shell(pid_t pid)
{
    char path[64], exe[PATH_MAX], sh[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    return realpath(path, exe) && realpath("/bin/sh", sh) && strcmp(exe, sh) == 0;
}

/* It has heard how a program ended, and may be about to pass it on. */
static bool passes_on(pid_t shell, int *is)
{
    enum { TURNS = 20 };
    static const struct timespec turn = { .tv_nsec = 5000000 };
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (int i = 0; i < TURNS; i++) {
        if (waitpid(shell, is, WNOHANG) == shell)
            return true;
        sigtimedwait(&child, NULL, &turn);
    }
    return false;
}

/* What it waits for comes to us, dead or alive, if the shell has not been told of its end.  It is
 * stopped for as long as we look which of the two it is. */
static void end_shell(struct ward *w)
{
    pid_t shell = w->shell;
    char text[64];
    int is;
    if (kill(shell, SIGSTOP) != 0 || waitpid(shell, &is, WUNTRACED) != shell)
        return; /* it has become what we may not end: sudo */
    if (WIFSTOPPED(is)) {
        bool told = children_of(shell, text, sizeof text) && !text[0] && is_shell(shell);
        if (told)
            kill(shell, SIGCONT);
        if (!told || !passes_on(shell, &is)) {
            kill(shell, SIGKILL);
            waitpid(shell, &is, 0);
        }
    }
    note(w, shell, is);
}

/* Also what is in other groups and sessions: an orphan becomes our child.  False: there is none
 * that we can end. */
static bool kill_children(void)
{
    char text[4096];
    if (!children_of(getpid(), text, sizeof text))
        return false;
    if (strlen(text) == sizeof text - 1 && strrchr(text, ' ')) /* the next round has the last */
        *strrchr(text, ' ') = '\0';
    bool any = false;
    for (char *at = text, *end;; at = end) {
        long pid = strtol(at, &end, 10);
        if (end == at)
            return any;
        any |= kill((pid_t)pid, SIGKILL) == 0;
    }
}

/* With each that dies, its children become ours: until there are none.  A group is still that of
 * the shell when a child of ours is in it. */
static void end_all(struct ward *w)
{
    int is;
    siginfo_t any;
    if (!w->ended)
        end_shell(w);
    if (waitid(P_PGID, (id_t)w->shell, &any, WEXITED | WNOHANG | WNOWAIT) == 0)
        kill(-w->shell, SIGKILL);
    while (kill_children()) {
        pid_t pid = waitpid(-1, &is, 0);
        if (pid > 0)
            note(w, pid, is);
        else if (errno != EINTR)
            break;
    }
}

/* Every child that has ended is taken note of: tells when it was the shell. */
static void reap(struct ward *w)
{
    int is;
    for (pid_t pid; (pid = waitpid(-1, &is, WNOHANG)) > 0;) {
        bool before = w->ended;
        note(w, pid, is);
        if (w->ended && !before && send(LINE, &w->status, sizeof w->status, MSG_NOSIGNAL) < 0)
            return; /* nobody is there to hear: poll tells next */
    }
}

__attribute__((noreturn)) static void watch_over(const char *command)
{
    sigset_t child;
    struct ward w = { 0 };
    setpgid(0, 0); /* a Ctrl-C is not for us */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    int ends = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    w.shell = fork();
    if (w.shell == 0)
        become_shell(command);
    if (w.shell < 0 || ends < 0)
        _exit(1);
    struct pollfd p[] = { { .fd = LINE, .events = POLLIN }, { .fd = ends, .events = POLLIN } };
    while (!p[0].revents) {
        if (poll(p, 2, -1) < 0)
            continue;
        struct signalfd_siginfo which;
        while (p[1].revents && read(ends, &which, sizeof which) > 0)
            ;
        if (!p[0].revents)
            reap(&w);
    }
    end_all(&w);
    send(LINE, &w.status, sizeof w.status, MSG_NOSIGNAL);
    _exit(0);
}

/* ---- who wants it kept ---- */

void keep(struct kept *k, const char *command)
{
    int line[2];
    *k = (struct kept){ 0 };
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(line[1], LINE) != LINE)
            _exit(1);
        fcntl(LINE, F_SETFD, FD_CLOEXEC);
        close_range(LINE + 1, UINT_MAX, 0); /* connections and lines that are not ours */
        watch_over(command);
    }
    close(line[1]);
    if (pid < 0) {
        close(line[0]);
        return;
    }
    k->keeper = pid;
    k->line = line[0];
}

static bool hear(struct kept *k, int how)
{
    int status;
    ssize_t n;
    do
        n = recv(k->line, &status, sizeof status, how);
    while (n < 0 && errno == EINTR);
    if (n != sizeof status)
        return false;
    k->ended = true;
    k->status = status;
    return true;
}

bool kept_has_ended(struct kept *k)
{
    return is_kept(k) && (k->ended || hear(k, MSG_DONTWAIT));
}

void keep_no_more(struct kept *k)
{
    if (!is_kept(k))
        return;
    shutdown(k->line, SHUT_WR);
    while (hear(k, 0)) /* its last word is how the shell ended, by itself or by us */
        ;
    close(k->line);
    waitpid(k->keeper, NULL, 0);
    k->keeper = 0;
}

int crash_of(int status)
{
    int sig = WIFSIGNALED(status) ? WTERMSIG(status)
              : WIFEXITED(status) ? WEXITSTATUS(status) - 128
                                  : 0;
    return sig == SIGABRT || sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE ||
                   sig == SIGTRAP || sig == SIGSYS
               ? sig
               : 0;
}
