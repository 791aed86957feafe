#include "fresh_ids.h"

enum { MODULUS_MASK = 0x7fffffff, NEAR_MS = 50 };

static unsigned distinct(const struct fresh_ids *f)
{
    unsigned n = 0;
    for (unsigned i = 0; i < FRESH; i++) {
        unsigned k = 0;
        while (k < i && f->id[k] != f->id[i])
            k++;
        n += k == i;
    }
    return n;
}

/* How many steps from one process to the next are the time between them, in units of which
 * `per_ms` make a millisecond. */
static unsigned steps_of_a_clock(const struct fresh_ids *f, int64_t per_ms)
{
    unsigned n = 0;
    for (unsigned i = 1; i < FRESH; i++) {
        int64_t elapsed = (f->at[i] - f->at[i - 1]) * per_ms;
        int64_t step = (int64_t)f->id[i] - (int64_t)f->id[i - 1];
        int64_t off = (step - elapsed + NEAR_MS * per_ms) & MODULUS_MASK;
        n += off <= 2 * NEAR_MS * per_ms;
    }
    return n;
}

void expect_random_ids(struct t *t, const struct fresh_ids *f)
{
    unsigned n = distinct(f);
    check(t, n >= FRESH - 1, "the first id is not random: %u fresh processes began with %u ids",
          (unsigned)FRESH, n);
    static const int64_t per_ms[] = { 1, 1000, 1000000 };
    for (unsigned i = 0; i < sizeof per_ms / sizeof per_ms[0]; i++)
        check(t, steps_of_a_clock(f, per_ms[i]) < FRESH - 3,
              "the first id is a clock, not random: between processes it grows by the time passed "
              "(%lld units a millisecond)",
              (long long)per_ms[i]);
}
