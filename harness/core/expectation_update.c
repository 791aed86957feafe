/* expectation_update.c -- rewrites a list of expectations after a complete run, touching only the
 * lines that no longer hold. */
#include "core/expectation_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_LEAST = 12 }; /* characters that a shortened message keeps */

struct edit {
    struct buf after; /* lines to add behind it, each with its newline */
    bool drop;
};

static struct expectation new_line(const struct observation *o, char *glob, char *message)
{
    static char unexplained[] = EXPECTATION_UNEXPLAINED;
    return (struct expectation){ .glob = glob,
                                 .message = message,
                                 .reason = unexplained,
                                 .verdict = o->verdict,
                                 .sometimes = o->passed_too };
}

static void add(struct buf *out, const struct expectation *x)
{
    expectation_write(x, out);
    buf_u8(out, '\n');
}

/* Ports, times and ids differ from run to run: a number of three digits or more ends the prefix,
 * where enough has been said before it. */
static size_t stable_length(const char *why, size_t n)
{
    size_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        digits = isdigit((unsigned char)why[i]) ? digits + 1 : 0;
        if (digits == 3 && i + 1 - digits >= PREFIX_LEAST) {
            n = i + 1 - digits;
            break;
        }
    }
    while (n > 0 && isdigit((unsigned char)why[n]) && isdigit((unsigned char)why[n - 1]))
        n--;
    while (n > 0 && why[n - 1] == ' ')
        n--;
    return n;
}

static size_t common(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    while (i < n && a[i] == b[i] && a[i])
        i++;
    return i;
}

/* What is before the bracket. */
static bool same_case(const char *a, const char *b)
{
    size_t n = strcspn(a, "[");
    return n == strcspn(b, "[") && memcmp(a, b, n) == 0;
}

static bool is_new(const struct expectations *e, const struct observation *o)
{
    return expectation_verdict(o->verdict) && o->verdict != V_WARN && !expectation_of(e, o);
}

/* All of the case fails in one way, and no line is about it: one line for the case.  Returns the
 * length of the message they share; 0: it takes a line each. */
static size_t whole_case(const struct expectations *e, const struct observation *o)
{
    size_t n = strlen(o->why), instances = 0;
    for (size_t i = 0; i < e->seen_count; i++) {
        const struct observation *other = &e->seen[i];
        if (!same_case(o->instance, other->instance) || other->verdict == V_SKIP)
            continue;
        if (other->verdict != o->verdict || other->passed_too != o->passed_too || !is_new(e, other))
            return 0;
        n = common(o->why, other->why, n);
        instances++;
    }
    n = stable_length(o->why, n);
    bool said = n >= PREFIX_LEAST || (n > 0 && o->why[n] == '\0');
    return said && instances > 1 && instances <= GLOB_COVERS ? n : 0;
}

static bool first_of_case(const struct expectations *e, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (is_new(e, &e->seen[k]) && same_case(e->seen[k].instance, e->seen[i].instance))
            return false;
    }
    return true;
}

/* Behind the last line about an instance of the same case, else at the end. */
static struct edit *place_for(const struct expectations *e, struct edit *edits, const char *name)
{
    struct edit *at = &edits[e->line_count];
    for (size_t i = 0; i < e->count; i++) {
        if (same_case(e->list[i].glob, name))
            at = &edits[e->list[i].line];
    }
    return at;
}

static bool add_new(const struct expectations *e, size_t i, struct edit *edits)
{
    const struct observation *o = &e->seen[i];
    size_t shared = whole_case(e, o);
    if (shared && !first_of_case(e, i))
        return true;
    char *glob = NULL;
    int ok = shared ? asprintf(&glob, "%.*s[*]", (int)strcspn(o->instance, "["), o->instance)
                    : asprintf(&glob, "%s", o->instance);
    size_t n = shared ? shared : stable_length(o->why, strlen(o->why));
    char *message = strndup(n ? o->why : "?", n ? n : 1);
    if (ok >= 0 && message) {
        struct expectation x = new_line(o, glob, message);
        add(&place_for(e, edits, o->instance)->after, &x);
    }
    if (ok >= 0)
        free(glob);
    free(message);
    return ok >= 0 && message;
}

/* A line that is not true of all it covers gives way to one for each instance it is true of, with
 * the same reason. */
static void revise(const struct expectations *e, const struct expectation *x, struct edit *edit)
{
    unsigned covers = 0, own = 0, missed = 0;
    for (size_t i = 0; i < e->seen_count; i++) {
        const struct observation *o = &e->seen[i];
        if (!glob_matches(x->glob, o->instance))
            continue;
        const struct expectation *by = expectation_of(e, o);
        covers++;
        own += by == x;
        if (by)
            missed += by == x && o->passed_too && !x->sometimes;
        else
            missed += x->sometimes ? is_new(e, o) : o->verdict != V_SKIP;
    }
    bool too_many = covers > (x->limit ? x->limit : GLOB_COVERS);
    if (covers && !missed && !too_many)
        return;
    edit->drop = true;
    if (covers && !missed) {
        struct expectation wider = *x;
        wider.limit = covers;
        add(&edit->after, &wider);
        return;
    }
    for (size_t i = 0; own && i < e->seen_count; i++) {
        const struct observation *o = &e->seen[i];
        if (expectation_of(e, o) != x)
            continue;
        struct expectation one = *x;
        one.glob = o->instance;
        one.limit = 0;
        one.sometimes |= o->passed_too;
        add(&edit->after, &one);
    }
}

static bool write_file(const struct expectations *e, struct edit *edits, const char *path,
                       struct buf *why)
{
    char *beside = NULL;
    FILE *out = asprintf(&beside, "%s.new", path) < 0 ? NULL : fopen(beside, "we");
    bool ok = out;
    for (size_t i = 0; ok && i <= e->line_count; i++) {
        if (i < e->line_count && !edits[i].drop)
            fprintf(out, "%s\n", e->lines[i]);
        if (edits[i].after.n)
            fwrite(edits[i].after.p, 1, edits[i].after.n, out);
        ok = !edits[i].after.failed && !ferror(out);
    }
    if (out && fclose(out) != 0)
        ok = false;
    if (ok && rename(beside, path) != 0)
        ok = false;
    if (!ok) {
        buf_printf(why, "%s: not updated: %s", path, strerror(errno));
        if (out)
            remove(beside);
    }
    free(beside);
    return ok;
}

static int by_instance(const void *a, const void *b)
{
    return strcmp(((const struct observation *)a)->instance,
                  ((const struct observation *)b)->instance);
}

static unsigned unexplained(struct edit *edits, size_t n)
{
    unsigned found = 0;
    for (size_t i = 0; i < n; i++) {
        const char *at = edits[i].after.n ? buf_text(&edits[i].after) : NULL;
        for (; at && (at = strstr(at, EXPECTATION_UNEXPLAINED)); at++)
            found++;
    }
    return found;
}

bool expectations_update(struct expectations *e, const char *path, struct buf *why)
{
    struct edit *edits = calloc(e->line_count + 1, sizeof *edits);
    bool ok = edits && !e->failed;
    if (e->seen_count)
        qsort(e->seen, e->seen_count, sizeof *e->seen, by_instance);
    for (size_t i = 0; ok && i < e->count; i++)
        revise(e, &e->list[i], &edits[e->list[i].line]);
    for (size_t i = 0; ok && i < e->seen_count; i++) {
        if (is_new(e, &e->seen[i]))
            ok = add_new(e, i, edits);
    }
    if (ok)
        ok = write_file(e, edits, path, why);
    else
        buf_printf(why, "%s: not updated: out of memory", path);
    unsigned to_explain = ok ? unexplained(edits, e->line_count + 1) : 0;
    if (to_explain)
        fprintf(stderr,
                "spconform: %s: for each \"" EXPECTATION_UNEXPLAINED
                "\" (%u) write the reason, or the list is refused\n",
                path, to_explain);
    for (size_t i = 0; edits && i <= e->line_count; i++)
        buf_free(&edits[i].after);
    free(edits);
    return ok;
}
