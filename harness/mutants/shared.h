/* shared.h -- hooks that make the same fault of several patterns. */
#ifndef HARNESS_MUTANTS_SHARED_H
#define HARNESS_MUTANTS_SHARED_H
#include "mutants/tags.h"
#include "sp/protocol.h"

/* The notes that these hooks use: the application has sent; pipes that cannot take more; a pipe
 * has gone; a message came; how many were delivered. */
enum { SHARED_SENT, SHARED_BLOCKED, SHARED_LOST, SHARED_HEARD, SHARED_COUNT, SHARED_OWN };

/* action: what is sent or delivered */
bool send_no_empty(struct machine *, struct sp_action *, msec);
bool send_strips_id(struct machine *, struct sp_action *,
                    msec); /* of a body that begins like one */
bool send_twice_to_second(struct machine *, struct sp_action *, msec);
bool send_not_to_third(struct machine *, struct sp_action *, msec);
bool send_not_to_last_after_loss(struct machine *, struct sp_action *, msec); /* with see_loss */
bool send_nothing_once_heard(struct machine *, struct sp_action *, msec);     /* with see_heard */
bool see_sending(struct machine *, struct sp_action *, msec); /* keeps the payload in `kept` */
bool deliver_no_empty(struct machine *, struct sp_action *, msec);
bool deliver_strips_id(struct machine *, struct sp_action *, msec);
bool deliver_300th_twice(struct machine *, struct sp_action *, msec);

/* pipe_del, pipe_writable, arrived */
bool see_loss(struct machine *, pipe_id);
bool see_blocked(struct machine *, pipe_id, bool *writable);
bool hide_blocked(struct machine *, pipe_id, bool *writable);
bool not_once_sending(struct machine *, pipe_id, bool *writable); /* with see_sending */
bool last_to_newcomer(struct machine *, pipe_id, bool *writable); /* with see_sending */
bool see_heard(struct machine *, pipe_id, struct msg *, msec);
bool hear_first_only(struct machine *, pipe_id, struct msg *, msec);

/* send */
bool wait_if_blocked(struct machine *, struct msg *, msec, enum err *); /* with see_blocked */
bool wait_if_alone(struct machine *, struct msg *, msec, enum err *);
bool discard_if_alone(struct machine *, struct msg *, msec, enum err *);
bool swallow_sent(struct machine *, struct msg *, msec, enum err *);

/* received */
void wait_if_refused(struct machine *, struct msg *, enum err *);

#endif
