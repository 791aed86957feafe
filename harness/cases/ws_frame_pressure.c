/* ws_frame_pressure.c -- frames while one side does not take what the other sends. */
#include "ws_frame.h"

enum { MIB = 1024 * 1024 };

CASE(ws_ping_behind_messages,
     .title = "answers a Ping behind messages not received yet, at the latest when they are",
     .covers = "WS-FRM-051",
     .why = "a slow application must not make its connection look dead for ever", .via = WS)
{
    enum { COUNT = 50, SIZE = 4000 };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < COUNT; i++)
        sp_send_seq(us, NULL, SIZE + i);
    ws_send(us, "'behind'", .opcode = WS_PING);
    for (unsigned i = 0; i < COUNT; i++)
        iut_expect_seq(pair, SIZE + i);
    ws_expect(us, "'behind'", .opcode = WS_PONG);
}

CASE(ws_messages_behind_many,
     .title = "loses no message while its application does not receive, however many there are",
     .covers = "WS-FRM-043", .via = WS)
{
    enum { COUNT = 60, SIZE = 50000 };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < COUNT; i++)
        sp_send_seq(us, NULL, SIZE + i);
    wire_drains_within(us, 100);
    for (unsigned i = 0; i < COUNT; i++)
        iut_expect_seq(pair, SIZE + i);
}

CASE(ws_fragments_behind_many,
     .title = "delivers fragmented messages behind others that were not received yet",
     .covers = "WS-FRM-035", .via = WS)
{
    enum { COUNT = 20 };
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < COUNT; i++) {
        ws_send(us, value(t, "u16:%u 'x'*20000", i), .more = true);
        ws_send(us, "", .continuation = true, .more = true);
        ws_send(us, "'end'", .continuation = true);
    }
    wire_drains_within(us, 50);
    for (unsigned i = 0; i < COUNT; i++)
        iut_expect(pair, value(t, "u16:%u 'x'*20000 'end'", i));
}

CASE(ws_pong_not_inside_message,
     .title = "puts no Pong inside the frame of a long message that it sends when a Ping comes",
     .covers = "WS-FRM-041", .why = "the octets of the Pong would be taken for payload", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_pause(us);
    iut_begin_send(pair, 2 * patience(t), "'x'*1000000");
    ws_send(us, "u16:1", .opcode = WS_PING);
    wire_drains_within(us, 100);
    wire_resume(us);
    sp_expect(us, "'x'*1000000");
    iut_end_ok(pair);
    iut_send(pair, "'behind'");
    sp_expect(us, "'behind'");
}

CASE(ws_ping_during_messages,
     .title = "mixes nothing up when Pings come while messages pass both ways",
     .covers = "WS-FRM-041", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < 50; i++) {
        ws_send(us, value(t, "u16:%u", i), .opcode = WS_PING);
        sp_send(us, value(t, "'in' %02x", i));
        iut_send(pair, value(t, "'out' %02x", i));
        iut_expect(pair, value(t, "'in' %02x", i));
    }
    for (unsigned i = 0; i < 50; i++)
        sp_expect(us, value(t, "'out' %02x", i));
}

CASE(ws_ping_flood, .title = "answers the last Ping of each of a hundred bursts of twenty",
     .covers = "WS-FRM-031", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    for (unsigned burst = 0; burst < 100; burst++) {
        for (unsigned i = 0; i < 20; i++)
            ws_send(pipe.us, value(t, "u16:%u", 20 * burst + i), .opcode = WS_PING);
        pongs_until(t, pipe.us, 20 * burst + 19);
    }
}

CASE(ws_ping_flood_unread,
     .title = "keeps its memory bounded when a peer pings and pings and reads no answer",
     .covers = "WS-FRM-046", .why = "each Pong that waits to be written is memory of the server",
     .needs = "kernel", .via = WS_LISTENS, .slow = true, .fragile = true)
{
    enum { CHUNK = 500, FRAME = 6 + 125, ROUNDS = 1000 }; /* 65 MB */
    static unsigned char pings[CHUNK * FRAME];
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    int64_t before = iut_memory(t);

    if (before < 0)
        skip(t, "the memory of this process cannot be had");
    for (unsigned i = 0; i < CHUNK; i++) {
        pings[i * FRAME] = 0x89;
        pings[i * FRAME + 1] = 0x80 | 125;
    }
    wire_pause(us);
    for (unsigned i = 0; i < ROUNDS && !is_closed(us); i++) {
        wire_send_octets(us, pings, sizeof pings);
        if (!wire_drains_within(us, 100))
            break; /* it reads no more, which is right */
    }
    int64_t grown = iut_memory(t) - before;
    check(t, grown < 32 * MIB, "its memory grew by %lld KiB", (long long)(grown / 1024));
    wire_reset(us);
    delivers_good(t, pair, us, "pair");
}
