/* ws_end_of_tcp.c -- WebSocket connections that end without a Close, and octets that mean nothing.
 */
#include "ws_end.h"

CASE(ws_tcp_end_is_an_end,
     .title = "takes the end of the TCP connection for the end of the pipe, though no Close came",
     .covers = "WS-CLS-028", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "'before'");
    iut_expect(k.s, "'before'");
    wire_close(k.us);
    good_is_next(&k);
}

CASE(ws_tcp_half_close_is_an_end,
     .title = "ends the connection when the peer has ended its side without a Close",
     .covers = "WS-CLS-032", .via = WS)
{
    struct talk k = talk_to(t);

    wire_finish(k.us);
    ws_expect_end(k.us);
    good_is_next(&k);
}

CASE(ws_reset_is_an_end, .title = "takes a reset for the end of the pipe", .covers = "WS-CLS-028",
     .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "'before'");
    iut_expect(k.s, "'before'");
    wire_reset(k.us);
    good_is_next(&k);
}

CASE(ws_tcp_end_behind_a_message,
     .title = "delivers a message when the connection ends right behind it", .covers = "WS-CLS-029",
     .via = WS)
{
    struct talk k = talk_to(t);

    iut_begin_recv(k.s, patience(t));
    ws_send(k.us, "'last words'");
    wire_close(k.us);
    iut_end_expect(k.s, "'last words'");
}

CASE(ws_tcp_end_sends_the_request_elsewhere,
     .title = "REQ sends its request again elsewhere when the connection ends without a Close",
     .covers = "WS-CLS-028", .why = "the request would wait for the resend interval, 60 s",
     .via = WS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *one = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(one, "<id: %1....... .. .. ..> 'ping'");
    struct peer *two = attach(req, "rep");
    wire_close(one);
    sp_expect(two, "$id 'ping'");
    sp_send(two, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(ws_dials_again_after_a_close, .title = "dials again after the peer has closed the WebSocket",
     .covers = "WS-CLS-030", .via = WS_DIALS)
{
    struct talk k = talk_to(t);

    for (unsigned i = 0; i < 3; i++) {
        ws_send_close(k.us, 1001, "");
        ws_expect_end(k.us);
        k.us = reattach(k.us, "pair");
        ws_send(k.us, value(t, "'again' %02x", i));
        iut_expect(k.s, value(t, "'again' %02x", i));
    }
}

/* ---- SP-ROB-017: cut anywhere ---- */

/* The opening handshake and a frame, of which `n` octets come before we leave.  False: that would
 * be all of them. */
static bool cut_after(struct talk *k, size_t n, bool reset)
{
    struct t *t = k->t;
    struct peer *p = attach_raw(k->s);
    const char *frame = ws_frame_pattern(p, "'evil'"), *head;

    if (!dials(t)) {
        head = ws_request_text(p, ws_offer_of(t, "push"));
    } else {
        ws_expect_request(p);
        head = ws_response_text(p, 101);
    }
    size_t in_head = strlen(head), in_frame = strlen(frame) / 3;
    if (n >= in_head + in_frame)
        return false;
    wire_send_octets(p, head, n < in_head ? n : in_head);
    if (n > in_head) {
        if (!dials(t))
            ws_expect_upgraded(p);
        wire_send(p, octets_at(t, frame, 0, n - in_head));
    }
    if (reset) {
        wire_drains_within(p, 20);
        wire_reset(p);
    } else {
        wire_close(p);
    }
    return true;
}

static void cut_everywhere(struct t *t, bool reset)
{
    struct iut *pull = iut_open(t, "pull");
    struct talk k = { t, pull, NULL };
    /* A dialer comes back to each place that it was once told of: fewer of them. */
    size_t step = dials(t) ? 7 : 1;

    for (size_t n = 0; cut_after(&k, n, reset); n += step)
        continue;
    struct peer *push = attach_unchecked(pull, "push");
    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
}

CASE(ws_cut_anywhere_by_close,
     .title = "goes on, and delivers nothing incomplete, when the peer closes after any octet of "
              "the opening handshake or a frame",
     .covers = "SP-ROB-017", .via = WS)
{
    cut_everywhere(t, false);
}

CASE(ws_cut_anywhere_by_reset,
     .title = "goes on, and delivers nothing incomplete, when the peer resets after any octet of "
              "the opening handshake or a frame",
     .covers = "SP-ROB-017", .why = "an error event where an end was expected has ended processes",
     .via = WS)
{
    cut_everywhere(t, true);
}

CASE(ws_fragments_cut_by_close,
     .title = "delivers nothing of a message whose fragments end with the connection",
     .covers = "WS-CLS-031", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "'not '", .more = true);
    ws_send(k.us, "'the whole'", .continuation = true, .more = true);
    wire_drains_within(k.us, 50);
    wire_close(k.us);
    good_is_next(&k);
}

/* ---- SP-ROB-018: random ---- */

/* What is random may be a message by chance: after those comes the 'good' of another connection. */
static void good_comes(struct t *t, struct iut *s)
{
    struct peer *p = attach_unchecked(s, "push");

    sp_send(p, "'good'");
    for (int64_t began = now(t); now(t) - began <= patience(t);)
        if (strcmp(iut_try_recv(s, 20), "ok") == 0 && captured(t, "got") == 0x676f6f64)
            return;
    check(t, false, "a good message is not delivered any more");
}

CASE(ws_random_octets,
     .title = "goes on running after random octets behind a good opening handshake",
     .covers = "SP-ROB-018", .via = WS, .fragile = true)
{
    enum { SEEDS = 200, OF_A_DIALER = 30, MOST = 512 };
    uint8_t octets[MOST];
    struct iut *pull = iut_open(t, "pull");

    for (unsigned i = 0; i < (dials(t) ? OF_A_DIALER : SEEDS); i++) {
        struct peer *us = attach_unchecked(pull, "push");
        size_t n = 1 + random_below(t, MOST);
        for (size_t k = 0; k < n; k++)
            octets[k] = (uint8_t)random_below(t, 256);
        ws_manual(us);
        wire_send_octets(us, octets, n);
        wire_close(us);
    }
    good_comes(t, pull);
}

/* A frame each field of which is right, or is not. */
static void random_frame(struct t *t, struct peer *p)
{
    static const enum ws_opcode opcodes[] = { WS_TEXT, WS_BINARY, WS_PING, WS_PONG, WS_CLOSE };
    uint64_t n = random_below(t, 4) ? random_below(t, 40) : random_below(t, 300);
    struct ws_out o = {
        .pattern = n ? value(t, "%02x*%u", (unsigned)random_below(t, 256), (unsigned)n) : "",
        .opcode = opcodes[random_below(t, 5)],
        .continuation = random_below(t, 5) == 0,
        .more = random_below(t, 3) == 0,
        .wrong_mask = random_below(t, 10) == 0,
        .rsv = random_below(t, 10) == 0 ? (uint8_t)(random_below(t, 8) << 4) : 0,
        .reserved_opcode = random_below(t, 10) == 0 ? (uint8_t)(3 + random_below(t, 5)) : 0,
        .length_form = random_below(t, 8) == 0 ? (enum ws_length_form)random_below(t, 4) : 0,
        .length_declared = random_below(t, 10) == 0,
        .declared = random_below(t, 2) ? UINT64_MAX >> random_below(t, 64) : random_below(t, 70000),
    };
    wire_send(p, ws_frame_pattern_(p, &o));
}

CASE(ws_random_frames, .title = "goes on running after random frames", .covers = "SP-ROB-018",
     .via = WS, .fragile = true)
{
    enum { SEEDS = 200, OF_A_DIALER = 30, FRAMES = 12 };
    struct iut *pull = iut_open(t, "pull");

    for (unsigned i = 0; i < (dials(t) ? OF_A_DIALER : SEEDS); i++) {
        struct peer *us = attach_unchecked(pull, "push");
        ws_manual(us);
        for (unsigned k = 0; k < FRAMES && !is_closed(us); k++)
            random_frame(t, us);
        wire_drains_within(us, 20);
        wire_close(us);
    }
    good_comes(t, pull);
}

/* ---- SP-ROB-020 ---- */

CASE(ws_close_while_peers_stall,
     .title = "closes a socket within 2 s while peers are within the opening handshake or a frame",
     .covers = "SP-ROB-020", .why = "an application that cannot end has to be killed", .via = WS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *silent = attach_raw(pull);
    struct peer *in_head = attach_raw(pull);
    if (dials(t)) {
        ws_expect_request(silent);
        ws_expect_request(in_head);
        wire_send_text(in_head, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
    } else {
        wire_send_text(in_head, "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n");
    }
    struct peer *in_frame = attach(pull, "push");
    const char *frame = ws_frame_pattern(in_frame, "'evil'");
    wire_send(in_frame, octets_at(t, frame, 0, strlen(frame) / 3 - 1));
    struct peer *in_message = attach(pull, "push");
    ws_send(in_message, "'part'", .more = true);

    int64_t start = now(t);
    iut_close(pull);
    expect_elapsed(t, start, 0, 2000);
}
