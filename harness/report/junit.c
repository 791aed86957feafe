/* junit.c -- JUnit XML, in the part that all readers of it share: testsuite and testcase with
 * classname, name and time.  Its totals come first, so results are kept until the end.
 *
 * XFAIL, WARN and INFO are passed cases with their story in system-out. */
#include "report/kept.h"
#include "report/kinds.h"
#include "report/story.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>

struct junit {
    struct reporter base;
    struct kept kept;
};

static void result(struct reporter *r, const struct result *x)
{
    if (!kept_add(&((struct junit *)r)->kept, x))
        r->failed = true;
}

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    text_put(out, value, TEXT_XML_LINE);
    fputc('"', out);
}

static void seconds(FILE *out, int64_t ms)
{
    fprintf(out, " time=\"%" PRId64 ".%03d\"", ms / 1000, (int)(ms % 1000));
}

static void story(FILE *out, const struct result *x)
{
    fprintf(out, "%s  %s  ", verdict_name(x->verdict), level_name(x->level));
    text_put(out, x->requirements, TEXT_XML);
    fputc('\n', out);
    story_put(out, x);
}

static void body(FILE *out, const char *element, const struct result *x)
{
    fprintf(out, "\n      <%s", element);
    attribute(out, "message", x->why);
    attribute(out, "type", verdict_name(x->verdict));
    fputc('>', out);
    story(out, x);
    fprintf(out, "</%s>\n    ", element);
}

static void testcase(FILE *out, const struct result *x)
{
    fputs("    <testcase", out);
    attribute(out, "classname", x->case_id);
    attribute(out, "name", x->instance);
    seconds(out, x->ms);
    fputc('>', out);
    if (x->verdict == V_ERROR) {
        body(out, "error", x);
    } else if (verdict_failed(x->verdict)) {
        body(out, "failure", x);
    } else if (x->verdict == V_SKIP) {
        fputs("<skipped", out);
        attribute(out, "message", x->why);
        fputs("/>", out);
    } else if (x->verdict != V_PASS) {
        fputs("\n      <system-out>", out);
        story(out, x);
        fputs("</system-out>\n    ", out);
    }
    fputs("</testcase>\n", out);
}

static void totals(FILE *out, const struct summary *s, const struct summary *end)
{
    unsigned stale = *end->notes != '\0', tests = s->passed + s->failed + s->skipped + stale;
    fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\"", tests,
            s->failed - s->count[V_ERROR] + stale, s->count[V_ERROR]);
}

static void end(struct reporter *r, const struct summary *s)
{
    struct junit *j = (struct junit *)r;
    kept_sort(&j->kept);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"spconform\"", r->out);
    totals(r->out, &r->seen, s);
    seconds(r->out, s->wall_ms);
    fputs(">\n  <testsuite", r->out);
    attribute(r->out, "name", *s->peer ? s->peer : "spconform");
    totals(r->out, &r->seen, s);
    fprintf(r->out, " skipped=\"%u\"", r->seen.skipped);
    seconds(r->out, s->wall_ms);
    fputs(">\n", r->out);
    for (size_t i = 0; i < j->kept.n; i++)
        testcase(r->out, &j->kept.list[i].result);
    if (*s->notes) {
        fputs("    <testcase classname=\"expectations\" name=\"expectations\" time=\"0.000\">"
              "<failure message=\"stale expectations\" type=\"XPASS\">",
              r->out);
        text_put(r->out, s->notes, TEXT_XML);
        fputs("</failure></testcase>\n", r->out);
    }
    if (*s->stopped) {
        fputs("    <system-err>stopped early: ", r->out);
        text_put(r->out, s->stopped, TEXT_XML);
        fputs("</system-err>\n", r->out);
    }
    fputs("  </testsuite>\n</testsuites>\n", r->out);
}

static void free_it(struct reporter *r)
{
    kept_free(&((struct junit *)r)->kept);
    free(r);
}

struct reporter *junit_new(void)
{
    static const struct reporter_ops ops = {
        .kind = "junit", .result = result, .end = end, .free = free_it
    };
    struct junit *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->base.ops = &ops;
    return &j->base;
}
