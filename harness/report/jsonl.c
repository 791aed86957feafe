/* jsonl.c -- one JSON object per instance as it ends, and the summary last; result.schema.json. */
#include "report/kinds.h"
#include "report/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *string(const char *s)
{
    char *clean = text_made(or_empty(s), TEXT_PLAIN);
    json_t *j = clean ? json_string(clean) : NULL;
    free(clean);
    return j;
}

static json_t *words(const char *s)
{
    json_t *list = json_array();
    for (s = or_empty(s); *s;) {
        size_t n = strcspn(s, " ");
        if (n)
            json_array_append_new(list, json_stringn(s, n));
        s += n + (s[n] == ' ');
    }
    return list;
}

/* The *_new functions of jansson take a NULL value for a failure of their own. */
static int put_if(json_t *o, const char *key, const char *s)
{
    return s && *s ? json_object_set_new(o, key, string(s)) : 0;
}

static void put_line(struct reporter *r, json_t *o, int failed)
{
    if (!o || failed || json_dumpf(o, r->out, JSON_COMPACT | JSON_ENSURE_ASCII) != 0)
        r->failed = true;
    else
        fputc('\n', r->out);
    json_decref(o);
}

static void result(struct reporter *r, const struct result *x)
{
    json_t *o = json_object();
    int bad = json_object_set_new(o, "case", string(x->case_id));
    bad |= json_object_set_new(o, "instance", string(x->instance));
    bad |= json_object_set_new(o, "level", string(level_name(x->level)));
    bad |= json_object_set_new(o, "verdict", string(verdict_name(x->verdict)));
    bad |= json_object_set_new(o, "was", string(verdict_name(x->was)));
    bad |= json_object_set_new(o, "requirements", words(x->requirements));
    bad |= json_object_set_new(o, "ms", json_integer(x->ms));
    bad |= json_object_set_new(o, "why", string(x->why));
    bad |= json_object_set_new(o, "at", string(x->at));
    bad |= json_object_set_new(o, "trace", string(x->trace));
    if (x->verdict != V_PASS) {
        bad |= put_if(o, "clauses", x->clauses);
        bad |= put_if(o, "script", x->script);
        bad |= put_if(o, "detail", x->detail);
        bad |= put_if(o, "repeat", x->repeat);
        bad |= put_if(o, "expected_because", x->expected_because);
    }
    put_line(r, o, bad);
}

static void end(struct reporter *r, const struct summary *s)
{
    json_t *o = json_object(), *counts = json_object(), *all = json_object();
    int bad = 0;
    for (unsigned v = 0; v < V_COUNT; v++)
        bad |=
            json_object_set_new(counts, verdict_name((enum verdict)v), json_integer(s->count[v]));
    bad |= json_object_set_new(o, "peer", string(s->peer));
    bad |= json_object_set_new(o, "passed", json_integer(s->passed));
    bad |= json_object_set_new(o, "failed", json_integer(s->failed));
    bad |= json_object_set_new(o, "skipped", json_integer(s->skipped));
    bad |= json_object_set_new(o, "counts", counts);
    bad |= json_object_set_new(o, "wall_ms", json_integer(s->wall_ms));
    bad |= json_object_set_new(o, "stopped", string(s->stopped));
    bad |= put_if(o, "notes", s->notes);
    bad |= json_object_set_new(o, "exit_status", json_integer(s->exit_status));
    bad |= json_object_set_new(all, "summary", o);
    put_line(r, all, bad);
}

static void free_it(struct reporter *r)
{
    free(r);
}

struct reporter *jsonl_new(void)
{
    static const struct reporter_ops ops = {
        .kind = "jsonl", .result = result, .end = end, .free = free_it
    };
    struct reporter *r = calloc(1, sizeof *r);
    if (r)
        r->ops = &ops;
    return r;
}
