/* tap.c -- TAP 14: a test point per instance as it ends, the plan last, so that a run that is
 * killed is seen to lack one. */
#include "report/kinds.h"
#include "report/text.h"

#include <stdlib.h>
#include <string.h>

struct tap {
    struct reporter base;
    unsigned points;
};

static void begin(struct reporter *r, const char *peer, unsigned instances)
{
    fputs("TAP version 14\n# ", r->out);
    text_put(r->out, peer, TEXT_LINE);
    fprintf(r->out, ", %u instances\n", instances);
}

static void field(FILE *out, const char *key, const char *value)
{
    if (!*or_empty(value))
        return;
    fprintf(out, "  %s: \"", key);
    text_put(out, value, TEXT_QUOTED);
    fputs("\"\n", out);
}

static void lines(FILE *out, const char *key, const char *text)
{
    char *copy = text_made(or_empty(text), TEXT_PLAIN);
    if (copy && *copy) {
        fprintf(out, "  %s:\n", key);
        char *rest = copy;
        for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
            if (!*line && !rest)
                break;
            fputs("    - \"", out);
            text_put(out, line, TEXT_QUOTED);
            fputs("\"\n", out);
        }
    }
    free(copy);
}

static void diagnosis(FILE *out, const struct result *x)
{
    fputs("  ---\n", out);
    fprintf(out, "  verdict: %s\n", verdict_name(x->verdict));
    if (x->was != x->verdict)
        fprintf(out, "  was: %s\n", verdict_name(x->was));
    fprintf(out, "  level: %s\n", level_name(x->level));
    field(out, "message", x->why);
    field(out, "requirements", x->requirements);
    field(out, "clauses", x->clauses);
    field(out, "at", x->at);
    field(out, "script", x->script);
    lines(out, "detail", x->detail);
    field(out, "trace", x->trace);
    field(out, "repeat", x->repeat);
    fprintf(out, "  duration_ms: %lld\n  ...\n", (long long)x->ms);
}

static void result(struct reporter *r, const struct result *x)
{
    struct tap *tap = (struct tap *)r;
    bool failed = verdict_failed(x->verdict) || x->verdict == V_XFAIL;
    fprintf(r->out, "%s %u - ", failed ? "not ok" : "ok", ++tap->points);
    text_put(r->out, x->instance, TEXT_TAP);
    if (x->verdict == V_SKIP || x->verdict == V_XFAIL) {
        /* TAP's word for a failure that does not count, and its reason */
        fputs(x->verdict == V_SKIP ? " # SKIP " : " # TODO ", r->out);
        text_put(r->out, x->verdict == V_SKIP ? x->why : x->expected_because, TEXT_TAP);
    }
    fputc('\n', r->out);
    if (x->verdict != V_PASS && x->verdict != V_SKIP)
        diagnosis(r->out, x);
}

static void end(struct reporter *r, const struct summary *s)
{
    struct tap *tap = (struct tap *)r;
    if (*s->notes) {
        fprintf(r->out, "not ok %u - stale expectations\n  ---\n", ++tap->points);
        lines(r->out, "detail", s->notes);
        fputs("  ...\n", r->out);
    }
    fprintf(r->out, "1..%u\n", tap->points);
    if (*s->stopped) {
        fputs("Bail out! ", r->out);
        text_put(r->out, s->stopped, TEXT_TAP);
        fputc('\n', r->out);
    }
    fprintf(r->out, "# %u passed, %u failed, %u skipped\n", s->passed, s->failed, s->skipped);
}

static void free_it(struct reporter *r)
{
    free(r);
}

struct reporter *tap_new(void)
{
    static const struct reporter_ops ops = {
        .kind = "tap", .begin = begin, .result = result, .end = end, .free = free_it
    };
    struct tap *tap = calloc(1, sizeof *tap);
    if (!tap)
        return NULL;
    tap->base.ops = &ops;
    return &tap->base;
}
