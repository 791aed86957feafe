/* ws_request_extensions.c -- extensions that the request offers: RFC 6455 9.1. */
#include "ws_open.h"

/* Served.  An extension of ours that is known to the implementation may be accepted: then frames
 * are no longer to be judged here.  One that nobody knows may not. */
static void serves_offer(struct t *t, const char *offer, bool unknown)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .extensions = offer);
    ws_expect_upgraded(a.us);
    const char *accepted = ws_header(a.us, "Sec-WebSocket-Extensions");
    if (accepted) {
        check(t,
              !unknown && strstr(offer, "permessage-deflate") == offer &&
                  strncmp(accepted, "permessage-deflate", 18) == 0,
              "it accepts the extension %s, and was offered %s", accepted, offer);
        variant(t, "accepts permessage-deflate");
        return;
    }
    if (is_black_box(t))
        return;
    sp_send(a.us, "'good'");
    iut_expect(a.s, "'good'");
    iut_send(a.s, "'back again and again and again'");
    wire_expect(a.us, "82 1e 'back again and again and again'"); /* no RSV1, not compressed */
}

CASE(ws_extension_deflate, .title = "serves a request that offers permessage-deflate",
     .covers = "SP-WS-029", .why = "every browser offers it", .needs = "wire", .via = WS_LISTENS)
{
    serves_offer(t, "permessage-deflate", false);
}

CASE(ws_extension_deflate_of_browsers,
     .title = "serves a request that offers permessage-deflate as browsers do",
     .covers = "SP-WS-029", .why = "every browser offers it", .needs = "wire", .via = WS_LISTENS)
{
    serves_offer(t, "permessage-deflate; client_max_window_bits", false);
}

CASE(ws_extension_deflate_twice,
     .title = "serves a request that offers permessage-deflate with two sets of parameters",
     .covers = "SP-WS-029", .needs = "wire", .via = WS_LISTENS)
{
    serves_offer(t,
                 "permessage-deflate; client_max_window_bits=15; server_no_context_takeover, "
                 "permessage-deflate;client_max_window_bits=\"10\"",
                 false);
}

CASE(ws_extension_webkit, .title = "serves a request that offers x-webkit-deflate-frame",
     .covers = "SP-WS-029", .needs = "wire", .via = WS_LISTENS)
{
    serves_offer(t, "x-webkit-deflate-frame", true);
}

CASE(ws_extension_unknown,
     .title = "serves a request that offers unknown extensions, and accepts none of them",
     .covers = "SP-WS-029 WS-OPN-066", .needs = "wire", .via = WS_LISTENS)
{
    serves_offer(t, "x-nobody; a; b=c; d=\"e\", x-knows, x-this;f=1", true);
}

CASE(ws_extension_two_lines,
     .title = "serves a request that offers extensions in two header fields", .covers = "SP-WS-029",
     .needs = "wire", .via = WS_LISTENS)
{
    serves_request(t, .extensions = "x-nobody",
                   .extra = "Sec-WebSocket-Extensions: x-knows; a=b\r\n");
}

CASE(ws_extension_malformed, .title = "refuses extensions that break the grammar",
     .covers = "WS-OPN-067", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extensions = "permessage-deflate; =10");
    refuses_request(t, .extensions = "; a=b");
    refuses_request(t, .extensions = "x-knows a=b");
}

CASE(ws_extension_malformed_quotes,
     .title = "refuses an extension whose quotes do not end, or hold no token",
     .covers = "WS-OPN-067", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extensions = "x-knows; a=\"b");
    refuses_request(t, .extensions = "x-knows; a=\"b c\"");
}
