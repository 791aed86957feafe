/* bytes.h -- slice: borrowed octets; buf: owned, growable, bounded octets; big-endian access. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed, read-only.  Whoever hands one out says how long it lives. */
struct slice {
    const uint8_t *p;
    size_t n;
};

static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){ .p = p, .n = n };
}
struct slice slice_text(const char *text); /* without the final NUL */
bool slice_equal(struct slice a, struct slice b);
bool slice_starts_with(struct slice whole, struct slice prefix);
struct slice slice_drop(struct slice, size_t n); /* all but the first n (n <= .n) */

/* Owned octets [p, p + n).  Appending beyond `limit` octets, or when memory is short, changes
 * nothing and sets `failed`, which stays until buf_clear or buf_free: a writer appends many
 * fields and checks once.  All-zero is an empty buf with no limit. */
struct buf {
    uint8_t *p;
    size_t n, cap;
    size_t limit; /* 0: none */
    size_t start; /* octets already dropped from the front, reclaimed when worth it */
    bool failed;
};

void buf_init(struct buf *, size_t limit);
void buf_free(struct buf *);  /* also leaves it ready for use */
void buf_clear(struct buf *); /* keeps the memory */
void buf_put(struct buf *, const void *, size_t n);
void buf_put_slice(struct buf *, struct slice);
void buf_fill(struct buf *, uint8_t octet, size_t n);
void buf_u8(struct buf *, uint8_t);
void buf_be16(struct buf *, uint16_t);
void buf_be32(struct buf *, uint32_t);
void buf_be64(struct buf *, uint64_t);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void buf_printf(struct buf *, const char *format, ...);
/* Room for `want` octets after the last one; NULL (and failed) if that cannot be had.  What the
 * caller writes there counts only after buf_grew. */
uint8_t *buf_room(struct buf *, size_t want);
void buf_grew(struct buf *, size_t n);
void buf_drop(struct buf *, size_t n); /* consume from the front; cheap */
struct slice buf_slice(const struct buf *);
/* The contents as a C string: appends a NUL that is not counted.  NULL when failed. */
const char *buf_text(struct buf *);

static inline uint16_t get_be16(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}
static inline uint32_t get_be32(const uint8_t *p)
{
    return (uint32_t)get_be16(p) << 16 | get_be16(p + 2);
}
static inline uint64_t get_be64(const uint8_t *p)
{
    return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}
static inline void set_be16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void set_be32(uint8_t *p, uint32_t v)
{
    set_be16(p, (uint16_t)(v >> 16));
    set_be16(p + 2, (uint16_t)v);
}
static inline void set_be64(uint8_t *p, uint64_t v)
{
    set_be32(p, (uint32_t)(v >> 32));
    set_be32(p + 4, (uint32_t)v);
}

#endif
