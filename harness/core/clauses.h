/* clauses.h -- the sources of several requirements, in one line. */
#ifndef HARNESS_CLAUSES_H
#define HARNESS_CLAUSES_H
#include "base/bytes.h"

void clause_add(struct buf *clauses, const char *source); /* "sp-x 4.11; sp-x 4.1": each once */

#endif
