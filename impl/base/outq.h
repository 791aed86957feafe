/* outq.h -- octets that wait to be written: small ones staged in one buffer, so that neighbours
 * leave in one write; large ones by reference, where they are. */
#ifndef BASE_OUTQ_H
#define BASE_OUTQ_H
#include "base/bytes.h"
#include "base/chunk.h"

struct outq_ref;

struct outq { /* all-zero is empty */
    struct buf staging;
    uint64_t staged, gone; /* octets ever put into and taken out of `staging` */
    struct outq_ref *refs; /* [first, end) wait */
    size_t first, end, cap;
    size_t unsent; /* octets in all */
};

void outq_free(struct outq *);
/* Where to write `n` octets, NULL: no memory (nothing changed).  They count after outq_grew. */
uint8_t *outq_room(struct outq *, size_t n);
void outq_grew(struct outq *, size_t n);
bool outq_put(struct outq *, struct slice);
/* Makes the next outq_refer succeed; false: no memory. */
bool outq_reserve(struct outq *);
/* Appends `body`, which lies in `own`; takes a reference of its own.  After outq_reserve. */
void outq_refer(struct outq *, struct slice body, struct chunk *own);
/* What is to be written now: at most `max` slices, returns how many.  They live until the next
 * change. */
int outq_slices(const struct outq *, struct slice *out, int max);
void outq_sent(struct outq *, size_t n);
size_t outq_memory(const struct outq *); /* octets allocated, without the bodies referred to */

#endif
