/* pair_v0.c -- PAIR v0: one peer at a time.  No draft describes it; this is what all known
 * implementations agree on. */
#include "case.h"
#include "any.h"

CASE(pair0_endpoint_type, .title = "PAIR v0 announces endpoint type 0x0010", .covers = "SP-PR0-006",
     .via = STREAM, .needs = "wire")
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach_raw(pair);

    wire_expect(us, "00 'SP' 00  0010  0000");
}

CASE(pair0_refuses_pair1, .title = "PAIR v0 refuses a peer of type PAIR v1", .covers = "SP-PR0-006",
     .why = "the two put different headers before a message", .via = STREAM, .needs = "wire")
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach_raw(pair);

    wire_expect(us, "00 'SP' 00  0010  0000");
    wire_send(us, "00 'SP' 00  0011  0000");
    expect_closed(us);
}

CASE(pair0_both_ways, .title = "PAIR v0 passes messages unmodified and in order, both ways",
     .covers = "SP-PR0-001", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    for (unsigned i = 0; i < 10; i++)
        sp_send(us, value(t, "'to it ' u32:%u", i));
    for (unsigned i = 0; i < 10; i++)
        iut_expect(pair, value(t, "'to it ' u32:%u", i));
    for (unsigned i = 0; i < 10; i++)
        iut_send(pair, value(t, "'from it ' u32:%u", i));
    for (unsigned i = 0; i < 10; i++)
        sp_expect(us, value(t, "'from it ' u32:%u", i));
}

CASE(pair0_adds_no_header, .title = "PAIR v0 puts no header before a message and takes none off",
     .covers = "SP-PR0-001", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    sp_send(us, "80 00 00 01");
    iut_expect(pair, "80 00 00 01");
    iut_send(pair, "00 00 00 01 ff");
    sp_expect(us, "00 00 00 01 ff");
    sp_send(us, "");
    iut_expect(pair, "");
}

CASE(pair0_second_peer_refused,
     .title = "PAIR v0 greets a second peer and disconnects it; the first pipe goes on",
     .covers = "SP-PR0-002", .why = "two peers on a pair would each get half of the messages",
     .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *first = attach(pair, "pair");
    struct peer *second = attach_unchecked(pair, "pair");

    expect_closed(second);
    sp_send(first, "'still here'");
    iut_expect(pair, "'still here'");
    iut_send(pair, "'you too'");
    sp_expect(first, "'you too'");
}

CASE(pair0_second_peer_gets_nothing,
     .title = "PAIR v0 sends a second peer no message, even when some are queued",
     .covers = "SP-PR0-007", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *first = attach(pair, "pair");

    for (unsigned i = 0; i < 10; i++)
        iut_send(pair, value(t, "u32:%u", i));
    struct peer *second = attach_unchecked(pair, "pair");
    expect_closed(second); /* nothing came on it before that */
    for (unsigned i = 0; i < 10; i++)
        sp_expect(first, value(t, "u32:%u", i));
}

CASE(pair0_second_peer_not_heard,
     .title = "PAIR v0 never delivers a message of a second peer, not even when the first has left",
     .covers = "SP-PR0-008", .via = STREAM)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *first = attach(pair, "pair");
    struct peer *second = attach_raw(pair);

    wire_expect(second, "00 'SP' 00 0010 0000");
    wire_send(second, value(t, "%s %s u64:3 'bad'", greeting(t, "pair"), over_ipc(t) ? "01" : ""));
    expect_closed(second);
    wire_close(first);
    struct peer *third = taken_in(t, first, "pair");
    sp_send(third, "'good'");
    iut_expect(pair, "'good'");
}

CASE(pair0_new_peer_after_the_first, .title = "PAIR v0 accepts a new peer when the first has left",
     .covers = "SP-PR0-003", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *p = attach(pair, "pair");

    for (unsigned i = 0; i < 3; i++) {
        sp_send(p, value(t, "u32:%u", i));
        iut_expect(pair, value(t, "u32:%u", i));
        wire_close(p);
        p = taken_in(t, p, "pair");
    }
    iut_send(pair, "'welcome'");
    sp_expect(p, "'welcome'");
}

CASE(pair0_new_peer_after_reset, .title = "PAIR v0 accepts a new peer when the first was reset",
     .covers = "SP-PR0-003", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *p = attach(pair, "pair");

    wire_reset(p);
    p = taken_in(t, p, "pair");
    iut_send(pair, "'welcome'");
    sp_expect(p, "'welcome'");
}

CASE(pair0_send_without_peer,
     .title = "PAIR v0 without a peer makes a send wait, or queues the message",
     .covers = "SP-PR0-004", .via = ANY)
{
    struct iut *pair = iut_open(t, "pair");

    const char *code = iut_try_send(pair, 100, "'early'");
    bool queued = strcmp(code, "ok") == 0;
    check(t, queued || strcmp(code, "timedout") == 0, "the send fails with %s", code);
    variant(t, queued ? "without a peer a message is queued" : "without a peer a send waits");
    struct peer *us = attach(pair, "pair");
    iut_send(pair, "'now'");
    if (queued)
        sp_expect(us, "'early'");
    sp_expect(us, "'now'");
}

CASE(pair0_back_pressure,
     .title = "PAIR v0 makes a send wait when its peer has stopped reading, and loses nothing",
     .covers = "SP-PR0-005", .why = "a sender that is never stopped fills memory or drops messages",
     .via = TCP_LISTENS | IPC_DIALS)
{
    enum { SIZE = 65536, MOST = 1024 }; /* more than system buffers and a queue of some hundred */
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    unsigned sent = 0;

    wire_pause(us);
    while (sent < MOST && strcmp(iut_try_send_seq(pair, 200, SIZE + sent), "ok") == 0)
        sent++;
    check(t, sent < MOST, "%d messages of %d octets were accepted for a peer that reads nothing",
          MOST, SIZE);
    wire_resume(us);
    for (unsigned i = 0; i < sent; i++)
        sp_expect_seq(us, NULL, SIZE + i);
    iut_send(pair, "'end'");
    sp_expect(us, "'end'");
}
