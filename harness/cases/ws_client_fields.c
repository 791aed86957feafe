/* ws_client_fields.c -- header fields of the response in general: RFC 7230 3.2, RFC 6455 4.1. */
#include "ws_open.h"

static const char *right_response(struct shaken *a)
{
    return ws_response_text(a->us, 101);
}

#define TAKES(change)                                                                              \
    do {                                                                                           \
        struct shaken a = answerer(t);                                                             \
        const char *right = right_response(&a);                                                    \
        wire_send_text(a.us, change);                                                              \
        is_taken(&a);                                                                              \
    } while (0)

CASE(ws_client_upper_names, .title = "reads the names of a response's fields in capitals",
     .covers = "WS-OPN-018", .via = WS_DIALS)
{
    TAKES(names_in(t, right, UPPER));
}

CASE(ws_client_lower_names, .title = "reads the names of a response's fields in small letters",
     .covers = "WS-OPN-018", .why = "proxies that speak HTTP/2 know only small letters",
     .via = WS_DIALS)
{
    TAKES(names_in(t, right, LOWER));
}

CASE(ws_client_mixed_names, .title = "reads the names of a response's fields in mixed case",
     .covers = "WS-OPN-018", .via = WS_DIALS)
{
    TAKES(names_in(t, right, MIXED));
}

CASE(ws_client_reversed, .title = "reads the fields of a response in reverse order",
     .covers = "WS-OPN-019", .via = WS_DIALS)
{
    TAKES(reversed(t, right));
}

CASE(ws_client_no_blanks, .title = "reads the fields of a response without blanks",
     .covers = "WS-OPN-020", .via = WS_DIALS)
{
    TAKES(colons_as(t, right, "", ""));
}

CASE(ws_client_many_blanks, .title = "reads the fields of a response with several blanks",
     .covers = "WS-OPN-020", .via = WS_DIALS)
{
    TAKES(colons_as(t, right, "", "    "));
}

CASE(ws_client_tabs, .title = "reads the fields of a response with tabs behind their colons",
     .covers = "WS-OPN-020", .via = WS_DIALS)
{
    TAKES(colons_as(t, right, "", "\t \t"));
}

CASE(ws_client_trailing_blanks, .title = "reads the fields of a response with blanks behind them",
     .covers = "WS-OPN-020", .via = WS_DIALS)
{
    takes_response(t, .upgrade = "websocket ", .connection = "Upgrade  ",
                   .protocol = slice_text("pair.sp.nanomsg.org "));
}

CASE(ws_client_trailing_tabs, .title = "reads the fields of a response with tabs behind them",
     .covers = "WS-OPN-020", .via = WS_DIALS)
{
    takes_response(t, .upgrade = "websocket\t", .connection = "Upgrade\t",
                   .protocol = slice_text("pair.sp.nanomsg.org\t"));
}

CASE(ws_client_unknown_fields, .title = "ignores fields of a response that it does not know",
     .covers = "WS-OPN-019", .why = "servers tell their name and the date", .via = WS_DIALS)
{
    takes_response(t, .extra = "Server: test/1.0 (test)\r\nDate: Mon, 23 Nov 2026 01:00:00 GMT\r\n"
                               "Set-Cookie: a=b; Path=/\r\nSet-Cookie: c=d\r\nX-Empty:\r\n"
                               "X-Sec-WebSocket-Accept: no\r\nSec-WebSocket-Version: 13\r\n");
}

CASE(ws_client_thirty_fields, .title = "takes a response with 30 fields that it does not know",
     .covers = "WS-OPN-032", .via = WS_DIALS)
{
    const char *extra = "";

    for (unsigned i = 0; i < 30; i++)
        extra = value(t, "%sX-Field-%u: value\r\n", extra, i);
    takes_response(t, .extra = extra);
}

CASE(ws_client_folded, .title = "takes a response with a folded field, or fails it",
     .covers = "WS-OPN-024", .via = WS_DIALS)
{
    may_take_response(t, "a folded field", .extra = "X-Folded: one\r\n two\r\n");
}

CASE(ws_client_bare_lf, .title = "takes a response whose lines end in LF alone, or fails it",
     .covers = "WS-OPN-024", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    ws_send_response(a.us, 101, .line_end = "\n");
    may_be_taken(&a, "a response whose lines end in LF");
}

CASE(ws_client_zero_length, .title = "takes a response that says Content-Length: 0, or fails it",
     .covers = "WS-OPN-024", .via = WS_DIALS)
{
    may_take_response(t, "Content-Length: 0", .extra = "Content-Length: 0\r\n");
}
