/* ws_frame_cut.c -- the connection ends within a frame: nothing of it is delivered. */
#include "ws_frame.h"

enum ending { BY_FIN, BY_RST };

/* `n` octets come, then the end; each time on a new connection. */
static struct peer *ends_after(struct t *t, struct iut *pair, const char *octets, size_t n,
                               enum ending ending)
{
    struct peer *us = attach_unchecked(pair, "pair"); /* a PAIR may still count the one before */

    wire_send(us, octets_of(t, octets, 0, n));
    wire_drains_within(us, 20); /* a reset may overtake what was not read */
    if (ending == BY_RST) {
        wire_reset(us);
        return us;
    }
    wire_finish(us);
    leaves_within(us, patience(t));
    return us;
}

static void delivers_nothing_cut(struct t *t, size_t payload, size_t cuts, enum ending ending)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *frame = ws_frame_pattern(us, value(t, "'e'*%zu", payload));

    sp_send(us, "'first'");
    iut_expect(pair, "'first'");
    wire_close(us);
    for (size_t n = 0; n < cuts && n < octets_in(frame); n++)
        us = ends_after(t, pair, frame, n, ending);
    delivers_good(t, pair, us, "pair");
}

CASE(ws_cut_by_fin,
     .title = "delivers nothing of a frame when the peer ends the connection after any octet of it",
     .covers = "WS-FRM-049", .via = WS)
{
    delivers_nothing_cut(t, 4, 12, BY_FIN);
}

CASE(ws_cut_by_reset,
     .title = "delivers nothing of a frame when the peer resets after any octet of it",
     .covers = "WS-FRM-049", .why = "an error event where an end was expected has ended processes",
     .via = WS)
{
    delivers_nothing_cut(t, 4, 12, BY_RST);
}

CASE(ws_cut_in_long_head_by_fin,
     .title = "delivers nothing when the connection ends in the head of a frame of 65536 octets",
     .covers = "WS-FRM-049", .via = WS)
{
    delivers_nothing_cut(t, 65536, 18, BY_FIN);
}

CASE(ws_cut_in_long_head_by_reset,
     .title = "delivers nothing when a reset comes in the head of a frame of 65536 octets",
     .covers = "WS-FRM-049", .via = WS)
{
    delivers_nothing_cut(t, 65536, 18, BY_RST);
}

/* What is whole, but no message. */
static void delivers_nothing_of(struct t *t, enum ending ending)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'ev'", .more = true);
    ws_send(us, "'il'", .continuation = true, .more = true);
    wire_drains_within(us, 20);
    if (ending == BY_RST) {
        wire_reset(us);
    } else {
        wire_finish(us);
        leaves_within(us, patience(t));
    }
    delivers_good(t, pair, us, "pair");
}

CASE(ws_cut_between_fragments_by_fin,
     .title = "delivers nothing of a message when the connection ends before its last fragment",
     .covers = "WS-FRM-049",
     .why = "who keeps what was gathered hands it to the next connection's continuation", .via = WS)
{
    delivers_nothing_of(t, BY_FIN);
}

CASE(ws_cut_between_fragments_by_reset,
     .title = "delivers nothing of a message when a reset comes before its last fragment",
     .covers = "WS-FRM-049", .via = WS)
{
    delivers_nothing_of(t, BY_RST);
}

CASE(ws_cut_after_fragment_of_another,
     .title = "does not take a continuation for that of a message the last connection left behind",
     .covers = "WS-FRM-049 WS-FRM-038", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'ev'", .more = true);
    wire_drains_within(us, 20);
    wire_close(us);
    struct peer *next = next_pipe(t, pair);
    ws_send(next, "'il'", .continuation = true);
    expect_ws_failed(next, 1002);
    delivers_good(t, pair, next, "pair");
}

CASE(ws_cut_after_ping,
     .title = "serves the next when the peer resets with the answer to its Ping on the way",
     .covers = "WS-FRM-049", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = NULL;

    for (unsigned i = 0; i < 5; i++) {
        us = attach_unchecked(pair, "pair");
        ws_send(us, "'p'*125", .opcode = WS_PING);
        wire_reset(us);
    }
    delivers_good(t, pair, us, "pair");
}
