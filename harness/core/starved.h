/* starved.h -- was an answer late because the machine was busy?  The time for which threads were
 * ready to run and did not, by the kernel's own count: those of the adapter and of whatever it
 * started.  One that sleeps waits for no processor, nor does one that spins on a machine with room.
 */
#ifndef HARNESS_STARVED_H
#define HARNESS_STARVED_H
#include "net/net.h"

enum {
    STARVED_PART = 4, /* waiting for longer than this part of a time is starving */
    STARVED_TIMES = 6 /* that one answer is given its time again, at most */
};

struct starvation {              /* all-zero: nothing was seen yet */
    struct thread_wait *threads; /* as seen the last time; owned */
    size_t count;
    msec since; /* seen at; 0: the kernel does not tell */
    unsigned given;
};

/* The ms that the threads of process `pid` and of its descendants waited since the last look (or
 * since they began), together: it may be one after another that does the work.  -1: nobody knows.
 */
int64_t starvation_waited(struct starvation *, long pid);
/* An answer of process `pid` is late: what it waits for from now on counts.  No pid (-1), or a
 * kernel that does not tell: it is never starved. */
void starvation_begin(struct starvation *, long pid, msec now);
/* Its time is up.  The ms that it is given besides, from now on: as long again as since the last
 * look, when it starved in that time; 0: it did not, or was given enough. */
int64_t starvation_extends(struct starvation *, long pid, msec now);
void starvation_free(struct starvation *);

#endif
