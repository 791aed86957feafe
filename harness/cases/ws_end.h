/* ws_end.h -- how WebSocket connections end (RFC 6455 5.5.1, 7), and text that ends them (8.1).
 *
 * They use a PAIR, whose messages are the payloads with nothing before them; in black box what the
 * service speaks. */
#ifndef CASES_WS_END_H
#define CASES_WS_END_H
#include "any.h"

struct talk {
    struct t *t;
    struct iut *s;
    struct peer *us;
};
#define talk_to(t) talk_to_(HERE("talk_to(t)"), (t))
struct talk talk_to_(struct at, struct t *);

/* Nothing of this connection, which has ended or will be ended by us, is delivered any more: the
 * next message is 'good', sent on a new one. */
#define good_is_next(k) good_is_next_(HERE("good_is_next(" #k ")"), (k))
void good_is_next_(struct at, struct talk *);

/* A Close of `code` (1005: empty) ends the connection.  The code of the Close that answers is the
 * same, which nobody demands, or another that may be sent.  That none answers, cases of their own
 * say. */
#define takes_close(k, code, reason)                                                               \
    takes_close_(HERE("takes_close(" #k ", " #code ", " #reason ")"), (k), (code), (reason))
void takes_close_(struct at, struct talk *, unsigned code, const char *reason);

/* The Close that answered one of code `sent`, which anybody may send, is neither 1002 nor 1007. */
#define not_blamed(k, sent) not_blamed_(HERE("not_blamed(" #k ", " #sent ")"), (k), (sent))
void not_blamed_(struct at, struct talk *, unsigned sent);

/* A Close with this body fails a new connection (expect_ws_failed). */
#define fails_over_close(t, body, due)                                                             \
    fails_over_close_(HERE("fails_over_close(" #body ", " #due ")"), (t), (body), (due))
void fails_over_close_(struct at, struct t *, const char *body, unsigned due);

/* ---- text ---- */

/* Whether the implementation takes text at all (sp-websocket-mapping-01 3): one message is
 * delivered, or fails the connection with 1003, which is named as a variant.  False: the case has
 * nothing more to judge. */
#define takes_text(k) takes_text_(HERE("takes_text(" #k ")"), (k))
bool takes_text_(struct at, struct talk *);

/* On a new connection this text, in one frame, is delivered octet for octet. */
#define delivers_text(t, text) delivers_text_(HERE("delivers_text(" #text ")"), (t), (text))
void delivers_text_(struct at, struct t *, const char *text);

/* On a new connection this text, no UTF-8, fails it with 1007; and is not delivered. */
#define refuses_text(t, text) refuses_text_(HERE("refuses_text(" #text ")"), (t), (text))
void refuses_text_(struct at, struct t *, const char *text);
/* The same in two frames. */
#define refuses_texts(t, first, second)                                                            \
    refuses_texts_(HERE("refuses_texts(" #first ", " #second ")"), (t), (first), (second))
void refuses_texts_(struct at, struct t *, const char *first, const char *second);

/* Octets `from` to `to` of what is written as "ce ba e1". */
const char *octets_at(struct t *, const char *hex, size_t from, size_t to);
#endif
