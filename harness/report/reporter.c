/* reporter.c -- opens a report by its kind, and watches its file for write errors. */
#include "report/report.h"
#include "report/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *name;
    struct reporter *(*make)(void);
} kinds[] = {
    { "terminal", terminal_new }, { "tap", tap_new },       { "junit", junit_new },
    { "jsonl", jsonl_new },       { "github", github_new }, { "html", html_new },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void list_kinds(char *why, size_t cap, const char *spec, const char *problem)
{
    int n = snprintf(why, cap, "--report %s: %s KIND=FILE, where KIND is one of", spec, problem);
    for (size_t i = 0; i < KINDS && n >= 0 && (size_t)n < cap; i++)
        n += snprintf(why + n, cap - (size_t)n, "%s %s", i ? "," : "", kinds[i].name);
}

/* The kind that `spec` names, and its file; KINDS, with the reason, when it is none. */
static size_t kind_of(const char *spec, const char **file, char *why, size_t cap)
{
    *file = strchr(spec, '=');
    if (!*file || !(*file)[1]) {
        list_kinds(why, cap, spec, "it takes");
        return KINDS;
    }
    size_t n = (size_t)(*file - spec), i = 0;
    ++*file;
    while (i < KINDS && (strlen(kinds[i].name) != n || memcmp(spec, kinds[i].name, n) != 0))
        i++;
    if (i == KINDS)
        list_kinds(why, cap, spec, "unknown kind;");
    return i;
}

static FILE *open_file(const char *spec, const char *file, const char *mode, char *why, size_t cap)
{
    FILE *out = strcmp(file, "-") == 0 ? stdout : fopen(file, mode);
    if (!out)
        snprintf(why, cap, "--report %s: %s", spec, strerror(errno));
    return out;
}

bool report_can_open(const char *spec, char *why, size_t cap)
{
    const char *file;
    struct stat is;
    if (kind_of(spec, &file, why, cap) == KINDS)
        return false;
    if (stat(file, &is) == 0 && !S_ISREG(is.st_mode) && !S_ISDIR(is.st_mode))
        return true; /* whoever reads a pipe would see its end */
    FILE *out = open_file(spec, file, "ae", why, cap);
    if (out && out != stdout)
        fclose(out);
    return out != NULL;
}

struct reporter *reporter_open(const char *spec, char *why, size_t cap)
{
    const char *file;
    size_t i = kind_of(spec, &file, why, cap);
    FILE *out = i == KINDS ? NULL : open_file(spec, file, "we", why, cap);
    bool to_stdout = out == stdout;
    if (!out)
        return NULL;
    struct reporter *r = kinds[i].make();
    if (!r) {
        snprintf(why, cap, "--report %s: out of memory", spec);
        if (!to_stdout)
            fclose(out);
        return NULL;
    }
    r->out = out;
    r->owned = !to_stdout;
    return r;
}

static bool healthy(struct reporter *r)
{
    if (!r->failed && (fflush(r->out) != 0 || ferror(r->out)))
        r->failed = true;
    return !r->failed;
}

bool reporter_begin(struct reporter *r, const char *peer, unsigned instances)
{
    if (!r->failed && r->ops->begin)
        r->ops->begin(r, or_empty(peer), instances);
    return healthy(r);
}

bool reporter_result(struct reporter *r, const struct result *result)
{
    if (r->ended)
        return !r->failed;
    summary_add(&r->seen, result);
    if (!r->failed)
        r->ops->result(r, result);
    return healthy(r);
}

bool reporter_end(struct reporter *r, const struct summary *summary)
{
    if (r->ended)
        return !r->failed;
    r->ended = true;
    struct summary s = *summary;
    s.peer = or_empty(s.peer);
    s.stopped = or_empty(s.stopped);
    s.notes = or_empty(s.notes);
    if (!r->failed)
        r->ops->end(r, &s);
    bool ok = healthy(r);
    if (r->owned && fclose(r->out) != 0)
        ok = false;
    r->out = NULL;
    r->failed = !ok;
    return ok;
}

void reporter_free(struct reporter *r)
{
    if (!r)
        return;
    if (!r->ended) {
        struct summary cut = r->seen;
        cut.stopped = "the run was cut short";
        cut.exit_status = 2;
        reporter_end(r, &cut);
    }
    r->ops->free(r);
}
