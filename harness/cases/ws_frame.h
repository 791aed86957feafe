/* ws_frame.h -- what the cases about WebSocket frames have in common.  They use a PAIR where the
 * protocol does not matter: its messages are the payloads, with nothing before them. */
#ifndef CASES_WS_FRAME_H
#define CASES_WS_FRAME_H
#include "any.h"

/* An open socket and our end of a pipe to it: a PAIR, or in black box what the service speaks. */
struct ws_pipe {
    struct iut *s;
    struct peer *us;
};
#define ws_pipe(t) ws_pipe_(HERE("ws_pipe(t)"), (t))
struct ws_pipe ws_pipe_(struct at, struct t *);

/* frames_fail(t, 1002, { "'evil'", .rsv = WS_RSV1 }, ...): on a new pipe come these frames.  The
 * connection must fail, and nothing of them be delivered: the next is 'good', on a new one. */
#define frames_fail(t, code, ...)                                                                  \
    frames_fail_(HERE("frames_fail(" #code ", " #__VA_ARGS__ ")"), (t), false, (code),             \
                 (const struct ws_out[]){ __VA_ARGS__, { .pattern = NULL } })
/* The same after a good message, which is delivered. */
#define frames_fail_later(t, code, ...)                                                            \
    frames_fail_(HERE("frames_fail_later(" #code ", " #__VA_ARGS__ ")"), (t), true, (code),        \
                 (const struct ws_out[]){ __VA_ARGS__, { .pattern = NULL } })
void frames_fail_(struct at, struct t *, bool later, unsigned code, const struct ws_out *);

/* The frames that are good, then, as proof that they ended where they should, 'behind'. */
#define frames_deliver(t, wanted, ...)                                                             \
    frames_deliver_(HERE("frames_deliver(" #wanted ", " #__VA_ARGS__ ")"), (t), (wanted),          \
                    (const struct ws_out[]){ __VA_ARGS__, { .pattern = NULL } })
void frames_deliver_(struct at, struct t *, const char *wanted, const struct ws_out *);

/* Pings of ours whose payload is a number of two octets: Pongs come until that of `last`.  Those
 * before it may be left out, or come later (RFC 6455 5.5.3): how many come is a matter of time. */
#define pongs_until(t, p, last)                                                                    \
    pongs_until_(HERE("pongs_until(" #p ", " #last ")"), (t), (p), (last))
void pongs_until_(struct at, struct t *, struct peer *, unsigned last);

/* A message of the implementation comes, in frames that are each as they must be; its payload,
 * of `n` octets, is not looked at.  Returns how many frames it took. */
#define frames_of_message(t, p, n)                                                                 \
    frames_of_message_(HERE("frames_of_message(" #p ", " #n ")"), (t), (p), (n))
unsigned frames_of_message_(struct at, struct t *, struct peer *, size_t n);

/* A new pipe of a PAIR whose other one has ended, and on which nothing has been sent. */
#define next_pipe(t, s) next_pipe_(HERE("next_pipe(" #s ")"), (t), (s))
struct peer *next_pipe_(struct at, struct t *, struct iut *);

/* Octets `from` to `to` of a pattern that ws_frame_pattern made. */
const char *octets_of(struct t *, const char *pattern, size_t from, size_t to);
size_t octets_in(const char *pattern);

/* What frames put at the mercy of the implementation: it may close within `ms`, else we do. */
#define leaves_within(p, ms) leaves_within_(HERE("leaves_within(" #p ", " #ms ")"), (p), (ms))
bool leaves_within_(struct at, struct peer *, int64_t ms);
#endif
