/* ws_refused.c -- what a refused connection is, and is not: sp-websocket-mapping-01 2. */
#include "any.h"
#include "ws_open.h"

/* ---- never a pipe ---- */

static void never_pipe(struct t *t, const char *protocol, const char *wrong, const char *message)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    ws_send_request(us, wrong);
    expect_ws_refused(us);
    wire_send(us, ws_frame_pattern(us, message));
    wire_drains_within(us, 50);
    struct peer *good = attach_raw(s);
    ws_open(good, peer_of(protocol));
    sp_send(good, "80000001 'good'");
    iut_expect(s, strcmp(protocol, "rep") == 0 ? "'good'" : "80000001 'good'");
}

CASE(ws_refused_pull, .title = "PULL delivers nothing from a connection that it refused",
     .covers = "SP-WS-020", .why = "anybody on the network could slip messages in",
     .via = WS_LISTENS)
{
    never_pipe(t, "pull", "pull9.sp.nanomsg.org", "'evil'");
}

CASE(ws_refused_rep, .title = "REP delivers no request from a connection that it refused",
     .covers = "SP-WS-020", .why = "anybody on the network could slip requests in",
     .via = WS_LISTENS)
{
    never_pipe(t, "rep", "chat", "80000002 'evil'");
}

CASE(ws_refused_without_name,
     .title = "PULL delivers nothing from a peer that asked for no protocol", .covers = "SP-WS-020",
     .via = WS_LISTENS)
{
    never_pipe(t, "pull", NULL, "'evil'");
}

CASE(ws_refused_pair, .title = "PAIR delivers nothing from a connection that it refused",
     .covers = "SP-WS-020", .via = WS_LISTENS)
{
    never_pipe(t, "pair", "chat", "'evil'");
}

CASE(ws_refused_takes_no_place,
     .title = "PAIR takes a good peer while a connection that it refused is still there",
     .covers = "SP-WS-020", .why = "a wrong client would keep the right one out for ever",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    struct peer *refused = a.us;

    ws_send_request(refused, "chat");
    expect_ws_refused(refused);
    a.us = attach_raw(a.s);
    ws_send_request(a.us, a.name);
    is_served(&a);
    iut_send(a.s, "'to the good one'");
    sp_expect(a.us, "'to the good one'");
}

CASE(ws_refused_gets_nothing, .title = "PUSH sends no message to a connection that it refused",
     .covers = "SP-WS-020", .why = "every second message would be lost", .via = WS_LISTENS)
{
    struct iut *push = iut_open(t, "push");
    struct peer *refused = attach_raw(push);

    ws_send_request(refused, "chat");
    expect_ws_refused(refused);
    struct peer *good = attach_raw(push);
    ws_open(good, "pull");
    for (unsigned i = 0; i < 6; i++) {
        iut_send(push, value(t, "'m' %02x", i));
        sp_expect(good, value(t, "'m' %02x", i));
    }
}

CASE(ws_refused_by_key_is_no_pipe,
     .title = "delivers nothing from a connection whose handshake lacked the key",
     .covers = "SP-WS-020", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .key = ws_omit);
    expect_ws_not_upgraded(a.us);
    wire_send(a.us, ws_frame_pattern(a.us, "'evil'"));
    wire_drains_within(a.us, 50);
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

/* ---- how it refuses ---- */

CASE(ws_refused_how, .title = "refuses a sub-protocol by a status of HTTP, or by a Close",
     .covers = "SP-WS-019", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, "chat");
    int status = expect_ws_refused(a.us);
    if (status > 101)
        variant(t, "the status is %d", status);
}

CASE(ws_refused_whole, .title = "refuses by a response of HTTP that has an end",
     .covers = "SP-WS-021", .why = "a client waits for the rest of it", .needs = "wire",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, "chat");
    int status = ws_expect_response(a.us);
    check(t, status == 101 || status >= 400, "status %d is no refusal", status);
}

CASE(ws_refused_closed, .title = "closes a connection that it refused within 10 s",
     .covers = "SP-WS-021", .why = "refused connections use up descriptors", .needs = "wire",
     .via = WS_LISTENS, .slow = true)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, "chat");
    int status = expect_ws_refused(a.us);
    closes_within(a.us, 10000); /* a page may follow */
    check(t, status == 101 || is_closed(a.us), "10 s after its refusal the connection is open");
}

CASE(ws_refused_then_right,
     .title = "closes a connection after a refusal, or answers a right request on it",
     .covers = "WS-OPN-072", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name, .version = "99");
    expect_ws_not_upgraded(a.us);
    const char *page = ws_header(a.us, "Content-Length");
    if (page && strcmp(page, "0") != 0)
        wire_expect(a.us, value(t, "..*%s", page));
    if (!closes_within(a.us, 300)) {
        ws_send_request(a.us, a.name);
        if (ws_answers_within(a.us, patience(t)) && !is_closed(a.us))
            variant(t, "a right request on the same connection gets status %d",
                    ws_expect_response(a.us));
        else
            variant(t, "a right request on the same connection gets no answer");
    } else {
        variant(t, "the connection is closed");
    }
    ask_again(&a);
    ws_send_request(a.us, a.name);
    is_served(&a);
}

/* ---- and then ---- */

CASE(ws_refused_hundred, .title = "serves the next peer after a hundred that it refused",
     .covers = "WS-OPN-071", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    for (unsigned i = 0; i < 100; i++) {
        struct peer *us = attach_raw(a.s);
        ws_send_request(us, value(t, "wrong%u", i));
        if (i % 10 == 0)
            expect_ws_refused(us);
        else
            ws_answers_within(us, 20);
        wire_close(us);
    }
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_refused_all_open, .title = "serves the next peer while a hundred that it refused stay",
     .covers = "WS-OPN-071", .needs = "wire", .via = WS_LISTENS, .fragile = true)
{
    struct shaken a = asker(t);

    for (unsigned i = 0; i < 100; i++) {
        struct peer *us = attach_raw(a.s);
        ws_send_request(us, "chat");
        if (i % 10 == 0)
            expect_ws_refused(us);
    }
    ws_send_request(a.us, a.name);
    is_served(&a);
}

CASE(ws_refused_descriptors,
     .title = "holds no more descriptors after 300 connections that it refused, and that closed",
     .covers = "WS-OPN-071", .why = "a server that leaks one for each stops within days",
     .needs = "kernel", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    ws_send_request(a.us, a.name);
    is_served(&a); /* what is opened once is open now */
    int64_t before = iut_descriptors(t);

    if (before < 0)
        skip(t, "the descriptors of this process cannot be counted");
    for (unsigned i = 0; i < 300; i++) {
        struct peer *us = attach_raw(a.s);
        ws_send_request(us, i % 2 ? "chat" : NULL);
        if (i % 3 > 0)
            expect_ws_refused(us);
        wire_close(us);
    }
    for (int64_t start = now(t); iut_descriptors(t) > before + 10 && now(t) - start < patience(t);)
        let_pass(t, 20, "the close of the last connections may be under way");
    check(t, iut_descriptors(t) <= before + 10, "it holds %d descriptors, and %d before",
          (int)iut_descriptors(t), (int)before);
}

CASE(ws_second_of_pair, .title = "PAIR refuses or closes a second peer, and keeps the first",
     .covers = "SP-WS-071", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, a.name);
    is_served(&a);
    for (unsigned i = 0; i < 3; i++) {
        struct peer *second = attach_unchecked(a.s, "pair");
        expect_closed(second);
    }
    expect_open(a.us);
    sp_send(a.us, "'still'");
    iut_expect(a.s, "'still'");
    iut_send(a.s, "'here'");
    sp_expect(a.us, "'here'");
}

CASE(ws_next_of_pair, .title = "PAIR takes a next peer when the first has left",
     .covers = "SP-WS-076", .via = WS_LISTENS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    for (unsigned i = 0; i < 3; i++) {
        sp_send(us, value(t, "'peer' %02x", i));
        iut_expect(s, value(t, "'peer' %02x", i));
        wire_close(us);
        us = taken_in(t, us, "pair");
    }
}
