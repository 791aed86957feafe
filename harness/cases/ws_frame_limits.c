/* ws_frame_limits.c -- lengths that are too much: RFC 6455 5.2, 10.4. */
#include "ws_frame.h"

enum { MIB = 1024 * 1024, CLOSE_MS = 200, MEMORY_BOUND = 64 * MIB };

CASE(ws_limit_for_one_frame,
     .title = "delivers a frame as long as the receive limit, and none that is one octet longer",
     .covers = "WS-FRM-048", .why = "off by one here, and two peers of one limit cannot talk",
     .needs = "max-recv", .via = WS)
{
    static const size_t limits[] = { 16, 125, 126, 1000 };

    for (unsigned i = 0; i < 4; i++) {
        size_t n = limits[i];
        struct iut *pair = iut_open(t, "pair", value(t, "max-recv=%zu", n));
        struct peer *us = attach(pair, "pair");
        sp_send_seq(us, NULL, n);
        iut_expect_seq(pair, n);
        sp_send_seq(us, NULL, n + 1);
        delivers_good(t, pair, us, "pair");
        iut_close(pair);
    }
}

CASE(ws_limit_for_fragments_together,
     .title = "delivers fragments that are as long as the receive limit together, and none longer",
     .covers = "WS-FRM-048",
     .why = "a limit that holds for each frame alone is none: there is no last fragment",
     .needs = "max-recv", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "max-recv=1000");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'x'*600", .more = true);
    ws_send(us, "'y'*400", .continuation = true);
    iut_expect(pair, "'x'*600 'y'*400");
    ws_send(us, "'x'*600", .more = true);
    ws_send(us, "'y'*401", .continuation = true);
    delivers_good(t, pair, us, "pair");
}

CASE(ws_limit_for_many_fragments,
     .title = "delivers nothing of a thousand small fragments that pass the receive limit together",
     .covers = "WS-FRM-048", .needs = "max-recv", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "max-recv=1000");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < 1001; i++)
        ws_send(us, "'x'", .continuation = i > 0, .more = i < 1000);
    delivers_good(t, pair, us, "pair");
}

CASE(ws_limit_announced,
     .title = "fails the connection over a head that announces more than the receive limit",
     .covers = "WS-FRM-048",
     .why = "nobody who has said how much he takes need wait for more to be told so",
     .needs = "max-recv", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "max-recv=1000");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "", .length_declared = true, .declared = 1001);
    if (!leaves_within(us, CLOSE_MS))
        variant(t, "a frame longer than the receive limit is read before it is refused");
    delivers_good(t, pair, us, "pair");
}

CASE(ws_limit_and_control_frames,
     .title = "answers a Ping that is longer than the receive limit, or fails the connection",
     .covers = "WS-FRM-053", .why = "the limit is about messages, and a Ping is none",
     .needs = "max-recv", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "max-recv=16");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'p'*125", .opcode = WS_PING);
    if (ws_next_head(us).opcode == WS_CLOSE) {
        variant(t, "the receive limit holds for control frames too");
        delivers_good(t, pair, us, "pair");
        return;
    }
    ws_expect(us, "'p'*125", .opcode = WS_PONG);
    variant(t, "the receive limit is for messages only");
    delivers_good(t, pair, us, "pair");
}

CASE(ws_limit_leaves_next_message,
     .title = "counts the receive limit anew for each message, however many fragments there were",
     .covers = "WS-FRM-048", .needs = "max-recv", .via = WS)
{
    struct iut *pair = iut_open(t, "pair", "max-recv=100");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < 10; i++) {
        ws_send(us, "'x'*50", .more = true);
        ws_send(us, "'y'*49", .continuation = true);
        iut_expect(pair, "'x'*50 'y'*49");
        sp_send(us, "'z'*100");
        iut_expect(pair, "'z'*100");
    }
}

CASE(ws_default_limit,
     .title = "fails the connection over a head that announces 1 MiB and one, or has no such limit",
     .covers = "SP-WS-066", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "", .length_declared = true, .declared = MIB + 1);
    if (!closes_within(pipe.us, CLOSE_MS)) {
        variant(t, "there is no limit of 1 MiB by default");
        return;
    }
    expect_ws_failed(pipe.us, 1009);
    variant(t, "by default a frame of 1 MiB and one fails the connection");
}

CASE(ws_default_limit_of_fragments,
     .title = "fails the connection over fragments of 1 MiB and one together, or delivers them",
     .covers = "SP-WS-067", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "", .seq = MIB / 2, .more = true);
    ws_send(us, "", .seq = MIB / 2, .continuation = true, .more = true);
    ws_send(us, "'x'", .continuation = true);
    for (int64_t began = now(t); !is_closed(us);) {
        if (strcmp(iut_try_recv(pair, 20), "ok") == 0) {
            variant(t, "by default there is no limit of 1 MiB for a message in fragments");
            return;
        }
        check(t, now(t) - began < patience(t),
              "neither is the message delivered nor the connection failed");
    }
    variant(t, "by default fragments of 1 MiB and one together fail the connection");
    delivers_good(t, pair, us, "pair");
}

/* ---- lengths that nobody means ---- */

CASE(ws_length_with_top_bit,
     .title = "fails the connection over a length of 64 bits whose top bit is set",
     .covers = "SP-WS-065 WS-FRM-023", .why = "as a signed number it is negative", .needs = "wire",
     .via = WS, .fragile = true)
{
    frames_fail(t, 1002, { "'evil'", .length_declared = true, .declared = 1ULL << 63 });
    frames_fail(t, 1002, { "'evil'", .length_declared = true, .declared = (1ULL << 63) + 4 });
    frames_fail(t, 1002, { "'evil'", .length_declared = true, .declared = UINT64_MAX });
}

CASE(ws_length_with_top_bit_in_continuation,
     .title = "fails the connection over a continuation whose length has its top bit set",
     .covers = "SP-WS-065 WS-FRM-023", .needs = "wire", .via = WS, .fragile = true)
{
    frames_fail(t, 1002, { "'ev'", .more = true },
                { "'il'", .continuation = true, .length_declared = true, .declared = 1ULL << 63 });
}

CASE(ws_length_of_ping_with_top_bit,
     .title = "fails the connection over a Ping whose length has its top bit set",
     .covers = "SP-WS-065 WS-FRM-025", .needs = "wire", .via = WS, .fragile = true)
{
    frames_fail(t, 1002,
                { "'evil'", .opcode = WS_PING, .length_declared = true, .declared = 1ULL << 63 });
}

/* It may wait for what is announced, or fail the connection: what it may not is to deliver, to end
 * or to serve nobody any more. */
static void survives(struct t *t, const char *first, struct ws_out claim)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    if (first)
        ws_send(us, first, .more = true);
    ws_send_(HERE("the announced length"), us, &claim);
    if (!leaves_within(us, CLOSE_MS))
        variant(t, "a length of %llu is waited for", (unsigned long long)claim.declared);
    delivers_good(t, pair, us, "pair");
}

CASE(ws_length_wraps_the_sum,
     .title = "survives a fragment of one octet and a continuation of 2^64 - 1, whose sum wraps",
     .covers = "SP-WS-068 WS-FRM-044", .why = "with the fragment before it the sum is 0", .via = WS,
     .fragile = true)
{
    survives(t, "'a'",
             (struct ws_out){ "'evil'", .continuation = true, .length_declared = true,
                              .declared = UINT64_MAX });
}

CASE(ws_length_wraps_the_sum_short_of_0,
     .title = "survives a fragment of 8 octets and a continuation of 2^64 - 4: together 4",
     .covers = "SP-WS-068 WS-FRM-044", .via = WS, .fragile = true)
{
    survives(t, "'eightoct'",
             (struct ws_out){ "'evil'", .continuation = true, .length_declared = true,
                              .declared = UINT64_MAX - 3 });
}

CASE(ws_length_wraps_signed_sum,
     .title = "survives a fragment of one octet and a continuation of 2^63 - 1",
     .covers = "WS-FRM-044", .why = "the sum is the first that is negative as a signed number",
     .via = WS, .fragile = true)
{
    survives(t, "'a'",
             (struct ws_out){ "'evil'", .continuation = true, .length_declared = true,
                              .declared = (1ULL << 63) - 1 });
}

CASE(ws_length_wraps_with_head,
     .title = "survives lengths that wrap when the head is added to them", .covers = "WS-FRM-044",
     .via = WS, .fragile = true)
{
    static const uint64_t lengths[] = { UINT64_MAX - 1, UINT64_MAX - 9, UINT64_MAX - 13,
                                        (1ULL << 63) - 10, (1ULL << 63) - 14 };

    for (unsigned i = 0; i < 5; i++)
        survives(t, NULL,
                 (struct ws_out){ "'evil'", .length_declared = true, .declared = lengths[i] });
}

CASE(ws_length_of_2_32_and_4,
     .title = "takes a length of 2^32 + 4 for what it is: nothing comes of its first four octets",
     .covers = "WS-FRM-021 WS-FRM-044", .why = "a length cut to 32 bits makes a message of it",
     .via = WS, .fragile = true)
{
    survives(t, NULL,
             (struct ws_out){ "'evil'", .length_declared = true, .declared = (1ULL << 32) + 4 });
}

CASE(ws_length_of_2_31, .title = "survives announced lengths of 2^31 - 1, 2^31 and 2^32 - 1",
     .covers = "WS-FRM-044", .via = WS, .fragile = true)
{
    static const uint64_t lengths[] = { (1ULL << 31) - 1, 1ULL << 31, (1ULL << 32) - 1 };

    for (unsigned i = 0; i < 3; i++)
        survives(t, NULL,
                 (struct ws_out){ "'evil'", .length_declared = true, .declared = lengths[i] });
}

CASE(ws_length_of_2_63_less_1, .title = "survives a length of 2^63 - 1, the longest that there is",
     .covers = "WS-FRM-044", .via = WS, .fragile = true)
{
    survives(t, NULL,
             (struct ws_out){ "'evil'", .length_declared = true, .declared = (1ULL << 63) - 1 });
}

/* ---- memory ---- */

static int64_t memory_now(struct t *t)
{
    int64_t n = iut_memory(t);

    if (n < 0)
        skip(t, "the memory of this process cannot be had");
    return n;
}

static void check_growth(struct t *t, int64_t before)
{
    int64_t grown = memory_now(t) - before;

    check(t, grown < MEMORY_BOUND, "its memory grew by %lld KiB", (long long)(grown / 1024));
}

CASE(ws_announced_lengths_commit_no_memory,
     .title = "takes no memory for lengths of 2^30 to 2^63 - 1 that are announced only",
     .covers = "WS-FRM-045", .why = "fourteen octets must not cost a server a gigabyte",
     .needs = "kernel", .via = WS, .fragile = true)
{
    static const uint64_t lengths[] = { 1ULL << 30, 1ULL << 31, 1ULL << 40, (1ULL << 63) - 1 };
    struct iut *pair = iut_open(t, "pair");
    int64_t before = memory_now(t);

    for (unsigned i = 0; i < 4; i++) {
        struct peer *us = attach_unchecked(pair, "pair");
        ws_send(us, "'x'*100", .length_declared = true, .declared = lengths[i]);
        closes_within(us, 100);
        check_growth(t, before);
        wire_close(us);
    }
}

CASE(ws_empty_fragments_endless,
     .title = "keeps its memory bounded over 200000 empty fragments of one message",
     .covers = "WS-FRM-047", .why = "no limit of octets ever ends a message that has none",
     .needs = "kernel", .via = WS_LISTENS, .slow = true)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    int64_t before = memory_now(t);

    ws_send(us, "'a'", .more = true);
    for (unsigned i = 0; i < 200; i++) {
        static unsigned char frames[1000 * 6]; /* each is 00 80 and the key 0 */
        for (unsigned k = 0; k < 1000; k++)
            frames[6 * k + 1] = 0x80;
        wire_send_octets(us, frames, sizeof frames);
    }
    if (!wire_drains_within(us, patience(t)))
        variant(t, "it ends a message of very many empty fragments");
    check_growth(t, before);
}
