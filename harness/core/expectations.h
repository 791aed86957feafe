/* expectations.h -- known failures of one peer: INSTANCE-GLOB  VERDICT  "message prefix"  # why.
 *
 * A line may say `sometimes` after the verdict for a fault of the peer that is a race, and a glob
 * that covers more than 20 instances must say glob(N). */
#ifndef HARNESS_EXPECTATIONS_H
#define HARNESS_EXPECTATIONS_H
#include "base/bytes.h"
#include "report/report.h"

struct expectations;

/* NULL: broken; `why` has FILE:LINE: what is wrong. */
struct expectations *expectations_load(const char *path, struct buf *why);
void expectations_free(struct expectations *);
/* Turns FAIL, WARN, CRASH, HANG that are listed into XFAIL (was = before), and what is listed and
 * did not fail so into XPASS with the reason in `why`.  SKIP and ERROR are left alone.  `why` is
 * appended to where a new message is needed and must outlive the result. */
void expectations_apply(struct expectations *, struct result *, struct buf *why);
/* After a complete run: one line per listed entry that never ran or whose glob covers more than
 * it may.  Returns how many. */
unsigned expectations_unused(const struct expectations *, struct buf *out);
/* Rewrites `path` minimally so that a run with these results is as expected: adds and removes
 * lines, keeps comments and order.  False with `why`. */
bool expectations_update(struct expectations *, const char *path, struct buf *why);

bool glob_matches(const char *glob, const char *text); /* * and ? only; [ ] are themselves */

#endif
