/* check.h -- vectors against our own codec. */
#ifndef VECTORS_CHECK_H
#define VECTORS_CHECK_H
#include "vectors/vector.h"

/* The events that the conversation yields, in one piece per step (a new reference), and the state
 * the endpoint is in afterwards.  NULL: no memory. */
json_t *vector_events(const struct vector *, const char **state);
/* Runs it whole, octet by octet and cut in two at every octet; and its requirements must be rows
 * of the ledger.  False: `why` has several lines. */
bool vector_check(const struct vector *, struct buf *why);

#endif
