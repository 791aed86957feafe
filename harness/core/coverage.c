#include "core/coverage.h"
#include <string.h>

/* The file below the root of the project, whatever the compiler was given. */
static const char *shown_file(const char *file)
{
    const char *harness = strstr(file, "harness/");
    return harness ? harness : file;
}

size_t coverage_unknown(const struct conf_case *const *cases, size_t n, FILE *out)
{
    size_t unknown = 0;
    for (size_t i = 0; i < n; i++) {
        const struct conf_case *c = cases[i];
        const char *at = c->covers, *id;
        size_t length, rows = 0;
        for (; next_covered(&at, &id, &length); rows++) {
            if (requirement_find(id, length))
                continue;
            fprintf(out, "%s:%d: case %s cites %.*s, which no table has\n", shown_file(c->file),
                    c->line, c->id, (int)length, id);
            unknown++;
        }
        if (rows == 0) {
            fprintf(out, "%s:%d: case %s cites no row\n", shown_file(c->file), c->line, c->id);
            unknown++;
        }
    }
    return unknown;
}

static bool is_covered(const struct conf_case *const *cases, size_t n, const struct requirement *r)
{
    for (size_t i = 0; i < n; i++)
        if (case_covers(cases[i], r))
            return true;
    return false;
}

static bool must_be_covered(const struct requirement *r)
{
    return r->level == LEVEL_MUST || r->level == LEVEL_DEFACTO;
}

size_t coverage_twice(const struct conf_case *const *cases, size_t n, FILE *out)
{
    size_t twice = 0;
    for (size_t i = 0; i < n; i++) {
        const struct conf_case *first = case_find(cases[i]->id);
        if (first == cases[i])
            continue;
        fprintf(out, "%s:%d: case %s has the id of %s:%d\n", shown_file(cases[i]->file),
                cases[i]->line, cases[i]->id, shown_file(first->file), first->line);
        twice++;
    }
    return twice;
}

size_t coverage_gaps(const struct conf_case *const *cases, size_t n, FILE *out)
{
    size_t gaps = 0;
    for (size_t i = 0; i < requirement_count; i++) {
        const struct requirement *r = &requirements[i];
        if (!must_be_covered(r) || r->reason[0] || is_covered(cases, n, r))
            continue;
        fprintf(out, "%s:%d: %s (%s) has neither a case nor a reason\n", r->file, r->line, r->id,
                level_name(r->level));
        gaps++;
    }
    return gaps;
}

void coverage_text(const struct conf_case *const *cases, size_t n, FILE *out)
{
    static const enum level levels[] = { LEVEL_MUST, LEVEL_DEFACTO, LEVEL_SHOULD, LEVEL_MAY };
    enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };
    size_t rows[LEVELS] = { 0 }, covered[LEVELS] = { 0 }, reasoned[LEVELS] = { 0 };
    for (size_t i = 0; i < requirement_count; i++) {
        const struct requirement *r = &requirements[i];
        size_t found = 0;
        fprintf(out, "%-12s %-8s", r->id, level_name(r->level));
        for (size_t j = 0; j < n; j++)
            if (case_covers(cases[j], r))
                fprintf(out, "%s %s", found++ ? "," : "", cases[j]->id);
        if (!found)
            fprintf(out, " %s%s", r->reason[0] ? "no case: " : "-", r->reason);
        fputc('\n', out);
        rows[r->level]++;
        covered[r->level] += found > 0;
        reasoned[r->level] += !found && r->reason[0];
    }
    fputc('\n', out);
    for (size_t l = 0; l < LEVELS; l++)
        fprintf(out, "%-8s %zu of %zu rows have a case, %zu a reason\n", level_name(levels[l]),
                covered[levels[l]], rows[levels[l]], reasoned[levels[l]]);
}

json_t *coverage_json(const struct conf_case *const *cases, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < requirement_count; i++) {
        const struct requirement *r = &requirements[i];
        json_t *by = json_array();
        for (size_t j = 0; j < n; j++)
            if (case_covers(cases[j], r))
                json_array_append_new(by, json_string(cases[j]->id));
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:o, s:s}", "id", r->id, "level",
                                        level_name(r->level), "cases", by, "reason", r->reason));
    }
    return json_pack("{s:o}", "requirements", list);
}
