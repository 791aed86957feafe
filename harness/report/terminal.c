/* terminal.c -- the report for people: what failed in full, the rest in groups, the counts last. */
#include "report/kept.h"
#include "report/kinds.h"
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct terminal {
    struct reporter base;
    struct kept kept; /* all but PASS */
    unsigned instances;
    bool verbose, tty, colour, started;
};

enum { INDENT = 6, CLAUSE_COLUMN = 58 };

static void paint(struct terminal *t, const char *code)
{
    if (t->colour)
        fprintf(t->base.out, "\033[%sm", code);
}

static const char *colour_of(enum verdict v)
{
    if (verdict_failed(v))
        return "1;31";
    return v == V_PASS ? "32" : v == V_XFAIL || v == V_WARN ? "33" : "36";
}

/* isatty and the environment are asked once, when the file is known. */
static void start(struct terminal *t)
{
    if (t->started)
        return;
    t->started = true;
    t->tty = isatty(fileno(t->base.out)) == 1;
    const char *no_colour = getenv("NO_COLOR");
    t->colour = t->tty && !(no_colour && *no_colour);
}

static void begin(struct reporter *r, const char *peer, unsigned instances)
{
    struct terminal *t = (struct terminal *)r;
    start(t);
    t->instances = instances;
    if (t->verbose) {
        text_put(r->out, peer, TEXT_LINE);
        fprintf(r->out, ": %u instances\n", instances);
    }
}

static void label(struct terminal *t, enum verdict v)
{
    paint(t, colour_of(v));
    fprintf(t->base.out, "%-5s", verdict_name(v));
    paint(t, "0");
    fputc(' ', t->base.out);
}

static void clear_progress(struct terminal *t)
{
    if (t->tty)
        fputs("\r\033[K", t->base.out);
}

static void show_progress(struct terminal *t, const struct result *x)
{
    const struct summary *s = &t->base.seen;
    clear_progress(t);
    fprintf(t->base.out, "%u/%u, %u failed  ", s->passed + s->failed + s->skipped, t->instances,
            s->failed);
    /* A line that wraps could not be cleared. */
    char name[48];
    snprintf(name, sizeof name, "%s", or_empty(x->case_id));
    text_put(t->base.out, name, TEXT_LINE);
}

static void result(struct reporter *r, const struct result *x)
{
    struct terminal *t = (struct terminal *)r;
    start(t);
    if (x->verdict != V_PASS && !kept_add(&t->kept, x))
        r->failed = true;
    if (t->verbose) {
        clear_progress(t);
        label(t, x->verdict);
        text_put(r->out, x->instance, TEXT_LINE);
        fprintf(r->out, "  %" PRId64 " ms", x->ms);
        if (*or_empty(x->why)) {
            fputs("  ", r->out);
            text_put(r->out, x->why, TEXT_LINE);
        }
        fputc('\n', r->out);
    }
    if (t->tty)
        show_progress(t, x);
}

static void indent(FILE *out, const char *name)
{
    fprintf(out, "%*s%-9s", INDENT, "", name);
}

static void field(FILE *out, const char *name, const char *value)
{
    if (!*value)
        return;
    indent(out, name);
    text_put(out, value, TEXT_LINE);
    fputc('\n', out);
}

static void put_detail(FILE *out, const char *detail)
{
    char *copy = text_made(detail, TEXT_PLAIN), *rest = copy;
    for (char *line; rest && (line = strsep(&rest, "\n")) != NULL;) {
        if (*line)
            fprintf(out, "%*s%s\n", INDENT, "", line);
    }
    free(copy);
}

static void put_at(FILE *out, const struct result *x)
{
    if (!*x->at && !*x->script)
        return;
    indent(out, "at");
    text_put(out, x->at, TEXT_LINE);
    if (*x->at && *x->script)
        fputs("   ", out);
    text_put(out, x->script, TEXT_LINE);
    fputc('\n', out);
}

static void put_trace(FILE *out, const char *trace)
{
    if (!*trace)
        return;
    indent(out, "trace");
    text_put(out, trace, TEXT_LINE);
    fputs(".txt  .jsonl\n", out);
}

/* Marks all that are alike as told.  Names the other variants, or, where a run was repeated, says
 * how often. */
static void put_others(FILE *out, struct kept *k, size_t first)
{
    const struct result *x = &k->list[first].result;
    const char *last = x->instance;
    unsigned others = 0, again = 0;
    for (size_t i = first; i < k->n; i++) {
        struct kept_result *other = &k->list[i];
        if (other->told || !kept_alike(x, &other->result))
            continue;
        other->told = true;
        if (i == first)
            continue;
        if (strcmp(last, other->result.instance) == 0) {
            again++;
            continue;
        }
        last = other->result.instance;
        if (!others++)
            indent(out, "also");
        else
            fputc(' ', out);
        text_put(out, kept_variant(&other->result), TEXT_LINE);
    }
    if (others)
        fputc('\n', out);
    if (again) {
        indent(out, "repeated");
        fprintf(out, "%u more of these instances' runs ended so\n", again);
    }
}

static void put_in_full(struct terminal *t, size_t first)
{
    FILE *out = t->base.out;
    const struct result *x = &t->kept.list[first].result;
    label(t, x->verdict);
    text_put(out, x->instance, TEXT_LINE);
    int used = (int)strlen(x->instance) + INDENT;
    fprintf(out, "%*s%s%s", used < CLAUSE_COLUMN ? CLAUSE_COLUMN - used : 2, "",
            level_name(x->level), *x->requirements ? "  " : "");
    text_put(out, x->requirements, TEXT_LINE);
    fputc('\n', out);
    field(out, "title", x->title);
    field(out, "clause", x->clauses);
    if (x->verdict == V_XFAIL) {
        indent(out, "expected");
        fprintf(out, "%s: ", verdict_name(x->was));
        text_put(out, x->expected_because, TEXT_LINE);
        fputc('\n', out);
    }
    field(out, "why", x->why);
    put_at(out, x);
    put_detail(out, x->detail);
    put_trace(out, x->trace);
    field(out, "repeat", x->repeat);
    put_others(out, &t->kept, first);
    fputc('\n', out);
}

static bool same_reason(const struct result *a, const struct result *b)
{
    return a->verdict == b->verdict && strcmp(a->why, b->why) == 0;
}

static void put_clause(FILE *out, const struct result *x)
{
    if (x->verdict != V_WARN)
        return;
    fprintf(out, "  %s ", level_name(x->level));
    text_put(out, x->requirements, TEXT_LINE);
    fputs("  ", out);
    text_put(out, x->clauses, TEXT_LINE);
}

/* The instances of one case that share the reason of `x`, from i on; all are told. */
static unsigned tell_case(struct kept *k, const struct result *x, size_t i)
{
    const char *id = k->list[i].result.case_id;
    unsigned n = 0;
    for (; i < k->n && strcmp(k->list[i].result.case_id, id) == 0; i++) {
        if (k->list[i].told || !same_reason(x, &k->list[i].result))
            continue;
        k->list[i].told = true;
        n++;
    }
    return n;
}

/* One case: "id (instances): reason".  Several: the reason, then a line for each; but of those
 * skipped only how many. */
static void put_group(struct terminal *t, size_t first)
{
    FILE *out = t->base.out;
    struct kept *k = &t->kept;
    const struct result *x = &k->list[first].result;
    const char *why = *x->why ? x->why : "(no reason given)";
    unsigned count = 0;
    bool one_case = true;
    for (size_t i = first; i < k->n; i++) {
        if (k->list[i].told || !same_reason(x, &k->list[i].result))
            continue;
        count++;
        one_case &= strcmp(k->list[i].result.case_id, x->case_id) == 0;
    }
    label(t, x->verdict);
    text_put(out, one_case ? x->case_id : why, TEXT_LINE);
    fprintf(out, " (%u)", count);
    if (one_case) {
        tell_case(k, x, first);
        fputs(": ", out);
        text_put(out, why, TEXT_LINE);
        put_clause(out, x);
    }
    fputc('\n', out);
    /* An adapter of one protocol skips nearly all, and what failed must stay in sight. */
    bool names = x->verdict != V_SKIP || t->verbose;
    for (size_t i = first; i < k->n; i++) {
        const struct result *head = &k->list[i].result;
        if (k->list[i].told || !same_reason(x, head))
            continue;
        if (!names) {
            tell_case(k, x, i);
            continue;
        }
        fprintf(out, "%*s", INDENT, "");
        text_put(out, head->case_id, TEXT_LINE);
        fprintf(out, " (%u)", tell_case(k, x, i));
        put_clause(out, head);
        fputc('\n', out);
    }
}

static void put_counts(struct terminal *t, const struct summary *s)
{
    FILE *out = t->base.out;
    unsigned all = s->passed + s->failed + s->skipped;
    if (*s->peer) {
        text_put(out, s->peer, TEXT_LINE);
        fputs(": ", out);
    }
    fprintf(out, "%u instances in %" PRId64 ".%d s", all, s->wall_ms / 1000,
            (int)(s->wall_ms % 1000 / 100));
    const char *separator = ": ";
    for (unsigned v = 0; v < V_COUNT; v++) {
        if (!s->count[v])
            continue;
        fprintf(out, "%s%u %s", separator, s->count[v], verdict_name((enum verdict)v));
        separator = ", ";
    }
    fputc('\n', out);
    if (*s->stopped) {
        fputs("stopped early: ", out);
        text_put(out, s->stopped, TEXT_LINE);
        fputc('\n', out);
    }
    paint(t, s->failed ? "1;31" : "1;32");
    fprintf(out, "%u passed, %u failed, %u skipped", s->passed, s->failed, s->skipped);
    paint(t, "0");
    fputc('\n', out);
}

static void put_notes(struct terminal *t, const char *notes)
{
    if (!*notes)
        return;
    paint(t, colour_of(V_XPASS));
    fputs("STALE EXPECTATIONS\n", t->base.out);
    paint(t, "0");
    put_detail(t->base.out, notes);
}

static void put_hint(const struct terminal *t, const struct summary *s)
{
    const struct kept *k = &t->kept;
    bool failed = false, traced = false;
    for (size_t i = 0; i < k->n; i++) {
        failed |= verdict_failed(k->list[i].result.verdict);
        traced |= *k->list[i].result.trace != '\0';
    }
    if (failed && !traced && !*s->stopped)
        fputs("no traces were kept: --out DIR keeps every octet of what fails\n", t->base.out);
}

static void end(struct reporter *r, const struct summary *s)
{
    struct terminal *t = (struct terminal *)r;
    struct kept *k = &t->kept;
    static const enum verdict grouped[] = { V_SKIP, V_INFO, V_WARN };
    start(t);
    clear_progress(t);
    kept_sort(k);
    for (size_t i = 0; i < k->n; i++) {
        if (!k->list[i].told && k->list[i].result.verdict == V_XFAIL)
            put_in_full(t, i);
    }
    for (size_t i = 0; i < k->n; i++) {
        if (!k->list[i].told && verdict_failed(k->list[i].result.verdict))
            put_in_full(t, i);
    }
    for (size_t g = 0; g < sizeof grouped / sizeof *grouped; g++) {
        for (size_t i = 0; i < k->n; i++) {
            if (k->list[i].told || k->list[i].result.verdict != grouped[g])
                continue;
            if (t->verbose && grouped[g] == V_WARN)
                put_in_full(t, i);
            else
                put_group(t, i);
        }
    }
    put_notes(t, s->notes);
    put_hint(t, s);
    put_counts(t, s);
}

static void free_it(struct reporter *r)
{
    kept_free(&((struct terminal *)r)->kept);
    free(r);
}

struct reporter *terminal_new(void)
{
    static const struct reporter_ops ops = {
        .kind = "terminal", .begin = begin, .result = result, .end = end, .free = free_it
    };
    struct terminal *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->base.ops = &ops;
    return &t->base;
}

struct reporter *reporter_terminal(FILE *out, bool verbose)
{
    struct reporter *r = terminal_new();
    if (!r)
        return NULL;
    r->out = out;
    ((struct terminal *)r)->verbose = verbose;
    return r;
}
