#include "report/kept.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const size_t strings[] = {
    offsetof(struct result, case_id), offsetof(struct result, instance),
    offsetof(struct result, title),   offsetof(struct result, requirements),
    offsetof(struct result, clauses), offsetof(struct result, why),
    offsetof(struct result, at),      offsetof(struct result, script),
    offsetof(struct result, detail),  offsetof(struct result, trace),
    offsetof(struct result, repeat),  offsetof(struct result, expected_because),
};
enum { STRINGS = sizeof strings / sizeof *strings };

static const char *get(const struct result *r, size_t offset)
{
    const char *s;
    memcpy(&s, (const char *)r + offset, sizeof s);
    return s ? s : "";
}

static void set(struct result *r, size_t offset, const char *s)
{
    memcpy((char *)r + offset, &s, sizeof s);
}

static bool copy(struct kept_result *to, const struct result *from)
{
    size_t size = 0;
    for (size_t i = 0; i < STRINGS; i++)
        size += strlen(get(from, strings[i])) + 1;
    char *at = malloc(size);
    if (!at)
        return false;
    *to = (struct kept_result){ .result = *from, .text = at };
    for (size_t i = 0; i < STRINGS; i++) {
        const char *s = get(from, strings[i]);
        size_t n = strlen(s) + 1;
        memcpy(at, s, n);
        set(&to->result, strings[i], at);
        at += n;
    }
    return true;
}

bool kept_add(struct kept *k, const struct result *r)
{
    if (k->n == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 256;
        struct kept_result *list = realloc(k->list, cap * sizeof *list);
        if (!list)
            return false;
        k->list = list;
        k->cap = cap;
    }
    if (!copy(&k->list[k->n], r))
        return false;
    k->list[k->n].order = k->n;
    k->n++;
    return true;
}

void kept_free(struct kept *k)
{
    for (size_t i = 0; i < k->n; i++)
        free(k->list[i].text);
    free(k->list);
    *k = (struct kept){ 0 };
}

static int by_instance(const void *a, const void *b)
{
    const struct kept_result *x = a, *y = b;
    int order = strcmp(x->result.case_id, y->result.case_id);
    if (!order)
        order = strcmp(x->result.instance, y->result.instance);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

void kept_sort(struct kept *k)
{
    if (k->n)
        qsort(k->list, k->n, sizeof *k->list, by_instance);
}

bool kept_alike(const struct result *a, const struct result *b)
{
    return a->verdict == b->verdict && a->was == b->was && strcmp(a->case_id, b->case_id) == 0 &&
           strcmp(a->why, b->why) == 0 && strcmp(a->at, b->at) == 0 &&
           strcmp(a->expected_because, b->expected_because) == 0;
}

const char *kept_variant(const struct result *r)
{
    const char *bracket = strchr(r->instance, '[');
    return bracket ? bracket : r->instance;
}
