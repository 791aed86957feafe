/* ws_frame_bad_fragments.c -- fragments out of place: RFC 6455 5.4. */
#include "ws_frame.h"

CASE(ws_continuation_of_nothing,
     .title = "fails the connection over a continuation where no message was begun",
     .covers = "SP-WS-061 WS-FRM-038", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'evil'", .continuation = true });
}

CASE(ws_continuation_of_nothing_without_fin,
     .title = "fails the connection over a continuation of nothing that is to be continued",
     .covers = "SP-WS-061 WS-FRM-038", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .continuation = true, .more = true },
                { "'il'", .continuation = true });
}

CASE(ws_continuation_of_nothing_empty,
     .title = "fails the connection over an empty continuation of nothing",
     .covers = "SP-WS-061 WS-FRM-038", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "", .continuation = true });
    frames_fail(t, 1002, { "", .continuation = true, .more = true });
}

CASE(ws_continuation_after_single_frame,
     .title = "fails the connection over a continuation after a message of one frame",
     .covers = "SP-WS-061 WS-FRM-038", .via = WS)
{
    frames_fail_later(t, 1002, { "'evil'", .continuation = true });
}

CASE(ws_continuation_after_last_fragment,
     .title = "fails the connection over a continuation after the last fragment of a message",
     .covers = "SP-WS-061 WS-FRM-039",
     .why = "the next message would begin with the rest of one that was delivered", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'fi'", .more = true);
    ws_send(us, "'rst'", .continuation = true);
    iut_expect(pair, "'first'");
    ws_send(us, "'evil'", .continuation = true);
    expect_ws_failed(us, 1002);
    delivers_good(t, pair, us, "pair");
}

CASE(ws_continuation_after_ping, .title = "fails the connection over a continuation of a Ping",
     .covers = "WS-FRM-038", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "'abc'", .opcode = WS_PING);
    ws_expect(pipe.us, "'abc'", .opcode = WS_PONG);
    ws_send(pipe.us, "'evil'", .continuation = true);
    expect_ws_failed(pipe.us, 1002);
}

CASE(ws_message_inside_fragments,
     .title = "fails the connection over a message of one frame inside a fragmented one",
     .covers = "SP-WS-061 WS-FRM-037", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .more = true }, { .pattern = "'new'" },
                { "'il'", .continuation = true });
}

CASE(ws_text_inside_binary_fragments,
     .title = "fails the connection over a text message inside a fragmented binary one",
     .covers = "SP-WS-061 WS-FRM-037",
     .why = "who keeps a message of each kind by itself lets one pass the other", .needs = "wire",
     .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .more = true }, { "'new'", .opcode = WS_TEXT },
                { "'il'", .continuation = true });
}

CASE(ws_binary_inside_text_fragments,
     .title = "fails the connection over a binary message inside a fragmented text",
     .covers = "SP-WS-061 WS-FRM-037", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .opcode = WS_TEXT, .more = true }, { .pattern = "'new'" },
                { "'il'", .continuation = true });
}

CASE(ws_empty_message_inside_fragments,
     .title = "fails the connection over an empty message inside a fragmented one",
     .covers = "SP-WS-061 WS-FRM-037", .needs = "wire", .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .more = true }, { .pattern = "" },
                { "'il'", .continuation = true });
}

CASE(ws_fragment_inside_fragments,
     .title = "fails the connection over the first fragment of a message inside another",
     .covers = "SP-WS-061 WS-FRM-037",
     .why = "the fragments of two messages would be put together as one", .needs = "wire",
     .via = WS)
{
    frames_fail(t, 1002, { "'ev'", .more = true }, { "'ne'", .more = true },
                { "'il'", .continuation = true }, { "'w'", .continuation = true });
}

CASE(ws_message_behind_empty_fragment,
     .title = "fails the connection over a new message when only an empty fragment has come",
     .covers = "SP-WS-061 WS-FRM-037",
     .why = "that a message was begun is not told by what has been gathered of it", .needs = "wire",
     .via = WS)
{
    frames_fail(t, 1002, { "", .more = true }, { .pattern = "'new'" });
}

CASE(ws_message_after_ping_between_fragments,
     .title = "fails the connection over a new message after a Ping inside a fragmented one",
     .covers = "SP-WS-061 WS-FRM-037",
     .why = "a Ping between does not end what was begun before it", .needs = "wire", .via = WS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "'ev'", .more = true);
    ws_send(pipe.us, "'?'", .opcode = WS_PING);
    ws_expect(pipe.us, "'?'", .opcode = WS_PONG);
    ws_send(pipe.us, "'new'");
    expect_ws_failed(pipe.us, 1002);
}

CASE(ws_fragments_given_up,
     .title = "delivers nothing of a fragmented message over which the connection failed",
     .covers = "WS-FRM-037", .why = "the next connection would begin with what was left", .via = WS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    ws_send(us, "'ev'", .more = true);
    ws_send(us, "'?'", .reserved_opcode = 5);
    expect_ws_failed(us, 1002);
    struct peer *next = NULL;
    for (int64_t began = now(t); strcmp(iut_try_recv(pair, 20), "ok") != 0;) {
        check(t, now(t) - began < patience(t), "a good message in fragments is not delivered");
        if (next && !is_closed(next))
            continue;
        next = attach_unchecked(pair, "pair"); /* refused while the first one is counted */
        ws_send(next, "'go'", .more = true);
        ws_send(next, "'od'", .continuation = true);
    }
    check(t, captured(t, "got") == 0x676f6f64, "what was delivered is not the good message");
}
