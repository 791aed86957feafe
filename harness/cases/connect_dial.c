/* connect_dial.c -- a dialer goes on dialling, at a bearable pace. */
#include "any.h"

enum { REDIAL_MS = 2000, FIRST_MS = 3000, STEP_MS = 5 };

/* The next connection to `url`, counted from `since`. */
static struct peer *redials_within(struct t *t, const char *url, size_t seen, int64_t since,
                                   int64_t ms)
{
    while (connections_seen(t, url) <= seen && now(t) - since < ms)
        let_pass(t, STEP_MS, "a timer of the implementation decides when it dials again");
    check(t, connections_seen(t, url) > seen, "it has not dialled again within %lld ms",
          (long long)ms);
    return accept_raw(t, url);
}

CASE(connect_again_after_close,
     .title = "dials again when the peer accepts and closes, within 2 s and each time",
     .covers = "SP-CON-001", .why = "a server that is restarted must get its clients back",
     .via = STREAM_DIALS, .own_pace = true)
{
    const char *url = our_listener(t);
    struct iut *push = iut_open(t, "push");

    iut_dial(push, url);
    for (size_t i = 0; i < 3; i++) {
        struct peer *us = redials_within(t, url, i, now(t), REDIAL_MS);
        wire_expect(us, "00 'SP' 00 0050 0000");
        wire_close(us);
    }
    struct peer *pull = redials_within(t, url, 3, now(t), REDIAL_MS);
    open_peer(pull, "pull");
    iut_send(push, "'hello'");
    sp_expect(pull, "'hello'");
}

CASE(connect_again_after_instant_close,
     .title = "dials again when the peer closes without reading the greeting, and each time",
     .covers = "SP-CON-001",
     .why = "the write of the greeting fails then: the dialling must not end over it",
     .needs = "reconnect-min", .via = STREAM_DIALS, .own_pace = true)
{
    const char *url = our_listener(t);
    struct iut *push = iut_open(t, "push", "reconnect-min=1");

    if (iut_has(t, "reconnect-max"))
        iut_set(push, "reconnect-max", "1"); /* by default the gaps may grow */
    iut_dial(push, url);
    for (size_t i = 0; i < 400; i++) /* it matters how far it is when we close */
        wire_close(accept_raw(t, url));
    struct peer *pull = accept_raw(t, url);
    open_peer(pull, "pull");
    iut_send(push, "'hello'");
    sp_expect(pull, "'hello'");
}

CASE(connect_again_after_pipe,
     .title = "dials again when an established pipe ends, within 2 s and each time",
     .covers = "SP-CON-001", .why = "a server that is restarted must get its clients back",
     .via = STREAM_DIALS)
{
    const char *url = our_listener(t);
    struct iut *pull = iut_open(t, "pull");

    iut_dial(pull, url);
    for (size_t i = 0; i < 5; i++) {
        struct peer *push = redials_within(t, url, i, now(t), REDIAL_MS);
        wire_expect(push, "00 'SP' 00 0051 0000");
        wire_send(push, "00 'SP' 00 0050 0000");
        sp_send(push, value(t, "'hello' %02zx", i));
        iut_expect(pull, value(t, "'hello' %02zx", i));
        if (i % 2)
            wire_reset(push);
        else
            wire_close(push);
    }
}

CASE(connect_when_listener_comes,
     .title = "connects within 3 s of the peer listening where nobody listened when it dialled",
     .covers = "SP-CON-002", .why = "the order in which programs start must not matter",
     .via = DIALS, .own_pace = true)
{
    const char *url = nobody_there(t);
    struct iut *push = iut_open(t, "push");

    iut_dial(push, url);
    let_pass(t, 300, "a few dials are refused, at the pace of the reconnect timer");
    start_listening(t, url);
    struct peer *pull = redials_within(t, url, 0, now(t), FIRST_MS);
    open_peer(pull, "pull");
    iut_send(push, "'hello'");
    sp_expect(pull, "'hello'");
}

/* ---- after a bad greeting ---- */

static void recovers_from(struct t *t, const char *bad)
{
    const char *url = our_listener(t);
    struct iut *push = iut_open(t, "push");

    iut_dial(push, url);
    struct peer *us = accept_raw(t, url);
    wire_expect(us, "00 'SP' 00 0050 0000");
    wire_send(us, bad);
    expect_closed(us);
    struct peer *pull = redials_within(t, url, 1, now(t), REDIAL_MS);
    open_peer(pull, "pull");
    check(t, !closes_within(pull, 20),
          "it closes the next connection although our greeting is good");
    iut_begin_send(push, patience(t), "'hello'");
    sp_expect(pull, "'hello'");
    iut_end_ok(push);
}

CASE(connect_again_after_bad_greeting,
     .title = "dials again after a bad greeting, and a good one then gives a working pipe",
     .covers = "SP-CON-003", .via = STREAM_DIALS)
{
    recovers_from(t, "ff*8");
    recovers_from(t, "00 'SP' 00 0050 0000");
}

CASE(connect_again_after_long_bad_greeting,
     .title = "forgets what came behind a bad greeting before it dials again",
     .covers = "SP-CON-003",
     .why = "octets of the old connection, read as the greeting of the new one, refuse a good peer",
     .via = STREAM_DIALS)
{
    recovers_from(t, "'HTTP/1.1 400 Bad Request' 0d0a 0d0a");
}

static void flashes(struct t *t, bool read)
{
    const char *url = our_listener(t);
    struct iut *req = iut_open(t, "req");

    iut_dial(req, url);
    iut_begin_send(req, patience(t), "'ping'"); /* something waits for each pipe */
    for (size_t i = 0; i < 10; i++) {
        struct peer *flash = redials_within(t, url, i, now(t), REDIAL_MS);
        if (read)
            wire_expect(flash, "00 'SP' 00 0030 0000");
        wire_send(flash, "00 'SP' 00 0031 0000");
        wire_close(flash);
    }
    struct peer *rep = redials_within(t, url, 10, now(t), REDIAL_MS);
    wire_expect(rep, "00 'SP' 00 0030 0000");
    wire_send(rep, "00 'SP' 00 0031 0000");
    sp_expect(rep, "<id: %1....... .. .. ..> 'ping'");
    iut_end_ok(req);
    sp_send(rep, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(connect_again_after_flash,
     .title = "goes on dialling when the peer greets and closes at once, and serves one that stays",
     .covers = "SP-CON-010", .why = "the pipe ends while it is being set up", .via = STREAM_DIALS)
{
    flashes(t, true);
}

CASE(connect_again_after_reset_flash,
     .title = "goes on dialling when the peer greets and resets at once, and serves one that stays",
     .covers = "SP-CON-010",
     .why = "a pipe ends by an error while it is being set up: whoever waits for its end waits on",
     .via = TCP_DIALS)
{
    flashes(t, false); /* a close with unread octets is a reset */
}

/* ---- pace ---- */

/* Accepts a PAIR, closes when it has greeted, and tells how long it takes until it dials again. */
static int64_t next_gap(struct t *t, const char *url, struct peer **us)
{
    wire_expect(*us, "00 'SP' 00 0010 0000");
    wire_close(*us);
    int64_t closed = now(t);
    *us = accept_raw(t, url);
    return now(t) - closed;
}

CASE(connect_gaps_grow,
     .title = "waits longer after each failed dial, up to the largest reconnect time",
     .covers = "SP-CON-004", .why = "a thousand clients at full pace keep a server from starting",
     .needs = "reconnect-min reconnect-max", .via = STREAM_DIALS, .slow = true, .own_pace = true)
{
    /* Only a refused dial has failed beyond doubt: a connection without a greeting may count as
     * one, or begin the growth anew.  We listen when the gap has had time to grow, and see what is
     * left of it.  Some wait for a random part of the time: hence more than one look. */
    enum { LEAST = 10, MOST = 160, LATE = 200, REFUSED_MS = 1500, FEW = 4, MANY = 16 };
    struct iut *s = iut_open(t, "pair0", "reconnect-min=10", "reconnect-max=160");
    const char *url = nobody_there(t);
    int64_t longest = 0;

    iut_dial(s, url);
    for (unsigned i = 0; i < FEW || (i < MANY && longest < 4 * LEAST); i++) {
        let_pass(t, REFUSED_MS, "dials are refused, at the pace of the reconnect timer");
        int64_t since = now(t);
        start_listening(t, url);
        struct peer *us = accept_raw(t, url);
        longest = now(t) - since > longest ? now(t) - since : longest;
        stop_listening(t, url);
        wire_close(us);
    }
    check(t, longest >= 4 * LEAST,
          "refused for %d ms, %d times, it still dialled again within %lld ms", REFUSED_MS, MANY,
          (long long)longest);
    check(t, longest <= MOST + LATE, "it waited for %lld ms, and the largest time is %d ms",
          (long long)longest, MOST);
}

CASE(connect_gaps_do_not_grow,
     .title = "dials at the same pace for ever when the largest reconnect time is 0",
     .covers = "SP-CON-011", .needs = "reconnect-min reconnect-max", .via = STREAM_DIALS,
     .own_pace = true)
{
    struct iut *s = iut_open(t, "pair0", "reconnect-min=40", "reconnect-max=0");
    const char *url = our_listener(t);

    int64_t start = now(t);
    iut_dial(s, url);
    struct peer *us = accept_raw(t, url);
    for (unsigned i = 0; i < 12; i++)
        next_gap(t, url, &us);
    expect_elapsed(t, start, 0, 10000); /* doubling, it would be over two minutes */
}

CASE(connect_pace_is_bearable, .title = "dials fewer than 50 times a second while it is refused",
     .covers = "SP-CON-005", .why = "a dialer in a tight loop takes a processor and a server's log",
     .via = TCP_DIALS, .own_pace = true)
{
    const char *url = our_listener(t);
    struct iut *s = iut_open(t, "pair0");
    size_t closed = 0;

    iut_dial(s, url);
    for (int64_t start = now(t); now(t) - start < 1000;) {
        if (connections_seen(t, url) > closed) {
            struct peer *us = accept_raw(t, url);
            wire_expect(us, "00 'SP' 00 0010 0000");
            wire_close(us);
            closed++;
        } else {
            let_pass(t, STEP_MS, "a timer of the implementation decides when it dials again");
        }
    }
    check(t, closed < 50, "it dialled %zu times in a second", closed);
    check(t, closed > 0, "it has not dialled at all");
}
