/* rng.h -- a small seeded generator, so that whoever seeds it can repeat it.  Not for secrets. */
#ifndef BASE_RNG_H
#define BASE_RNG_H
#include <stdint.h>

struct rng {
    uint64_t state;
};

void rng_seed(struct rng *, uint64_t seed);
uint64_t rng_next(struct rng *);
uint32_t rng_below(struct rng *, uint32_t n); /* 0 .. n-1, n > 0 */

#endif
