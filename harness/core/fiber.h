/* fiber.h -- a small stack of its own for a straight-line script: resumed, it runs until it yields.
 */
#ifndef HARNESS_FIBER_H
#define HARNESS_FIBER_H
#include <stdbool.h>
#include <stddef.h>

struct fiber;

/* NULL: no memory.  The stack has a guard page below it; `stack` is rounded up to pages. */
struct fiber *fiber_new(void (*run)(void *), void *arg, size_t stack);
/* From outside: runs the fiber until it yields or ends. */
void fiber_resume(struct fiber *);
/* From inside: back to whoever resumed. */
void fiber_yield(struct fiber *);
/* From inside: ends the fiber for good, whatever is on its stack. */
void fiber_exit(struct fiber *) __attribute__((noreturn));
bool fiber_done(const struct fiber *);
/* A fiber that has not ended is abandoned: nothing on its stack is run. */
void fiber_free(struct fiber *);

#endif
