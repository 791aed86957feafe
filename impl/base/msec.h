/* msec.h -- time is a number: milliseconds of some monotonic clock that the caller owns. */
#ifndef BASE_MSEC_H
#define BASE_MSEC_H
#include <stdint.h>

typedef int64_t msec;
#define MSEC_NEVER INT64_MAX /* as a deadline: no deadline */

static inline msec msec_earlier(msec a, msec b)
{
    return a < b ? a : b;
}

/* The deadline `ms` from now; a negative `ms` means never. */
static inline msec msec_after(msec now, msec ms)
{
    return ms < 0 || now > MSEC_NEVER - ms ? MSEC_NEVER : now + ms;
}

#endif
