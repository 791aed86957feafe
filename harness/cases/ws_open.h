/* ws_open.h -- the opening handshake (RFC 6455 4) in both roles, one deviation at a time.
 *
 * It holds whatever the pattern: the socket is a PAIR, or in black box what the service speaks. */
#ifndef CASES_WS_OPEN_H
#define CASES_WS_OPEN_H
#include "case.h"

struct shaken {
    struct t *t;
    struct iut *s;
    struct peer *us;      /* nothing said yet */
    const char *protocol; /* of s */
    const char *name;     /* the sub-protocol that it accepts or, dialling, asks for */
    const char *url;      /* our listener that it dials */
    size_t taken;         /* connections to it that were accepted, this one included */
};

/* ---- the implementation listens: we ask ---- */

#define asker(t) asker_(HERE("asker(t)"), (t))
struct shaken asker_(struct at, struct t *);
#define ask_again(a) ask_again_(HERE("ask_again(" #a ")"), (a))
void ask_again_(struct at, struct shaken *); /* leaves this connection for a new one */

/* 101, the sub-protocol as asked for, and the pipe works. */
#define is_served(a) is_served_(HERE("is_served(" #a ")"), (a))
void is_served_(struct at, struct shaken *);
/* Not upgraded, and a good handshake after it is served. */
#define is_refused(a) is_refused_(HERE("is_refused(" #a ")"), (a))
void is_refused_(struct at, struct shaken *);
/* The same for a sub-protocol: sp-websocket-mapping-01 2 would have it upgraded and closed. */
#define is_no_protocol(a) is_no_protocol_(HERE("is_no_protocol(" #a ")"), (a))
void is_no_protocol_(struct at, struct shaken *);
/* Either; true: served.  `what`, for the variant: "a folded header". */
#define may_be_served(a, what) may_be_served_(HERE("may_be_served(" #a ", " #what ")"), (a), (what))
bool may_be_served_(struct at, struct shaken *, const char *what);

/* The same for a request that is well-formed but for the fields of struct ws_request given;
 * `protocols` too is right unless given. */
#define ASKS(...) (&(struct ws_request){ __VA_ARGS__ })
#define serves_request(t, ...)                                                                     \
    serves_request_(HERE("serves_request(" #__VA_ARGS__ ")"), (t), ASKS(__VA_ARGS__))
#define refuses_request(t, ...)                                                                    \
    refuses_request_(HERE("refuses_request(" #__VA_ARGS__ ")"), (t), ASKS(__VA_ARGS__))
#define may_serve_request(t, what, ...)                                                            \
    may_serve_request_(HERE("may_serve_request(" #what ", " #__VA_ARGS__ ")"), (t), (what),        \
                       ASKS(__VA_ARGS__))
void serves_request_(struct at, struct t *, const struct ws_request *);
void refuses_request_(struct at, struct t *, const struct ws_request *);
bool may_serve_request_(struct at, struct t *, const char *what, const struct ws_request *);

/* The text of a right request on a->us. */
const char *right_request(struct shaken *);

/* ---- it dials: we answer ---- */

/* A PAIR dials, and its request has come. */
#define answerer(t) answerer_(HERE("answerer(t)"), (t))
struct shaken answerer_(struct at, struct t *);
/* The response just sent is taken: messages pass both ways. */
#define is_taken(a) is_taken_(HERE("is_taken(" #a ")"), (a))
void is_taken_(struct at, struct shaken *);
/* It fails the connection: no frame comes but a Close, and the end. */
#define is_failed(a) is_failed_(HERE("is_failed(" #a ")"), (a))
void is_failed_(struct at, struct shaken *);
/* No upgrade, but HTTP all the same, whether it ends the connection or not: another connection of
 * the socket, a PAIR, becomes a pipe, and takes what is sent; nothing is delivered from this one.
 */
#define is_no_pipe(a) is_no_pipe_(HERE("is_no_pipe(" #a ")"), (a))
void is_no_pipe_(struct at, struct shaken *);
/* Told to dial another place, it makes a pipe of that: a->us.  The first message that it delivers
 * is from there. */
#define takes_another(a) takes_another_(HERE("takes_another(" #a ")"), (a))
void takes_another_(struct at, struct shaken *);
/* It dials a->url once more within `ms`; never fails. */
#define dials_within(a, ms) dials_within_(HERE("dials_within(" #a ", " #ms ")"), (a), (ms))
bool dials_within_(struct at, struct shaken *, int64_t ms);
/* This connection is over: a->us is the next, and its request has come.  No clause asks for it, so
 * that a case about a MUST does without (takes_another). */
#define dials_again(a) dials_again_(HERE("dials_again(" #a ")"), (a))
void dials_again_(struct at, struct shaken *);
#define may_be_taken(a, what) may_be_taken_(HERE("may_be_taken(" #a ", " #what ")"), (a), (what))
bool may_be_taken_(struct at, struct shaken *, const char *what);

#define ANSWERS(...) (&(struct ws_response){ __VA_ARGS__ })
#define takes_response(t, ...)                                                                     \
    takes_response_(HERE("takes_response(" #__VA_ARGS__ ")"), (t), ANSWERS(__VA_ARGS__))
#define fails_response(t, ...)                                                                     \
    fails_response_(HERE("fails_response(" #__VA_ARGS__ ")"), (t), ANSWERS(__VA_ARGS__))
#define may_take_response(t, what, ...)                                                            \
    may_take_response_(HERE("may_take_response(" #what ", " #__VA_ARGS__ ")"), (t), (what),        \
                       ANSWERS(__VA_ARGS__))
void takes_response_(struct at, struct t *, const struct ws_response *);
void fails_response_(struct at, struct t *, const struct ws_response *);
bool may_take_response_(struct at, struct t *, const char *what, const struct ws_response *);

/* ---- texts, changed; all live as long as the case ---- */

/* `from`, the first time that it comes, is `to`. */
const char *with(struct t *, const char *text, const char *from, const char *to);
enum name_case { UPPER, LOWER, MIXED };
/* The names of the header fields in another case. */
const char *names_in(struct t *, const char *text, enum name_case);
/* Every field has `before` in front of its colon and `behind` behind it. */
const char *colons_as(struct t *, const char *text, const char *before, const char *behind);
/* As a value of the byte notation. */
const char *text_octets(struct t *, const char *text);
/* One of the elements of a list is `token`, whatever its case; a NULL list has none. */
bool has_token(const char *list, const char *token);
/* The fields in the reverse order. */
const char *reversed(struct t *, const char *text);
#endif
