/* adapter.c -- a child process that speaks the adapter protocol. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vectors/adapter.h"

enum { ANSWER_MS = 10000, LINE_MAX_OCTETS = 4 << 20 };

bool adapter_start(struct adapter *a, char **command, struct buf *why)
{
    int down[2] = { -1, -1 }, up[2] = { -1, -1 };
    *a = (struct adapter){ .pid = -1, .to = -1, .from = -1, .line.limit = LINE_MAX_OCTETS };
    if (pipe(down) || pipe(up)) {
        buf_printf(why, "%s", strerror(errno));
        return false;
    }
    signal(SIGPIPE, SIG_IGN);
    a->pid = fork();
    if (a->pid == 0) {
        dup2(down[0], STDIN_FILENO);
        dup2(up[1], STDOUT_FILENO);
        for (int i = 0; i < 2; i++) {
            close(down[i]);
            close(up[i]);
        }
        execvp(command[0], command);
        _exit(127); /* seen as: no answer to hello */
    }
    close(down[0]);
    close(up[1]);
    a->to = down[1];
    a->from = up[0];
    if (a->pid < 0)
        buf_printf(why, "%s", strerror(errno));
    return a->pid >= 0;
}

void adapter_stop(struct adapter *a)
{
    if (a->to >= 0)
        close(a->to);
    if (a->from >= 0)
        close(a->from);
    if (a->pid > 0) {
        kill(a->pid, SIGKILL);
        waitpid(a->pid, NULL, 0);
    }
    buf_free(&a->line);
}

static bool write_all(int fd, struct slice s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n <= 0)
            return false;
        s = slice_drop(s, (size_t)n);
    }
    return true;
}

/* True while there may be more to come. */
static bool read_more(struct adapter *a)
{
    struct pollfd p = { .fd = a->from, .events = POLLIN };
    uint8_t *to = buf_room(&a->line, 4096);
    if (!to || poll(&p, 1, ANSWER_MS) <= 0)
        return false;
    ssize_t n = read(a->from, to, 4096);
    if (n > 0)
        buf_grew(&a->line, (size_t)n);
    return n > 0;
}

bool adapter_ask(struct adapter *a, struct buf *answer, const char *format, ...)
{
    char *question = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&question, format, args);
    va_end(args);
    if (n < 0)
        return false;
    question[n] = '\n'; /* in place of the NUL */
    bool ok = write_all(a->to, slice_of(question, (size_t)n + 1));
    free(question);

    const uint8_t *end = NULL;
    while (ok && !(end = a->line.n ? memchr(a->line.p, '\n', a->line.n) : NULL))
        ok = read_more(a);
    if (!ok)
        return false;
    size_t length = (size_t)(end - a->line.p);
    buf_clear(answer);
    buf_put(answer, a->line.p, length);
    buf_drop(&a->line, length + 1);
    return true;
}
