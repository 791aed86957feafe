/* nearest.h -- what somebody may have meant by a name that is unknown. */
#ifndef HARNESS_NEAREST_H
#define HARNESS_NEAREST_H
#include <stddef.h>

enum { NEAREST_MAX = 3 };
struct nearest {
    const char *name[NEAREST_MAX]; /* best first; borrowed */
    size_t distance[NEAREST_MAX];  /* edits, with capital letters like small ones */
    size_t count;
};

void nearest_offer(struct nearest *, const char *wanted, const char *candidate);

#endif
