/* call.h -- one call of the adapter protocol from within a script: asked, awaited, judged. */
#ifndef HARNESS_CALL_H
#define HARNESS_CALL_H
#include "core/context.h"

enum { VERB_MS = 5000 }; /* verbs without a time of their own */

/* Asks without waiting: `line` is the request, `ms` how long the verb itself may take. */
void call_begin(struct t *, struct at, int64_t ms, struct buf *line);
/* Awaits the answer of the call begun.  Returns it behind "ok ", or NULL for err and na, with the
 * code in *code. */
const char *call_take(struct t *, const char **code);
/* The same, where `na` ends the case as SKIP. */
const char *call_end(struct t *, struct at, const char **code);
/* Waits until the call begun is answered, or `ms` pass; it goes on running then. */
bool call_ends_within(struct t *, int64_t ms);
/* call_begin and call_end. */
const char *call_line(struct t *, struct at, int64_t ms, const char **code, struct buf *line);
/* It must have succeeded: `rest` as it was returned. */
const char *call_must(struct t *, struct at, const char *rest, const char *code);
/* The call begun must fail with one of the codes ("state", "timedout|notsup"). */
void call_must_fail(struct t *, struct at, const char *codes);

/* Appends the octets of a pattern as a PAYLOAD. */
void call_put_payload(struct t *, struct at, struct buf *line, const char *pattern);

#endif
