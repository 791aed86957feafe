/* ws_request_tokens.c -- Upgrade and Connection of the request: RFC 6455 4.2.1. */
#include <strings.h>
#include "ws_open.h"

/* ---- Upgrade ---- */

CASE(ws_request_no_upgrade, .title = "does not upgrade a request without Upgrade",
     .covers = "WS-OPN-048 SP-WS-027", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .upgrade = ws_omit);
}

CASE(ws_request_upgrade_to_h2c, .title = "does not upgrade a request for another protocol",
     .covers = "WS-OPN-048", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .upgrade = "h2c");
}

CASE(ws_request_upgrade_to_websockets,
     .title = "does not upgrade a request for a protocol whose name only begins with websocket",
     .covers = "WS-OPN-048", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .upgrade = "websockets");
}

CASE(ws_request_upgrade_to_xwebsocket,
     .title = "does not upgrade a request for a protocol whose name only ends with websocket",
     .covers = "WS-OPN-048", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .upgrade = "x-websocket");
}

CASE(ws_request_upgrade_empty, .title = "does not upgrade a request whose Upgrade is empty",
     .covers = "WS-OPN-048", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .upgrade = "");
}

CASE(ws_request_upgrade_capitals, .title = "upgrades to WEBSOCKET as to websocket",
     .covers = "WS-OPN-049", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .upgrade = "WEBSOCKET");
}

CASE(ws_request_upgrade_mixed, .title = "upgrades to WebSocket as to websocket",
     .covers = "WS-OPN-049", .why = "older clients write it so", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .upgrade = "WebSocket");
}

CASE(ws_request_upgrade_list, .title = "upgrades when websocket is one of several protocols",
     .covers = "WS-OPN-050", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .upgrade = "h2c, websocket");
    serves_request(t, .upgrade = "websocket, TLS/1.0");
}

CASE(ws_request_upgrade_two_lines,
     .title = "upgrades when websocket is in the second of two Upgrade fields",
     .covers = "WS-OPN-050", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .upgrade = "h2c", .extra = "Upgrade: websocket\r\n");
}

/* ---- Connection ---- */

CASE(ws_request_no_connection, .title = "does not upgrade a request without Connection",
     .covers = "WS-OPN-051 SP-WS-027",
     .why = "Upgrade without it came through a proxy that does not know WebSocket", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .connection = ws_omit);
}

CASE(ws_request_keep_alive, .title = "does not upgrade a request whose Connection is keep-alive",
     .covers = "WS-OPN-051", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .connection = "keep-alive");
}

CASE(ws_request_connection_upgrades,
     .title = "does not upgrade a request whose Connection only resembles Upgrade",
     .covers = "WS-OPN-051", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .connection = "Upgrades");
}

CASE(ws_request_connection_shorter,
     .title = "does not upgrade a request whose Connection lacks the end of Upgrade",
     .covers = "WS-OPN-051", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .connection = "keep-alive, Upgrad");
}

CASE(ws_request_connection_no_upgrade,
     .title = "does not upgrade a request whose Connection is no-upgrade", .covers = "WS-OPN-051",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .connection = "no-upgrade, keep-alive");
}

CASE(ws_request_connection_empty, .title = "does not upgrade a request whose Connection is empty",
     .covers = "WS-OPN-051", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .connection = "");
}

CASE(ws_request_connection_small, .title = "finds the token upgrade in small letters",
     .covers = "WS-OPN-052", .why = "many clients and most proxies write it so", .needs = "wire",
     .via = WS_LISTENS)
{
    serves_request(t, .connection = "upgrade");
}

CASE(ws_request_connection_capitals, .title = "finds the token UPGRADE in capitals",
     .covers = "WS-OPN-052", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .connection = "UPGRADE");
}

CASE(ws_request_connection_last, .title = "finds the token Upgrade at the end of a list",
     .covers = "WS-OPN-052", .why = "Firefox sends keep-alive, Upgrade", .needs = "wire",
     .via = WS_LISTENS)
{
    serves_request(t, .connection = "keep-alive, Upgrade");
}

CASE(ws_request_connection_first, .title = "finds the token Upgrade at the start of a list",
     .covers = "WS-OPN-052", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .connection = "Upgrade, keep-alive");
}

CASE(ws_request_connection_middle, .title = "finds the token Upgrade between others, unparted",
     .covers = "WS-OPN-052", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .connection = "keep-alive,Upgrade,X-Something");
}

CASE(ws_request_connection_tabs, .title = "finds the token Upgrade among blanks and tabs of a list",
     .covers = "WS-OPN-052", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .connection = "keep-alive \t,\t Upgrade");
}

CASE(ws_request_connection_empty_elements,
     .title = "finds the token Upgrade behind empty elements of a list", .covers = "WS-OPN-052",
     .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .connection = ", keep-alive,, Upgrade,");
}

CASE(ws_request_connection_two_lines,
     .title = "finds the token Upgrade in the second of two Connection fields",
     .covers = "WS-OPN-052", .why = "a proxy may add a field of its own", .needs = "wire",
     .via = WS_LISTENS)
{
    serves_request(t, .connection = "keep-alive", .extra = "Connection: Upgrade\r\n");
}

CASE(ws_request_connection_line_before,
     .title = "finds the token Upgrade in the first of two Connection fields",
     .covers = "WS-OPN-052", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .extra = "Connection: keep-alive\r\n");
}

/* ---- the answer ---- */

CASE(ws_answer_status_line, .title = "answers with a status line of HTTP/1.1 and 101",
     .covers = "WS-OPN-064", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name);
    wire_expect(a.us, "'HTTP/1.1 101 '");
}

CASE(ws_answer_upgrade, .title = "answers with Upgrade: websocket", .covers = "WS-OPN-064",
     .why = "a browser fails the connection without it", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .upgrade = "WebSocket");
    ws_expect_upgraded(a.us);
    const char *upgrade = ws_header(a.us, "Upgrade");
    check(t, upgrade && strcasecmp(upgrade, "websocket") == 0, "its Upgrade is %s",
          upgrade ? upgrade : "missing");
}

CASE(ws_answer_connection, .title = "answers with a Connection that has the token Upgrade",
     .covers = "WS-OPN-064", .why = "a browser fails the connection without it", .needs = "wire",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .connection = "keep-alive, Upgrade");
    ws_expect_upgraded(a.us);
    check(t, has_token(ws_header(a.us, "Connection"), "upgrade"), "its Connection is %s",
          ws_header(a.us, "Connection") ? ws_header(a.us, "Connection") : "missing");
}

CASE(ws_answer_has_no_body, .title = "answers 101 without Content-Length and Transfer-Encoding",
     .covers = "WS-OPN-065", .why = "proxies would take the first frames for a body",
     .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name);
    ws_expect_upgraded(a.us);
    check(t, ws_header_count(a.us, "Content-Length") == 0, "its 101 has a Content-Length");
    check(t, ws_header_count(a.us, "Transfer-Encoding") == 0, "its 101 has a Transfer-Encoding");
}

CASE(ws_answer_then_frames, .title = "sends frames directly behind the empty line of its answer",
     .covers = "WS-OPN-065 SP-WS-037", .via = WS_LISTENS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    iut_begin_send(s, patience(t), "'first'");
    ws_send_request(us, "pair.sp.nanomsg.org");
    ws_expect_upgraded(us);
    wire_expect(us, "82 05 'first'");
    iut_end_ok(s);
}

CASE(ws_answer_once, .title = "answers with one accept, one sub-protocol and no extension",
     .covers = "WS-OPN-066", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name);
    ws_expect_upgraded(a.us);
    check(t, ws_header_count(a.us, "Sec-WebSocket-Accept") == 1, "it sends more than one accept");
    check(t, ws_header_count(a.us, "Sec-WebSocket-Protocol") == 1,
          "it sends %zu fields of Sec-WebSocket-Protocol",
          ws_header_count(a.us, "Sec-WebSocket-Protocol"));
    check(t, ws_header_count(a.us, "Sec-WebSocket-Extensions") == 0,
          "it names an extension, and none was offered");
}

CASE(ws_answer_then_silence, .title = "sends nothing behind its answer until a message is due",
     .covers = "SP-WS-037", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name);
    is_served(&a);
    expect_quiet(a.us, 100, "a greeting of its own would come by itself");
    iut_send(a.s, "'first'");
    wire_expect(a.us, "82 05 'first'");
}
