/* fake_vocabulary.c -- just enough for fake_cases.c to link; none of it is ever called. */
#include <stdlib.h>
#include "core/case.h"

struct iut *iut_open_(struct at at, struct t *t, const char *const *words)
{
    (void)at, (void)t, (void)words;
    abort();
}
struct peer *attach_(struct at at, struct iut *s, const char *as)
{
    (void)at, (void)s, (void)as;
    abort();
}
void iut_send_(struct at at, struct iut *s, const char *pattern)
{
    (void)at, (void)s, (void)pattern;
    abort();
}
void iut_expect_(struct at at, struct iut *s, const char *pattern)
{
    (void)at, (void)s, (void)pattern;
    abort();
}
void sp_send_(struct at at, struct peer *p, const char *pattern)
{
    (void)at, (void)p, (void)pattern;
    abort();
}
void sp_expect_(struct at at, struct peer *p, const char *pattern)
{
    (void)at, (void)p, (void)pattern;
    abort();
}
bool closes_within_(struct at at, struct peer *p, int64_t ms)
{
    (void)at, (void)p, (void)ms;
    abort();
}
void expect_quiet_(struct at at, struct peer *p, int64_t ms, const char *why)
{
    (void)at, (void)p, (void)ms, (void)why;
    abort();
}
int64_t now(const struct t *t)
{
    (void)t;
    abort();
}
void expect_elapsed_(struct at at, struct t *t, int64_t since, int64_t lo, int64_t hi)
{
    (void)at, (void)t, (void)since, (void)lo, (void)hi;
    abort();
}
void variant(struct t *t, const char *format, ...)
{
    (void)t, (void)format;
    abort();
}
