/* ws_frame_fragments.c -- messages in several frames: RFC 6455 5.4, sp-websocket-mapping-01 3. */
#include "ws_frame.h"

CASE(ws_fragments_two, .title = "delivers a message of two fragments as one",
     .covers = "WS-FRM-035", .via = WS)
{
    frames_deliver(t, "'whole'", { "'who'", .more = true }, { "'le'", .continuation = true });
}

CASE(ws_fragments_three, .title = "delivers a message of three fragments once, as one message",
     .covers = "SP-WS-042 WS-FRM-035", .via = WS)
{
    frames_deliver(t, "'one message'", { "'one'", .more = true },
                   { "' mess'", .continuation = true, .more = true },
                   { "'age'", .continuation = true });
}

CASE(ws_fragments_128_of_one_octet,
     .title = "delivers a message of 128 fragments of one octet each", .covers = "WS-FRM-035",
     .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    const char *whole = "";

    for (unsigned i = 0; i < 128; i++) {
        const char *octet = value(t, "%02x ", i);
        ws_send(us, octet, .continuation = i > 0, .more = i < 127);
        whole = value(t, "%s%s", whole, octet);
    }
    iut_expect(pair, whole);
}

CASE(ws_fragments_empty_first, .title = "delivers a message whose first fragment is empty",
     .covers = "SP-WS-044 WS-FRM-024", .via = WS)
{
    frames_deliver(t, "'whole'", { "", .more = true }, { "'whole'", .continuation = true });
}

CASE(ws_fragments_empty_middle, .title = "delivers a message with an empty fragment in the middle",
     .covers = "SP-WS-044 WS-FRM-024", .via = WS)
{
    frames_deliver(t, "'whole'", { "'who'", .more = true },
                   { "", .continuation = true, .more = true }, { "'le'", .continuation = true });
}

CASE(ws_fragments_empty_last, .title = "delivers a message whose last fragment is empty",
     .covers = "SP-WS-044 WS-FRM-024",
     .why = "the end of a message is a bit, and needs no payload to be told by", .via = WS)
{
    frames_deliver(t, "'whole'", { "'whole'", .more = true }, { "", .continuation = true });
}

CASE(ws_fragments_all_empty,
     .title = "delivers a message of three empty fragments as one empty message",
     .covers = "SP-WS-044 WS-FRM-024", .via = WS)
{
    frames_deliver(t, "", { "", .more = true }, { "", .continuation = true, .more = true },
                   { "", .continuation = true });
}

CASE(ws_fragments_two_messages,
     .title = "delivers two fragmented messages, one after the other, each by itself",
     .covers = "WS-FRM-035", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'on'", .more = true);
    ws_send(us, "'e'", .continuation = true);
    ws_send(us, "'t'", .more = true);
    ws_send(us, "'w'", .continuation = true, .more = true);
    ws_send(us, "'o'", .continuation = true);
    iut_expect(pair, "'one'");
    iut_expect(pair, "'two'");
}

CASE(ws_fragments_and_single_frames_in_turn,
     .title = "delivers fragmented messages and messages of one frame in turn, all and in order",
     .covers = "WS-FRM-034 WS-FRM-035",
     .why = "what was gathered for one message must not stay for the next", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < 5; i++) {
        sp_send(us, value(t, "'single' %02x", i));
        ws_send(us, "'frag'", .more = true);
        ws_send(us, value(t, "'mented' %02x", i), .continuation = true);
    }
    for (unsigned i = 0; i < 5; i++) {
        iut_expect(pair, value(t, "'single' %02x", i));
        iut_expect(pair, value(t, "'fragmented' %02x", i));
    }
}

CASE(ws_fragments_cut_anywhere,
     .title = "delivers a message in two fragments wherever it is divided", .covers = "WS-FRM-035",
     .via = WS)
{
    static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (int cut = 1; cut < 36; cut++) {
        ws_send(us, value(t, "'%.*s'", cut, text), .more = true);
        ws_send(us, value(t, "'%s'", text + cut), .continuation = true);
        iut_expect(pair, value(t, "'%s'", text));
    }
}

CASE(ws_fragments_of_all_length_forms,
     .title = "delivers a message of fragments whose lengths take 7, 16 and 64 bits",
     .covers = "WS-FRM-035", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'x'*70000", .more = true);
    ws_send(us, "'x'*300", .continuation = true, .more = true);
    ws_send(us, "'x'*3", .continuation = true, .more = true);
    ws_send(us, "'y'*126", .continuation = true);
    iut_expect(pair, "'x'*70303 'y'*126");
}

CASE(ws_fragments_octet_by_octet,
     .title = "delivers a message of three fragments that arrives one octet at a time",
     .covers = "WS-FRM-042", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    wire_trickle(us, ws_frame_pattern(us, "'slow'", .more = true));
    wire_trickle(us, ws_frame_pattern(us, "'ly'", .continuation = true, .more = true));
    wire_trickle(us, ws_frame_pattern(us, "'!'", .continuation = true));
    iut_expect(pair, "'slowly!'");
}

CASE(ws_fragments_in_one_segment,
     .title = "delivers a message all of whose fragments arrive in one segment",
     .covers = "WS-FRM-042", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    const char *first = ws_frame_pattern(us, "'who'", .more = true);
    const char *middle = ws_frame_pattern(us, "", .continuation = true, .more = true);
    const char *last = ws_frame_pattern(us, "'le'", .continuation = true);
    const char *behind = ws_frame_pattern(us, "'behind'");
    wire_send(us, value(t, "%s%s%s%s", first, middle, last, behind));
    iut_expect(pair, "'whole'");
    iut_expect(pair, "'behind'");
}

CASE(ws_fragments_not_before_the_last,
     .title = "delivers nothing of a fragmented message before its last fragment has come",
     .covers = "WS-FRM-036", .why = "the application would take the half for the whole", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'half'", .more = true);
    wire_drains_within(us, 50);
    iut_begin_recv(pair, patience(t));
    ws_send(us, "' and '", .continuation = true, .more = true);
    wire_drains_within(us, 50);
    ws_send(us, "'half'", .continuation = true);
    iut_end_expect(pair, "'half and half'");
}

/* ---- control frames between ---- */

CASE(ws_fragments_around_ping,
     .title = "answers a Ping between two fragments, and delivers the message intact",
     .covers = "SP-WS-048 WS-FRM-029",
     .why = "a peer that waits for the Pong before it goes on would wait for ever", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'who'", .more = true);
    ws_send(us, "'still there?'", .opcode = WS_PING);
    ws_expect(us, "'still there?'", .opcode = WS_PONG);
    ws_send(us, "'le'", .continuation = true);
    iut_expect(pair, "'whole'");
}

CASE(ws_fragments_around_pings,
     .title = "delivers a message of four fragments with two Pings in each gap",
     .covers = "WS-FRM-028", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < 4; i++) {
        ws_send(us, value(t, "'part' %02x", i), .continuation = i > 0, .more = i < 3);
        ws_send(us, value(t, "u16:%u", 2 * i), .opcode = WS_PING);
        ws_send(us, value(t, "u16:%u", 2 * i + 1), .opcode = WS_PING);
    }
    iut_expect(pair, "'part' 00 'part' 01 'part' 02 'part' 03");
}

CASE(ws_fragments_around_pong,
     .title = "ignores a Pong between two fragments, and delivers the message intact",
     .covers = "WS-FRM-028", .via = WS)
{
    frames_deliver(t, "'whole'", { "'who'", .more = true }, { "'unasked'", .opcode = WS_PONG },
                   { "'le'", .continuation = true });
}

CASE(ws_fragments_around_empty_ping,
     .title = "delivers a message around an empty Ping and an empty Pong", .covers = "WS-FRM-028",
     .via = WS)
{
    frames_deliver(t, "'whole'", { "'who'", .more = true }, { "", .opcode = WS_PING },
                   { "", .opcode = WS_PONG }, { "'le'", .continuation = true });
}

CASE(ws_fragments_around_ping_of_125,
     .title = "delivers a message of long fragments around a Ping of 125 octets",
     .covers = "WS-FRM-028", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'x'*5000", .more = true);
    ws_send(us, "'p'*125", .opcode = WS_PING);
    ws_expect(us, "'p'*125", .opcode = WS_PONG);
    ws_send(us, "'y'*5000", .continuation = true);
    iut_expect(pair, "'x'*5000 'y'*5000");
}
