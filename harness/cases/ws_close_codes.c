/* ws_close_codes.c -- the code in a Close: RFC 6455 7.4.  One case a code, so that a report names
 * the one that is taken wrong. */
#include "ws_end.h"

#define TAKES(code)                                                                                \
    CASE(ws_close_code_##code,                                                                     \
         .title = "takes a Close of code " #code " for the end, and for no error of the protocol", \
         .covers = "WS-CLS-010", .needs = "wire", .via = WS)                                       \
    {                                                                                              \
        struct talk k = talk_to(t);                                                                \
        takes_close(&k, code, "");                                                                 \
        not_blamed(&k, code);                                                                      \
    }

TAKES(1001)
TAKES(1002)
TAKES(1003)
TAKES(1007)
TAKES(1008)
TAKES(1009)
TAKES(1010)
TAKES(1011)
TAKES(3000)
TAKES(3999)
TAKES(4000)
TAKES(4999)

/* Registered after the RFC: strict readers refuse them, others know them. */
#define MAY_TAKE(code)                                                                             \
    CASE(ws_close_code_##code, .title = "ends the connection over a Close of code " #code,         \
         .covers = "WS-CLS-012", .needs = "wire", .via = WS)                                       \
    {                                                                                              \
        struct talk k = talk_to(t);                                                                \
        ws_send_close(k.us, code, "");                                                             \
        expect_ws_failed(k.us, code);                                                              \
    }

MAY_TAKE(1012)
MAY_TAKE(1013)
MAY_TAKE(1014)

#define REFUSES(code, row)                                                                         \
    CASE(ws_close_code_##code, .title = "fails the connection over a Close of code " #code,        \
         .covers = row, .needs = "wire", .via = WS)                                                \
    {                                                                                              \
        fails_over_close(t, "u16:" #code, 1002);                                                   \
    }

REFUSES(0, "SP-WS-055")
REFUSES(999, "SP-WS-055")
REFUSES(1004, "SP-WS-055")
REFUSES(1005, "SP-WS-055 WS-CLS-011")
REFUSES(1006, "SP-WS-055 WS-CLS-011")
REFUSES(1015, "SP-WS-055 WS-CLS-011")
REFUSES(1016, "SP-WS-055")
REFUSES(1100, "WS-CLS-013")
REFUSES(2000, "WS-CLS-013")
REFUSES(2999, "SP-WS-055 WS-CLS-013")
REFUSES(5000, "WS-CLS-014")
REFUSES(65535, "WS-CLS-014")

CASE(ws_close_of_one_octet, .title = "fails the connection over a Close with half a code",
     .covers = "SP-WS-055 WS-CLS-009",
     .why = "who reads two octets all the same reads one that did not come", .needs = "wire",
     .via = WS)
{
    fails_over_close(t, "03", 1002);
}

CASE(ws_close_reason_not_utf8, .title = "ends the connection over a Close whose reason is no UTF-8",
     .covers = "WS-CLS-015", .needs = "wire", .via = WS)
{
    fails_over_close(t, "03e8 'oops ' ff fe", 1007);
}

CASE(ws_close_reason_overlong,
     .title = "ends the connection over a Close whose reason has an overlong character",
     .covers = "WS-CLS-015", .needs = "wire", .via = WS)
{
    fails_over_close(t, "03e8 c0af", 1007);
}

CASE(ws_close_reason_cut_off,
     .title = "ends the connection over a Close whose reason ends inside a character",
     .covers = "WS-CLS-015", .needs = "wire", .via = WS)
{
    fails_over_close(t, "03e8 'r'*120 e282", 1007);
}

CASE(ws_close_reserved_bit, .title = "fails the connection over a Close with a reserved bit",
     .covers = "WS-CLS-016", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "03e8", .opcode = WS_CLOSE, .rsv = WS_RSV1);
    expect_ws_failed(k.us, 1002);
    good_is_next(&k);
}
