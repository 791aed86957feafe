/* expectations.h -- the known failures of one peer, one a line:
 *
 *     INSTANCE-GLOB  [glob(N)]  VERDICT  [sometimes]  "message prefix"  # why, and its source
 *
 *     # nanomsg 1.1.5
 *     pub_survives_a_frame[*]     CRASH "died"             # asserts: xpub.c:167
 *     *[ipc,*]  glob(40)          FAIL  "not closed"       # sipc.c:225 takes any message type
 *     req_cancel[tcp,iut-dials]   HANG  sometimes "recv"   # a race: issue 575
 *
 * * and ? are special in a glob, [ and ] are themselves.  VERDICT is FAIL, WARN, CRASH or HANG.  A
 * glob that covers more than 20 instances must say how many it may cover.  `sometimes` is for a
 * fault that is a race: the instance may pass as well.  In the message \" and \\ are " and \.  The
 * reason is not optional; --update-expectations writes EXPECTATION_UNEXPLAINED into the lines it
 * adds, and a file with such a line is refused until somebody has found out why. */
#ifndef HARNESS_EXPECTATIONS_H
#define HARNESS_EXPECTATIONS_H
#include "base/bytes.h"
#include "report/report.h"

#define EXPECTATION_UNEXPLAINED "reason to be written"

struct expectations;

/* NULL: broken; `why` has FILE:LINE: what is wrong. */
struct expectations *expectations_load(const char *path, struct buf *why);
void expectations_free(struct expectations *);
/* Tells the list of one result, in any order, and turns
 *   what fails as a line says        into XFAIL: `was`, and the reason in `expected_because`;
 *   what a line says fails, and does not (or only as WARN)  into XPASS, unless `sometimes`;
 *   a failure that differs from its lines  into itself, with what was expected added to `why`.
 * SKIP and ERROR are left alone.  A new `why` is written to the buffer, which must be empty and
 * outlive the result, as must the list. */
void expectations_apply(struct expectations *, struct result *, struct buf *why);
/* Listed: this result will be an XFAIL.  `firmly`: by a line that does not say `sometimes`. */
bool expectations_cover(const struct expectations *, const char *instance, enum verdict,
                        const char *why, bool firmly);
/* A line says, and not as `sometimes`, that this instance fails. */
bool expectations_foresee(const struct expectations *, const char *instance);
/* A line that says `sometimes` covers this result, or the fault that it tells of did not show: that
 * another repeat of the instance gave another verdict is as expected. */
bool expectations_may_vary(const struct expectations *, const char *instance, enum verdict,
                           const char *why);
/* An instance that the options of this run leave out (--slow, --gentle): lines about it are not
 * stale.  Nothing happens when it did run. */
void expectations_left_out(struct expectations *, const char *instance);
/* After a complete run: a line of text for each entry that no instance came near, that others
 * always forestall, or that covers more than it may.  Returns how many. */
unsigned expectations_unused(const struct expectations *, struct buf *out);
/* After a complete run: rewrites `path` so that the same results would be as expected.  Lines that
 * hold are not touched, nor are comments and the order; one that holds only in part is replaced by
 * a line for each instance it is still true of; new failures come with no reason yet.  A WARN is
 * not added.  False, with `why`: the file is as it was. */
bool expectations_update(struct expectations *, const char *path, struct buf *why);

bool glob_matches(const char *glob, const char *text); /* * and ? only; [ ] are themselves */

#endif
