/* any.h -- cases about the transport, which hold whatever the protocol of the socket. */
#ifndef CASES_ANY_H
#define CASES_ANY_H
#include "case.h"

/* The eleven endpoint types of sp-protocol-ids-01 and of the implementations. */
struct endpoint_type {
    const char *protocol;
    const char *octets; /* of the greeting, as a value */
    const char *peer;   /* the one that it talks to */
};
enum { TYPES = 11 };
extern const struct endpoint_type endpoint_types[TYPES];
const struct endpoint_type *type_of(const char *protocol);

/* What a case opens that would do with any: `otherwise`, or in black box what the service speaks.
 */
const char *any_protocol(struct t *, const char *otherwise);

/* A connection on which the implementation, a `protocol`, has greeted, and we have not. */
#define attach_ungreeted(t, s, protocol)                                                           \
    attach_ungreeted_(HERE("attach_ungreeted(" #s ")"), (t), (s), (protocol))
struct peer *attach_ungreeted_(struct at, struct t *, struct iut *, const char *protocol);

/* It closes `p`, whose greeting was bad.  A REP that serves a request there instead will not. */
void expect_refused_pipe_(struct at, struct t *, struct iut *, struct peer *);

/* The pipe works.  REP and RESPONDENT answer on it; of other protocols only that it is open. */
#define still_works(t, s, protocol, p)                                                             \
    still_works_(HERE("still_works(" #s ", " #p ")"), (t), (s), (protocol), (p))
void still_works_(struct at, struct t *, struct iut *, const char *protocol, struct peer *);

/* Another connection, from or to another place, becomes a pipe and works. */
#define serves_next(t, s, protocol) serves_next_(HERE("serves_next(" #s ")"), (t), (s), (protocol))
struct peer *serves_next_(struct at, struct t *, struct iut *, const char *protocol);

/* PULL, SUB, PAIR or BUS delivers next the 'good' that is sent on `p`, or, where `p` is closed, on
 * another connection.  Returns the pipe that carried it. */
#define delivers_good(t, s, p, as)                                                                 \
    delivers_good_(HERE("delivers_good(" #s ", " #p ")"), (t), (s), (p), (as))
struct peer *delivers_good_(struct at, struct t *, struct iut *, struct peer *, const char *as);

/* A PAIR whose peer `gone` has left takes another, though perhaps not in the very moment: those
 * that it refuses before are forgotten.  Nothing has been sent on the pipe returned. */
#define taken_in(t, gone, protocol) taken_in_(HERE("taken_in(" #gone ")"), (t), (gone), (protocol))
struct peer *taken_in_(struct at, struct t *, struct peer *gone, const char *protocol);
#endif
