/* ws_frame_segments.c -- TCP is a stream: where a segment ends means nothing to a frame. */
#include "ws_frame.h"

CASE(ws_frame_octet_by_octet,
     .title = "delivers a message whose frame arrives one octet at a time, once and intact",
     .covers = "SP-WS-069 WS-FRM-042", .via = WS | WSS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_trickle(us, ws_frame_pattern(us, "'slowly'"));
    wire_trickle(us, ws_frame_pattern(us, "'then good'"));
    iut_expect(pair, "'slowly'");
    iut_expect(pair, "'then good'");
}

/* Only the head in octets: that is where it is decided what comes. */
static void head_octet_by_octet(struct t *t, size_t n, size_t head)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *frame = ws_frame_pattern(us, value(t, "'x'*%zu", n));

    wire_trickle(us, octets_of(t, frame, 0, head));
    wire_send(us, octets_of(t, frame, head, octets_in(frame)));
    iut_expect(pair, value(t, "'x'*%zu", n));
    sp_send(us, "'behind'");
    iut_expect(pair, "'behind'");
}

CASE(ws_frame_head_of_16_bits_octet_by_octet,
     .title = "delivers a message whose length in 16 bits arrives one octet at a time",
     .covers = "SP-WS-069 WS-FRM-042", .via = WS)
{
    head_octet_by_octet(t, 258, dials(t) ? 4 : 8);
}

CASE(ws_frame_head_of_64_bits_octet_by_octet,
     .title = "delivers a message whose length in 64 bits arrives one octet at a time",
     .covers = "SP-WS-069 WS-FRM-042", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    if (dials(t))
        wire_trickle(us, "82 7f 0000000000010001");
    else
        wire_trickle(us, "82 ff 0000000000010001 00000000");
    wire_send(us, "'x'*65537");
    iut_expect(pair, "'x'*65537");
    sp_send(us, "'behind'");
    iut_expect(pair, "'behind'");
}

CASE(ws_frame_of_0_octet_by_octet,
     .title = "delivers an empty message whose frame arrives one octet at a time",
     .covers = "SP-WS-069 WS-FRM-042", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_trickle(us, ws_frame_pattern(us, ""));
    wire_trickle(us, ws_frame_pattern(us, "'good'"));
    iut_expect(pair, "");
    iut_expect(pair, "'good'");
}

CASE(ws_frames_cut_anywhere,
     .title = "delivers two messages that arrive in two segments, wherever they are cut",
     .covers = "WS-FRM-042 WS-FRM-043", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *one = ws_frame_pattern(us, "'first'"), *two = ws_frame_pattern(us, "'second'");
    const char *both = value(t, "%s%s", one, two);

    for (size_t cut = 1; cut < octets_in(both); cut++) {
        wire_send(us, octets_of(t, both, 0, cut));
        wire_drains_within(us, 50);
        wire_send(us, octets_of(t, both, cut, octets_in(both)));
        iut_expect(pair, "'first'");
        iut_expect(pair, "'second'");
    }
}

CASE(ws_frame_of_300_cut_anywhere_in_head,
     .title = "delivers a message of 300 octets wherever its head, or what is next to it, is cut",
     .covers = "WS-FRM-042", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t cut = 1; cut < 12; cut++) {
        const char *frame = ws_frame_pattern(us, "'a' 'x'*298 'z'");
        wire_send(us, octets_of(t, frame, 0, cut));
        wire_drains_within(us, 50);
        wire_send(us, octets_of(t, frame, cut, octets_in(frame)));
        iut_expect(pair, "'a' 'x'*298 'z'");
    }
}

CASE(ws_frames_in_one_segment,
     .title = "delivers several messages in one segment each by itself, empty ones too",
     .covers = "WS-FRM-043", .why = "a reader that takes one frame from each read loses the rest",
     .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *all = "";
    static const char *const payloads[] = { "'one'", "", "'three'", "'x'*200", "", "", "'seven'" };

    for (unsigned i = 0; i < 7; i++)
        all = value(t, "%s%s", all, ws_frame_pattern(us, payloads[i]));
    wire_send(us, all);
    for (unsigned i = 0; i < 7; i++)
        iut_expect(pair, payloads[i]);
}

CASE(ws_frame_and_a_part_of_the_next,
     .title = "delivers a message before the frame behind it, of which a part has come, is whole",
     .covers = "WS-FRM-042", .why = "an answer may be awaited before the rest is sent", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t part = 1; part <= 7; part++) {
        const char *first = ws_frame_pattern(us, "'first'");
        const char *next = ws_frame_pattern(us, "'the next'");
        wire_send(us, value(t, "%s%s", first, octets_of(t, next, 0, part)));
        iut_expect(pair, "'first'");
        wire_send(us, octets_of(t, next, part, octets_in(next)));
        iut_expect(pair, "'the next'");
    }
}

enum { MANY = 1000 };

CASE(ws_frames_thousand_at_once,
     .title = "delivers a thousand messages that arrive in one write, all and in order",
     .covers = "WS-FRM-043", .via = WS)
{
    static unsigned char octets[MANY * 10];
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    unsigned char *to = octets;

    for (unsigned i = 0; i < MANY; i++) {
        const unsigned char masked[] = { 0x82, 0x84, 0, 0, 0, 0 }, bare[] = { 0x82, 4 };
        const unsigned char body[] = { 'n', 0, (unsigned char)(i >> 8), (unsigned char)i };
        size_t head = dials(t) ? sizeof bare : sizeof masked;
        memcpy(to, dials(t) ? bare : masked, head);
        memcpy(to + head, body, sizeof body);
        to += head + sizeof body;
    }
    wire_send_octets(us, octets, (size_t)(to - octets));
    for (unsigned i = 0; i < MANY; i++)
        iut_expect(pair, value(t, "'n' 00 u16:%u", i));
}

CASE(ws_frames_with_pings_at_once,
     .title = "delivers twenty messages with a Ping behind each, all in one write",
     .covers = "WS-FRM-031 WS-FRM-043", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *all = "";

    for (unsigned i = 0; i < 20; i++) {
        const char *message = ws_frame_pattern(us, value(t, "'n' %02x", i));
        const char *ping = ws_frame_pattern(us, value(t, "u16:%u", i), .opcode = WS_PING);
        all = value(t, "%s%s%s", all, message, ping);
    }
    wire_send(us, all);
    for (unsigned i = 0; i < 20; i++)
        iut_expect(pair, value(t, "'n' %02x", i));
    pongs_until(t, us, 19);
}

CASE(ws_frame_large_in_small_segments,
     .title = "delivers a message of 65536 octets that arrives 997 octets at a time",
     .covers = "WS-FRM-042", .via = WS)
{
    enum { SIZE = 65536, STEP = 997 };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_send(us, dials(t) ? "82 7f 0000000000010000" : "82 ff 0000000000010000 00000000");
    for (size_t at = 0; at < SIZE; at += STEP) {
        unsigned char part[STEP];
        size_t n = SIZE - at < STEP ? SIZE - at : STEP;
        for (size_t i = 0; i < n; i++)
            part[i] = (unsigned char)((at + i) ^ (at + i) >> 8 ^ (at + i) >> 16);
        wire_send_octets(us, part, n);
        wire_drains_within(us, 5);
    }
    iut_expect_seq(pair, SIZE);
}
