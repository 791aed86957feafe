/* fresh_ids.h -- the first ids of many fresh processes, judged for randomness. */
#ifndef CASES_FRESH_IDS_H
#define CASES_FRESH_IDS_H
#include "case.h"

enum { FRESH = 20 };

struct fresh_ids {
    uint32_t id[FRESH]; /* the lower 31 bits */
    int64_t at[FRESH];  /* when each was seen, ms */
};

/* At least 19 of 20 differ, and their differences are not those of a clock. */
void expect_random_ids(struct t *, const struct fresh_ids *);
#endif
