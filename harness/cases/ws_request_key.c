/* ws_request_key.c -- key and version of the request, and what answers them: RFC 6455 4.2, 4.4. */
#include "ws_open.h"

/* ---- the accept ---- */

static void answers_key(struct t *t, const char *key, const char *accept)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .key = key);
    check(t, ws_expect_response(a.us) == 101, "it does not upgrade");
    const char *got = ws_header(a.us, "Sec-WebSocket-Accept");
    check(t, got && strcmp(got, accept) == 0, "its accept for %s is %s, not %s", key,
          got ? got : "missing", accept);
}

CASE(ws_accept_of_sample, .title = "answers the sample key of RFC 6455 with the sample accept",
     .covers = "SP-WS-016", .why = "a client fails the connection otherwise", .needs = "wire",
     .via = WS_LISTENS)
{
    answers_key(t, "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

CASE(ws_accept_of_odd_keys, .title = "answers keys with every kind of base64 digit",
     .covers = "SP-WS-016", .needs = "wire", .via = WS_LISTENS)
{
    static const char *const known[][2] = {
        { "/////////////////////w==", "XXpj4jYzLM2yUE0C7TIgMwTQh2g=" },
        { "AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI=" },
        { "8PHy8/T19vf4+fr7/P3+/w==", "o1HBjBrgy9KLkiDEDur3dyqqLEs=" },
        { "+/+/+/+/+/+/+/+/+/+/Pg==", "qAR2vqEbnZxu2+4v20mKA78CZx0=" },
        { "AAECAwQFBgcICQoLDA0ODw==", "Bz3qJYTGdOe8gUSpLosEdiLKDrk=" },
    };

    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
        answers_key(t, known[i][0], known[i][1]);
}

CASE(ws_accept_of_hundred_keys, .title = "answers a hundred random keys, each by its own accept",
     .covers = "SP-WS-016", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    for (unsigned i = 0; i < 100; i++) {
        ws_send_request(a.us, a.name);
        ws_expect_upgraded(a.us);
        ask_again(&a);
    }
}

/* ---- the key ---- */

CASE(ws_request_no_key, .title = "does not upgrade a request without Sec-WebSocket-Key",
     .covers = "WS-OPN-053 SP-WS-027", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .key = ws_omit);
}

CASE(ws_request_empty_key, .title = "does not upgrade a request with an empty Sec-WebSocket-Key",
     .covers = "WS-OPN-053", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .key = "");
}

CASE(ws_request_short_key, .title = "refuses a key of 15 octets, or uses it",
     .covers = "WS-OPN-054", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "a key of 15 octets", .key = "AAECAwQFBgcICQoLDA0O");
}

CASE(ws_request_long_key, .title = "refuses a key of 17 octets, or uses it", .covers = "WS-OPN-054",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "a key of 17 octets", .key = "AAECAwQFBgcICQoLDA0ODxA=");
}

CASE(ws_request_very_long_key, .title = "refuses a key of a thousand characters, or uses it",
     .covers = "WS-OPN-054", .why = "a buffer for 24 characters overflows", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    char key[1001];

    memset(key, 'A', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    may_serve_request(t, "a key of a thousand characters", .key = key);
}

CASE(ws_request_key_no_base64, .title = "refuses a key that is no base64, or uses it",
     .covers = "WS-OPN-054", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "a key that is no base64", .key = "!!!!!!!!!!!!!!!!!!!!!!==");
}

CASE(ws_request_two_keys, .title = "does not upgrade a request with two keys",
     .covers = "WS-OPN-055", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extra = "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n");
}

/* ---- the version ---- */

CASE(ws_request_no_version_field,
     .title = "does not upgrade a request without Sec-WebSocket-Version",
     .covers = "WS-OPN-056 SP-WS-027", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .version = ws_omit);
}

#define VERSION(ident, number)                                                                     \
    CASE(ident, .title = "does not upgrade a request of WebSocket version " number,                \
         .covers = "WS-OPN-056 SP-WS-027", .needs = "wire", .via = WS_LISTENS, .fragile = true)    \
    {                                                                                              \
        refuses_request(t, .version = number);                                                     \
    }

VERSION(ws_request_version_0, "0")
VERSION(ws_request_version_12, "12")
VERSION(ws_request_version_14, "14")
VERSION(ws_request_version_255, "255")
VERSION(ws_request_version_1, "1")
VERSION(ws_request_version_130, "130")

/* The last drafts before the RFC differ from it in nothing but the number. */
CASE(ws_request_version_7, .title = "refuses a request of WebSocket version 7, or knows that draft",
     .covers = "WS-OPN-081", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "version 7 (RFC 6455 4.4: a server may know several)", .version = "7");
}

CASE(ws_request_version_8, .title = "refuses a request of WebSocket version 8, or knows that draft",
     .covers = "WS-OPN-081", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    may_serve_request(t, "version 8 (RFC 6455 4.4: a server may know several)", .version = "8");
}

CASE(ws_request_two_versions, .title = "does not upgrade a request with two versions",
     .covers = "WS-OPN-055", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .extra = "Sec-WebSocket-Version: 8\r\n");
}

CASE(ws_request_version_words, .title = "refuses a version that is no number",
     .covers = "WS-OPN-057", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .version = "thirteen");
    refuses_request(t, .version = "13abc");
    refuses_request(t, .version = "");
}

CASE(ws_request_version_padded, .title = "refuses the versions 013, +13 and 13.0",
     .covers = "WS-OPN-057", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    refuses_request(t, .version = "013");
    refuses_request(t, .version = "+13");
    refuses_request(t, .version = "13.0");
}

static void tells_version(struct t *t, const char *asked)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .version = asked);
    int status = ws_expect_response(a.us);
    if (status == 101 && strcmp(asked, "8") == 0) {
        variant(t, "it knows version 8");
        return;
    }
    check(t, status != 101, "it upgrades to version %s", asked);
    check(t, status != 0, "it closes the connection, and does not tell which versions it knows");
    check(t, has_token(ws_header(a.us, "Sec-WebSocket-Version"), "13"),
          "its refusal of version %s says Sec-WebSocket-Version: %s", asked,
          ws_header(a.us, "Sec-WebSocket-Version") ? ws_header(a.us, "Sec-WebSocket-Version")
                                                   : "(missing)");
}

CASE(ws_request_version_8_told, .title = "answers a request of version 8 with the version it knows",
     .covers = "SP-WS-028", .why = "the client cannot know what to ask for instead",
     .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    tells_version(t, "8");
}

CASE(ws_request_version_25_told,
     .title = "answers a request of a version to come with the version it knows",
     .covers = "SP-WS-028", .why = "so later versions can fall back", .needs = "wire",
     .via = WS_LISTENS, .fragile = true)
{
    tells_version(t, "25");
}
