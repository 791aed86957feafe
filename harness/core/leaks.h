/* leaks.h -- a forked child of ours ends by _exit, which asks no sanitizer: ask before. */
#ifndef HARNESS_LEAKS_H
#define HARNESS_LEAKS_H

enum { LEAKED = 23 }; /* exit status, as LeakSanitizer's own */

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
static inline int status_and_leaks(int status)
{
    return __lsan_do_recoverable_leak_check() ? LEAKED : status;
}
#else
static inline int status_and_leaks(int status)
{
    return status;
}
#endif

#endif
