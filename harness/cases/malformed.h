/* malformed.h -- going on after malformed input.
 *
 * The drafts say "ignore"; an implementation may also close the pipe over it.  What must hold is
 * that nothing of it is delivered and that the socket goes on serving, on a new pipe if need be.
 * These send a good message after the malformed one, on the same pipe: the next delivery must be
 * the good one.  They return the pipe that serves: another one when the old was closed. */
#ifndef CASES_MALFORMED_H
#define CASES_MALFORMED_H
#include "case.h"

/* For REP and RESPONDENT.  `as`: what we are; `id`: the request or survey id to use, a value. */
#define still_answers(t, s, p, as, id)                                                             \
    still_answers_(HERE("still_answers(" #s ", " #p ")"), (t), (s), (p), (as), (id))
struct peer *still_answers_(struct at, struct t *, struct iut *, struct peer *, const char *as,
                            const char *id);

/* For REQ and SURVEYOR with a request or survey outstanding under $id: 'good' under $id is what it
 * delivers next. */
#define still_takes_answer(t, s, p, as)                                                            \
    still_takes_answer_(HERE("still_takes_answer(" #s ", " #p ")"), (t), (s), (p), (as))
struct peer *still_takes_answer_(struct at, struct t *, struct iut *, struct peer *,
                                 const char *as);

/* A new socket gets each of `bad`, up to NULL, and goes on as above after each.  Returns the first
 * over which it closed the pipe, NULL when it kept it. */
const char *ignores_questions(struct t *, const char *protocol, const char *const *bad);
/* They may contain $id. */
const char *ignores_answers(struct t *, const char *protocol, const char *const *bad);
/* And it must not have. */
#define expect_pipe_kept(t, closed_over)                                                           \
    check((t), !(closed_over), "it closed the pipe over <%s> instead of ignoring it", (closed_over))
#endif
