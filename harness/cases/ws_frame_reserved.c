/* ws_frame_reserved.c -- bits and opcodes that mean nothing without an extension: RFC 6455 5.2. */
#include "ws_frame.h"

#define RSV(name, bits, words)                                                                     \
    CASE(ws_##name##_in_message, .title = "fails the connection over a message with " words,       \
         .covers = "SP-WS-059 WS-FRM-014",                                                         \
         .why = "the bits say that the payload is not what it seems: compressed, for one",         \
         .needs = "wire", .via = WS)                                                               \
    {                                                                                              \
        frames_fail(t, 1002, { "'evil'", .rsv = (bits) });                                         \
    }

RSV(rsv1, WS_RSV1, "RSV1")
RSV(rsv2, WS_RSV2, "RSV2")
RSV(rsv3, WS_RSV3, "RSV3")
RSV(rsv12, WS_RSV1 | WS_RSV2, "RSV1 and RSV2")
RSV(rsv13, WS_RSV1 | WS_RSV3, "RSV1 and RSV3")
RSV(rsv23, WS_RSV2 | WS_RSV3, "RSV2 and RSV3")
RSV(rsv123, WS_RSV1 | WS_RSV2 | WS_RSV3, "all three reserved bits")

static const uint8_t bits[] = { WS_RSV1, WS_RSV2, WS_RSV3 };

CASE(ws_rsv_in_empty_message,
     .title = "fails the connection over an empty message with a reserved bit",
     .covers = "SP-WS-059 WS-FRM-014", .needs = "wire", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "", .rsv = bits[i] });
}

CASE(ws_rsv_after_good_message,
     .title = "fails the connection over a reserved bit in the second message, after a good one",
     .covers = "SP-WS-059 WS-FRM-014", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail_later(t, 1002, { "'evil'", .rsv = bits[i] });
}

CASE(ws_rsv_in_ping, .title = "fails the connection over a Ping with a reserved bit",
     .covers = "SP-WS-059 WS-FRM-015", .needs = "wire", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "'evil'", .opcode = WS_PING, .rsv = bits[i] });
}

CASE(ws_rsv_in_pong, .title = "fails the connection over a Pong with a reserved bit",
     .covers = "SP-WS-059 WS-FRM-015",
     .why = "a Pong is ignored, but not a broken frame that says it is one", .needs = "wire",
     .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "'evil'", .opcode = WS_PONG, .rsv = bits[i] });
}

CASE(ws_rsv_in_first_fragment,
     .title = "fails the connection over a reserved bit in the first of two fragments",
     .covers = "SP-WS-059 WS-FRM-016", .needs = "wire", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "'ev'", .more = true, .rsv = bits[i] },
                    { "'il'", .continuation = true });
}

CASE(ws_rsv_in_last_fragment,
     .title = "fails the connection over a reserved bit in the last of two fragments",
     .covers = "SP-WS-059 WS-FRM-016", .needs = "wire", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "'ev'", .more = true },
                    { "'il'", .continuation = true, .rsv = bits[i] });
}

CASE(ws_rsv_in_middle_fragment,
     .title = "fails the connection over a reserved bit in the second of three fragments",
     .covers = "SP-WS-059 WS-FRM-016", .needs = "wire", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "'e'", .more = true },
                    { "'v'", .continuation = true, .more = true, .rsv = bits[i] },
                    { "'il'", .continuation = true });
}

CASE(ws_rsv_in_ping_between_fragments,
     .title = "fails the connection over a Ping with a reserved bit between two fragments",
     .covers = "SP-WS-059 WS-FRM-015", .needs = "wire", .via = WS)
{
    for (unsigned i = 0; i < 3; i++)
        frames_fail(t, 1002, { "'ev'", .more = true }, { "'?'", .opcode = WS_PING, .rsv = bits[i] },
                    { "'il'", .continuation = true });
}

/* ---- opcodes ---- */

#define OPCODE(name, number, kind)                                                                 \
    CASE(ws_opcode_##name,                                                                         \
         .title = "fails the connection over a frame of opcode " #number ", reserved for " kind    \
                  ", with a payload and without",                                                  \
         .covers = "SP-WS-060 WS-FRM-018", .needs = "wire", .via = WS)                             \
    {                                                                                              \
        frames_fail(t, 1002, { "'evil'", .reserved_opcode = (number) });                           \
        frames_fail(t, 1002, { "", .reserved_opcode = (number) });                                 \
    }

OPCODE(3, 0x3, "data")
OPCODE(4, 0x4, "data")
OPCODE(5, 0x5, "data")
OPCODE(6, 0x6, "data")
OPCODE(7, 0x7, "data")
OPCODE(b, 0xb, "control")
OPCODE(c, 0xc, "control")
OPCODE(d, 0xd, "control")
OPCODE(e, 0xe, "control")
OPCODE(f, 0xf, "control")

CASE(ws_opcode_after_good_message,
     .title = "fails the connection over an unknown opcode after a good message",
     .covers = "SP-WS-060 WS-FRM-018", .via = WS)
{
    static const uint8_t opcodes[] = { 0x3, 0x7, 0xb, 0xf };

    for (unsigned i = 0; i < 4; i++)
        frames_fail_later(t, 1002, { "'evil'", .reserved_opcode = opcodes[i] });
}

CASE(ws_opcode_of_data_between_fragments,
     .title = "fails the connection over an unknown opcode of data between two fragments",
     .covers = "SP-WS-060 WS-FRM-018", .needs = "wire", .via = WS)
{
    for (uint8_t opcode = 0x3; opcode <= 0x7; opcode++)
        frames_fail(t, 1002, { "'ev'", .more = true }, { "'?'", .reserved_opcode = opcode },
                    { "'il'", .continuation = true });
}

CASE(ws_opcode_of_control_between_fragments,
     .title = "fails the connection over an unknown control opcode between two fragments",
     .covers = "SP-WS-060 WS-FRM-018", .needs = "wire", .via = WS)
{
    for (uint8_t opcode = 0xb; opcode <= 0xf; opcode++)
        frames_fail(t, 1002, { "'ev'", .more = true }, { "'?'", .reserved_opcode = opcode },
                    { "'il'", .continuation = true });
}

CASE(ws_opcode_unknown_in_fragments,
     .title = "fails the connection over a fragmented message of an unknown opcode",
     .covers = "SP-WS-060 WS-FRM-018", .needs = "wire", .via = WS)
{
    for (uint8_t opcode = 0x3; opcode <= 0x7; opcode += 2)
        frames_fail(t, 1002, { "'ev'", .reserved_opcode = opcode, .more = true },
                    { "'il'", .continuation = true });
}
