/* fiber.c -- fibers over ucontext, with the annotations that keep sanitizers informed.
 *
 * Stacks are mapped once and kept in a small pool: thousands of cases run after one another. */
#include "core/fiber.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/asan_interface.h>
#define ASAN_ON 1
#else
#define ASAN_ON 0
#endif

struct fiber {
    ucontext_t inside, outside;
    void (*run)(void *);
    void *arg;
    char *map; /* guard page, then the stack */
    size_t map_size;
    bool done;
#if ASAN_ON
    void *inside_fake, *outside_fake;
    const void *outside_bottom;
    size_t outside_size;
#endif
};

enum { POOL_MAX = 64 };
static struct {
    char *map[POOL_MAX];
    size_t size[POOL_MAX];
    size_t n;
} pool;

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static char *stack_take(size_t size)
{
    for (size_t i = pool.n; i-- > 0;) {
        if (pool.size[i] == size) {
            char *map = pool.map[i];
            pool.n--;
            pool.map[i] = pool.map[pool.n];
            pool.size[i] = pool.size[pool.n];
            return map;
        }
    }
    char *map =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    if (mprotect(map, page_size(), PROT_NONE) != 0) {
        munmap(map, size);
        return NULL;
    }
    return map;
}

static void stack_give(char *map, size_t size)
{
#if ASAN_ON
    __asan_unpoison_memory_region(map + page_size(), size - page_size());
#endif
    if (pool.n < POOL_MAX) {
        pool.map[pool.n] = map;
        pool.size[pool.n] = size;
        pool.n++;
    } else {
        munmap(map, size);
    }
}

static void switch_out(struct fiber *f, bool for_good)
{
#if ASAN_ON
    __sanitizer_start_switch_fiber(for_good ? NULL : &f->inside_fake, f->outside_bottom,
                                   f->outside_size);
#else
    (void)for_good;
#endif
    swapcontext(&f->inside, &f->outside);
#if ASAN_ON
    __sanitizer_finish_switch_fiber(f->inside_fake, &f->outside_bottom, &f->outside_size);
#endif
}

/* makecontext passes ints only: the pointer travels in two halves. */
static void enter(unsigned hi, unsigned lo)
{
    struct fiber *f = (struct fiber *)((uintptr_t)hi << 32 | (uintptr_t)lo);
#if ASAN_ON
    __sanitizer_finish_switch_fiber(NULL, &f->outside_bottom, &f->outside_size);
#endif
    f->run(f->arg);
    fiber_exit(f);
}

/* Apart from fiber_new: getcontext may return twice, and no variable must live across it. */
static void prepare(struct fiber *f)
{
    uintptr_t self = (uintptr_t)f;
    getcontext(&f->inside);
    f->inside.uc_stack.ss_sp = f->map + page_size();
    f->inside.uc_stack.ss_size = f->map_size - page_size();
    f->inside.uc_link = NULL;
    makecontext(&f->inside, (void (*)(void))enter, 2, (unsigned)(self >> 32), (unsigned)self);
}

struct fiber *fiber_new(void (*run)(void *), void *arg, size_t stack)
{
    size_t page = page_size();
    size_t size = (stack + page - 1) / page * page + page;
    struct fiber *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->map = stack_take(size);
    if (!f->map) {
        free(f);
        return NULL;
    }
    f->map_size = size;
    f->run = run;
    f->arg = arg;
    prepare(f);
    return f;
}

void fiber_resume(struct fiber *f)
{
#if ASAN_ON
    __sanitizer_start_switch_fiber(&f->outside_fake, f->inside.uc_stack.ss_sp,
                                   f->inside.uc_stack.ss_size);
#endif
    swapcontext(&f->outside, &f->inside);
#if ASAN_ON
    __sanitizer_finish_switch_fiber(f->outside_fake, NULL, NULL);
#endif
}

void fiber_yield(struct fiber *f)
{
    switch_out(f, false);
}

void fiber_exit(struct fiber *f)
{
    f->done = true;
    switch_out(f, true);
    abort(); /* nobody resumes an ended fiber */
}

bool fiber_done(const struct fiber *f)
{
    return f->done;
}

void fiber_free(struct fiber *f)
{
    if (!f)
        return;
    stack_give(f->map, f->map_size);
    free(f);
}
