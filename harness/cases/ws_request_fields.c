/* ws_request_fields.c -- header fields of the request in general: RFC 7230 3.2, RFC 6455 4.2.1. */
#include "ws_open.h"

/* Sends the right request as `change` makes it. */
#define SERVES(change)                                                                             \
    do {                                                                                           \
        struct shaken a = asker(t);                                                                \
        const char *right = right_request(&a);                                                     \
        wire_send_text(a.us, change);                                                              \
        is_served(&a);                                                                             \
    } while (0)
#define REFUSES(change)                                                                            \
    do {                                                                                           \
        struct shaken a = asker(t);                                                                \
        const char *right = right_request(&a);                                                     \
        wire_send_text(a.us, change);                                                              \
        is_refused(&a);                                                                            \
    } while (0)
#define MAY_SERVE(change, what)                                                                    \
    do {                                                                                           \
        struct shaken a = asker(t);                                                                \
        const char *right = right_request(&a);                                                     \
        wire_send_text(a.us, change);                                                              \
        may_be_served(&a, what);                                                                   \
    } while (0)

/* ---- names ---- */

CASE(ws_request_upper_names, .title = "reads the names of header fields in capitals",
     .covers = "WS-OPN-060", .needs = "wire", .via = WS_LISTENS)
{
    SERVES(names_in(t, right, UPPER));
}

CASE(ws_request_lower_names, .title = "reads the names of header fields in small letters",
     .covers = "WS-OPN-060", .why = "proxies that speak HTTP/2 know only small letters",
     .needs = "wire", .via = WS_LISTENS)
{
    SERVES(names_in(t, right, LOWER));
}

CASE(ws_request_mixed_names, .title = "reads the names of header fields in mixed case",
     .covers = "WS-OPN-060", .needs = "wire", .via = WS_LISTENS)
{
    SERVES(names_in(t, right, MIXED));
}

/* ---- blanks around values ---- */

CASE(ws_request_no_blanks, .title = "reads header fields without a blank behind the colon",
     .covers = "WS-OPN-059", .needs = "wire", .via = WS_LISTENS)
{
    SERVES(colons_as(t, right, "", ""));
}

CASE(ws_request_many_blanks, .title = "reads header fields with several blanks behind the colon",
     .covers = "WS-OPN-059", .needs = "wire", .via = WS_LISTENS)
{
    SERVES(colons_as(t, right, "", "    "));
}

CASE(ws_request_tabs, .title = "reads header fields with tabs behind the colon",
     .covers = "WS-OPN-059", .needs = "wire", .via = WS_LISTENS)
{
    SERVES(colons_as(t, right, "", "\t \t"));
}

static void reads_trailing(struct t *t, const char *blanks)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, value(t, "%s%s", a.name, blanks),
                    .key = value(t, "dGhlIHNhbXBsZSBub25jZQ==%s", blanks),
                    .version = value(t, "13%s", blanks), .upgrade = value(t, "websocket%s", blanks),
                    .connection = value(t, "Upgrade%s", blanks));
    int status = ws_expect_response(a.us);
    check(t, status == 101, "it refuses the upgrade with status %d", status);
    const char *accept = ws_header(a.us, "Sec-WebSocket-Accept");
    check(t, accept && strcmp(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0,
          "its accept is %s: that of the key with its blanks?", accept ? accept : "missing");
    const char *named = ws_header(a.us, "Sec-WebSocket-Protocol");
    check(t, named && strcmp(named, a.name) == 0, "it names the sub-protocol %s, not %s",
          named ? named : "none", a.name);
}

CASE(ws_request_trailing_blanks, .title = "reads header fields with blanks behind the value",
     .covers = "WS-OPN-059",
     .why = "an accept computed over a key and its blanks is one that no client takes",
     .needs = "wire", .via = WS_LISTENS)
{
    reads_trailing(t, "  ");
}

CASE(ws_request_trailing_tabs, .title = "reads header fields with tabs behind the value",
     .covers = "WS-OPN-059", .needs = "wire", .via = WS_LISTENS)
{
    reads_trailing(t, "\t\t");
}

/* ---- order, and fields that it does not know ---- */

CASE(ws_request_reversed, .title = "reads the header fields of a request in reverse order",
     .covers = "WS-OPN-058", .needs = "wire", .via = WS_LISTENS)
{
    SERVES(reversed(t, right));
}

CASE(ws_request_unknown_fields, .title = "ignores header fields that it does not know",
     .covers = "WS-OPN-058", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .extra =
                          "X-Something: else\r\nX: y\r\nX-Empty:\r\nX-Odd: !#$%&'*+-.^_`|~\"\r\n"
                          "X-Something: again\r\n");
}

CASE(ws_request_like_known_fields,
     .title = "ignores header fields whose names only resemble those of the handshake",
     .covers = "WS-OPN-058", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .extra = "X-Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
                               "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
                               "Sec-WebSocket-Protocols: chat\r\nSec-WebSocket-Accept: no\r\n"
                               "Sec-WebSocket-Versions: 8\r\nUpgrade-Insecure-Requests: 1\r\n"
                               "Proxy-Connection: keep-alive\r\n");
}

CASE(ws_request_of_chromium, .title = "serves a request as Chromium writes it",
     .covers = "WS-OPN-058", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    const char *host = strstr(right_request(&a), "Host: ") + 6;

    ws_request_text(a.us, a.name, .key = "dGhlIHNhbXBsZSBub25jZQ==");
    wire_send_text(a.us,
                   value(t,
                         "GET / HTTP/1.1\r\nHost: %.*s\r\nConnection: Upgrade\r\n"
                         "Pragma: no-cache\r\nCache-Control: no-cache\r\n"
                         "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, "
                         "like Gecko) Chrome/120.0.0.0 Safari/537.36\r\n"
                         "Upgrade: websocket\r\nOrigin: http://localhost:8000\r\n"
                         "Sec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br\r\n"
                         "Accept-Language: en-US,en;q=0.9\r\nCookie: a=b; c=\"d, e\"\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Protocol: %s\r\n\r\n",
                         (int)strcspn(host, "\r"), host, a.name));
    is_served(&a);
}

CASE(ws_request_of_firefox, .title = "serves a request as Firefox writes it",
     .covers = "WS-OPN-058 WS-OPN-052", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    const char *host = strstr(right_request(&a), "Host: ") + 6;

    ws_request_text(a.us, a.name, .key = "dGhlIHNhbXBsZSBub25jZQ==");
    wire_send_text(a.us,
                   value(t,
                         "GET / HTTP/1.1\r\nHost: %.*s\r\n"
                         "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 "
                         "Firefox/115.0\r\nAccept: */*\r\nAccept-Language: en-US,en;q=0.5\r\n"
                         "Accept-Encoding: gzip, deflate\r\nSec-WebSocket-Version: 13\r\n"
                         "Origin: null\r\nSec-WebSocket-Protocol: %s\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nDNT: 1\r\n"
                         "Connection: keep-alive, Upgrade\r\nSec-Fetch-Dest: empty\r\n"
                         "Sec-Fetch-Mode: websocket\r\nSec-Fetch-Site: cross-site\r\n"
                         "Pragma: no-cache\r\nCache-Control: no-cache\r\nUpgrade: websocket\r\n"
                         "\r\n",
                         (int)strcspn(host, "\r"), host, a.name));
    is_served(&a);
}

CASE(ws_request_forty_fields, .title = "serves a request with 40 fields that it does not know",
     .covers = "WS-OPN-082", .needs = "wire", .via = WS_LISTENS)
{
    const char *extra = "";

    for (unsigned i = 0; i < 40; i++)
        extra = value(t, "%sX-Field-%u: value\r\n", extra, i);
    serves_request(t, .extra = extra);
}

/* ---- the grammar bent ---- */

CASE(ws_request_bare_lf, .title = "serves a request whose lines end in LF alone, or refuses it",
     .covers = "WS-OPN-061", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "a request whose lines end in LF", .line_end = "\n");
}

CASE(ws_request_folded, .title = "serves a request with a folded header field, or refuses it",
     .covers = "WS-OPN-061", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "a folded field", .extra = "X-Folded: one\r\n two\r\n\tthree\r\n");
}

CASE(ws_request_folded_protocol,
     .title = "serves a request whose sub-protocol is in a folded line, or refuses it",
     .covers = "WS-OPN-061", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, value(t, "chat,\r\n %s", a.name));
    may_be_served(&a, "a folded list of sub-protocols");
}

CASE(ws_request_body, .title = "serves a request with a body, or refuses it",
     .covers = "WS-OPN-061", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    wire_send_text(a.us,
                   with(t, right_request(&a), "\r\n\r\n", "\r\nContent-Length: 4\r\n\r\nbody"));
    if (!ws_answers_within(a.us, patience(t)) || ws_expect_response(a.us) != 101)
        variant(t, "a body is refused");
    else
        variant(t, "a request with a body is upgraded");
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_request_no_body, .title = "serves a request that says Content-Length: 0",
     .covers = "WS-OPN-058", .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .extra = "Content-Length: 0\r\n");
}

CASE(ws_request_blank_before_colon, .title = "refuses a header field with a blank before its colon",
     .covers = "WS-OPN-062", .why = "a proxy in front may have read it in another way",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    REFUSES(colons_as(t, right, " ", " "));
}

CASE(ws_request_no_colon, .title = "refuses a header line without a colon", .covers = "WS-OPN-062",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extra = "this is no field\r\n");
}

CASE(ws_request_no_name, .title = "refuses a header field without a name", .covers = "WS-OPN-062",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extra = ": value\r\n");
}

CASE(ws_request_nul,
     .title = "refuses a header field with a NUL in its value, or takes it for a blank",
     .covers = "WS-OPN-083", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);
    const char *right = right_request(&a);
    size_t n = strlen(right) - 2;

    wire_send_octets(a.us, right, n);
    wire_send(a.us, "'X-Nul: a' 00 'b' 0d0a 0d0a");
    may_be_served(&a, "a field with a NUL");
}

CASE(ws_request_first_line_folded,
     .title = "serves a request with a blank before its first field, or refuses it",
     .covers = "WS-OPN-061", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    MAY_SERVE(with(t, right, "\r\nHost:", "\r\n X-First: x\r\nHost:"),
              "a blank before the first field");
}

/* ---- Host ---- */

CASE(ws_request_no_host, .title = "does not upgrade a request without Host",
     .covers = "WS-OPN-046 SP-WS-027", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .host = ws_omit);
}

CASE(ws_request_two_hosts, .title = "does not upgrade a request with two Host fields",
     .covers = "WS-OPN-047", .why = "a proxy in front may have looked at the other one",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extra = "Host: other.example\r\n");
}

CASE(ws_request_other_host,
     .title = "serves a request whose Host is another name than its address, or refuses it",
     .covers = "WS-OPN-080", .needs = "wire", .via = WS_LISTENS)
{
    may_serve_request(t, "another Host", .host = "service.example:8080");
}
