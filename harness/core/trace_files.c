/* trace_files.c -- renders the trace of an instance below --out. */
#include "core/run.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static void path_of(const struct run_options *o, const char *instance, char *path, size_t cap)
{
    int n = snprintf(path, cap, "%s/traces/%s", o->out, instance);
    for (char *p = path + (n > 0 ? strlen(o->out) : 0); *p; p++)
        if (*p == '[' || *p == ',')
            *p = '.';
        else if (*p == ']')
            *p = '\0';
}

static bool render(const char *path, const char *ending, const struct trace *trace,
                   const struct trace_meta *meta,
                   bool (*how)(const struct trace *, const struct trace_meta *, FILE *))
{
    char name[640];
    snprintf(name, sizeof name, "%s%s", path, ending);
    FILE *f = fopen(name, "we");
    if (!f)
        return false;
    bool ok = how(trace, meta, f);
    return fclose(f) == 0 && ok;
}

const char *write_trace(const struct run_options *o, const struct instance *i, struct trace *trace,
                        const struct record *r, char *path, size_t cap)
{
    bool wanted = r->outcome == FAILED || r->outcome == DIED || r->outcome == HUNG ||
                  r->outcome == UNFAIR || o->trace_all;
    if (!o->out || !trace || !wanted)
        return "";
    struct trace_meta meta = { .instance = i->name,
                               .title = i->c->title,
                               .clause = i->c->covers,
                               .verdict = verdict_name(verdict_of(r, i, o->profile)),
                               .why = r->why };
    path_of(o, i->name, path, cap);
    static bool said;
    if (render(path, ".txt", trace, &meta, trace_text) &&
        render(path, ".jsonl", trace, &meta, trace_jsonl))
        return path;
    if (!said)
        fprintf(stderr, "spconform: %s.txt cannot be written: %s; the run goes on without traces\n",
                path, strerror(errno));
    said = true;
    return "";
}
