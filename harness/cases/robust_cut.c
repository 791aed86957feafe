/* robust_cut.c -- peers that go away within a greeting or a message. */
#include "any.h"

/* The greeting of a PUSH and a message of 4 octets. */
static const char octets[] = "\0SP\0\0\x50\0\0\0\0\0\0\0\0\0\4evil";
enum { OCTETS = sizeof octets - 1 };

/* Unchecked: the pipes that were cut off may count a little longer. */
static void good_is_next(struct iut *pull)
{
    struct peer *push = attach_unchecked(pull, "push");

    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
}

CASE(robust_cut_by_close,
     .title = "delivers nothing incomplete when the peer closes within a greeting or a message",
     .covers = "SP-ROB-001", .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");

    for (size_t n = 0; n < OCTETS; n++) {
        struct peer *us = attach_ungreeted(t, pull, "pull");
        wire_send_octets(us, octets, n);
        wire_close(us);
    }
    good_is_next(pull);
}

CASE(robust_cut_by_reset,
     .title = "delivers nothing incomplete when the peer resets within a greeting or a message",
     .covers = "SP-ROB-002", .why = "an error event where an end was expected has ended processes",
     .via = TCP)
{
    struct iut *pull = iut_open(t, "pull");

    for (size_t n = 0; n < OCTETS; n++) {
        struct peer *us = attach_ungreeted(t, pull, "pull");
        wire_send_octets(us, octets, n);
        wire_drains_within(us, 20); /* a reset may overtake what was not read */
        wire_reset(us);
    }
    good_is_next(pull);
}

CASE(robust_ipc_cut_by_close,
     .title = "goes on running when an ipc peer closes after any octet of a greeting or a message",
     .covers = "SP-ROB-019", .needs = "wire", .via = IPC)
{
    static const char body[] = "\1\0\0\0\0\0\0\0\x08\0\0\0\1\x80\0\0\1";
    const char *protocol = any_protocol(t, "rep");
    const char *type = type_of(type_of(protocol)->peer)->octets;
    struct iut *s = iut_open(t, protocol);

    for (size_t n = 0; n < 8 + sizeof body - 1; n++) {
        struct peer *us = attach_ungreeted(t, s, protocol);
        if (n < 8) {
            wire_send_octets(us, "\0SP\0", n < 4 ? n : 4);
            if (n > 4)
                wire_send(us, value(t, "%.*s", (int)(n - 4 > 2 ? 2 : n - 4) * 2, type));
            if (n == 7)
                wire_send(us, "00");
        } else {
            wire_send(us, value(t, "00 'SP' 00 %s 0000", type));
            wire_send_octets(us, body, n - 8);
        }
        wire_close(us);
    }
    serves_next(t, s, protocol);
}

/* ---- one peer stalls or breaks off, the others go on ---- */

/* It says `size` octets, and sends `part`. */
static struct peer *stall_in_message(struct t *t, struct iut *pull, unsigned size, const char *part)
{
    struct peer *us = attach(pull, "push");

    if (over_ws(t))
        wire_send(us, ws_frame_pattern(us, part, .length_declared = true, .declared = size));
    else
        wire_send(us, value(t, "%s u64:%u %s", over_ipc(t) ? "01" : "", size, part));
    return us;
}

static struct peer *stall_in_head(struct t *t, struct iut *pull)
{
    struct peer *us = attach(pull, "push");

    if (over_ws(t)) /* the longest form, masked by a client */
        wire_send(us, dials(t) ? "82 7f 00*3" : "82 ff 00*3");
    else
        wire_send(us, value(t, "%s 00*5", over_ipc(t) ? "01" : ""));
    return us;
}

CASE(
    robust_stalled_message,
    .title = "serves its other pipes while a peer stalls within a message, and delivers none of it",
    .covers = "SP-ROB-005", .why = "one slow or hostile peer would stop a server", .via = ANY)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *stalled[] = { stall_in_message(t, pull, 10, "'not'"), stall_in_head(t, pull),
                               stall_in_message(t, pull, 70000, "'not'*20") };
    struct peer *push = attach(pull, "push");

    for (unsigned i = 0; i < 5; i++) {
        sp_send(push, value(t, "'good' %02x", i));
        iut_expect(pull, value(t, "'good' %02x", i));
    }
    for (unsigned i = 0; i < 3; i++) {
        wire_close(stalled[i]);
        sp_send(push, value(t, "'more' %02x", i));
        iut_expect(pull, value(t, "'more' %02x", i));
    }
}

CASE(robust_message_cut_by_reset,
     .title = "delivers nothing of a message cut off by a reset, and leaves its other pipes alone",
     .covers = "SP-ROB-006", .via = ANY)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");
    struct peer *cut = stall_in_message(t, pull, 10, "'not'");

    wire_drains_within(cut, 50);
    wire_reset(cut);
    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
    sp_send(push, "'more'");
    iut_expect(pull, "'more'");
}

CASE(robust_close_while_peers_stall,
     .title = "closes a socket within 2 s while peers are within a greeting or a message",
     .covers = "SP-ROB-020", .why = "an application that cannot end has to be killed",
     .via = STREAM)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *silent = attach_ungreeted(t, pull, "pull");
    struct peer *greeting_cut = attach_ungreeted(t, pull, "pull");
    wire_send(greeting_cut, "00 'SP' 00");
    struct peer *message_cut = stall_in_message(t, pull, 10, "'not'");

    int64_t start = now(t);
    iut_close(pull);
    expect_elapsed(t, start, 0, 2000);
    expect_closed(silent);
    expect_closed(greeting_cut);
    expect_closed(message_cut);
}

CASE(robust_disconnects_while_sending,
     .title = "sends no message twice and none torn when peers disconnect while it sends",
     .covers = "SP-ROB-022", .via = TCP)
{
    enum { ROUNDS = 40 };
    struct iut *push = iut_open(t, "push", "send-buf=1");
    uint64_t last = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct peer *pull = attach(push, "pull");
        iut_send(push, value(t, "'n' u32:%u 'end'", 2 * i + 1));
        if (i % 3 == 0)
            wire_reset(pull); /* with the message on its way, read by nobody */
        else
            wire_close(pull);
        pull = attach(push, "pull");
        iut_send(push, value(t, "'n' u32:%u 'end'", 2 * i + 2));
        do {
            sp_expect(pull, "'n' <number: .. .. .. ..> 'end'");
            check(t, captured(t, "number") > last, "message %u comes after message %u",
                  (unsigned)captured(t, "number"), (unsigned)last);
            last = captured(t, "number");
        } while (last < 2 * i + 2);
        wire_close(pull);
    }
}
