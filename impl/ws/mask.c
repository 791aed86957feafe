#include "ws/mask.h"
#include <string.h>

enum { WIDE = 16, AT_ONCE = 8 * WIDE };

/* Vectors of 16 octets: what every x86-64 and AArch64 has; elsewhere the compiler makes words of
 * them.  memcpy of a fixed size is an access at any alignment. */
struct wide {
    uint64_t v __attribute__((vector_size(WIDE)));
};

static inline void one(uint8_t *to, const uint8_t *from, struct wide key)
{
    struct wide w;
    memcpy(&w, from, WIDE);
    w.v ^= key.v;
    memcpy(to, &w, WIDE);
}

/* Written out: a loop as short as one of them takes twice the time. */
static inline void eight(uint8_t *to, const uint8_t *from, struct wide key)
{
    one(to, from, key);
    one(to + WIDE, from + WIDE, key);
    one(to + 2 * WIDE, from + 2 * WIDE, key);
    one(to + 3 * WIDE, from + 3 * WIDE, key);
    one(to + 4 * WIDE, from + 4 * WIDE, key);
    one(to + 5 * WIDE, from + 5 * WIDE, key);
    one(to + 6 * WIDE, from + 6 * WIDE, key);
    one(to + 7 * WIDE, from + 7 * WIDE, key);
}

/* The key as it stands at `offset`, twice, in the order of octets in memory.  A vector put together
 * octet by octet would cost more than a short payload. */
static inline uint64_t turned(const uint8_t key[4], uint64_t offset)
{
    uint8_t twice[8];
    uint32_t k;
    memcpy(twice, key, 4);
    memcpy(twice + 4, key, 4);
    memcpy(&k, twice + offset % 4, 4);
    return k | (uint64_t)k << 32;
}

void ws_mask_copy(uint8_t *to, const uint8_t *from, size_t n, const uint8_t key[4], uint64_t offset)
{
    uint64_t k = turned(key, offset), w;
    struct wide wide = { { k, k } };
    size_t i = 0;
    for (; n - i >= AT_ONCE; i += AT_ONCE)
        eight(to + i, from + i, wide);
    for (; n - i >= WIDE; i += WIDE)
        one(to + i, from + i, wide);
    if (n - i >= sizeof w) {
        memcpy(&w, from + i, sizeof w);
        w ^= k;
        memcpy(to + i, &w, sizeof w);
        i += sizeof w;
    }
    uint8_t rest[8];
    memcpy(rest, &k, sizeof rest);
    for (size_t j = 0; i < n; i++, j++)
        to[i] = from[i] ^ rest[j];
}

void ws_mask(uint8_t *p, size_t n, const uint8_t key[4], uint64_t offset)
{
    ws_mask_copy(p, p, n, key, offset);
}
