/* port_stream.c -- adapters at the other end of a stream: a child process, or one that connected
 * to us (--attach). */
#include "core/port.h"
#include "core/lines.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct stream_port {
    struct port port;
    struct stream *stream, *errors; /* errors: its stderr, or NULL */
    struct stream *watch;           /* readable when the process has ended; or NULL */
    struct buf in, out, said;
    pid_t pid; /* 0: no child, or already waited for */
};

enum {
    STDERR_LIMIT = 1024 * 1024,   /* of one line */
    STDERR_TURN = 64 * 1024,      /* octets at once: then others have their turn */
    LAST_WORDS = 8 * 1024 * 1024, /* read of what an ended process left in its pipes */
};

static const char *signal_text(int n)
{
    const char *abbrev = sigabbrev_np(n);
    return abbrev ? abbrev : "?";
}

/* Waits a moment for the child that closed its output; a process that lives on without one is
 * ended, and so are children of its own that it left behind.  The descriptors close a little
 * before the process can be waited for. */
static void reap(struct stream_port *sp, char *how, size_t cap)
{
    int status = 0;
    siginfo_t gone = { 0 };
    struct pollfd p = { .fd = sp->watch ? net_os_fd(sp->watch) : -1, .events = POLLIN };
    poll(&p, 1, sp->watch ? 1000 : 200);
    /* Its number is ours, and its group's, until it is waited for. */
    waitid(P_PID, (id_t)sp->pid, &gone, WEXITED | WNOHANG | WNOWAIT);
    kill(-sp->pid, SIGKILL);
    waitpid(sp->pid, &status, 0);
    if (gone.si_pid == 0) {
        snprintf(how, cap, "it closed its output and went on running");
    } else if (WIFSIGNALED(status)) {
        snprintf(how, cap, "killed by signal %d (SIG%s)", WTERMSIG(status),
                 signal_text(WTERMSIG(status)));
    } else {
        snprintf(how, cap, "it ended with status %d", WEXITSTATUS(status));
    }
    sp->pid = 0;
}

static void mute(struct stream_port *sp)
{
    stream_want(sp->stream, 0);
    if (sp->errors)
        stream_want(sp->errors, 0);
    if (sp->watch)
        stream_want(sp->watch, 0);
}

static void died(struct stream_port *sp, const char *said)
{
    char how[160];
    if (sp->port.dead)
        return;
    sp->port.dead = true;
    mute(sp);
    if (said)
        snprintf(how, sizeof how, "%s", said);
    else if (sp->pid)
        reap(sp, how, sizeof how);
    else
        snprintf(how, sizeof how, "it closed the connection");
    sp->port.died(sp->port.ctx, how);
}

static void flush(struct stream_port *sp)
{
    while (sp->out.n > 0 && !sp->port.dead) {
        struct slice all = buf_slice(&sp->out);
        ptrdiff_t n = stream_write(sp->stream, &all, 1);
        if (n < 0) {
            if (n != -E_AGAIN)
                buf_clear(&sp->out); /* the end of its output says what happened */
            break;
        }
        buf_drop(&sp->out, (size_t)n);
    }
    if (!sp->port.dead)
        stream_want(sp->stream, STREAM_READABLE | (sp->out.n > 0 ? STREAM_WRITABLE : 0u));
}

static void drain_errors(void *ctx, unsigned events)
{
    struct stream_port *sp = ctx;
    (void)events;
    for (size_t got = 0; got < STDERR_TURN && !sp->port.dead;) {
        uint8_t *room = buf_room(&sp->said, 4096);
        ptrdiff_t n = room ? stream_read(sp->errors, room, 4096) : -E_AGAIN;
        if (n == -E_AGAIN)
            break;
        if (n <= 0) {
            stream_want(sp->errors, 0);
            break;
        }
        buf_grew(&sp->said, (size_t)n);
        got += (size_t)n;
        size_t length;
        for (char *line; !sp->port.dead && (line = line_first(&sp->said, &length));) {
            sp->port.said(sp->port.ctx, line);
            buf_drop(&sp->said, length + 1);
        }
        if (sp->said.n > STDERR_LIMIT)
            buf_clear(&sp->said);
    }
}

static void port_stream_kill(struct port *port)
{
    struct stream_port *sp = (struct stream_port *)port;
    mute(sp);
    if (sp->pid) {
        kill(-sp->pid, SIGKILL);
        waitpid(sp->pid, NULL, 0);
        sp->pid = 0;
    }
}

static void port_stream_free(struct port *port)
{
    struct stream_port *sp = (struct stream_port *)port;
    port_stream_kill(port);
    stream_close(sp->stream);
    if (sp->errors)
        stream_close(sp->errors);
    if (sp->watch)
        stream_close(sp->watch);
    buf_free(&sp->in);
    buf_free(&sp->out);
    buf_free(&sp->said);
    free(sp);
}

/* One read of its output.  False: nothing more is there, or it is over. */
static bool take_answers(struct stream_port *sp)
{
    uint8_t *room = buf_room(&sp->in, 64 * 1024);
    ptrdiff_t n = room ? stream_read(sp->stream, room, 64 * 1024) : -E_AGAIN;
    if (n == -E_AGAIN)
        return false;
    if (sp->errors)
        drain_errors(sp, 0); /* what it said before it answered */
    if (sp->port.dead)
        return false;
    if (n <= 0) {
        died(sp, NULL);
        return false;
    }
    buf_grew(&sp->in, (size_t)n);
    size_t length;
    for (char *line; !sp->port.dead && (line = line_first(&sp->in, &length));) {
        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        sp->port.answered(sp->port.ctx, line, strlen(line));
        buf_drop(&sp->in, length + 1);
    }
    if (sp->in.n > LINE_MAX_OCTETS)
        died(sp, "it wrote over 4 MiB without a newline");
    return !sp->port.dead;
}

static void on_ready(void *ctx, unsigned events)
{
    struct stream_port *sp = ctx;
    if (events & STREAM_WRITABLE)
        flush(sp);
    if (!sp->port.dead)
        take_answers(sp); /* level-triggered: the rest comes when others had their turn */
}

/* The process has ended.  Children that it left behind may hold its output open for ever. */
static void process_ended(void *ctx, unsigned events)
{
    struct stream_port *sp = ctx;
    (void)events;
    for (size_t n = 0; n < LAST_WORDS && !sp->port.dead && take_answers(sp); n += 64 * 1024)
        ;
    died(sp, NULL);
}

static void ask(struct port *port, const char *line)
{
    struct stream_port *sp = (struct stream_port *)port;
    buf_put(&sp->out, line, strlen(line));
    buf_u8(&sp->out, '\n');
    flush(sp);
}

static long pid(struct port *port)
{
    struct stream_port *sp = (struct stream_port *)port;
    return sp->pid ? sp->pid : -1;
}

static void finish(struct port *port)
{
    stream_finish(((struct stream_port *)port)->stream);
}

static const struct port_ops ops = {
    .ask = ask, .kill = port_stream_kill, .free = port_stream_free, .pid = pid, .finish = finish
};

static struct stream_port *new_port(struct stream *stream)
{
    struct stream_port *sp = calloc(1, sizeof *sp);
    if (!sp)
        return NULL;
    sp->port.ops = &ops;
    sp->stream = stream;
    stream_watch(stream, on_ready, sp);
    stream_want(stream, STREAM_READABLE);
    return sp;
}

struct port *port_stream(struct stream *stream)
{
    struct stream_port *sp = new_port(stream);
    return sp ? &sp->port : NULL;
}

static void child(const char *command, int in, int out, int err, pid_t parent)
{
    char *script = NULL;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* one that hangs does not outlive us */
    if (getppid() != parent)
        _exit(127); /* we died before that took effect */
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    close_range(3, ~0u, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }); /* crashes are what we provoke */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for the runner, which ends its children itself */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (asprintf(&script, "exec %s", command) > 0)
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(127);
}

struct port *port_process(struct net *net, const char *command, struct buf *why)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        goto failed;
    pid_t parent = getpid(), pid_ = fork();
    if (pid_ < 0)
        goto failed;
    if (pid_ == 0)
        child(command, in[0], out[1], err[1], parent);
    setpgid(pid_, pid_);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    struct stream *stream = net_os_adopt(net, out[0], in[1]);
    struct stream *errors = stream ? net_os_adopt(net, err[0], -1) : NULL;
    struct stream_port *sp = errors ? new_port(stream) : NULL;
    int ended = sp ? (int)syscall(SYS_pidfd_open, pid_, 0) : -1;
    if (!sp) {
        if (errors)
            stream_close(errors);
        else
            close(err[0]);
        if (stream)
            stream_close(stream);
        kill(-pid_, SIGKILL);
        waitpid(pid_, NULL, 0);
        buf_printf(why, "out of memory or descriptors");
        return NULL;
    }
    sp->pid = pid_;
    sp->errors = errors;
    stream_watch(errors, drain_errors, sp);
    stream_want(errors, STREAM_READABLE);
    sp->watch = ended >= 0 ? net_os_adopt(net, ended, -1) : NULL;
    if (sp->watch) {
        stream_watch(sp->watch, process_ended, sp);
        stream_want(sp->watch, STREAM_READABLE);
    } else if (ended >= 0) {
        close(ended);
    }
    return &sp->port;
failed:
    buf_printf(why, "cannot start `%s`: %s", command, strerror(errno));
    for (int i = 0; i < 2; i++) {
        if (in[i] >= 0)
            close(in[i]);
        if (out[i] >= 0)
            close(out[i]);
        if (err[i] >= 0)
            close(err[i]);
    }
    return NULL;
}
