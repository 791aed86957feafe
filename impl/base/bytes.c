#include "base/bytes.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- slice ---- */

struct slice slice_text(const char *text)
{
    return slice_of(text, strlen(text));
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_starts_with(struct slice whole, struct slice prefix)
{
    return whole.n >= prefix.n && (prefix.n == 0 || memcmp(whole.p, prefix.p, prefix.n) == 0);
}

struct slice slice_drop(struct slice s, size_t n)
{
    return n == 0 ? s : slice_of(s.p + n, s.n - n);
}

/* ---- buf: the allocation is [p - start, p - start + cap) ---- */

static uint8_t *base_of(const struct buf *b)
{
    return b->start == 0 ? b->p : b->p - b->start;
}

static bool reserve(struct buf *b, size_t want)
{
    size_t used = b->start + b->n;
    if (want <= b->cap - used)
        return true;
    uint8_t *base = base_of(b);
    /* Moving costs less than what was dropped since the last move: amortised. */
    if (b->start >= b->n && want <= b->cap - b->n) {
        memmove(base, b->p, b->n);
        b->p = base;
        b->start = 0;
        return true;
    }
    if (want > SIZE_MAX / 4 || used > SIZE_MAX / 4)
        return false;
    size_t cap = b->cap < 64 ? 64 : b->cap;
    while (cap - used < want || cap < used)
        cap *= 2;
    uint8_t *bigger;
    if (b->start == 0) {
        bigger = realloc(base, cap);
        if (bigger == NULL)
            return false;
    } else {
        bigger = malloc(cap);
        if (bigger == NULL)
            return false;
        memcpy(bigger, b->p, b->n);
        free(base);
        b->start = 0;
    }
    b->p = bigger;
    b->cap = cap;
    return true;
}

void buf_init(struct buf *b, size_t limit)
{
    *b = (struct buf){ .limit = limit };
}

void buf_free(struct buf *b)
{
    free(base_of(b));
    buf_init(b, b->limit);
}

void buf_clear(struct buf *b)
{
    b->p = base_of(b);
    b->start = 0;
    b->n = 0;
    b->failed = false;
}

uint8_t *buf_room(struct buf *b, size_t want)
{
    if (b->limit == 0 && !b->failed && b->p != NULL && want <= b->cap - b->start - b->n)
        return b->p + b->n;
    bool fits = b->limit == 0 || (b->n <= b->limit && want <= b->limit - b->n);
    if (b->failed || !fits || !reserve(b, want)) {
        b->failed = true;
        return NULL;
    }
    return b->p == NULL ? NULL : b->p + b->n;
}

void buf_grew(struct buf *b, size_t n)
{
    b->n += n;
}

void buf_put(struct buf *b, const void *from, size_t n)
{
    if (n == 0)
        return;
    uint8_t *to = buf_room(b, n);
    if (to != NULL) {
        memcpy(to, from, n);
        b->n += n;
    }
}

void buf_put_slice(struct buf *b, struct slice s)
{
    buf_put(b, s.p, s.n);
}

void buf_fill(struct buf *b, uint8_t octet, size_t n)
{
    if (n == 0)
        return;
    uint8_t *to = buf_room(b, n);
    if (to != NULL) {
        memset(to, octet, n);
        b->n += n;
    }
}

void buf_u8(struct buf *b, uint8_t v)
{
    buf_put(b, &v, 1);
}

void buf_be16(struct buf *b, uint16_t v)
{
    uint8_t octets[2];
    set_be16(octets, v);
    buf_put(b, octets, sizeof octets);
}

void buf_be32(struct buf *b, uint32_t v)
{
    uint8_t octets[4];
    set_be32(octets, v);
    buf_put(b, octets, sizeof octets);
}

void buf_be64(struct buf *b, uint64_t v)
{
    uint8_t octets[8];
    set_be64(octets, v);
    buf_put(b, octets, sizeof octets);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    /* vsnprintf also writes a NUL: room for it, though it is not counted. */
    if (n < 0 || b->failed || (b->limit != 0 && (size_t)n > b->limit - b->n) ||
        !reserve(b, (size_t)n + 1)) {
        b->failed = true;
    } else {
        vsnprintf((char *)b->p + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_drop(struct buf *b, size_t n)
{
    if (n == 0)
        return;
    b->p += n;
    b->start += n;
    b->n -= n;
    if (b->n == 0) {
        b->p -= b->start;
        b->start = 0;
    }
}

struct slice buf_slice(const struct buf *b)
{
    return slice_of(b->p, b->n);
}

const char *buf_text(struct buf *b)
{
    if (b->failed || !reserve(b, 1)) {
        b->failed = true;
        return NULL;
    }
    b->p[b->n] = '\0';
    return (const char *)b->p;
}
