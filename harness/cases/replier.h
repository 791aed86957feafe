/* replier.h -- what REP and RESPONDENT have in common: sp-request-reply-01 5.2, 6.2 and
 * sp-surveyor-01 5.2, 6.2 say it in the same words.  `protocol` is rep or respondent. */
#ifndef CASES_REPLIER_H
#define CASES_REPLIER_H
#include "case.h"

void ends_backtrace_at_the_id(struct t *, const char *protocol);
void answers_the_latest(struct t *, const char *protocol);
void refuses_a_second_answer(struct t *, const char *protocol);
void drops_the_answer_to_one_gone(struct t *, const char *protocol);
void answers_each_pipe_its_own(struct t *, const char *protocol);
/* Two questions that arrived meanwhile still wait: 'more' of the asker, 'from b' of the other. */
struct two_askers {
    struct iut *replier;
    struct peer *a, *b;
};
struct two_askers keeps_the_backtrace(struct t *, const char *protocol);
void serves_beside_one_that_does_not_read(struct t *, const char *protocol);
#endif
