#include "sp/topics.h"
#include <stdlib.h>
#include <string.h>

static size_t common(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n, i = 0;
    while (i < n && a.p[i] == b.p[i])
        i++;
    return i;
}

static bool above(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return order > 0 || (order == 0 && a.n > b.n);
}

/* How many topics are not above `text`. */
static size_t not_above(const struct topics *t, struct slice text)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (above(t->v[mid], text))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

enum err topics_add(struct topics *t, struct slice topic)
{
    size_t i = not_above(t, topic);
    if (i > 0 && slice_equal(t->v[i - 1], topic))
        return E_OK;
    if (t->n == t->cap) {
        size_t cap = t->cap == 0 ? 4 : 2 * t->cap;
        struct slice *v = realloc(t->v, cap * sizeof *v);
        if (v == NULL)
            return E_NOMEM;
        t->v = v;
        t->cap = cap;
    }
    uint8_t *copy = malloc(topic.n + 1); /* never malloc(0): NULL would be ambiguous */
    if (copy == NULL)
        return E_NOMEM;
    if (topic.n > 0)
        memcpy(copy, topic.p, topic.n);
    memmove(t->v + i + 1, t->v + i, (t->n - i) * sizeof *t->v);
    t->v[i] = slice_of(copy, topic.n);
    t->n++;
    return E_OK;
}

static void free_topic(struct slice topic)
{
    /* The set owns it; slices are read-only for everybody else. */
    void *copy;
    memcpy(&copy, &topic.p, sizeof copy);
    free(copy);
}

enum err topics_remove(struct topics *t, struct slice topic)
{
    size_t i = not_above(t, topic);
    if (i == 0 || !slice_equal(t->v[i - 1], topic))
        return E_INVAL;
    free_topic(t->v[i - 1]);
    memmove(t->v + i - 1, t->v + i, (t->n - i) * sizeof *t->v);
    t->n--;
    return E_OK;
}

bool topics_match(const struct topics *t, struct slice text)
{
    /* Every topic that begins `text` sorts not above it.  If the greatest of those does not begin
     * it, they share only `same` octets, and a shorter topic that begins `text` must begin the
     * greatest too, so it lies within those. */
    for (;;) {
        size_t i = not_above(t, text);
        if (i == 0)
            return false;
        size_t same = common(t->v[i - 1], text);
        if (same == t->v[i - 1].n)
            return true;
        text.n = same;
    }
}

void topics_free(struct topics *t)
{
    for (size_t i = 0; i < t->n; i++)
        free_topic(t->v[i]);
    free(t->v);
    *t = (struct topics){ 0 };
}
