/* ws_client_request.c -- the request of an implementation that dials: RFC 6455 4.1,
 * sp-websocket-mapping-01 2. */
#include <stdio.h>
#include <strings.h>
#include "ws_open.h"

/* Its request has come: what it says is to be judged.  It is answered, so that no case ends within
 * a handshake but those that are about it. */
static void takes_request(struct peer *us)
{
    ws_expect_request(us);
    ws_send_response(us, 101);
    wire_drains_within(us, 50);
}

static struct peer *asked(struct t *t)
{
    struct peer *us = attach_raw(iut_open(t, is_black_box(t) ? service_protocol(t) : "pair"));

    takes_request(us);
    return us;
}

static struct peer *asked_again(struct peer *us)
{
    wire_close(us);
    us = reattach_raw(us);
    takes_request(us);
    return us;
}

static const char *text(const char *header)
{
    return header ? header : "(missing)";
}

/* The target is `due`, behind the scheme and the host or without them: RFC 6455 4.1 allows both. */
static void has_target(struct t *t, struct peer *us, const char *due)
{
    const char *target = ws_target(us), *host = text(ws_header(us, "Host"));
    const char *scheme = over_tls(t) ? "https://" : "http://";
    size_t n = strlen(scheme);

    if (strncmp(target, scheme, n) == 0 && strncasecmp(target + n, host, strlen(host)) == 0) {
        variant(t, "its target is in absolute form");
        target += n + strlen(host);
    }
    check(t, strcmp(target, due) == 0, "its target is %s, and %s was asked for", target, due);
}

static void has_one(struct t *t, struct peer *us, const char *name)
{
    check(t, ws_header_count(us, name) == 1, "its request has %zu fields of %s",
          ws_header_count(us, name), name);
}

/* ---- the request line ---- */

CASE(ws_client_request_line, .title = "asks for / by GET and HTTP/1.1 or higher",
     .covers = "WS-OPN-001 SP-WS-013", .needs = "wire", .via = WS_DIALS | WSS_DIALS)
{
    struct peer *us = asked(t);

    check(t, strcmp(ws_method(us), "GET") == 0, "its method is %s", ws_method(us));
    check(t,
          strncmp(ws_http_version(us), "HTTP/1.", 7) == 0 &&
              strcmp(ws_http_version(us), "HTTP/1.0") != 0,
          "its version is %s", ws_http_version(us));
    has_target(t, us, "/");
}

CASE(ws_client_octets,
     .title = "sends a request whose first line is parted by blanks and ends in CR LF",
     .covers = "WS-OPN-001", .needs = "wire", .via = WS_DIALS)
{
    struct peer *us = attach_raw(iut_open(t, is_black_box(t) ? service_protocol(t) : "pair"));

    wire_expect(us, "'GET / HTTP/1.' .. 0d0a");
}

CASE(ws_client_no_body, .title = "sends a request without a body", .covers = "WS-OPN-001",
     .needs = "wire", .via = WS_DIALS)
{
    struct peer *us = asked(t);

    check(t, ws_header_count(us, "Transfer-Encoding") == 0, "its request has a Transfer-Encoding");
    const char *length = ws_header(us, "Content-Length");
    check(t, !length || strcmp(length, "0") == 0, "its request has Content-Length: %s",
          text(length));
}

static void asks_for(struct t *t, const char *behind, const char *target)
{
    const char *url = our_listener(t);
    struct iut *s = iut_open(t, "pair");

    iut_dial(s, value(t, "%.*s%s", (int)strlen(url) - 1, url, behind)); /* it ends in a slash */
    struct peer *us = accept_raw(t, url);
    takes_request(us);
    has_target(t, us, target);
}

CASE(ws_client_path, .title = "asks for the path of the address", .covers = "SP-WS-014 WS-OPN-002",
     .why = "a server may have other things at other paths", .via = WS_DIALS)
{
    asks_for(t, "/a/longer/path", "/a/longer/path");
}

CASE(ws_client_query, .title = "asks for the path of the address with its query",
     .covers = "SP-WS-014 WS-OPN-002", .why = "tokens and session names travel there",
     .via = WS_DIALS)
{
    asks_for(t, "/a?b=1", "/a?b=1");
}

CASE(ws_client_path_slash, .title = "keeps the slash at the end of a path",
     .covers = "SP-WS-014 WS-OPN-002", .via = WS_DIALS)
{
    asks_for(t, "/a/b/", "/a/b/");
}

CASE(ws_client_escapes, .title = "keeps the escapes and odd characters of the address",
     .covers = "SP-WS-014 WS-OPN-002", .via = WS_DIALS)
{
    asks_for(t, "/a%20b/%2F~c;d?e=%3F&f=g@h:i", "/a%20b/%2F~c;d?e=%3F&f=g@h:i");
}

CASE(ws_client_query_marks, .title = "keeps further question marks and slashes of the query",
     .covers = "SP-WS-014 WS-OPN-002", .via = WS_DIALS)
{
    asks_for(t, "/a?b/c?d", "/a?b/c?d");
}

CASE(ws_client_no_path, .title = "asks for / when the address has no path", .covers = "WS-OPN-002",
     .via = WS_DIALS)
{
    asks_for(t, "", "/");
}

/* ---- the fields ---- */

CASE(ws_client_host, .title = "sends one Host: the host and the port of the address",
     .covers = "WS-OPN-003 SP-WS-013", .why = "servers of several names choose by it",
     .via = WS_DIALS | WSS_DIALS)
{
    const char *url = our_listener(t);
    struct iut *s = iut_open(t, "pair");

    iut_dial(s, url);
    struct peer *us = accept_raw(t, url);
    takes_request(us);
    const char *host = strstr(url, "://") + 3;
    size_t n = strcspn(host, "/");
    has_one(t, us, "Host");
    const char *got = text(ws_header(us, "Host"));
    check(t, strlen(got) == n && strncasecmp(got, host, n) == 0, "its Host is %s, not %.*s", got,
          (int)n, host);
}

CASE(ws_client_upgrade, .title = "asks to upgrade to websocket", .covers = "WS-OPN-004 SP-WS-013",
     .needs = "wire", .via = WS_DIALS)
{
    struct peer *us = asked(t);

    check(t, has_token(ws_header(us, "Upgrade"), "websocket"), "its Upgrade is %s",
          text(ws_header(us, "Upgrade")));
}

CASE(ws_client_connection, .title = "sends a Connection with the token Upgrade",
     .covers = "WS-OPN-005 SP-WS-013", .needs = "wire", .via = WS_DIALS)
{
    struct peer *us = asked(t);

    check(t, has_token(ws_header(us, "Connection"), "upgrade"), "its Connection is %s",
          text(ws_header(us, "Connection")));
}

CASE(ws_client_version, .title = "asks for version 13", .covers = "WS-OPN-008 SP-WS-013",
     .needs = "wire", .via = WS_DIALS)
{
    struct peer *us = asked(t);

    has_one(t, us, "Sec-WebSocket-Version");
    const char *version = text(ws_header(us, "Sec-WebSocket-Version"));
    check(t, strcmp(version, "13") == 0, "its version is %s", version);
}

CASE(ws_client_extensions, .title = "offers no extension, or some by the grammar",
     .covers = "WS-OPN-009", .needs = "wire", .via = WS_DIALS)
{
    struct peer *us = asked(t);
    const char *offered = ws_header(us, "Sec-WebSocket-Extensions");

    if (!offered)
        return;
    check(t, strcspn(offered, " \t;,=\"") > 0 && !strstr(offered, ";;") && !strstr(offered, ";="),
          "it offers %s", offered);
    variant(t, "offers %s", offered);
}

/* ---- the key ---- */

CASE(ws_client_key, .title = "sends one key: 16 octets in base64", .covers = "WS-OPN-006 SP-WS-013",
     .needs = "wire", .via = WS_DIALS)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct peer *us = asked(t);

    has_one(t, us, "Sec-WebSocket-Key");
    const char *key = text(ws_header(us, "Sec-WebSocket-Key"));
    check(t, strlen(key) == 24 && strspn(key, digits) == 22 && strcmp(key + 22, "==") == 0,
          "its key is %s: not 22 digits of base64 and ==", key);
    check(t, strchr("AQgw", key[21]), "its key is %s: the last digit has bits beyond 16 octets",
          key);
}

CASE(ws_client_key_fresh, .title = "sends another key on every connection",
     .covers = "SP-WS-015 WS-OPN-007",
     .why = "by the key it knows that its own request was answered, and not an older one",
     .via = WS_DIALS)
{
    enum { CONNECTIONS = 8 };
    const char *keys[CONNECTIONS];
    struct peer *us = asked(t);

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        keys[i] = value(t, "%s", text(ws_header(us, "Sec-WebSocket-Key")));
        for (unsigned k = 0; k < i; k++)
            check(t, strcmp(keys[i], keys[k]) != 0, "connections %u and %u have the key %s", k + 1,
                  i + 1, keys[i]);
        us = asked_again(us);
    }
}

CASE(ws_client_key_of_sockets, .title = "sends another key for every socket",
     .covers = "SP-WS-015 WS-OPN-007", .via = WS_DIALS)
{
    enum { SOCKETS = 5 };
    const char *keys[SOCKETS];

    for (unsigned i = 0; i < SOCKETS; i++) {
        struct peer *us = asked(t);
        keys[i] = value(t, "%s", text(ws_header(us, "Sec-WebSocket-Key")));
        for (unsigned k = 0; k < i; k++)
            check(t, strcmp(keys[i], keys[k]) != 0, "sockets %u and %u have the key %s", k + 1,
                  i + 1, keys[i]);
    }
}

CASE(ws_client_key_of_processes, .title = "sends another first key in every process",
     .covers = "SP-WS-015 WS-OPN-007", .why = "keys that start alike are not random",
     .via = WS_DIALS)
{
    const char *keys[3];

    for (unsigned i = 0; i < 3; i++) {
        struct peer *us = asked(t);
        keys[i] = value(t, "%s", text(ws_header(us, "Sec-WebSocket-Key")));
        for (unsigned k = 0; k < i; k++)
            check(t, strcmp(keys[i], keys[k]) != 0, "processes %u and %u begin with the key %s",
                  k + 1, i + 1, keys[i]);
        if (i < 2)
            iut_fresh(t);
    }
}

CASE(ws_client_key_random, .title = "chooses keys in which every octet changes",
     .covers = "WS-OPN-007", .why = "a counter or the time of day can be foreseen", .via = WS_DIALS)
{
    enum { CONNECTIONS = 12 };
    char first[32];
    bool changed[21] = { false }; /* the last digit holds two bits */
    struct peer *us = asked(t);

    snprintf(first, sizeof first, "%s", text(ws_header(us, "Sec-WebSocket-Key")));
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        us = asked_again(us);
        const char *key = text(ws_header(us, "Sec-WebSocket-Key"));
        for (unsigned k = 0; k < 21 && strlen(key) == 24 && strlen(first) == 24; k++)
            changed[k] |= key[k] != first[k];
    }
    for (unsigned k = 0; k < 21; k++)
        check(t, changed[k], "character %u of its key was %c %d times in a row", k + 1, first[k],
              CONNECTIONS + 1);
}

/* ---- the sub-protocol ---- */

static void offers(struct t *t, const char *protocol, const char *name)
{
    struct peer *us = attach_raw(iut_open(t, protocol));

    takes_request(us);
    has_one(t, us, "Sec-WebSocket-Protocol");
    const char *got = text(ws_header(us, "Sec-WebSocket-Protocol"));
    check(t, strcmp(got, name) == 0, "it asks for %s, not %s", got, name);
}

#define OFFERS(ident, protocol, name, rows)                                                        \
    CASE(ident, .title = "asks for " name ", alone, when it is a dialling " protocol,              \
         .covers = rows, .why = "the name is that of the listening side", .needs = "wire",         \
         .via = WS_DIALS)                                                                          \
    {                                                                                              \
        offers(t, protocol, name);                                                                 \
    }

OFFERS(ws_client_pair, "pair", "pair.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_req, "req", "rep.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_rep, "rep", "req.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_pub, "pub", "sub.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_sub, "sub", "pub.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_surveyor, "surveyor", "respondent.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_respondent, "respondent", "surveyor.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_push, "push", "pull.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_pull, "pull", "push.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_bus, "bus", "bus.sp.nanomsg.org", "SP-WS-012 SP-WS-013")
OFFERS(ws_client_pair1, "pair1", "pair1.sp.nanomsg.org", "SP-WS-011")

/* ---- and then it waits ---- */

CASE(ws_client_waits, .title = "sends nothing behind its request until the response has come",
     .covers = "WS-OPN-010", .why = "a server that refuses would read the frame as a request",
     .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    iut_begin_send(a.s, 2 * patience(t), "'early'");
    expect_quiet(a.us, 200, "it is our response that it waits for");
    ws_send_response(a.us, 101);
    ws_upgraded(a.us);
    sp_expect(a.us, "'early'");
    iut_end_ok(a.s);
}

CASE(ws_client_waits_for_all,
     .title = "sends nothing until the empty line of the response has come", .covers = "WS-OPN-010",
     .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    iut_begin_send(a.s, 2 * patience(t), "'early'");
    wire_send_text(a.us, ws_response_text(a.us, 101, .unfinished = true));
    wire_drains_within(a.us, 50);
    expect_quiet(a.us, 100, "it is the end of our response that it waits for");
    wire_send(a.us, "0d0a");
    ws_upgraded(a.us);
    sp_expect(a.us, "'early'");
    iut_end_ok(a.s);
}

CASE(ws_client_then_silence, .title = "sends nothing behind the handshake until a message is due",
     .covers = "SP-WS-037", .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    expect_quiet(us, 100, "a greeting of its own would come by itself");
    iut_send(s, "'first'");
    sp_expect(us, "'first'");
}
