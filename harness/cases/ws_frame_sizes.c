/* ws_frame_sizes.c -- messages of size, whole and in fragments, and many in turn. */
#include "ws_frame.h"

enum { KIB = 1024, MIB = 1024 * 1024 };

static void delivered(struct t *t, size_t n)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    sp_send_seq(us, NULL, n);
    iut_expect_seq(pair, n);
}

static void sent(struct t *t, size_t n)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send_seq(pair, n);
    iut_send(pair, "'behind'");
    sp_expect_seq(us, NULL, n);
    sp_expect(us, "'behind'");
}

#define SIZE(name, n, words)                                                                       \
    CASE(ws_message_of_##name##_delivered,                                                         \
         .title = "delivers a message of " words " in one frame", .covers = "WS-FRM-052",          \
         .via = WS)                                                                                \
    {                                                                                              \
        delivered(t, (n));                                                                         \
    }                                                                                              \
    CASE(ws_message_of_##name##_sent, .title = "sends a message of " words " octet for octet",     \
         .covers = "WS-FRM-052", .via = WS)                                                        \
    {                                                                                              \
        sent(t, (n));                                                                              \
    }

SIZE(64_kib_and_1, 64 * KIB + 1, "64 KiB and one octet")
SIZE(256_kib, 256 * KIB, "256 KiB")
SIZE(1_mib, MIB, "1 MiB")

/* 1 MiB, the default limit, in fragments of one size; octet i as in seq. */
static void delivers_in_fragments(struct t *t, size_t each)
{
    static unsigned char frame[14 + MIB];
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    bool masked = !dials(t);

    for (size_t at = 0; at < MIB; at += each) {
        unsigned char *to = frame;
        *to++ = (unsigned char)((at + each == MIB ? 0x80 : 0) | (at == 0 ? 2 : 0));
        *to++ = (unsigned char)((masked ? 0x80 : 0) | (each < 126     ? each
                                                       : each < 65536 ? 126
                                                                      : 127));
        for (int shift = each < 126 ? -8 : each < 65536 ? 8 : 56; shift >= 0; shift -= 8)
            *to++ = (unsigned char)((uint64_t)each >> shift);
        for (unsigned i = 0; masked && i < 4; i++)
            *to++ = (unsigned char)(at >> 4 * i); /* another key for each */
        for (size_t i = at; i < at + each; i++) {
            unsigned char key = (unsigned char)(masked ? at >> 4 * ((i - at) % 4) : 0);
            *to++ = (unsigned char)((i ^ i >> 8 ^ i >> 16) ^ key);
        }
        wire_send_octets(us, frame, (size_t)(to - frame));
    }
    sp_send(us, "'behind'");
    iut_expect_seq(pair, MIB);
    iut_expect(pair, "'behind'");
}

#define FRAGMENTS(name, each, words)                                                               \
    CASE(ws_message_in_fragments_of_##name,                                                        \
         .title = "delivers a message of 1 MiB in fragments of " words, .covers = "WS-FRM-052",    \
         .via = WS)                                                                                \
    {                                                                                              \
        delivers_in_fragments(t, (each));                                                          \
    }

FRAGMENTS(64, 64, "64 octets")
FRAGMENTS(256, 256, "256 octets")
FRAGMENTS(1_kib, KIB, "1 KiB")
FRAGMENTS(4_kib, 4 * KIB, "4 KiB")
FRAGMENTS(16_kib, 16 * KIB, "16 KiB")
FRAGMENTS(64_kib, 64 * KIB, "64 KiB")
FRAGMENTS(256_kib, 256 * KIB, "256 KiB")

/* ---- the implementation may fragment what it sends ---- */

CASE(ws_sends_3_mib,
     .title = "sends a message of 3 MiB, in whatever frames, of which each is as it must be",
     .covers = "SP-WS-045 WS-FRM-040", .via = WS)
{
    enum { SIZE = 3 * MIB };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send_seq(pair, SIZE);
    sp_expect_seq(us, NULL, SIZE);
    iut_send_seq(pair, SIZE);
    if (frames_of_message(t, us, SIZE) > 1)
        variant(t, "a message of 3 MiB is sent in several frames");
    iut_send(pair, "'behind'");
    sp_expect(us, "'behind'");
}

CASE(ws_sends_at_fragment_edges,
     .title = "sends messages at the sizes where implementations begin to fragment",
     .covers = "WS-FRM-040", .via = WS)
{
    static const size_t sizes[] = { 4096,  4097,  16384, 16385,  32768, 32769,
                                    65535, 65536, 65537, 131072, 131073 };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        iut_send_seq(pair, sizes[i]);
        sp_expect_seq(us, NULL, sizes[i]);
        iut_send_seq(pair, sizes[i]);
        frames_of_message(t, us, sizes[i]);
    }
}

/* ---- in turn ---- */

static void ping_pong(struct t *t, unsigned rounds, size_t n)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < rounds; i++) {
        sp_send_seq(us, NULL, n);
        iut_expect_seq(pair, n);
        iut_send_seq(pair, n);
        sp_expect_seq(us, NULL, n);
    }
}

CASE(ws_rounds_of_16_octets, .title = "passes 300 messages of 16 octets to and fro, in turn",
     .covers = "WS-FRM-052", .via = WS)
{
    ping_pong(t, 300, 16);
}

CASE(ws_rounds_of_1_kib, .title = "passes 100 messages of 1 KiB to and fro, in turn",
     .covers = "WS-FRM-052", .via = WS)
{
    ping_pong(t, 100, KIB);
}

CASE(ws_rounds_of_64_kib, .title = "passes 20 messages of 64 KiB to and fro, in turn",
     .covers = "WS-FRM-052", .via = WS | WSS)
{
    ping_pong(t, 20, 64 * KIB);
}

CASE(ws_powers_of_two,
     .title = "passes messages of every power of two, and of one octet less and more, both ways",
     .covers = "WS-FRM-052",
     .why = "a head before a body that fills its buffer, and masks that end within a word",
     .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t power = 4; power <= 131072; power *= 2)
        for (size_t n = power - 1; n <= power + 1; n++) {
            sp_send_seq(us, NULL, n);
            iut_expect_seq(pair, n);
            iut_send_seq(pair, n);
            sp_expect_seq(us, NULL, n);
        }
}

CASE(ws_messages_of_mixed_sizes,
     .title = "sends small and large messages in turn, each whole and in order",
     .covers = "WS-FRM-040", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (size_t i = 0; i < 40; i++)
        iut_send_seq(pair, i % 2 ? 3000 * i : i);
    for (size_t i = 0; i < 40; i++)
        sp_expect_seq(us, NULL, i % 2 ? 3000 * i : i);
}
