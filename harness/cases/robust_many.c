/* robust_many.c -- many connections, most of them good for nothing. */
#include "any.h"

enum { THOUSAND = 1000, FEW = 8, ROUNDS = 12, CLOSES = 40, STEP_MS = 20 };

CASE(robust_instant_closes,
     .title =
         "goes on accepting after connections that are closed at once, and serves the next peer",
     .covers = "SP-ROB-009",
     .why = "an error on a connection, taken for one of the listener, ends the accepting",
     .via = STREAM_LISTENS, .needs = "wire", .fragile = true)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    /* A handshake of TLS costs both sides milliseconds of work. */
    for (unsigned round = 0; round < (over_tls(t) ? 2 : ROUNDS); round++) {
        for (unsigned i = 0; i < CLOSES; i++) {
            struct peer *us[FEW];
            unsigned n = 1 + i % FEW; /* it matters how far it is when we close */
            for (unsigned k = 0; k < n; k++)
                us[k] = attach_raw(s);
            for (unsigned k = 0; k + 1 < n; k++)
                wire_close(us[k]);
            if (!over_ipc(t)) /* a full queue of connections costs seconds over tcp */
                wire_expect(us[n - 1], "00 'SP' 00 .. .. 0000");
            wire_close(us[n - 1]);
        }
        serves_next(t, s, protocol); /* it may rest after an error: the next round finds it awake */
    }
}

CASE(robust_short_connections,
     .title = "goes on accepting after connections that break off within the greeting",
     .covers = "SP-ROB-009",
     .why = "an end in the middle of the greeting has made listeners stop and processes abort",
     .via = STREAM_LISTENS, .needs = "wire", .fragile = true)
{
    static const uint8_t start[] = { 0, 'S', 'P', 0, 0, 0x30, 0 };
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (unsigned i = 0; i < 200; i++) {
        struct peer *us = attach_ungreeted(t, s, protocol);
        wire_send_octets(us, start, i % 8);
        if (i % 16 < 8)
            wire_close(us);
        else
            wire_reset(us);
    }
    serves_next(t, s, protocol);
}

CASE(robust_descriptors,
     .title = "holds no more descriptors after hundreds of connections opened and closed",
     .covers = "SP-ROB-009", .why = "a server that leaks one for each client stops within days",
     .needs = "kernel", .via = STREAM_LISTENS)
{
    struct iut *rep = iut_open(t, "rep");
    serves_next(t, rep, "rep"); /* what is opened once is open now */
    int64_t before = iut_descriptors(t);

    if (before < 0)
        skip(t, "the descriptors of this process cannot be counted");
    for (unsigned i = 0; i < (over_tls(t) ? 200 : THOUSAND); i++) {
        struct peer *us = attach_ungreeted(t, rep, "rep");
        if (i % 2)
            wire_send(us, "00 'SP' 00 0030 0000");
        wire_close(us);
    }
    for (int64_t start = now(t); iut_descriptors(t) > before + 10 && now(t) - start < patience(t);)
        let_pass(t, STEP_MS, "the close of the last connections may be under way");
    check(t, iut_descriptors(t) <= before + 10, "it holds %d descriptors, and %d before",
          (int)iut_descriptors(t), (int)before);
    serves_next(t, rep, "rep");
}

CASE(robust_200_stalled_greetings,
     .title = "serves one more peer within 2 s while 200 connections stall in the greeting",
     .covers = "SP-ROB-010", .why = "a listener that greets one peer after another stands still",
     .needs = "wire", .via = STREAM_LISTENS)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (unsigned i = 0; i < 200; i++) {
        struct peer *us = attach_raw(s);
        if (i % 2)
            wire_send(us, "00 'SP'");
    }
    int64_t start = now(t);
    serves_next(t, s, protocol);
    expect_elapsed(t, start, 0, 2000);
}

CASE(robust_http_load,
     .title = "goes on running after 100 parallel connections that send HTTP and close abruptly",
     .covers = "SP-ROB-023", .why = "load tests and scanners hit the wrong port", .needs = "wire",
     .via = STREAM_LISTENS, .fragile = true)
{
    enum { PARALLEL = 100 };
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us[PARALLEL];

    for (unsigned i = 0; i < PARALLEL; i++)
        us[i] = attach_ungreeted(t, s, protocol);
    for (unsigned i = 0; i < PARALLEL; i++)
        wire_send(us[i], "'GET /index.html HTTP/1.1' 0d0a 'Host: localhost' 0d0a 0d0a");
    for (unsigned i = 0; i < PARALLEL; i++)
        if (i % 2)
            wire_reset(us[i]);
        else
            wire_close(us[i]);
    serves_next(t, s, protocol);
}

CASE(robust_urgent_data, .title = "goes on running after an octet of TCP urgent data",
     .covers = "SP-ROB-016", .needs = "kernel", .via = TCP, .fragile = true)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");
    struct peer *early = attach_ungreeted(t, rep, "rep");

    wire_urgent(early, '!');
    wire_urgent(req, '!');
    wire_drains_within(req, 50);
    wire_close(early);
    wire_close(req);
    serves_next(t, rep, "rep");
}
