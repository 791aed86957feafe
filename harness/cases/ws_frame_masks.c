/* ws_frame_masks.c -- masking, as received: RFC 6455 5.1, 5.3.  With literal keys, so that the
 * octets can be seen. */
#include "ws_frame.h"

/* The implementation is the server, and gets these octets; `wanted` and 'behind' are delivered. */
static void unmasks(struct t *t, const char *octets, const char *wanted)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_send(us, octets);
    sp_send(us, "'behind'");
    iut_expect(pair, wanted);
    iut_expect(pair, "'behind'");
}

CASE(ws_mask_of_the_rfc, .title = "server delivers 'Hello' masked as the example of RFC 6455 5.7",
     .covers = "WS-FRM-008", .via = WS_LISTENS)
{
    unmasks(t, "82 85 37fa213d 7f9f4d5158", "'Hello'");
}

CASE(ws_mask_of_zeros, .title = "server delivers a message masked with the key 0",
     .covers = "WS-FRM-009", .why = "some clients mask with 0 for speed", .via = WS_LISTENS)
{
    unmasks(t, "82 85 00000000 'Hello'", "'Hello'");
}

CASE(ws_mask_of_ones, .title = "server delivers a message masked with the key ff ff ff ff",
     .covers = "WS-FRM-009", .via = WS_LISTENS)
{
    unmasks(t, "82 85 ffffffff b79a939390", "'Hello'");
}

CASE(ws_mask_of_one_octet,
     .title = "server unmasks each octet with the octet of the key that is its own",
     .covers = "WS-FRM-008", .why = "a key read in the wrong byte order", .via = WS_LISTENS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_send(us, "82 88 ff000000 ff010203fb050607");
    iut_expect(pair, "0001020304050607");
    wire_send(us, "82 88 00ff0000 00fe020304fa0607");
    iut_expect(pair, "0001020304050607");
    wire_send(us, "82 88 0000ff00 0001fd030405f907");
    iut_expect(pair, "0001020304050607");
    wire_send(us, "82 88 000000ff 000102fc040506f8");
    iut_expect(pair, "0001020304050607");
}

CASE(ws_mask_of_empty_frame, .title = "server delivers an empty frame with a masking key",
     .covers = "WS-FRM-008",
     .why = "the key is there though there is nothing to mask, and belongs to the head",
     .via = WS_LISTENS)
{
    unmasks(t, "82 80 37fa213d", "");
}

CASE(ws_mask_per_frame, .title = "server unmasks each message with the key of its own frame",
     .covers = "WS-FRM-010", .via = WS_LISTENS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_send(us, "82 82 01020304 6063 82 82 05060708 6467 82 82 00000000 6161");
    for (unsigned i = 0; i < 3; i++)
        iut_expect(pair, "'aa'");
}

CASE(ws_mask_per_fragment,
     .title = "server unmasks each fragment with its own key, from that key's first octet",
     .covers = "WS-FRM-010", .why = "the first fragment has a length that is no multiple of four",
     .via = WS_LISTENS)
{
    unmasks(t,
            "02 83 01020304 606060 "
            "00 81 10203040 74 "
            "80 82 ff00ff00 9a66",
            "'abcdef'");
}

CASE(ws_mask_of_every_length,
     .title = "server unmasks messages of every length from 0 to 300 octets",
     .covers = "WS-FRM-008",
     .why = "who unmasks four, eight or more octets at a time errs in what is left",
     .via = WS_LISTENS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t n = 0; n <= 300; n++) {
        sp_send_seq(us, NULL, n);
        iut_expect_seq(pair, n);
    }
}

CASE(ws_mask_over_many_segments,
     .title = "server unmasks a message that arrives in parts of odd lengths",
     .covers = "WS-FRM-008",
     .why = "the key goes on where it was, and does not begin anew with each read",
     .via = WS_LISTENS)
{
    static const char text[] = "the key goes round and round, and never begins anew in a frame";
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t step = 1; step <= 7; step++) {
        const char *frame = ws_frame_pattern(us, value(t, "'%s'", text));
        for (size_t at = 0; at < octets_in(frame); at += step) {
            size_t end = at + step < octets_in(frame) ? at + step : octets_in(frame);
            wire_send(us, octets_of(t, frame, at, end));
            wire_drains_within(us, 20);
        }
        iut_expect(pair, value(t, "'%s'", text));
    }
}

CASE(ws_mask_over_large_message,
     .title = "server unmasks a message of 100001 octets that arrives in two parts",
     .covers = "WS-FRM-008", .via = WS_LISTENS)
{
    enum { HEAD = 14, SIZE = 100001 };
    static unsigned char frame[HEAD + SIZE] = "\x82\xff\0\0\0\0\0\x01\x86\xa1\1\2\3\4";
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t i = 0; i < SIZE; i++)
        frame[HEAD + i] = (unsigned char)((i ^ i >> 8 ^ i >> 16) ^ (1 + i % 4));
    for (size_t cut = 50001; cut <= 50004; cut++) {
        wire_send_octets(us, frame, cut);
        wire_drains_within(us, 50);
        wire_send_octets(us, frame + cut, sizeof frame - cut);
        iut_expect_seq(pair, SIZE);
    }
}

CASE(ws_mask_of_ping, .title = "server answers a masked Ping with what it says unmasked",
     .covers = "WS-FRM-011", .needs = "wire", .via = WS_LISTENS)
{
    struct ws_pipe pipe = ws_pipe(t);

    wire_send(pipe.us, "89 85 37fa213d 7f9f4d5158");
    ws_expect(pipe.us, "'Hello'", .opcode = WS_PONG);
    wire_send(pipe.us, "89 84 01020304 01020304");
    ws_expect(pipe.us, "00000000", .opcode = WS_PONG);
}

CASE(ws_mask_after_ping,
     .title = "server goes on with its own key after a Ping between two fragments",
     .covers = "WS-FRM-010", .via = WS_LISTENS)
{
    unmasks(t,
            "02 82 01020304 6060 "
            "89 81 ffffffff 00 "
            "80 82 10203040 7344",
            "'abcd'");
}
