/* backtrace.h -- a backtrace as a value: `hops` hop tags, all different, then `id`. */
#ifndef CASES_BACKTRACE_H
#define CASES_BACKTRACE_H
#include "case.h"

/* The first hop tag is 7ffffffe, a value that a careless reader takes for an id; they count down.
 */
const char *backtrace(struct t *, unsigned hops, const char *id);
#endif
