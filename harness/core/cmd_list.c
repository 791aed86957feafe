#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/catalogue.h"
#include "core/commands.h"
#include "core/expectations.h"
#include "core/output.h"
#include "core/script.h"

/* Instances that the glob leaves: all when it names the case, else those that it names. */
static size_t chosen(const struct conf_case *c, const char *glob, enum via out[INSTANCES_MAX])
{
    size_t n = case_instances(c, out), kept = 0;
    if (!glob || glob_matches(glob, c->id))
        return n;
    for (size_t i = 0; i < n; i++) {
        char name[INSTANCE_NAME_MAX];
        if (glob_matches(glob, case_instance_name(c, out[i], name)))
            out[kept++] = out[i];
    }
    return kept;
}

/* "3 * 200" is 600; -1 where it is no product of numbers. */
static int64_t product(const char *text)
{
    int64_t result = 1;
    for (;;) {
        char *end;
        long long factor = strtoll(text, &end, 10);
        if (end == text || factor < 0 || factor > 1000000 || result > 1000000)
            return -1;
        result *= factor;
        text = end + strspn(end, " ");
        if (*text == '\0')
            return result;
        if (*text++ != '*')
            return -1;
    }
}

/* Silence that no sentinel proves costs time and can be wrong, so it is listed. */
static json_t *quiet_of(const struct conf_case *c)
{
    static const char *const names[] = { "expect_quiet", NULL };
    json_t *list = json_array();
    size_t count;
    int first;
    const char *path;
    const char *const *lines = script_of(c, &count, &first, &path);
    char *text = lines ? script_joined(lines, count) : NULL;
    const char *at = text;
    struct call_text call;
    while (at && next_call(&at, names, &call)) {
        if (call.count < 3)
            continue;
        int64_t ms = product(call.args[1]);
        json_t *duration = ms >= 0 ? json_integer(ms) : json_string(call.args[1]);
        char *why = call.args[2] + (call.args[2][0] == '"');
        why[strcspn(why, "\"")] = '\0';
        json_array_append_new(list, json_pack("{s:o, s:s}", "ms", duration, "why", why));
    }
    free(text);
    return list;
}

static json_t *case_json(const struct conf_case *c, const enum via *via, size_t n)
{
    json_t *rows = json_array(), *instances = json_array();
    const char *at = c->covers, *id;
    size_t length;
    while (next_covered(&at, &id, &length))
        json_array_append_new(rows, json_stringn(id, length));
    for (size_t i = 0; i < n; i++) {
        char name[INSTANCE_NAME_MAX];
        json_array_append_new(instances, json_string(case_instance_name(c, via[i], name)));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "case", c->id, "title", c->title, "level",
                     level_name(case_level(c)), "requirements", rows, "instances", instances,
                     "quiet", quiet_of(c));
}

static int list_cases(const char *command, bool json, const char *glob)
{
    size_t n, cases = 0, instances = 0;
    const struct conf_case *const *all = catalogue(&n);
    json_t *list = json ? json_array() : NULL;
    for (size_t i = 0; i < n; i++) {
        enum via via[INSTANCES_MAX];
        size_t count = chosen(all[i], glob, via);
        if (count == 0)
            continue;
        cases++;
        instances += count;
        if (json)
            json_array_append_new(list, case_json(all[i], via, count));
        else
            printf("%-8s %zu  %-52s %s\n", level_name(case_level(all[i])), count, all[i]->id,
                   all[i]->title);
    }
    if (cases == 0 && glob) {
        json_decref(list);
        return usage_error(command, "no case or instance matches \"%s\"", glob);
    }
    if (json)
        print_json(json_pack("{s:o}", "cases", list));
    else
        printf("%zu cases, %zu instances\n", cases, instances);
    return finish_output(0);
}

static json_t *row_json(const struct requirement *r)
{
    json_t *seen = json_array();
    const char *at = r->seen, *name;
    size_t n;
    while (next_covered(&at, &name, &n)) /* names and spaces, like the rows of a case */
        json_array_append_new(seen, json_stringn(name, n));
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "id", r->id, "level",
                     level_name(r->level), "source", r->source, "observed", r->observed, "seen",
                     seen, "statement", r->statement, "reason", r->reason);
}

static int list_rows(const char *command, bool json, const char *glob)
{
    size_t rows = 0;
    json_t *list = json ? json_array() : NULL;
    for (size_t i = 0; i < requirement_count; i++) {
        const struct requirement *r = &requirements[i];
        if (glob && !glob_matches(glob, r->id))
            continue;
        rows++;
        if (json)
            json_array_append_new(list, row_json(r));
        else
            printf("%-12s %-8s %-28s %s\n", r->id, level_name(r->level), r->source, r->statement);
    }
    if (rows == 0) {
        json_decref(list);
        return usage_error(command, "no requirement matches \"%s\"", glob ? glob : "*");
    }
    if (json)
        print_json(json_pack("{s:o}", "requirements", list));
    else
        printf("%zu requirements\n", rows);
    return finish_output(0);
}

int cmd_list(int argc, char **argv)
{
    if (asks_for_help(argc, argv)) {
        puts("usage: spconform list [--json] [--requirements] [GLOB]\n"
             "The cases whose id, or the instances whose name, the glob matches; or rows of the "
             "ledger.");
        return finish_output(0);
    }
    bool json = false, rows = false;
    const char *glob = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (strcmp(argv[i], "--requirements") == 0)
            rows = true;
        else if (argv[i][0] == '-' || glob)
            return usage_error(argv[0],
                               "\"%s\" is not understood; "
                               "usage: list [--json] [--requirements] [GLOB]",
                               argv[i]);
        else
            glob = argv[i];
    }
    return rows ? list_rows(argv[0], json, glob) : list_cases(argv[0], json, glob);
}
