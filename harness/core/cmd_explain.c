#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/catalogue.h"
#include "core/commands.h"
#include "core/diagram.h"
#include "core/expansion.h"
#include "core/expectations.h"
#include "core/nearest.h"
#include "core/output.h"
#include "core/script.h"

static void print_row(const struct requirement *r)
{
    printf("  %-12s %-8s %s\n      %s\n", r->id, level_name(r->level), r->source, r->statement);
    if (r->seen[0])
        printf("      seen in %s\n", r->seen);
    else if (r->level == LEVEL_DEFACTO)
        printf("      seen in no implementation yet: a breach counts as INFO\n");
}

/* The glob of a line of expectations, which may come as "glob(24) req_*". */
static bool line_is_about(const char *line, const struct conf_case *c)
{
    char glob[INSTANCE_NAME_MAX];
    line += strspn(line, " \t");
    if (strncmp(line, "glob(", 5) == 0) {
        line += strcspn(line, " \t");
        line += strspn(line, " \t");
    }
    size_t n = strcspn(line, " \t");
    if (n == 0 || *line == '#' || n >= sizeof(glob))
        return false;
    memcpy(glob, line, n);
    glob[n] = '\0';
    enum via via[INSTANCES_MAX];
    size_t count = case_instances(c, via);
    for (size_t i = 0; i < count; i++) {
        char name[INSTANCE_NAME_MAX];
        if (glob_matches(glob, case_instance_name(c, via[i], name)))
            return true;
    }
    return glob_matches(glob, c->id);
}

/* "interop/expect/nanomsg.txt" is about nanomsg. */
static void print_peer_line(const char *path, const char *line)
{
    const char *slash = strrchr(path, '/');
    const char *peer = slash ? slash + 1 : path;
    printf("  %-13.*s %s\n", (int)strcspn(peer, "."), peer, line);
}

/* `found` lines stand under the heading already; returns how many do then. */
static size_t print_known_peers(const struct conf_case *c, size_t found)
{
    for (const struct embedded *e = embedded_expectations; e->path; e++) {
        for (size_t i = 0; i < e->count; i++) {
            if (!line_is_about(e->lines[i], c))
                continue;
            if (found++ == 0)
                printf("\nKnown peers\n");
            print_peer_line(e->path, e->lines[i]);
        }
    }
    return found;
}

static void print_outcomes(const struct conf_case *c, const char *script)
{
    static const char *const names[] = { "variant", NULL };
    printf("\nAccepted outcomes\n  PASS   every expectation of the script holds\n");
    struct call_text call;
    while (script && next_call(&script, names, &call))
        if (call.count >= 2)
            printf("  INFO   %s\n", call.args[1]);
    const char *breach = "FAIL";
    switch (case_level(c)) {
    case LEVEL_MUST:
        break;
    case LEVEL_DEFACTO:
        breach = case_unconfirmed(c) ? "INFO" : "FAIL";
        break;
    case LEVEL_SHOULD:
        breach = "WARN";
        break;
    case LEVEL_MAY:
        breach = "INFO";
        break;
    }
    printf("Otherwise %s, by its level %s%s\n", breach, level_name(case_level(c)),
           case_unconfirmed(c) ? ", which no live run has confirmed" : "");
}

static void print_lines(const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("  %s\n", lines[i]);
}

static void print_script(const struct conf_case *c)
{
    size_t count;
    int first;
    const char *path;
    const char *const *lines = script_of(c, &count, &first, &path);
    char *script = lines ? script_joined(lines, count) : NULL;
    struct expansion all = { .text = NULL };
    if (script)
        script_expand(script, path, &all);
    print_outcomes(c, all.text);
    if (all.text) {
        printf("\nThe exchange\n");
        diagram_draw(all.text, stdout);
        printf("\nThe script, %s:%d\n", path, first);
        print_lines(lines, count);
        for (size_t i = 0; i < all.count; i++) {
            printf("\nwith %s:%d\n", all.used[i].path, all.used[i].first);
            print_lines(all.used[i].lines, all.used[i].count);
        }
    }
    free(all.text);
    free(script);
}

static void explain_case(const struct conf_case *c)
{
    printf("%s (%s)\n%s\n", c->id, level_name(case_level(c)), c->title);
    if (c->why)
        printf("\nWhy\n  %s\n", c->why);
    printf("\nRequirements\n");
    const char *at = c->covers, *id;
    size_t n;
    while (next_covered(&at, &id, &n)) {
        const struct requirement *r = requirement_find(id, n);
        if (r)
            print_row(r);
        else
            printf("  %.*s is in no table\n", (int)n, id);
    }
    printf("\nRuns as\n");
    enum via via[INSTANCES_MAX];
    size_t instances = case_instances(c, via);
    for (size_t i = 0; i < instances; i++) {
        char name[INSTANCE_NAME_MAX];
        printf("  %s\n", case_instance_name(c, via[i], name));
    }
    if (c->needs)
        printf("  needs %s\n", c->needs);
    if (c->slow)
        printf("  only with --slow, or in simulated time\n");
    if (c->fragile)
        printf("  may kill a weak target: runs last, not with --gentle\n");
    print_known_peers(c, 0);
    print_script(c);
}

static void explain_row(const struct requirement *r)
{
    size_t n, found = 0;
    const struct conf_case *const *all = catalogue(&n);
    print_row(r);
    printf("      observed %s\n      %s:%d\n",
           strcmp(r->observed, "wire") == 0 ? "on the wire alone"
                                            : "by an implementation that is commanded",
           r->file, r->line);
    printf("\nCases\n");
    for (size_t i = 0; i < n; i++) {
        if (!case_covers(all[i], r))
            continue;
        found++;
        printf("  %s (%s)\n      %s\n", all[i]->id, level_name(case_level(all[i])), all[i]->title);
        if (all[i]->why)
            printf("      why: %s\n", all[i]->why);
    }
    if (!found)
        printf("  none%s%s\n", r->reason[0] ? ": " : "", r->reason);
    for (size_t i = 0, known = 0; i < n; i++)
        if (case_covers(all[i], r))
            known = print_known_peers(all[i], known);
}

static int unknown_name(const char *command, const char *name)
{
    struct nearest near = { .count = 0 };
    size_t n;
    const struct conf_case *const *all = catalogue(&n);
    for (size_t i = 0; i < n; i++)
        nearest_offer(&near, name, all[i]->id);
    for (size_t i = 0; i < requirement_count; i++)
        nearest_offer(&near, name, requirements[i].id);
    char list[NEAREST_MAX * INSTANCE_NAME_MAX] = "";
    for (size_t i = 0; i < near.count; i++) {
        strcat(list, i ? ", " : "");
        strncat(list, near.name[i], INSTANCE_NAME_MAX - 3);
    }
    return usage_error(command, "no case or requirement \"%s\"; nearest: %s", name, list);
}

int cmd_explain(int argc, char **argv)
{
    if (asks_for_help(argc, argv)) {
        puts("usage: spconform explain CASE|REQUIREMENT\n"
             "A case: its clauses, known peers, accepted outcomes, the exchange drawn and the "
             "script.\n"
             "A requirement: its clause, who was seen to meet it, and the cases that cover it.");
        return finish_output(0);
    }
    if (argc != 2 || argv[1][0] == '-')
        return usage_error(argv[0], "give one name; usage: explain CASE|REQUIREMENT");
    enum via via;
    const struct requirement *r = requirement_find(argv[1], strlen(argv[1]));
    const struct conf_case *c = case_find(argv[1]);
    if (!c)
        c = instance_find(argv[1], &via);
    if (r)
        explain_row(r);
    else if (c)
        explain_case(c);
    else
        return unknown_name(argv[0], argv[1]);
    return finish_output(0);
}
