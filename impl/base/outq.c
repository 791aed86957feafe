#include "base/outq.h"
#include <stdlib.h>
#include <string.h>

enum { KEEP_AT_MOST = 4 * 1024 * 1024 }; /* a larger buffer is given back when it falls empty */

/* Behind `at` staged octets, counted from the start of the stream. */
struct outq_ref {
    uint64_t at;
    struct slice body; /* what is left of it */
    struct chunk *own;
};

void outq_free(struct outq *q)
{
    buf_free(&q->staging);
    for (size_t i = q->first; i < q->end; i++)
        chunk_unref(q->refs[i].own);
    free(q->refs);
    *q = (struct outq){ 0 };
}

uint8_t *outq_room(struct outq *q, size_t n)
{
    uint8_t *to = buf_room(&q->staging, n);
    q->staging.failed = false; /* the queue is as it was: later output may find memory */
    return to;
}

void outq_grew(struct outq *q, size_t n)
{
    buf_grew(&q->staging, n);
    q->staged += n;
    q->unsent += n;
}

bool outq_put(struct outq *q, struct slice octets)
{
    if (octets.n == 0)
        return true;
    uint8_t *to = outq_room(q, octets.n);
    if (to == NULL)
        return false;
    memcpy(to, octets.p, octets.n);
    outq_grew(q, octets.n);
    return true;
}

bool outq_reserve(struct outq *q)
{
    if (q->end < q->cap)
        return true;
    if (q->first > q->cap / 2) {
        size_t left = q->end - q->first;
        memmove(q->refs, q->refs + q->first, left * sizeof *q->refs);
        q->first = 0;
        q->end = left;
        return true;
    }
    size_t cap = q->cap == 0 ? 8 : 2 * q->cap;
    struct outq_ref *refs = realloc(q->refs, cap * sizeof *refs);
    if (refs == NULL)
        return false;
    q->refs = refs;
    q->cap = cap;
    return true;
}

void outq_refer(struct outq *q, struct slice body, struct chunk *own)
{
    q->refs[q->end++] = (struct outq_ref){ q->staged, body, chunk_ref(own) };
    q->unsent += body.n;
}

int outq_slices(const struct outq *q, struct slice *out, int max)
{
    int n = 0;
    uint64_t at = q->gone;
    for (size_t i = q->first; i < q->end && n < max; i++) {
        const struct outq_ref *r = &q->refs[i];
        if (r->at > at)
            out[n++] = slice_of(q->staging.p + (at - q->gone), (size_t)(r->at - at));
        if (n < max)
            out[n++] = r->body;
        at = r->at;
    }
    if (n < max && q->staged > at)
        out[n++] = slice_of(q->staging.p + (at - q->gone), (size_t)(q->staged - at));
    return n;
}

void outq_sent(struct outq *q, size_t n)
{
    q->unsent -= n;
    while (n > 0) {
        struct outq_ref *r = q->first < q->end ? &q->refs[q->first] : NULL;
        size_t staged = (size_t)((r != NULL ? r->at : q->staged) - q->gone);
        size_t some = n < staged ? n : staged;
        buf_drop(&q->staging, some);
        q->gone += some;
        n -= some;
        if (n == 0 || r == NULL)
            break;
        some = n < r->body.n ? n : r->body.n;
        r->body = slice_drop(r->body, some);
        n -= some;
        if (r->body.n == 0) {
            chunk_unref(r->own);
            if (++q->first == q->end)
                q->first = q->end = 0;
        }
    }
    if (q->staging.n == 0 && q->staging.cap > KEEP_AT_MOST)
        buf_free(&q->staging);
}

size_t outq_memory(const struct outq *q)
{
    return q->staging.cap + q->cap * sizeof *q->refs;
}
