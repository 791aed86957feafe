/* ws_request_cut.c -- requests in pieces, too long, or without an end. */
#include "ws_open.h"

enum { MIB = 1024 * 1024, LIMIT_MS = 12000, PIECE = 4096 };

/* ---- segments ---- */

CASE(ws_request_cut_anywhere, .title = "serves a request wherever it is cut into two segments",
     .covers = "WS-OPN-069", .why = "TCP cuts where it likes", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    size_t n = strlen(right_request(&a));

    for (size_t cut = 1; cut < n; cut++) {
        const char *request = right_request(&a);
        wire_send_octets(a.us, request, cut);
        wire_drains_within(a.us, 20);
        wire_send_octets(a.us, request + cut, n - cut);
        ws_expect_upgraded(a.us);
        ask_again(&a);
    }
}

CASE(ws_request_octet_by_octet, .title = "serves a request that comes one octet at a time",
     .covers = "WS-OPN-069", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    const char *request = right_request(&a);

    for (; *request; request++) {
        wire_send_octets(a.us, request, 1);
        wire_drains_within(a.us, 20);
    }
    is_served(&a);
}

CASE(ws_request_line_by_line, .title = "serves a request that comes one line at a time",
     .covers = "WS-OPN-069", .why = "so it comes from a program that prints it", .needs = "wire",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    for (const char *at = right_request(&a); *at;) {
        size_t n = (size_t)(strchr(at, '\n') - at) + 1;
        wire_send_octets(a.us, at, n);
        wire_drains_within(a.us, 50);
        at += n;
    }
    is_served(&a);
}

CASE(ws_request_glued_frame, .title = "loses no message that comes in one segment with the request",
     .covers = "SP-WS-070",
     .why = "what was read too far is dropped, and the stream is out of step", .via = WS_LISTENS,
     .fragile = true)
{
    struct shaken a = asker(t);

    wire_send(a.us, value(t, "%s %s", text_octets(t, right_request(&a)),
                          ws_frame_pattern(a.us, "'early'")));
    if (ws_expect_response(a.us) != 101) {
        variant(t, "a request with a frame behind it is refused");
        return;
    }
    ws_upgraded(a.us);
    ws_send(a.us, "'later'"); /* what is delivered first tells whether the one before was lost */
    const char *code = iut_try_recv(a.s, patience(t));
    if (strcmp(code, "ok") == 0) {
        check(t, captured(t, "got") != 0x6c61746572, "the message is lost, and the pipe goes on");
        check(t, captured(t, "got") == 0x6561726c79, "what it delivers is not the message sent");
        return;
    }
    check(t, closes_within(a.us, patience(t)), "nothing is delivered, and the pipe stays");
    variant(t, "the connection is closed over a frame glued to the request");
}

CASE(ws_request_glued_to_refused,
     .title = "delivers nothing that comes in one segment with a request that it refuses",
     .covers = "WS-OPN-075 SP-WS-020", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);
    const char *frame = ws_frame_pattern(a.us, "'evil'");

    wire_send(a.us, value(t, "%s %s", text_octets(t, ws_request_text(a.us, "chat")), frame));
    expect_ws_refused(a.us);
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

/* ---- the end of the connection within the request ---- */

static void cut_off(struct t *t, bool reset)
{
    struct shaken a = asker(t);
    const char *request = right_request(&a);
    size_t n = strlen(request);

    for (size_t cut = 0; cut < n; cut++) { /* whole, it would take the place of a PAIR */
        wire_send_octets(a.us, request, cut);
        if (reset) {
            wire_drains_within(a.us, 20); /* a reset may overtake what was not read */
            wire_reset(a.us);
        } else {
            wire_close(a.us);
        }
        a.us = attach_raw(a.s);
    }
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_request_cut_by_close,
     .title = "goes on serving when peers close after any number of octets of the request",
     .covers = "WS-OPN-079", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    cut_off(t, false);
}

CASE(ws_request_cut_by_reset,
     .title = "goes on serving when peers reset after any number of octets of the request",
     .covers = "WS-OPN-079", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    cut_off(t, true);
}

CASE(ws_request_then_fin,
     .title = "goes on serving when a peer sends a request and its end at once",
     .covers = "WS-OPN-079", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    for (unsigned i = 0; i < 10; i++) {
        ws_send_request(a.us, a.name);
        wire_finish(a.us);
        ws_answers_within(a.us, 300);
        ask_again(&a);
    }
    ws_send_request(a.us, a.name);
    is_served(&a);
}

/* ---- long ones ---- */

static const char *field_of(struct t *t, size_t n)
{
    const char *text = "";

    for (size_t left = n; left > 0;) { /* a value holds up to 2,000 characters */
        size_t part = left < 90 ? left : 90;
        text = value(t, "%s%.*s", text, (int)part,
                     "aaaaaaaaabbbbbbbbbccccccccceeeeeeeeeffffffffggggggggghhhhhhhhiiiiiiiijjjjjjjj"
                     "kkkkkkkkkkkk");
        left -= part;
    }
    return text;
}

CASE(ws_request_1k_field, .title = "serves a request with a header field of a thousand octets",
     .covers = "WS-OPN-082", .why = "cookies and tokens are as long as that", .needs = "wire",
     .via = WS_LISTENS)
{
    serves_request(t, .extra = value(t, "Cookie: a=%s\r\n", field_of(t, 1000)));
}

/* The right request, and before its empty line `n` octets of fields with values of `each`, unless
 * it is answered or ended before. */
static void sends_long_head(struct shaken *a, size_t n, size_t each)
{
    static char piece[PIECE];
    const char *request = right_request(a);

    wire_send_octets(a->us, request, strlen(request) - 2);
    for (size_t sent = 0, in_line = 0; sent < n;) {
        for (size_t i = 0; i < sizeof piece; i++, in_line = (in_line + 1) % each)
            piece[i] = in_line == each - 1   ? '\n'
                       : in_line == each - 2 ? '\r'
                       : in_line == 2        ? ':'
                                             : 'a';
        wire_send_octets(a->us, piece, sizeof piece);
        sent += sizeof piece;
        if (sent % MIB == 0 || n < MIB)
            wire_drains_within(a->us, 100);
        if (ws_answers_within(a->us, 0))
            return;
    }
    wire_send(a->us, "0d0a 0d0a");
}

static void long_head(struct t *t, size_t n, size_t each, bool may)
{
    struct shaken a = asker(t);

    sends_long_head(&a, n, each);
    if (!ws_answers_within(a.us, patience(t)))
        check(t, may, "it neither answers nor closes, %zu octets into the request", n);
    else if (!may)
        check(t, ws_expect_response(a.us) != 101, "it upgrades a request of %zu octets", n);
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_request_8k_field, .title = "goes on serving after a request with a field of 8 KiB",
     .covers = "SP-WS-031a", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    long_head(t, 2 * PIECE, 2 * PIECE, true);
}

CASE(ws_request_8k_fields, .title = "goes on serving after a request with 8 KiB of short fields",
     .covers = "SP-WS-031a", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    long_head(t, 2 * PIECE, 32, true);
}

CASE(ws_request_10m_field, .title = "refuses or gives up a header field of 10 MiB",
     .covers = "WS-OPN-070", .why = "memory for the asking", .needs = "wire", .via = WS_LISTENS,
     .fragile = true)
{
    long_head(t, (size_t)10 * MIB, (size_t)16 * MIB, false);
}

CASE(ws_request_endless_fields, .title = "refuses or gives up 10 MiB of header fields",
     .covers = "WS-OPN-070", .why = "memory for the asking", .needs = "wire", .via = WS_LISTENS,
     .fragile = true)
{
    long_head(t, (size_t)10 * MIB, 64, false);
}

CASE(ws_request_long_line, .title = "refuses or gives up a request line of 10 MiB",
     .covers = "WS-OPN-070", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    static char piece[MIB];
    struct shaken a = asker(t);

    memset(piece, 'a', sizeof piece);
    wire_send(a.us, "'GET /'");
    for (unsigned i = 0; i < 10 && !ws_answers_within(a.us, 0); i++) {
        wire_send_octets(a.us, piece, sizeof piece);
        wire_drains_within(a.us, 100);
    }
    check(t, ws_answers_within(a.us, patience(t)),
          "it neither answers nor closes, 10 MiB into the request line");
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_request_memory, .title = "holds little of a request that does not end",
     .covers = "WS-OPN-070", .why = "memory for the asking", .needs = "kernel", .via = WS_LISTENS,
     .fragile = true)
{
    struct shaken a = asker(t);
    int64_t before = iut_memory(t);

    if (before < 0)
        skip(t, "the memory of this process cannot be had");
    for (unsigned i = 0; i < 2; i++) {
        sends_long_head(&a, (size_t)10 * MIB, 64);
        a.us = attach_raw(a.s);
    }
    int64_t grown = iut_memory(t) - before;
    check(t, grown < 8 * MIB, "its memory grew by %lld KiB", (long long)(grown / 1024));
}

/* ---- silence, and much of it ---- */

static void stalls(struct t *t, size_t octets, const char *who)
{
    struct shaken a = asker(t);
    int64_t since = now(t);

    wire_send_octets(a.us, right_request(&a), octets);
    if (closes_within(a.us, LIMIT_MS) || ws_answers_within(a.us, 0))
        variant(t, "%s is disconnected after %d s", who, (int)((now(t) - since + 400) / 1000));
    else
        variant(t, "%s is kept for 12 s and more", who);
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_request_silence, .title = "disconnects a peer that sends nothing, or keeps it",
     .covers = "SP-WS-031b", .why = "silent connections use up descriptors", .needs = "wire",
     .via = WS_LISTENS, .slow = true)
{
    stalls(t, 0, "a silent peer");
}

CASE(ws_request_stalled, .title = "disconnects a peer that stalls within a request, or keeps it",
     .covers = "SP-WS-031b", .why = "stalled connections use up descriptors", .needs = "wire",
     .via = WS_LISTENS, .slow = true)
{
    stalls(t, 60, "a stalled peer");
}

CASE(ws_request_slow_trickle,
     .title = "gives up a request that comes an octet every half second, or waits for its end",
     .covers = "SP-WS-031b", .why = "a few octets a second keep a connection for days",
     .needs = "wire", .via = WS_LISTENS, .slow = true)
{
    struct shaken a = asker(t);
    const char *request = right_request(&a);
    int64_t since = now(t);

    for (unsigned i = 0; i < 2 * LIMIT_MS / 1000 && !ws_answers_within(a.us, 500); i++)
        if (!is_closed(a.us))
            wire_send_octets(a.us, request + i, 1);
    if (ws_answers_within(a.us, 0))
        variant(t, "a slow peer is disconnected after %d s", (int)((now(t) - since + 400) / 1000));
    else
        variant(t, "a slow peer is kept for 12 s and more");
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_request_200_stalled,
     .title = "serves one more peer within 2 s while 200 connections stall within the request",
     .covers = "WS-OPN-071", .why = "a listener that takes one peer after another stands still",
     .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    const char *request = right_request(&a);

    for (unsigned i = 0; i < 200; i++) {
        struct peer *us = attach_raw(a.s);
        wire_send_octets(us, request, i % strlen(request));
    }
    int64_t start = now(t);
    ws_send_request(a.us, a.name);
    is_served(&a);
    expect_elapsed(t, start, 0, 2000);
}

CASE(ws_close_while_asked,
     .title = "closes a socket within 2 s while peers are within the opening handshake",
     .covers = "WS-OPN-077", .why = "an application that cannot end has to be killed",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    struct peer *stalled = attach_raw(a.s), *refused = attach_raw(a.s);

    wire_send_octets(stalled, right_request(&a), 60);
    ws_send_request(refused, "chat");
    expect_ws_refused(refused);
    int64_t start = now(t);
    iut_close(a.s);
    expect_elapsed(t, start, 0, 2000);
    expect_closed(a.us);
    expect_closed(stalled);
}
