/* ws_frame_lengths.c -- how the length of a payload is said: RFC 6455 5.2. */
#include "ws_frame.h"

/* One frame each way, of a length at the edge of a form. */
static void delivered(struct t *t, size_t n)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    sp_send_seq(us, NULL, n);
    sp_send(us, "'behind'");
    iut_expect_seq(pair, n);
    iut_expect(pair, "'behind'");
}

static void sent(struct t *t, size_t n, const char *form)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send_seq(pair, n);
    iut_send(pair, "'behind'");
    sp_expect_seq(us, NULL, n);
    sp_expect(us, "'behind'");

    iut_send_seq(pair, n);
    if (frames_of_message(t, us, n) > 1)
        variant(t, "a message of %zu octets is sent in several frames", n);
    else
        check(t,
              ws_last_head(us).length_form == (n > 65535 ? 9
                                               : n > 125 ? 3
                                                         : 1),
              "the length is not said in %s", form);
}

#define DELIVERED(n, row)                                                                          \
    CASE(ws_frame_of_##n##_delivered,                                                              \
         .title = "delivers a frame of " #n " octets octet for octet", .covers = row, .via = WS)   \
    {                                                                                              \
        delivered(t, n);                                                                           \
    }

#define SENT(n, form)                                                                              \
    CASE(ws_frame_of_##n##_sent, .title = "says the length of a frame of " #n " octets in " form,  \
         .covers = "SP-WS-041 WS-FRM-022",                                                         \
         .why = "some peers fail the connection over a length that could be shorter", .via = WS)   \
    {                                                                                              \
        sent(t, n, form);                                                                          \
    }

CASE(ws_frame_of_0_delivered, .title = "delivers a frame without payload as an empty message",
     .covers = "SP-WS-046 WS-FRM-024",
     .why = "an empty message is a message, and not the end of anything", .via = WS)
{
    delivered(t, 0);
}

DELIVERED(1, "WS-FRM-019")
DELIVERED(124, "WS-FRM-019")
DELIVERED(125, "WS-FRM-019")
DELIVERED(126, "WS-FRM-020")
DELIVERED(127, "WS-FRM-020")
DELIVERED(128, "WS-FRM-020")
DELIVERED(255, "WS-FRM-020")
DELIVERED(256, "WS-FRM-020")
DELIVERED(32768, "WS-FRM-020")
DELIVERED(65535, "WS-FRM-020")
DELIVERED(65536, "WS-FRM-021")
DELIVERED(65537, "WS-FRM-021")
DELIVERED(131072, "WS-FRM-021")

SENT(0, "7 bits")
SENT(1, "7 bits")
SENT(125, "7 bits")
SENT(126, "16 bits")
SENT(127, "16 bits")
SENT(128, "16 bits")
SENT(65535, "16 bits")
SENT(65536, "64 bits")
SENT(65537, "64 bits")

/* ---- longer forms than needed ---- */

/* A message is delivered ("ok"), or the connection ends. */
static const char *await_message(struct t *t, struct iut *pair, struct peer *us)
{
    for (int64_t began = now(t);;) {
        bool closed = is_closed(us);
        const char *code = iut_try_recv(pair, 20);
        if (strcmp(code, "ok") == 0 || closed)
            return code;
        check(t, now(t) - began < patience(t),
              "neither is the frame delivered nor the connection failed");
    }
}

/* RFC 6455 5.2: the minimal number of octets MUST be used.  What to do with another is not said:
 * to fail the connection is right, to read what it says does no harm. */
static void fails_or_delivers(struct t *t, const struct ws_out *frame, bool delivered)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send_(HERE("the long length"), us, frame);
    sp_send(us, "'good'");
    if (strcmp(await_message(t, pair, us), "ok") != 0) {
        variant(t, "a length in a longer form than needed fails the connection");
        delivers_good(t, pair, us, "pair");
        return;
    }
    variant(t, "a length in a longer form than needed is read as what it says");
    if (delivered) {
        check(t, captured(t, "got") == 0x68656c6c6f, "what was delivered is not 'hello'");
        iut_expect(pair, "'good'");
    } else {
        check(t, captured(t, "got") == 0x676f6f64, "what was delivered is not 'good'");
    }
}

CASE(ws_length_16_for_5_octets,
     .title = "fails the connection over a length of 5 in 16 bits, or delivers the 5 octets",
     .covers = "SP-WS-064", .via = WS)
{
    fails_or_delivers(t, &(struct ws_out){ "'hello'", .length_form = WS_LENGTH_16 }, true);
}

CASE(ws_length_64_for_5_octets,
     .title = "fails the connection over a length of 5 in 64 bits, or delivers the 5 octets",
     .covers = "SP-WS-064", .via = WS)
{
    fails_or_delivers(t, &(struct ws_out){ "'hello'", .length_form = WS_LENGTH_64 }, true);
}

CASE(
    ws_length_16_of_ping,
    .title = "fails the connection over a Ping of 5 octets whose length is in 16 bits, or takes it",
    .covers = "SP-WS-064", .via = WS)
{
    fails_or_delivers(
        t, &(struct ws_out){ "'hello'", .opcode = WS_PING, .length_form = WS_LENGTH_16 }, false);
}

CASE(
    ws_length_64_of_ping,
    .title = "fails the connection over a Ping of 5 octets whose length is in 64 bits, or takes it",
    .covers = "SP-WS-064", .via = WS)
{
    fails_or_delivers(
        t, &(struct ws_out){ "'hello'", .opcode = WS_PING, .length_form = WS_LENGTH_64 }, false);
}

static void long_frame_fails_or_delivers(struct t *t, size_t n, enum ws_length_form form)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "", .seq = n, .length_form = form);
    sp_send(us, "'behind'");
    if (strcmp(await_message(t, pair, us), "ok") != 0) {
        variant(t, "a length in a longer form than needed fails the connection");
        delivers_good(t, pair, us, "pair");
        return;
    }
    variant(t, "a length in a longer form than needed is read as what it says");
    iut_expect(pair, "'behind'");
}

CASE(ws_length_16_for_125_octets,
     .title = "fails the connection over a length of 125 in 16 bits, or delivers the 125 octets",
     .covers = "SP-WS-064", .via = WS)
{
    long_frame_fails_or_delivers(t, 125, WS_LENGTH_16);
}

CASE(ws_length_64_for_65535_octets,
     .title = "fails the connection over a length of 65535 in 64 bits, or delivers the octets",
     .covers = "SP-WS-064", .via = WS)
{
    long_frame_fails_or_delivers(t, 65535, WS_LENGTH_64);
}

CASE(ws_length_64_for_0_octets,
     .title = "fails the connection over a length of 0 in 64 bits, or delivers an empty message",
     .covers = "SP-WS-064", .via = WS)
{
    long_frame_fails_or_delivers(t, 0, WS_LENGTH_64);
}
