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

void expect_next_id(struct t *t, const char *what, uint64_t before, uint64_t id)
{
    check(t, ((id - before) & MODULUS_MASK) == 1, "%s %08llx follows %08llx: it must be one more",
          what, (unsigned long long)id, (unsigned long long)before);
}

void expect_ids_count_up(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));
    uint64_t before = 0;

    for (unsigned i = 0; i < 5; i++) {
        iut_send(s, "'?'");
        sp_expect(p, "<id: %1....... .. .. ..> '?'");
        if (i > 0)
            expect_next_id(t, "id", before, captured(t, "id"));
        before = captured(t, "id");
        sp_send(p, "$id '!'");
        iut_expect(s, "'!'");
    }
}

struct fresh_ids first_ids(struct t *t, const char *protocol)
{
    struct fresh_ids f;
    for (unsigned i = 0; i < FRESH; i++) {
        iut_fresh(t);
        struct iut *s = iut_open(t, protocol);
        struct peer *p = attach(s, peer_of(protocol));
        iut_send(s, "'?'");
        f.at[i] = now(t);
        sp_expect(p, "<id: %1....... .. .. ..> '?'");
        f.id[i] = (uint32_t)captured(t, "id") & MODULUS_MASK;
        wire_close(p);
    }
    return f;
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
