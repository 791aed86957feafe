/* chunk.h -- memory of one large message, shared by reference. */
#ifndef BASE_CHUNK_H
#define BASE_CHUNK_H
#include <stddef.h>
#include <stdint.h>

/* `p` is aligned to 64 octets.  Not thread-safe: one node runs on one thread. */
struct chunk {
    size_t refs;
    size_t n; /* octets in use */
    size_t cap;
    uint8_t *p;
    void *memory; /* what malloc returned; p lies in it */
};

struct chunk *chunk_new(size_t cap); /* one reference; NULL when memory is short */
struct chunk *chunk_ref(struct chunk *);
void chunk_unref(struct chunk *); /* NULL is fine */
/* Makes room for `cap` octets, keeping the contents; only while there is one reference.
 * Returns 0, or -1 when memory is short (contents kept). */
int chunk_grow(struct chunk *, size_t cap);

#endif
