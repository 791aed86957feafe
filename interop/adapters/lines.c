/* lines.c -- requests in, answers out, and a second birth. */
#include "lines.h"
#include <errno.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST_LINE = 4 << 20, READ_SIZE = 65536 };

/* What has been read: data[start..end), without the lines that were returned. */
static char *data;
static size_t start, end, room;

/* False: nothing more comes. */
static bool read_more(void)
{
    if (start > 0) {
        memmove(data, data + start, end - start);
        end -= start;
        start = 0;
    }
    if (room - end < READ_SIZE) {
        room = room ? 2 * room : 2 * READ_SIZE;
        data = realloc(data, room);
        if (!data)
            exit(1);
    }
    ssize_t n;
    do
        n = read(STDIN_FILENO, data + end, room - end);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        end += (size_t)n;
    return n > 0;
}

char *next_line(bool *too_long)
{
    size_t searched = 0;
    *too_long = false;
    for (;;) {
        char *newline = end > start + searched
                            ? memchr(data + start + searched, '\n', end - start - searched)
                            : NULL;
        if (newline) {
            char *line = data + start;
            *newline = '\0';
            start = (size_t)(newline + 1 - data);
            return line;
        }
        searched = end - start;
        if (searched > LONGEST_LINE) {
            *too_long = true;
            start = end;
            searched = 0;
        }
        if (!read_more())
            return NULL;
    }
}

static void write_all(const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, text, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            exit(0); /* the runner is gone: nobody to tell */
        text += done;
        n -= (size_t)done;
    }
}

void answer(struct outcome o, const char *result)
{
    char *line = NULL;
    int n;
    if (!o.code)
        n = asprintf(&line, result ? "ok %s\n" : "ok\n", result);
    else if (strcmp(o.code, "na") == 0)
        n = asprintf(&line, "na\n");
    else
        n = asprintf(&line, o.text ? "err %s %s\n" : "err %s\n", o.code, o.text);
    if (n < 0)
        exit(1);
    write_all(line, (size_t)n);
    free(line);
}

void start_afresh(void)
{
    static char self[] = "/proc/self/exe", option[] = "--afresh";
    char fd[16];
    char *argv[] = { self, option, fd, NULL };
    int unread = memfd_create("unread", 0);

    /* The library's threads run on until the exec: close nothing before it. */
    close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    if (unread < 0 || write(unread, data + start, end - start) != (ssize_t)(end - start) ||
        lseek(unread, 0, SEEK_SET) != 0 || (unread = dup(unread)) < 0)
        exit(1);
    snprintf(fd, sizeof fd, "%d", unread);
    execv(self, argv);
    exit(1);
}

bool started_afresh(int argc, char **argv)
{
    if (argc != 3 || strcmp(argv[1], "--afresh") != 0)
        return false;
    int unread = atoi(argv[2]);
    off_t size = lseek(unread, 0, SEEK_END);
    if (size < 0 || !(data = malloc((size_t)size + 1)))
        exit(1);
    room = (size_t)size + 1;
    if (pread(unread, data, (size_t)size, 0) != size)
        exit(1);
    end = (size_t)size;
    close(unread);
    return true;
}
