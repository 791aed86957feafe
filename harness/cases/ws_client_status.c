/* ws_client_status.c -- responses that are no upgrade, or hardly HTTP: RFC 6455 4.1. */
#include "ws_open.h"

#define NO_PIPE(ident, code, text)                                                                 \
    CASE(ident, .title = "makes no pipe of a connection that is answered " #code " " text,         \
         .covers = "WS-OPN-011 SP-WS-036", .via = WS_DIALS)                                        \
    {                                                                                              \
        fails_response(t, .status = code, .reason = text);                                         \
    }

NO_PIPE(ws_client_200, 200, "OK")
NO_PIPE(ws_client_400, 400, "Bad Request")
NO_PIPE(ws_client_403, 403, "Forbidden")
NO_PIPE(ws_client_404, 404, "Not Found")
NO_PIPE(ws_client_426, 426, "Upgrade Required")
NO_PIPE(ws_client_500, 500, "Internal Server Error")
NO_PIPE(ws_client_503, 503, "Service Unavailable")

CASE(ws_client_301, .title = "makes no pipe of a connection that is answered 301",
     .covers = "WS-OPN-011 SP-WS-036", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    ws_send_response(a.us, 301, .reason = "Moved Permanently",
                     .extra = value(t, "Location: http://%s/\r\n", ws_header(a.us, "Host")));
    is_no_pipe(&a);
}

CASE(ws_client_401, .title = "makes no pipe of a connection that is answered 401",
     .covers = "WS-OPN-011 SP-WS-036", .via = WS_DIALS)
{
    fails_response(t, .status = 401, .reason = "Unauthorized",
                   .extra = "WWW-Authenticate: Basic realm=\"test\"\r\n");
}

/* Every field of an upgrade, and still none. */
static void right_but_status(struct t *t, int status)
{
    struct shaken a = answerer(t);
    const char *all = ws_response_text(a.us, 101);

    wire_send_text(
        a.us, with(t, all, "101 Switching Protocols", value(t, "%d Switching Protocols", status)));
    is_no_pipe(&a);
}

CASE(ws_client_200_with_accept,
     .title = "makes no pipe of a response of 200 that has all fields of an upgrade",
     .covers = "WS-OPN-011", .via = WS_DIALS)
{
    right_but_status(t, 200);
}

CASE(ws_client_400_with_accept,
     .title = "makes no pipe of a response of 400 that has all fields of an upgrade",
     .covers = "WS-OPN-011", .via = WS_DIALS)
{
    right_but_status(t, 400);
}

CASE(ws_client_102_with_accept,
     .title = "makes no pipe of a response of 102 that has all fields of an upgrade",
     .covers = "WS-OPN-011", .via = WS_DIALS)
{
    right_but_status(t, 102);
}

CASE(ws_client_refused_frame, .title = "delivers no message that comes behind a refusal",
     .covers = "WS-OPN-011", .why = "the body of an error page would be delivered", .via = WS_DIALS)
{
    struct shaken a = answerer(t);
    const char *text = ws_response_text(a.us, 404);

    wire_send(a.us, value(t, "%s 82 04 'evil'", text_octets(t, text)));
    is_no_pipe(&a);
}

CASE(ws_client_refused_page, .title = "dials again after a refusal with a page of HTML",
     .covers = "SP-WS-075", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    wire_send_text(a.us, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
                         "Content-Length: 46\r\nConnection: close\r\n\r\n"
                         "<html><body><h1>Not Found</h1></body></html>\r\n");
    wire_finish(a.us);
    dials_again(&a);
    ws_send_response(a.us, 101);
    is_taken(&a);
}

CASE(ws_client_refused_kept_alive,
     .title = "dials again after a refusal that leaves the connection open", .covers = "SP-WS-075",
     .needs = "reconnect-min", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    wire_send_text(a.us, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                         "Connection: keep-alive\r\n\r\n");
    check(t, dials_within(&a, 2 * patience(t)), "it has not dialled again");
    a.us = accept_raw(t, a.url);
    ws_expect_request(a.us);
    ws_send_response(a.us, 101);
    is_taken(&a);
}

CASE(ws_client_refused_five_times, .title = "dials again after each of five refusals",
     .covers = "SP-WS-075", .why = "a server that starts refuses for a while", .via = WS_DIALS)
{
    static const int status[] = { 503, 404, 400, 500, 503 };
    struct shaken a = answerer(t);

    for (unsigned i = 0; i < 5; i++) {
        ws_send_response(a.us, status[i]);
        dials_again(&a);
    }
    ws_send_response(a.us, 101);
    is_taken(&a);
}

CASE(ws_client_refused_pace, .title = "dials fewer than 50 times a second while it is refused",
     .covers = "WS-OPN-026", .why = "a dialer in a tight loop takes a processor and a server's log",
     .via = WS_DIALS, .own_pace = true)
{
    const char *url = our_listener(t);
    struct iut *s = iut_open(t, "pair");
    size_t refused = 0;

    iut_dial(s, url);
    for (int64_t start = now(t); now(t) - start < 1000;) {
        if (connections_seen(t, url) > refused) {
            struct peer *us = accept_raw(t, url);
            ws_expect_request(us);
            ws_send_response(us, 503);
            wire_close(us);
            refused++;
        } else {
            let_pass(t, 5, "a timer of the implementation decides when it dials again");
        }
    }
    check(t, refused > 0, "it has not dialled at all");
    check(t, refused < 50, "it dialled %zu times in a second", refused);
}

/* ---- the status line ---- */

CASE(ws_client_empty_reason, .title = "takes a status line whose reason is empty",
     .covers = "WS-OPN-021", .why = "the grammar of HTTP allows it, and proxies do it",
     .via = WS_DIALS)
{
    takes_response(t, .reason = "");
}

CASE(ws_client_other_reason, .title = "takes a status line with another reason",
     .covers = "WS-OPN-033", .why = "the reason is for people", .via = WS_DIALS)
{
    takes_response(t, .reason = "Web Socket Protocol Handshake");
}

CASE(ws_client_reason_of_numbers, .title = "takes a status line whose reason is 404 Not Found",
     .covers = "WS-OPN-033", .why = "the reason is for people", .via = WS_DIALS)
{
    takes_response(t, .reason = "404 Not Found");
}

CASE(ws_client_no_reason, .title = "takes a status line that ends with its number, or fails it",
     .covers = "WS-OPN-024", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    wire_send_text(a.us, with(t, ws_response_text(a.us, 101), "101 Switching Protocols", "101"));
    may_be_taken(&a, "a status line without a reason and its blank");
}

CASE(ws_client_http_1_0, .title = "takes an upgrade of HTTP/1.0, or fails it",
     .covers = "WS-OPN-024", .via = WS_DIALS, .fragile = true)
{
    may_take_response(t, "an upgrade of HTTP/1.0", .http_version = "HTTP/1.0");
}

CASE(ws_client_other_protocol_line, .title = "takes a status line of HTP/1.1, or fails it",
     .covers = "WS-OPN-024", .via = WS_DIALS, .fragile = true)
{
    may_take_response(t, "a status line of HTP/1.1", .http_version = "HTP/1.1");
}

CASE(ws_client_100_first, .title = "passes over a response of 100 before that of 101, or fails it",
     .covers = "WS-OPN-031", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    wire_send_text(a.us, value(t, "HTTP/1.1 100 Continue\r\n\r\n%s", ws_response_text(a.us, 101)));
    may_be_taken(&a, "a response of 100 before that of 101");
}

/* ---- what is no response ---- */

static void no_response(struct t *t, const char *pattern)
{
    struct shaken a = answerer(t);

    wire_send(a.us, pattern);
    is_no_pipe(&a);
}

CASE(ws_client_garbage, .title = "makes no pipe of a connection that is answered with garbage",
     .covers = "WS-OPN-011", .via = WS_DIALS, .fragile = true)
{
    no_response(t, "'#garbage!'*20 0d0a 0d0a");
}

CASE(ws_client_zeros, .title = "makes no pipe of a connection that is answered with zeros",
     .covers = "WS-OPN-011", .via = WS_DIALS, .fragile = true)
{
    no_response(t, "00*300");
}

CASE(ws_client_sp_greeting,
     .title = "makes no pipe of a connection that is answered with the greeting of a stream",
     .covers = "WS-OPN-011", .why = "somebody wrote ws:// where tcp:// was meant", .via = WS_DIALS,
     .fragile = true)
{
    no_response(t, "00 'SP' 00 0010 0000");
}

CASE(ws_client_frame_for_response, .title = "delivers no frame that comes in place of the response",
     .covers = "WS-OPN-011", .via = WS_DIALS, .fragile = true)
{
    struct shaken a = answerer(t);

    wire_send(a.us, "82 04 'evil'");
    is_no_pipe(&a);
}

CASE(ws_client_bad_status_lines, .title = "makes no pipe of a status that is not three digits",
     .covers = "WS-OPN-011", .via = WS_DIALS, .fragile = true)
{
    static const char *const wrong[] = { "HTTP/1.1 1010 ", "HTTP/1.1 10 ", "HTTP/1.1 abc ",
                                         "HTTP/1.1  " };

    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct shaken a = answerer(t);
        wire_send_text(a.us, with(t, ws_response_text(a.us, 101), "HTTP/1.1 101 ", wrong[i]));
        is_no_pipe(&a);
        iut_close(a.s);
    }
}

CASE(ws_client_silence, .title = "gives up a peer that does not answer, or waits",
     .covers = "SP-WS-031b", .via = WS_DIALS, .slow = true)
{
    struct shaken a = answerer(t);
    int64_t since = now(t);

    if (closes_within(a.us, 2 * patience(t)))
        variant(t, "a silent peer is given up after %d s", (int)((now(t) - since + 400) / 1000));
    else
        variant(t, "a silent peer is waited for, for 4 s and more");
    is_no_pipe(&a);
}
