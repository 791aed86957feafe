/* ws_frame_bad_control.c -- control frames that must not be: RFC 6455 5.5. */
#include "ws_frame.h"

CASE(ws_ping_of_126, .title = "fails the connection over a Ping of 126 octets",
     .covers = "SP-WS-051 WS-FRM-025",
     .why = "its Pong would be a frame that fails the connection on the other side",
     .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'p'*126", .opcode = WS_PING });
}

CASE(ws_ping_of_65536, .title = "fails the connection over a Ping of 65536 octets",
     .covers = "SP-WS-051 WS-FRM-025", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'p'*65536", .opcode = WS_PING });
}

CASE(ws_pong_of_126, .title = "fails the connection over a Pong of 126 octets",
     .covers = "WS-FRM-025", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'p'*126", .opcode = WS_PONG });
}

CASE(ws_close_of_126,
     .title = "fails the connection over a Close of 126 octets, and does not answer with its code",
     .covers = "WS-FRM-025", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "u16:3001 'r'*124", .opcode = WS_CLOSE);
    expect_ws_failed(pipe.us, 1002);
    check(t, ws_close_code(pipe.us) != 3001, "it takes a Close of 126 octets for a good one");
}

CASE(ws_ping_of_126_between_fragments,
     .title = "fails the connection over a Ping of 126 octets between two fragments",
     .covers = "SP-WS-051 WS-FRM-025", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .more = true }, { "'p'*126", .opcode = WS_PING },
                { "'il'", .continuation = true });
}

CASE(ws_ping_without_fin, .title = "fails the connection over a Ping without FIN",
     .covers = "SP-WS-052 WS-FRM-027", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'evil'", .opcode = WS_PING, .more = true });
}

CASE(ws_ping_without_fin_empty, .title = "fails the connection over an empty Ping without FIN",
     .covers = "SP-WS-052 WS-FRM-027", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "", .opcode = WS_PING, .more = true });
}

CASE(ws_pong_without_fin, .title = "fails the connection over a Pong without FIN",
     .covers = "WS-FRM-027", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'evil'", .opcode = WS_PONG, .more = true });
}

CASE(ws_close_without_fin, .title = "fails the connection over a Close without FIN",
     .covers = "WS-FRM-027", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "03e8", .opcode = WS_CLOSE, .more = true);
    expect_ws_failed(pipe.us, 1002);
}

CASE(ws_ping_in_two_fragments,
     .title = "fails the connection over a Ping that is fragmented, and answers none of it",
     .covers = "SP-WS-052 WS-FRM-027", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "'pi'", .opcode = WS_PING, .more = true);
    ws_send(pipe.us, "'ng'", .continuation = true);
    expect_ws_failed(pipe.us, 1002);
}

CASE(ws_ping_without_fin_between_fragments,
     .title = "fails the connection over a Ping without FIN between two fragments",
     .covers = "SP-WS-052 WS-FRM-027", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .more = true }, { "'?'", .opcode = WS_PING, .more = true },
                { "'il'", .continuation = true });
}
