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
#endif
