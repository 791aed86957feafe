/* expectations.c -- the list of known failures: loaded, compared with each result, and at the end
 * asked which of its lines are stale.  What a line did is derived from the results kept here. */
#include "core/expectation_list.h"
#include "report/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void expectations_free(struct expectations *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->line_count; i++)
        free(e->lines[i]);
    for (size_t i = 0; i < e->count; i++)
        expectation_clear(&e->list[i]);
    for (size_t i = 0; i < e->seen_count; i++) {
        free(e->seen[i].instance);
        free(e->seen[i].why);
    }
    free(e->lines);
    free(e->list);
    free(e->seen);
    free(e->path);
    free(e);
}

/* Room for one more of a list that grows by doubling; NULL: no memory, the list is as it was. */
static void *grown(void *list, size_t count, size_t size)
{
    if (count & (count - 1))
        return list;
    return realloc(list, (count ? 2 * count : 1) * size);
}

static bool add_line(struct expectations *e, char *line)
{
    char **lines = grown(e->lines, e->line_count, sizeof *lines);
    if (!lines)
        return false;
    e->lines = lines;
    return (lines[e->line_count++] = line) != NULL;
}

static bool read_lines(struct expectations *e, FILE *in, struct buf *why)
{
    char *line = NULL;
    size_t cap = 0;
    bool ok = true;
    for (ssize_t n; ok && (n = getline(&line, &cap, in)) >= 0;) {
        if (strlen(line) != (size_t)n) {
            buf_printf(why, "%s:%zu: a NUL octet: this is no text", e->path, e->line_count + 1);
            ok = false;
            break;
        }
        line[strcspn(line, "\n")] = '\0';
        ok = add_line(e, strdup(line));
    }
    if (ok && ferror(in)) {
        buf_printf(why, "%s: %s", e->path, strerror(errno));
        ok = false;
    }
    free(line);
    return ok;
}

static bool parse_lines(struct expectations *e, struct buf *why)
{
    size_t unexplained = 0, first = 0;
    for (size_t i = 0; i < e->line_count; i++) {
        struct expectation x;
        struct buf what = { 0 };
        struct expectation *list = grown(e->list, e->count, sizeof *list);
        if (!list)
            return false;
        e->list = list;
        enum parsed parsed = expectation_parse(e->lines[i], &x, &what);
        if (parsed == PARSED_ENTRY) {
            x.line = i;
            list[e->count++] = x;
            if (strncmp(x.reason, EXPECTATION_UNEXPLAINED, strlen(EXPECTATION_UNEXPLAINED)) == 0 &&
                !unexplained++)
                first = i;
        } else if (parsed == PARSED_WRONG) {
            expectation_clear(&x);
            const char *text = buf_text(&what);
            buf_printf(why, "%s:%zu: %s", e->path, i + 1, text ? text : "");
            buf_free(&what);
            return false;
        }
        buf_free(&what);
    }
    if (unexplained)
        buf_printf(why, "%s:%zu: the reason is still to be written", e->path, first + 1);
    if (unexplained > 1)
        buf_printf(why, ", here and %zu times below", unexplained - 1);
    return !unexplained;
}

struct expectations *expectations_load(const char *path, struct buf *why)
{
    FILE *in = fopen(path, "re");
    if (!in) {
        buf_printf(why, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct expectations *e = calloc(1, sizeof *e);
    bool ok = e && (e->path = strdup(path)) && read_lines(e, in, why) && parse_lines(e, why);
    fclose(in);
    if (ok)
        return e;
    if (why->n == 0)
        buf_printf(why, "%s: out of memory", path);
    expectations_free(e);
    return NULL;
}

bool expectation_holds(const struct expectation *x, const struct observation *o)
{
    return x->verdict == o->verdict && strncmp(o->why, x->message, strlen(x->message)) == 0 &&
           glob_matches(x->glob, o->instance);
}

const struct expectation *expectation_of(const struct expectations *e, const struct observation *o)
{
    for (size_t i = 0; i < e->count; i++) {
        if (expectation_holds(&e->list[i], o))
            return &e->list[i];
    }
    return NULL;
}

/* The first line about this instance, one that is no `sometimes` if there is any. */
static const struct expectation *about(const struct expectations *e, const char *instance)
{
    const struct expectation *found = NULL;
    for (size_t i = 0; i < e->count; i++) {
        const struct expectation *x = &e->list[i];
        if ((!found || (found->sometimes && !x->sometimes)) && glob_matches(x->glob, instance))
            found = x;
    }
    return found;
}

static void remember(struct expectations *e, const struct observation *o)
{
    bool fails = expectation_verdict(o->verdict), skipped = o->verdict == V_SKIP;
    for (size_t i = 0; i < e->seen_count; i++) {
        struct observation *seen = &e->seen[i];
        if (strcmp(seen->instance, o->instance) != 0)
            continue;
        if (expectation_verdict(seen->verdict)) {
            seen->passed_too |= !fails && !skipped;
        } else if (fails) {
            char *why = strdup(o->why);
            e->failed |= !why;
            if (!why)
                return;
            free(seen->why);
            seen->why = why;
            seen->passed_too = seen->verdict != V_SKIP;
            seen->verdict = o->verdict;
        }
        return;
    }
    struct observation *list = grown(e->seen, e->seen_count, sizeof *list);
    struct observation new = { .instance = strdup(o->instance), .verdict = o->verdict };
    new.why = strdup(o->why);
    if (list)
        e->seen = list;
    if (!list || !new.instance || !new.why) {
        free(new.instance);
        free(new.why);
        e->failed = true;
        return;
    }
    list[e->seen_count++] = new;
}

void expectations_left_out(struct expectations *e, const char *instance)
{
    /* Not modified: remember copies. */
    static char none[] = "";
    char *name = strdup(instance);
    e->failed |= !name;
    if (name)
        remember(e, &(struct observation){ .instance = name, .why = none, .verdict = V_SKIP });
    free(name);
}

static void differs(const struct expectations *e, const struct expectation *x, struct result *r,
                    struct buf *why, bool failing)
{
    const char *before = r->why ? r->why : "";
    if (failing)
        buf_printf(why, "%s (%s:%zu expects %s \"%s\")", before, e->path, x->line + 1,
                   verdict_name(x->verdict), x->message);
    else
        buf_printf(why, "%s:%zu expects %s \"%s\", and it was %s%s%s: remove or correct the line",
                   e->path, x->line + 1, verdict_name(x->verdict), x->message,
                   verdict_name(r->verdict), *before ? ", " : "", before);
    const char *text = buf_text(why);
    if (text)
        r->why = text;
}

void expectations_apply(struct expectations *e, struct result *r, struct buf *why)
{
    char *instance = text_made(r->instance, TEXT_LINE), *said = text_made(r->why, TEXT_LINE);
    struct observation o = { .instance = instance, .why = said, .verdict = r->verdict };
    if (!instance || !said) {
        e->failed = true;
    } else if (r->verdict != V_ERROR) {
        remember(e, &o);
        const struct expectation *holds = expectation_of(e, &o), *x = about(e, instance);
        bool failing = verdict_failed(r->verdict);
        if (holds) {
            r->was = r->verdict;
            r->verdict = V_XFAIL;
            r->expected_because = holds->reason;
        } else if (x && failing) {
            differs(e, x, r, why, true);
        } else if (x && r->verdict != V_SKIP && !x->sometimes) {
            differs(e, x, r, why, false);
            r->was = r->verdict;
            r->verdict = V_XPASS;
        }
    }
    free(instance);
    free(said);
}

bool expectations_cover(const struct expectations *e, const char *instance, enum verdict verdict,
                        const char *why, bool firmly)
{
    char *name = text_made(instance, TEXT_LINE), *said = text_made(why, TEXT_LINE);
    bool covered = false;
    if (name && said) {
        struct observation o = { .instance = name, .why = said, .verdict = verdict };
        const struct expectation *holds = expectation_of(e, &o);
        covered = holds && !(firmly && holds->sometimes);
    }
    free(name);
    free(said);
    return covered;
}

bool expectations_foresee(const struct expectations *e, const char *instance)
{
    char *name = text_made(instance, TEXT_LINE);
    const struct expectation *x = name ? about(e, name) : NULL;
    free(name);
    return x && !x->sometimes;
}

bool expectations_may_vary(const struct expectations *e, const char *instance, enum verdict verdict,
                           const char *why)
{
    char *name = text_made(instance, TEXT_LINE), *said = text_made(why, TEXT_LINE);
    bool may = false;
    if (name && said) {
        struct observation o = { .instance = name, .why = said, .verdict = verdict };
        const struct expectation *holds = expectation_of(e, &o), *x = about(e, name);
        may = holds ? holds->sometimes : x && x->sometimes && !verdict_failed(verdict);
    }
    free(name);
    free(said);
    return may;
}

unsigned expectations_unused(const struct expectations *e, struct buf *out)
{
    unsigned stale = 0;
    if (e->failed) {
        buf_printf(out, "%s: out of memory: the list could not be checked as a whole\n", e->path);
        return 1;
    }
    for (size_t i = 0; i < e->count; i++) {
        const struct expectation *x = &e->list[i];
        unsigned covers = 0, own = 0, forestalled = 0;
        for (size_t k = 0; k < e->seen_count; k++) {
            const struct observation *o = &e->seen[k];
            if (!glob_matches(x->glob, o->instance))
                continue;
            const struct expectation *by = expectation_of(e, o);
            covers++;
            own += by == x;
            /* Of two ways in which a race may end, one showed: the other is still to be told. */
            bool other_way = by && (x->sometimes || by->sometimes) && by->verdict != x->verdict;
            forestalled += by && by != x && !other_way;
        }
        unsigned limit = x->limit ? x->limit : GLOB_COVERS;
        const char *text = NULL;
        if (covers == 0)
            text = "no instance of this run matches it";
        else if (own == 0 && forestalled == covers)
            text = "lines before it say all that it says";
        if (!text && covers <= limit)
            continue;
        stale++;
        buf_printf(out, "%s:%zu: %s: ", e->path, x->line + 1, x->glob);
        if (text)
            buf_printf(out, "%s\n", text);
        else
            buf_printf(out,
                       "it covers %u instances, %u are allowed; if that is meant, say glob(%u)\n",
                       covers, limit, covers);
    }
    return stale;
}
