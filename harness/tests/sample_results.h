/* sample_results.h -- a small run with one result of every verdict, for the tests of the reports.
 */
#ifndef SAMPLE_RESULTS_H
#define SAMPLE_RESULTS_H
#include <stddef.h>
#include "report/report.h"

extern const struct result sample_results[];
extern const size_t sample_count;
struct summary sample_summary(void);

#endif
