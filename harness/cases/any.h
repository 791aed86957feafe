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

/* Greets a new socket (any_protocol: rep) with `head`, magic and version, `type` and `reserved`,
 * NULL anywhere: what is right.  It must close the connection, and not serve a request there first.
 */
#define refuses(t, head, type, reserved)                                                           \
    refuses_(HERE("refuses(" #head ", " #type ", " #reserved ")"), (t), (head), (type), (reserved))
void refuses_(struct at, struct t *, const char *head, const char *type, const char *reserved);

/* It closes the connection of a peer of each type but the right one, which has sent `behind`, a
 * value, right behind its greeting. */
#define refuses_other_types(t, s, protocol, behind)                                                \
    refuses_other_types_(HERE("refuses_other_types(" #s ", " #behind ")"), (t), (s), (protocol),   \
                         (behind))
void refuses_other_types_(struct at, struct t *, struct iut *, const char *protocol,
                          const char *behind);

/* For a service to close what it has accepted, or a PAIR what it has no room for. */
enum { REFUSAL_MS = 50 };

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

/* Each of `peers` sends `each` messages, in turn: all are delivered once, each peer's in order. */
void delivers_in_order_of_each(struct t *, struct iut *, struct peer *const *peer, unsigned peers,
                               unsigned each);

/* `n` octets, the frames of 'first' and 'second', are delivered wherever they are cut in two. */
void delivers_cut_anywhere(struct iut *, struct peer *, const void *frames, size_t n);

/* A PAIR whose peer `gone` has left takes another, though perhaps not in the very moment: those
 * that it refuses before are forgotten.  Nothing has been sent on the pipe returned. */
#define taken_in(t, gone, protocol) taken_in_(HERE("taken_in(" #gone ")"), (t), (gone), (protocol))
struct peer *taken_in_(struct at, struct t *, struct peer *gone, const char *protocol);
#endif
