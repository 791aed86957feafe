/* guard.h -- octets that end where the readable memory ends: one octet too far is a fault. */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/bytes.h"

struct guard {
    uint8_t *pages; /* one readable, one not */
    size_t page;
};

static inline struct guard guard_new(void)
{
    struct guard g = { .page = (size_t)sysconf(_SC_PAGESIZE) };
    g.pages = mmap(NULL, 2 * g.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.pages != MAP_FAILED);
    assert_int_equal(mprotect(g.pages + g.page, g.page, PROT_NONE), 0);
    return g;
}

static inline struct slice guard_put(const struct guard *g, const void *octets, size_t n)
{
    assert_true(n <= g->page);
    uint8_t *at = g->pages + g->page - n;
    if (n > 0)
        memcpy(at, octets, n);
    return slice_of(at, n);
}

static inline void guard_free(struct guard *g)
{
    munmap(g->pages, 2 * g->page);
}

#endif
