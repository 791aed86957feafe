/* ws_client_answer.c -- what the response of 101 says, right and wrong: RFC 6455 4.1. */
#include <stdio.h>
#include "ws_open.h"

/* ---- accept ---- */

static const char *right_accept(struct shaken *a)
{
    return ws_accept_for(a->t, ws_header(a->us, "Sec-WebSocket-Key"));
}

static void takes_accept_in(struct t *t, const char *blanks)
{
    struct shaken a = answerer(t);

    ws_send_response(a.us, 101, .accept = value(t, "%s%s%s", blanks, right_accept(&a), blanks));
    is_taken(&a);
}

CASE(ws_client_blanks_around_accept, .title = "takes an accept with blanks around it",
     .covers = "WS-OPN-014 WS-OPN-020", .why = "RFC 6455 says so in so many words", .via = WS_DIALS)
{
    takes_accept_in(t, "   ");
}

CASE(ws_client_tabs_around_accept, .title = "takes an accept with tabs around it",
     .covers = "WS-OPN-014 WS-OPN-020", .why = "RFC 6455 says so in so many words", .via = WS_DIALS)
{
    takes_accept_in(t, "\t");
}

CASE(ws_client_no_accept, .title = "fails a response without an accept",
     .covers = "WS-OPN-014 SP-WS-032",
     .why = "what answers may be no WebSocket server at all, but something that echoes",
     .via = WS_DIALS)
{
    fails_response(t, .accept = ws_omit);
}

CASE(ws_client_empty_accept, .title = "fails a response with an empty accept",
     .covers = "WS-OPN-014 SP-WS-032", .via = WS_DIALS)
{
    fails_response(t, .accept = "");
}

CASE(ws_client_sample_accept, .title = "fails a response with the accept of another key",
     .covers = "WS-OPN-014 SP-WS-032", .why = "a cache may have answered an older request",
     .via = WS_DIALS)
{
    fails_response(t, .accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

CASE(ws_client_echoed_key, .title = "fails a response whose accept is the key itself",
     .covers = "WS-OPN-014 SP-WS-032", .why = "something that echoes is no WebSocket server",
     .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    ws_send_response(a.us, 101, .accept = ws_header(a.us, "Sec-WebSocket-Key"));
    is_failed(&a);
}

/* The right accept, one character of it changed, and not just to the other case. */
static void fails_changed(struct t *t, size_t at)
{
    struct shaken a = answerer(t);
    char accept[64];

    snprintf(accept, sizeof accept, "%s", right_accept(&a));
    accept[at] = accept[at] == 'A' || accept[at] == 'a' ? 'B' : 'A';
    ws_send_response(a.us, 101, .accept = accept);
    is_failed(&a);
}

CASE(ws_client_accept_first_wrong, .title = "fails an accept whose first character is wrong",
     .covers = "WS-OPN-014 SP-WS-032", .via = WS_DIALS)
{
    fails_changed(t, 0);
}

CASE(ws_client_accept_last_wrong, .title = "fails an accept whose last digit is wrong",
     .covers = "WS-OPN-014 SP-WS-032", .why = "it may have compared only a part of it",
     .via = WS_DIALS)
{
    fails_changed(t, 25);
}

CASE(ws_client_accept_other_case, .title = "fails an accept in small letters",
     .covers = "WS-OPN-014 SP-WS-032", .why = "base64 in another case is another number",
     .via = WS_DIALS)
{
    struct shaken a = answerer(t);
    char accept[64];

    snprintf(accept, sizeof accept, "%s", right_accept(&a));
    for (char *c = accept; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    ws_send_response(a.us, 101, .accept = accept);
    is_failed(&a);
}

CASE(ws_client_accept_cut, .title = "fails an accept that lacks its end",
     .covers = "WS-OPN-014 SP-WS-032", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    ws_send_response(a.us, 101, .accept = value(t, "%.20s", right_accept(&a)));
    is_failed(&a);
}

CASE(ws_client_accept_longer, .title = "fails an accept with more behind it",
     .covers = "WS-OPN-014 SP-WS-032", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    ws_send_response(a.us, 101, .accept = value(t, "%sAAAA", right_accept(&a)));
    is_failed(&a);
}

CASE(ws_client_accept_without_guid, .title = "fails an accept that was computed without the GUID",
     .covers = "WS-OPN-014 SP-WS-032", .via = WS_DIALS)
{
    /* Of no key at all: the SHA-1 of the GUID alone. */
    fails_response(t, .accept = "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=");
}

CASE(ws_client_two_accepts, .title = "fails a response with two accepts, the second wrong",
     .covers = "WS-OPN-017", .via = WS_DIALS)
{
    fails_response(t, .extra = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
}

/* ---- Upgrade and Connection ---- */

CASE(ws_client_no_upgrade, .title = "fails a response without Upgrade", .covers = "WS-OPN-012",
     .via = WS_DIALS)
{
    fails_response(t, .upgrade = ws_omit);
}

CASE(ws_client_other_upgrade, .title = "fails a response that upgrades to another protocol",
     .covers = "WS-OPN-012", .via = WS_DIALS)
{
    fails_response(t, .upgrade = "h2c");
}

CASE(ws_client_upgrade_to_websockets,
     .title = "fails a response that upgrades to what only begins with websocket",
     .covers = "WS-OPN-012", .via = WS_DIALS)
{
    fails_response(t, .upgrade = "websockets");
}

CASE(ws_client_upgrade_capitals, .title = "takes WEBSOCKET for websocket in a response",
     .covers = "WS-OPN-012", .via = WS_DIALS)
{
    takes_response(t, .upgrade = "WEBSOCKET");
}

CASE(ws_client_upgrade_mixed, .title = "takes WebSocket for websocket in a response",
     .covers = "WS-OPN-012", .why = "many servers write it so", .via = WS_DIALS)
{
    takes_response(t, .upgrade = "WebSocket");
}

CASE(ws_client_no_connection, .title = "fails a response without Connection",
     .covers = "WS-OPN-013", .via = WS_DIALS)
{
    fails_response(t, .connection = ws_omit);
}

CASE(ws_client_keep_alive, .title = "fails a response whose Connection is keep-alive",
     .covers = "WS-OPN-013", .via = WS_DIALS)
{
    fails_response(t, .connection = "keep-alive");
}

CASE(ws_client_connection_upgraded,
     .title = "fails a response whose Connection only resembles Upgrade", .covers = "WS-OPN-013",
     .via = WS_DIALS)
{
    fails_response(t, .connection = "Upgraded");
}

CASE(ws_client_connection_shorter,
     .title = "fails a response whose Connection lacks the end of Upgrade", .covers = "WS-OPN-013",
     .via = WS_DIALS)
{
    fails_response(t, .connection = "keep-alive, Upgrad");
}

CASE(ws_client_connection_small, .title = "finds the token upgrade of a response in small letters",
     .covers = "WS-OPN-013", .why = "several servers write it so", .via = WS_DIALS)
{
    takes_response(t, .connection = "upgrade");
}

CASE(ws_client_connection_capitals, .title = "finds the token UPGRADE of a response in capitals",
     .covers = "WS-OPN-013", .via = WS_DIALS)
{
    takes_response(t, .connection = "UPGRADE");
}

CASE(ws_client_connection_list, .title = "finds the token Upgrade of a response in a list",
     .covers = "WS-OPN-013", .why = "proxies add tokens of their own", .via = WS_DIALS)
{
    takes_response(t, .connection = "keep-alive, Upgrade");
}

CASE(ws_client_connection_lines,
     .title = "finds the token Upgrade of a response in the second of two fields",
     .covers = "WS-OPN-013", .via = WS_DIALS)
{
    takes_response(t, .connection = "keep-alive", .extra = "Connection: Upgrade\r\n");
}

/* ---- the sub-protocol ---- */

#define PROTOCOL(text) .protocol = slice_text(text)

CASE(ws_client_no_protocol, .title = "fails a response without a sub-protocol",
     .covers = "SP-WS-034", .why = "such a server knows nothing of SP", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL(""));
}

CASE(ws_client_empty_protocol, .title = "fails a response whose sub-protocol is empty",
     .covers = "SP-WS-034 WS-OPN-016", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL(""), .extra = "Sec-WebSocket-Protocol: \r\n");
}

CASE(ws_client_other_protocol, .title = "fails a response that names another protocol of SP",
     .covers = "SP-WS-033 WS-OPN-016", .why = "the messages would be misread", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL("bus.sp.nanomsg.org"));
}

CASE(ws_client_unknown_protocol, .title = "fails a response that names an unknown sub-protocol",
     .covers = "SP-WS-033 WS-OPN-016", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL("chat"));
}

CASE(ws_client_pair_version, .title = "fails a response of pair1 when it asked for pair",
     .covers = "SP-WS-033 WS-OPN-016", .why = "the two frame their messages in different ways",
     .via = WS_DIALS)
{
    fails_response(t, PROTOCOL("pair1.sp.nanomsg.org"));
}

CASE(ws_client_longer_protocol,
     .title = "fails a response whose sub-protocol only begins like the one asked for",
     .covers = "SP-WS-033 WS-OPN-016", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL("pair.sp.nanomsg.org.example"));
}

CASE(ws_client_shorter_protocol,
     .title = "fails a response whose sub-protocol lacks the end of the one asked for",
     .covers = "SP-WS-033 WS-OPN-016", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL("pair"));
}

CASE(ws_client_protocol_list,
     .title = "fails a response that names two sub-protocols, one of them right",
     .covers = "SP-WS-033 WS-OPN-016", .via = WS_DIALS)
{
    fails_response(t, PROTOCOL("pair.sp.nanomsg.org, chat"));
}

CASE(ws_client_two_protocols, .title = "fails a response with two fields of sub-protocols",
     .covers = "WS-OPN-017", .via = WS_DIALS)
{
    fails_response(t, .extra = "Sec-WebSocket-Protocol: chat\r\n");
}

CASE(ws_client_protocol_case,
     .title = "takes a response whose sub-protocol is in capitals, or fails it",
     .covers = "SP-WS-026", .via = WS_DIALS)
{
    may_take_response(t, "a sub-protocol in capitals", PROTOCOL("PAIR.SP.NANOMSG.ORG"));
}

/* ---- extensions ---- */

static void fails_extension(struct t *t, const char *extensions)
{
    struct shaken a = answerer(t);
    const char *offered = ws_header(a.us, "Sec-WebSocket-Extensions");

    if (offered && strncmp(extensions, offered, strcspn(extensions, "; ,")) == 0)
        skip(t, "it offers this extension");
    ws_send_response(a.us, 101, .extensions = extensions);
    is_failed(&a);
}

CASE(ws_client_extension, .title = "fails a response with an extension that it did not offer",
     .covers = "SP-WS-035 WS-OPN-015",
     .why = "the frames that follow mean something else: the first would be misread",
     .via = WS_DIALS)
{
    fails_extension(t, "x-nobody-knows");
}

CASE(ws_client_deflate, .title = "fails a response with permessage-deflate that it did not offer",
     .covers = "SP-WS-035 WS-OPN-015", .why = "compressed messages would be delivered as they are",
     .via = WS_DIALS)
{
    fails_extension(t, "permessage-deflate");
}

CASE(ws_client_extension_with_parameters,
     .title = "fails a response with an extension and its parameters that it did not offer",
     .covers = "SP-WS-035 WS-OPN-015", .via = WS_DIALS)
{
    fails_extension(t, "x-nobody-knows; a=\"b\"; c");
}
