/* starved.c -- how long threads have waited for a processor: the second number of schedstat, in ns,
 * proc(5).  A browser's processes are in groups of their own: they are found by their parents. */
#include "core/starved.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NS_PER_MS = 1000 * 1000 };

struct thread_wait {
    long id;
    uint64_t ns; /* since it began */
};

struct process {
    long pid, parent, group;
};

/* What one look finds. */
struct look {
    struct thread_wait *threads;
    size_t count, room;
    struct process *processes;
    size_t process_count, process_room;
    bool failed; /* out of memory */
};

/* Room for one more element, at its end; NULL: no memory. */
static void *grow(struct look *look, void **list, size_t count, size_t *room, size_t size)
{
    if (count == *room) {
        size_t more = *room ? *room * 2 : 64;
        void *larger = realloc(*list, more * size);
        if (!larger) {
            look->failed = true;
            return NULL;
        }
        *list = larger;
        *room = more;
    }
    return (char *)*list + count * size;
}

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

/* The next entry that is a number, which all are that concern us; 0: no more. */
static long next_number(DIR *d)
{
    for (struct dirent *e; (e = readdir(d));) {
        long n = strtol(e->d_name, NULL, 10);
        if (n > 0)
            return n;
    }
    return 0;
}

static void list_processes(struct look *look)
{
    DIR *d = opendir("/proc");
    for (long pid; d && (pid = next_number(d)) != 0;) {
        char path[64], text[512];
        struct process p = { .pid = pid };
        snprintf(path, sizeof path, "/proc/%ld/stat", pid);
        const char *behind = read_text(path, text, sizeof text) ? strrchr(text, ')') : NULL;
        if (!behind || sscanf(behind, ") %*c %ld %ld", &p.parent, &p.group) != 2)
            continue;
        struct process *room = grow(look, (void **)&look->processes, look->process_count,
                                    &look->process_room, sizeof p);
        if (!room)
            break;
        *room = p;
        look->process_count++;
    }
    if (d)
        closedir(d);
}

static void take_threads(struct look *look, long pid)
{
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/%ld/task", pid);
    DIR *d = opendir(path);
    for (long id; d && (id = next_number(d)) != 0;) {
        unsigned long long ns;
        snprintf(path, sizeof path, "/proc/%ld/task/%ld/schedstat", pid, id);
        if (!read_text(path, text, sizeof text) || sscanf(text, "%*u %llu", &ns) != 1)
            continue;
        struct thread_wait *room =
            grow(look, (void **)&look->threads, look->count, &look->room, sizeof *room);
        if (!room)
            break;
        *room = (struct thread_wait){ .id = id, .ns = ns };
        look->count++;
    }
    if (d)
        closedir(d);
}

/* Those that it started, and those of its group whose parent is gone. */
static void take_process(struct look *look, long pid, long group)
{
    take_threads(look, pid);
    for (size_t i = 0; i < look->process_count; i++) {
        struct process *p = &look->processes[i];
        if (p->pid != pid && (p->parent == pid || p->group == group)) {
            long child = p->pid;
            *p = (struct process){ 0 }; /* not a second time */
            take_process(look, child, -1);
        }
    }
}

static uint64_t waited_before(const struct starvation *s, long id)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->threads[i].id == id)
            return s->threads[i].ns;
    return 0; /* it began since then */
}

/* The ms that all waited since the last look, together: it may be one after another that does the
 * work.  -1: nobody knows. */
static int64_t look_again(struct starvation *s, long pid)
{
    struct look look = { 0 };
    uint64_t ns = 0;
    if (pid > 0) {
        list_processes(&look);
        take_process(&look, pid, pid);
    }
    for (size_t i = 0; i < look.count; i++) {
        uint64_t before = waited_before(s, look.threads[i].id), now = look.threads[i].ns;
        ns += now > before ? now - before : 0;
    }
    free(look.processes);
    free(s->threads);
    s->threads = look.threads;
    s->count = look.count;
    return look.count > 0 && !look.failed ? (int64_t)(ns / NS_PER_MS) : -1;
}

void starvation_begin(struct starvation *s, long pid, msec now)
{
    s->given = 0;
    s->since = look_again(s, pid) < 0 ? 0 : now;
}

int64_t starvation_extends(struct starvation *s, long pid, msec now)
{
    if (s->since == 0 || s->given == STARVED_TIMES)
        return 0;
    int64_t ms = now - s->since, waited = look_again(s, pid);
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
