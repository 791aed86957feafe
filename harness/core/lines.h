/* lines.h -- a stream of octets as lines. */
#ifndef HARNESS_LINES_H
#define HARNESS_LINES_H
#include "base/bytes.h"

enum { LINE_MAX_OCTETS = 4 * 1024 * 1024 };

/* Takes the first line of `in` (its newline replaced by NUL).  NULL: none is complete.  The line
 * lives until `in` is touched; drop it with buf_drop(in, *n + 1). */
static inline char *line_first(struct buf *in, size_t *n)
{
    struct slice all = buf_slice(in);
    for (size_t i = 0; i < all.n; i++) {
        if (all.p[i] == '\n') {
            char *line = (char *)(in->p + (all.p - in->p));
            line[i] = '\0';
            *n = i;
            return line;
        }
    }
    return NULL;
}

#endif
