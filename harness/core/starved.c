/* starved.c -- how long threads have waited for a processor: the second number of schedstat, in ns,
 * proc(5).  A browser's processes are in groups of their own: they are found by their parents. */
#include "core/starved.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NS_PER_MS = 1000 * 1000, GENERATIONS = 8 };

struct thread_wait {
    long id;
    uint64_t ns; /* since it began */
};

/* What one look finds. */
struct look {
    struct thread_wait *threads;
    size_t count, room;
    bool failed; /* out of memory */
};

static bool read_text(const char *path, char *text, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, cap - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static void take_thread(struct look *look, struct thread_wait w)
{
    if (look->count == look->room) {
        size_t more = look->room ? look->room * 2 : 16;
        struct thread_wait *larger = realloc(look->threads, more * sizeof *larger);
        if (!larger) {
            look->failed = true;
            return;
        }
        look->threads = larger;
        look->room = more;
    }
    look->threads[look->count++] = w;
}

/* Its threads, and those of the processes that they started. */
static void take_process(struct look *look, long pid, unsigned generation)
{
    char path[80], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/task", pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        unsigned long long ns;
        long id = strtol(e->d_name, NULL, 10);
        if (id <= 0)
            continue;
        snprintf(path, sizeof path, "/proc/%ld/task/%ld/schedstat", pid, id);
        if (read_text(path, text, sizeof text) && sscanf(text, "%*u %llu", &ns) == 1)
            take_thread(look, (struct thread_wait){ .id = id, .ns = ns });
        snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", pid, id);
        if (generation == GENERATIONS || !read_text(path, text, sizeof text))
            continue;
        char *rest = text;
        for (long child; (child = strtol(rest, &rest, 10)) > 0;)
            take_process(look, child, generation + 1);
    }
    if (d)
        closedir(d);
}

static uint64_t waited_before(const struct starvation *s, long id)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->threads[i].id == id)
            return s->threads[i].ns;
    return 0; /* it began since then */
}

int64_t starvation_waited(struct starvation *s, long pid)
{
    struct look look = { 0 };
    uint64_t ns = 0;
    if (pid > 0)
        take_process(&look, pid, 1);
    for (size_t i = 0; i < look.count; i++) {
        uint64_t before = waited_before(s, look.threads[i].id), now = look.threads[i].ns;
        ns += now > before ? now - before : 0;
    }
    free(s->threads);
    s->threads = look.threads;
    s->count = look.count;
    return look.count > 0 && !look.failed ? (int64_t)(ns / NS_PER_MS) : -1;
}

void starvation_begin(struct starvation *s, long pid, msec now)
{
    s->given = 0;
    s->since = starvation_waited(s, pid) < 0 ? 0 : now;
}

int64_t starvation_extends(struct starvation *s, long pid, msec now)
{
    if (s->since == 0 || s->given == STARVED_TIMES)
        return 0;
    int64_t ms = now - s->since, waited = starvation_waited(s, pid);
    if (waited < 0 || waited * STARVED_PART <= ms)
        return 0;
    s->given++;
    s->since = now;
    return ms;
}

void starvation_free(struct starvation *s)
{
    free(s->threads);
    *s = (struct starvation){ 0 };
}
