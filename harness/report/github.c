/* github.c -- workflow commands that GitHub shows beside the line of the case.  It shows few per
 * step, so instances that fail alike share one, and failures come before warnings. */
#include "report/kept.h"
#include "report/kinds.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>

struct github {
    struct reporter base;
    struct kept kept;
};

static const char *command(enum verdict v)
{
    if (verdict_failed(v))
        return "error";
    return v == V_WARN ? "warning" : v == V_XFAIL ? "notice" : NULL;
}

static void result(struct reporter *r, const struct result *x)
{
    if (command(x->verdict) && !kept_add(&((struct github *)r)->kept, x))
        r->failed = true;
}

/* file=...,line=... of "harness/cases/req.c:26" */
static void place(FILE *out, const char *at)
{
    const char *colon = strrchr(at, ':');
    if (!colon || strspn(colon + 1, "0123456789") != strlen(colon + 1) || !colon[1])
        return;
    char *file = strndup(at, (size_t)(colon - at));
    fputs("file=", out);
    text_put(out, file, TEXT_GITHUB_PROPERTY);
    fprintf(out, ",line=%s,", colon + 1);
    free(file);
}

static void line(FILE *out, const char *label, const char *value)
{
    if (!*value)
        return;
    fprintf(out, "%%0A%s", label);
    text_put(out, value, TEXT_GITHUB);
}

static void annotate(FILE *out, struct kept *k, size_t first)
{
    const struct result *x = &k->list[first].result;
    fprintf(out, "::%s ", command(x->verdict));
    place(out, x->at);
    fprintf(out, "title=%s ", verdict_name(x->verdict));
    text_put(out, x->instance, TEXT_GITHUB_PROPERTY);
    fputs("::", out);
    text_put(out, x->why, TEXT_GITHUB);
    fprintf(out, "%%0A%s%s", level_name(x->level), *x->requirements ? " " : "");
    text_put(out, x->requirements, TEXT_GITHUB);
    line(out, "", x->clauses);
    line(out, "expected: ", x->expected_because);
    line(out, "", x->detail);
    line(out, "repeat: ", x->repeat);
    for (size_t i = first; i < k->n; i++) {
        struct kept_result *other = &k->list[i];
        if (other->told || !kept_alike(x, &other->result))
            continue;
        other->told = true;
        if (i > first && strcmp(x->instance, other->result.instance) != 0)
            line(out, "also ", other->result.instance);
    }
    fputc('\n', out);
}

static void end(struct reporter *r, const struct summary *s)
{
    struct github *g = (struct github *)r;
    static const char *const order[] = { "error", "warning", "notice" };
    kept_sort(&g->kept);
    for (size_t c = 0; c < sizeof order / sizeof *order; c++) {
        for (size_t i = 0; i < g->kept.n; i++) {
            const struct kept_result *k = &g->kept.list[i];
            if (!k->told && strcmp(command(k->result.verdict), order[c]) == 0)
                annotate(r->out, &g->kept, i);
        }
    }
    if (*s->notes) {
        fputs("::error title=stale expectations::", r->out);
        text_put(r->out, s->notes, TEXT_GITHUB);
        fputc('\n', r->out);
    }
    if (*s->stopped) {
        fputs("::error title=the run stopped early::", r->out);
        text_put(r->out, s->stopped, TEXT_GITHUB);
        fputc('\n', r->out);
    }
}

static void free_it(struct reporter *r)
{
    kept_free(&((struct github *)r)->kept);
    free(r);
}

struct reporter *github_new(void)
{
    static const struct reporter_ops ops = {
        .kind = "github", .result = result, .end = end, .free = free_it
    };
    struct github *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->base.ops = &ops;
    return &g->base;
}
