/* ws_request_line.c -- the first line of the request, and what is none: RFC 6455 4.2.1. */
#include "ws_open.h"

/* ---- the method ---- */

CASE(ws_request_post, .title = "does not upgrade a POST", .covers = "WS-OPN-040 SP-WS-030",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .method = "POST");
}

CASE(ws_request_head, .title = "does not upgrade a HEAD", .covers = "WS-OPN-040 SP-WS-030",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .method = "HEAD");
}

CASE(ws_request_unknown_method, .title = "does not upgrade a request of an unknown method",
     .covers = "WS-OPN-040 SP-WS-030", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .method = "GETX");
}

CASE(ws_request_small_get, .title = "does not upgrade a get: methods are case-sensitive",
     .covers = "WS-OPN-040", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .method = "get");
}

/* ---- the version of HTTP ---- */

CASE(ws_request_http_1_0, .title = "does not upgrade a request of HTTP/1.0",
     .covers = "WS-OPN-041 SP-WS-030", .why = "HTTP/1.0 has no Upgrade", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .http_version = "HTTP/1.0");
}

CASE(ws_request_http_0_9, .title = "does not upgrade a request of HTTP/0.9", .covers = "WS-OPN-041",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .http_version = "HTTP/0.9");
}

CASE(ws_request_http_1_2, .title = "serves a request of HTTP/1.2 as one of HTTP/1.1",
     .covers = "WS-OPN-042", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    serves_request(t, .http_version = "HTTP/1.2");
}

CASE(ws_request_http_2_0, .title = "serves a request that says HTTP/2.0, or refuses it",
     .covers = "WS-OPN-043", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "HTTP/2.0", .http_version = "HTTP/2.0");
}

CASE(ws_request_no_version, .title = "does not upgrade a request line without a version",
     .covers = "WS-OPN-041", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send_text(a.us, with(t, right_request(&a), " HTTP/1.1", ""));
    is_refused(&a);
}

CASE(ws_request_odd_version, .title = "does not serve HTTP/1, HTTP/1.1.1 or HTTP/a.b",
     .covers = "WS-OPN-045", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .http_version = "HTTP/1");
    refuses_request(t, .http_version = "HTTP/1.1.1");
    refuses_request(t, .http_version = "HTTP/a.b");
}

CASE(ws_request_other_protocol, .title = "does not serve a request of RTSP/1.1 or http/1.1",
     .covers = "WS-OPN-045", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .http_version = "RTSP/1.1");
    refuses_request(t, .http_version = "http/1.1");
}

CASE(ws_request_no_target, .title = "does not serve a request line without a target",
     .covers = "WS-OPN-045", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .target = "");
}

/* ---- the target ---- */

CASE(ws_request_absolute_target, .title = "serves a target in absolute form",
     .covers = "WS-OPN-044", .why = "so a client asks through a proxy", .needs = "wire",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    const char *text = right_request(&a), *host = strstr(text, "Host: ") + 6;

    wire_send_text(
        a.us, with(t, text, "GET /", value(t, "GET http://%.*s/", (int)strcspn(host, "\r"), host)));
    is_served(&a);
}

CASE(ws_request_other_path, .title = "refuses a path other than its own, or serves every path",
     .covers = "SP-WS-074", .needs = "wire", .via = WS_LISTENS)
{
    may_serve_request(t, "another path", .target = "/no/such/path");
}

CASE(ws_request_query, .title = "serves its path with a query behind it, or refuses it",
     .covers = "WS-OPN-074", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    wire_send_text(a.us, with(t, right_request(&a), " HTTP/1.1", "?a=b&c HTTP/1.1"));
    may_be_served(&a, "a query");
}

static void serves_path(struct t *t, const char *path)
{
    struct iut *s = iut_open(t, "pair");
    const char *place = free_place(t);
    const char *url = iut_listen(s, value(t, "%.*s%s", (int)strlen(place) - 1, place, path));
    struct peer *us = dial_raw(t, url);

    ws_send_request(us, "pair.sp.nanomsg.org", .target = path);
    ws_expect_upgraded(us);
    sp_send(us, "'good'");
    iut_expect(s, "'good'");
}

CASE(ws_request_own_path, .title = "serves the path that it was told to listen at",
     .covers = "WS-OPN-068", .via = WS_LISTENS)
{
    serves_path(t, "/a/longer/path");
}

CASE(ws_request_own_slash, .title = "serves a path that ends in a slash", .covers = "WS-OPN-068",
     .via = WS_LISTENS)
{
    serves_path(t, "/a/b/");
}

CASE(ws_request_own_escaped_path, .title = "serves a path with an escaped blank",
     .covers = "WS-OPN-068", .via = WS_LISTENS)
{
    serves_path(t, "/a%20b");
}

CASE(ws_request_own_odd_path, .title = "serves a path with odd characters that a path may have",
     .covers = "WS-OPN-068", .via = WS_LISTENS)
{
    serves_path(t, "/~c;d=e,f@g:h!i");
}

/* ---- what is no request ---- */

/* `p` was sent something that is none: whatever comes of it, nothing is upgraded, and the next is
 * served. */
static void survives(struct shaken *a)
{
    struct t *t = a->t;

    if (!ws_answers_within(a->us, patience(t)))
        variant(t, "what is no request is waited on");
    else if (ws_expect_response(a->us) == 101)
        check(t, false, "it upgraded what is no request");
    ask_again(a);
    ws_send_request(a->us, a->name);
    is_served(a);
}

CASE(ws_request_garbage, .title = "goes on serving after 200 octets of garbage and an empty line",
     .covers = "SP-WS-031a", .why = "any scanner of ports can send this", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send(a.us, "'#garbage!'*20 0d0a 0d0a");
    survives(&a);
}

CASE(ws_request_zeros, .title = "goes on serving after 300 zero octets", .covers = "SP-WS-031a",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send(a.us, "00*300");
    survives(&a);
}

CASE(ws_request_high_octets, .title = "goes on serving after octets of every value",
     .covers = "SP-WS-031a", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);
    uint8_t all[512];

    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(255 - i % 256);
    wire_send_octets(a.us, all, sizeof all);
    wire_send(a.us, "0d0a 0d0a");
    survives(&a);
}

CASE(ws_request_sp_greeting, .title = "goes on serving after the greeting of a stream",
     .covers = "SP-WS-031a", .why = "somebody wrote tcp:// where ws:// was meant", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send(a.us, "00 'SP' 00 0010 0000 u64:5 'hello'");
    survives(&a);
}

CASE(ws_request_tls_hello, .title = "goes on serving after a TLS ClientHello",
     .covers = "SP-WS-031a", .why = "somebody wrote wss:// where ws:// was meant", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send(a.us, "16 0301 002d 01 000029 0303 5a*32 00 0002 1301 0100");
    survives(&a);
}

CASE(ws_request_frame_at_once,
     .title = "delivers no frame of a connection on which nothing was asked",
     .covers = "WS-OPN-075 SP-WS-020", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    ws_send(a.us, "'evil'");
    survives(&a); /* 'good' is what it delivers next */
}

CASE(ws_request_plain_get, .title = "does not upgrade a GET that does not ask for it",
     .covers = "WS-OPN-048 SP-WS-027", .why = "people open the address in a browser",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send_text(a.us, "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n"
                         "Accept: text/html\r\nConnection: keep-alive\r\n\r\n");
    is_refused(&a);
}

CASE(ws_request_after_empty_line, .title = "ignores an empty line before the request",
     .covers = "WS-OPN-063", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send_text(a.us, value(t, "\r\n%s", right_request(&a)));
    is_served(&a);
}
