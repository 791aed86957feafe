/* clauses.c -- the sources of several requirements, in one line. */
#include "core/clauses.h"
#include <string.h>

/* Whole: 4.1 is not within 4.11. */
static bool is_listed(struct buf *clauses, const char *source)
{
    size_t n = strlen(source);
    const char *at = clauses->n ? buf_text(clauses) : NULL;
    while (at) {
        if (strncmp(at, source, n) == 0 && (at[n] == '\0' || strncmp(at + n, "; ", 2) == 0))
            return true;
        at = strstr(at, "; ");
        at = at ? at + 2 : NULL;
    }
    return false;
}

void clause_add(struct buf *clauses, const char *source)
{
    if (!is_listed(clauses, source))
        buf_printf(clauses, "%s%s", clauses->n ? "; " : "", source);
}
