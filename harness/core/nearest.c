#include "core/nearest.h"
#include <ctype.h>
#include <string.h>

enum { LENGTH_MAX = 128 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein's distance, one row of the table at a time. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LENGTH_MAX + 1];
    size_t n = strlen(b);
    if (n > LENGTH_MAX)
        return n;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t above = row[j + 1];
            size_t differs = toupper((unsigned char)a[i]) != toupper((unsigned char)b[j]);
            row[j + 1] = least(above + 1, row[j] + 1, diagonal + differs);
            diagonal = above;
        }
    }
    return row[n];
}

void nearest_offer(struct nearest *best, const char *wanted, const char *candidate)
{
    size_t d = distance(wanted, candidate);
    /* A part of a name that was remembered beats any number of wrong letters. */
    if (strstr(candidate, wanted))
        d = 0;
    size_t at = best->count;
    while (at > 0 && d < best->distance[at - 1])
        at--;
    if (at == NEAREST_MAX)
        return;
    if (best->count < NEAREST_MAX)
        best->count++;
    for (size_t i = best->count - 1; i > at; i--) {
        best->name[i] = best->name[i - 1];
        best->distance[i] = best->distance[i - 1];
    }
    best->name[at] = candidate;
    best->distance[at] = d;
}
