/* coverage.h -- the ledger held against the cases: what is cited and unknown, what nobody judges.
 */
#ifndef HARNESS_COVERAGE_H
#define HARNESS_COVERAGE_H
#include <jansson.h>
#include <stdio.h>
#include "core/catalogue.h"

/* One line "FILE:LINE: case ID cites ROW, which no table has" each; returns how many. */
size_t coverage_unknown(const struct conf_case *const *cases, size_t n, FILE *out);
/* One line per case whose id another case before it has; returns how many. */
size_t coverage_twice(const struct conf_case *const *cases, size_t n, FILE *out);
/* One line per MUST or DEFACTO row that has neither a case nor a reason; returns how many. */
size_t coverage_gaps(const struct conf_case *const *cases, size_t n, FILE *out);
/* Every row with its cases, then the sums by level. */
void coverage_text(const struct conf_case *const *cases, size_t n, FILE *out);
/* {"requirements":[{"id","level","cases":[],"reason"}]}; the caller owns it. */
json_t *coverage_json(const struct conf_case *const *cases, size_t n);

#endif
