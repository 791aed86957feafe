/* kept.h -- results kept until the end of the run, by the renderers that group or total them. */
#ifndef REPORT_KEPT_H
#define REPORT_KEPT_H
#include "report/report.h"

struct kept_result {
    struct result result; /* every string set, never NULL */
    char *text;           /* the memory of its strings */
    size_t order;         /* in which they ended */
    bool told;            /* a renderer has shown it, alone or as one of a group */
};

struct kept {
    struct kept_result *list;
    size_t n, cap;
};

bool kept_add(struct kept *, const struct result *); /* copies; false: no memory */
void kept_free(struct kept *);
void kept_sort(struct kept *); /* by instance; repeats of one stay in the order they ended */
/* Same case, same verdict before and after expectations, same reason at the same line. */
bool kept_alike(const struct result *, const struct result *);
/* The [transport,side] of an instance, or all of its name where it has none. */
const char *kept_variant(const struct result *);

#endif
