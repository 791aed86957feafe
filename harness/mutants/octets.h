/* octets.h -- for hooks on octets: one octet by its position, and where frames begin and end. */
#ifndef HARNESS_MUTANTS_OCTETS_H
#define HARNESS_MUTANTS_OCTETS_H
#include "mutants/mutation.h"

/* The octet at `position` of a stream, of whose octets from `from` on `data` holds some; or NULL.
 */
static inline uint8_t *octet_at(const struct buf *data, uint64_t from, uint64_t position)
{
    return position < from || position - from >= data->n ? NULL : data->p + (position - from);
}

/* What a stream's next octet is, in the order of a frame. */
enum scanned { OF_GREETING, OF_HEAD, ENDS_HEAD, OF_PAYLOAD, ENDS_PAYLOAD };
/* To be asked about each octet that comes in, `position` of f->in_position on. */
enum scanned scan_in(struct octet_fault *, uint64_t position, uint8_t octet);
/* ENDS_HEAD: the length it says. */
uint64_t scan_length(const struct octet_fault *);
/* Takes n octets out of `data`, at offset `at`. */
void octets_cut(struct buf *data, size_t at, size_t n);
void octets_insert(struct buf *data, size_t at, struct slice);
/* The first octets of a frame for `n` octets of payload. */
void octets_head(const struct octet_fault *, struct buf *to, uint64_t n);

#endif
