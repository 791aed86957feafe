/* ws_client_cut.c -- responses in pieces, too long, or without an end: RFC 6455 4.1. */
#include "ws_open.h"

enum { MIB = 1024 * 1024, PIECE = 4096 };

CASE(ws_client_cut_anywhere, .title = "takes a response wherever it is cut into two segments",
     .covers = "WS-OPN-022", .why = "TCP cuts where it likes", .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    ws_expect_request(us);
    size_t n = strlen(ws_response_text(us, 101));
    for (size_t cut = 1; cut < n; cut++) {
        const char *response = ws_response_text(us, 101);
        wire_send_octets(us, response, cut);
        wire_drains_within(us, 20);
        wire_send_octets(us, response + cut, n - cut);
        ws_upgraded(us);
        sp_send(us, value(t, "'cut' u16:%zu", cut));
        iut_expect(s, value(t, "'cut' u16:%zu", cut));
        wire_close(us);
        us = reattach_raw(us);
        ws_expect_request(us);
    }
}

CASE(ws_client_octet_by_octet, .title = "takes a response that comes one octet at a time",
     .covers = "WS-OPN-022", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    for (const char *at = ws_response_text(a.us, 101); *at; at++) {
        wire_send_octets(a.us, at, 1);
        wire_drains_within(a.us, 20);
    }
    is_taken(&a);
}

/* ---- frames behind the response ---- */

CASE(ws_client_glued_frame, .title = "delivers a message in the same segment as the response",
     .covers = "WS-OPN-023", .why = "a server may send at once: what was read too far is lost",
     .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    ws_expect_request(us);
    wire_send(us, value(t, "%s 82 04 'glue'", text_octets(t, ws_response_text(us, 101))));
    iut_expect(s, "'glue'");
}

CASE(ws_client_glued_frames, .title = "delivers three messages in the same segment as the response",
     .covers = "WS-OPN-023", .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    ws_expect_request(us);
    wire_send(us, value(t, "%s 82 03 'one' 82 00 82 05 'three'",
                        text_octets(t, ws_response_text(us, 101))));
    iut_expect(s, "'one'");
    iut_expect(s, "");
    iut_expect(s, "'three'");
}

CASE(ws_client_glued_part, .title = "delivers a message that begins in the segment of the response",
     .covers = "WS-OPN-023 WS-OPN-022", .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    ws_expect_request(us);
    for (unsigned head = 1; head < 6; head++) {
        const char *frame = "8204676c7565"; /* 82 04 'glue' */
        wire_send(us, value(t, "%s %.*s", text_octets(t, ws_response_text(us, 101)),
                            (int)(2 * head), frame));
        wire_drains_within(us, 50);
        wire_send(us, frame + 2 * head);
        iut_expect(s, "'glue'");
        if (head == 5)
            break;
        wire_close(us);
        us = reattach_raw(us);
        ws_expect_request(us);
    }
}

CASE(ws_client_glued_ping, .title = "answers a Ping in the same segment as the response",
     .covers = "WS-OPN-023", .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_raw(s);

    ws_expect_request(us);
    wire_send(us, value(t, "%s 89 02 'hi'", text_octets(t, ws_response_text(us, 101))));
    ws_upgraded(us);
    ws_expect(us, "'hi'", .opcode = WS_PONG);
}

CASE(ws_client_glued_to_wrong,
     .title = "delivers nothing that comes in one segment with a response that it fails",
     .covers = "WS-OPN-014 SP-WS-032", .why = "anybody could slip messages in", .via = WS_DIALS)
{
    struct shaken a = answerer(t);
    const char *wrong = ws_response_text(a.us, 101, .accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

    wire_send(a.us, value(t, "%s 82 04 'evil'", text_octets(t, wrong)));
    is_failed(&a);
    takes_another(&a);
}

/* ---- the end within the response ---- */

static void cut_off(struct t *t, bool reset)
{
    struct shaken a = answerer(t);
    size_t n = strlen(ws_response_text(a.us, 101));

    for (size_t cut = 0; cut < n; cut += 7) { /* at every octet, it would dial 130 times */
        const char *response = ws_response_text(a.us, 101);
        wire_send_octets(a.us, response, cut);
        if (reset) {
            wire_drains_within(a.us, 20);
            wire_reset(a.us);
        } else {
            wire_close(a.us);
        }
        dials_again(&a);
    }
    ws_send_response(a.us, 101);
    is_taken(&a);
}

CASE(ws_client_cut_by_close, .title = "dials again whenever the peer closes within its response",
     .covers = "SP-WS-075", .via = WS_DIALS)
{
    cut_off(t, false);
}

CASE(ws_client_cut_by_reset, .title = "dials again whenever the peer resets within its response",
     .covers = "SP-WS-075", .via = WS_DIALS)
{
    cut_off(t, true);
}

CASE(ws_client_all_but_last,
     .title = "makes no pipe when the peer ends before the last octet of its response",
     .covers = "WS-OPN-010", .via = WS_DIALS)
{
    struct shaken a = answerer(t);
    const char *response = ws_response_text(a.us, 101);

    wire_send_octets(a.us, response, strlen(response) - 1);
    wire_finish(a.us);
    is_failed(&a);
}

CASE(ws_client_closed_at_once, .title = "dials again when the peer closes without an answer",
     .covers = "SP-WS-075", .why = "a server that starts behind a proxy looks like this",
     .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    for (unsigned i = 0; i < 5; i++) {
        wire_close(a.us);
        dials_again(&a);
    }
    ws_send_response(a.us, 101);
    is_taken(&a);
}

enum { WRONG_ONES = 5 };

/* Five kinds of wrong, the last of them without an end. */
static void answer_wrong(struct peer *us, unsigned kind)
{
    if (kind == 0)
        ws_send_response(us, 101, .accept = ws_omit);
    else if (kind == 1)
        ws_send_response(us, 404);
    else if (kind == 2)
        ws_send_response(us, 101, .protocol = slice_text("chat"));
    else if (kind == 3)
        wire_send_text(us, "SSH-2.0-OpenSSH_9.2\r\n");
    else
        ws_send_response(us, 101, .upgrade = "h2c", .unfinished = true);
}

CASE(ws_client_after_wrong_ones, .title = "dials again after each of five kinds of wrong responses",
     .covers = "SP-WS-075", .why = "a server that starts, or is mended, is found again",
     .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    for (unsigned i = 0; i < WRONG_ONES; i++) {
        answer_wrong(a.us, i);
        dials_again(&a);
    }
    ws_send_response(a.us, 101);
    is_taken(&a);
}

CASE(ws_client_right_after_wrong_ones,
     .title = "takes a right response after five kinds of wrong ones", .covers = "WS-OPN-027",
     .why = "what was left of one connection must not spoil the next", .via = WS_DIALS)
{
    struct shaken a = answerer(t);

    for (unsigned i = 0; i < WRONG_ONES; i++) {
        answer_wrong(a.us, i);
        closes_within(a.us, 20);
        if (!is_closed(a.us))
            wire_close(a.us);
        a.url = our_listener(t);
        iut_dial(a.s, a.url);
        a.us = accept_raw(t, a.url);
        ws_expect_request(a.us);
    }
    ws_send_response(a.us, 101);
    is_taken(&a);
}

/* ---- long ones ---- */

CASE(ws_client_1k_field, .title = "takes a response with a header field of a thousand octets",
     .covers = "WS-OPN-032", .why = "cookies and policies are as long as that", .via = WS_DIALS)
{
    char field[1100] = "Set-Cookie: a=";
    size_t n = strlen(field);

    memset(field + n, 'b', 1000);
    memcpy(field + n + 1000, "\r\n", 3);
    takes_response(t, .extra = field);
}

static void gives_up(struct t *t, size_t each)
{
    static char piece[PIECE];
    struct shaken a = answerer(t);

    wire_send_text(a.us, ws_response_text(a.us, 101, .unfinished = true));
    for (size_t sent = 0, in_line = 0; sent < (size_t)10 * MIB && !closes_within(a.us, 0);) {
        for (size_t i = 0; i < sizeof piece; i++, in_line = (in_line + 1) % each)
            piece[i] = in_line == each - 1   ? '\n'
                       : in_line == each - 2 ? '\r'
                       : in_line == 2        ? ':'
                                             : 'a';
        wire_send_octets(a.us, piece, sizeof piece);
        sent += sizeof piece;
        if (sent % MIB == 0)
            wire_drains_within(a.us, 100);
    }
    is_failed(&a);
}

CASE(ws_client_endless_fields, .title = "gives up a response that has 10 MiB of header fields",
     .covers = "WS-OPN-025", .why = "memory for the asking", .via = WS_DIALS, .fragile = true)
{
    gives_up(t, 64);
}

CASE(ws_client_10m_field, .title = "gives up a response with a header field of 10 MiB",
     .covers = "WS-OPN-025", .why = "memory for the asking", .via = WS_DIALS, .fragile = true)
{
    gives_up(t, (size_t)16 * MIB);
}

CASE(ws_client_endless_reason, .title = "gives up a status line of 10 MiB", .covers = "WS-OPN-025",
     .why = "memory for the asking", .via = WS_DIALS, .fragile = true)
{
    static char piece[MIB];
    struct shaken a = answerer(t);

    memset(piece, 'a', sizeof piece);
    wire_send(a.us, "'HTTP/1.1 101 '");
    for (unsigned i = 0; i < 10 && !closes_within(a.us, 0); i++) {
        wire_send_octets(a.us, piece, sizeof piece);
        wire_drains_within(a.us, 100);
    }
    is_failed(&a);
}

CASE(ws_close_while_asking,
     .title = "closes a socket within 2 s while it waits for the response to its request",
     .covers = "WS-OPN-077", .why = "an application that cannot end has to be killed",
     .via = WS_DIALS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *silent = attach_raw(s), *half = attach_raw(s);

    ws_expect_request(silent);
    ws_expect_request(half);
    wire_send_text(half, "HTTP/1.1 101 Switching");
    int64_t start = now(t);
    iut_close(s);
    expect_elapsed(t, start, 0, 2000);
    expect_closed(silent);
    expect_closed(half);
}
