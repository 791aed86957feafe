/* fresh_ids.h -- ids that begin at random and count up: of requests, of surveys, of channels. */
#ifndef CASES_FRESH_IDS_H
#define CASES_FRESH_IDS_H
#include "case.h"

enum { FRESH = 20 };

struct fresh_ids {
    uint32_t id[FRESH]; /* the lower 31 bits */
    int64_t at[FRESH];  /* when each was seen, ms */
};

/* `id` is `before` plus 1, modulo 2^31; `what`: whose ids they are. */
void expect_next_id(struct t *, const char *what, uint64_t before, uint64_t id);

/* A REQ or SURVEYOR gives each message the id of the one before plus 1. */
void expect_ids_count_up(struct t *, const char *protocol);

/* The ids of the first messages of a REQ or SURVEYOR. */
struct fresh_ids first_ids(struct t *, const char *protocol);

/* At least 19 of 20 differ, and their differences are not those of a clock. */
void expect_random_ids(struct t *, const struct fresh_ids *);
#endif
