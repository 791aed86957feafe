/* tls_end.c -- TLS connections that change their keys, end, break off, or never begin. */
#include "any.h"

/* ---- SP-TLS-013 ---- */

CASE(tls_key_update, .title = "goes on when the peer changes its keys, and changes its own",
     .covers = "SP-TLS-013", .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    for (unsigned i = 0; i < 3; i++) {
        tls_update_key(us);
        sp_send(us, value(t, "'new key' %02x", i));
        iut_expect(s, value(t, "'new key' %02x", i));
        iut_send(s, value(t, "'its own' %02x", i));
        sp_expect(us, value(t, "'its own' %02x", i));
    }
}

CASE(tls_key_update_inside_a_message,
     .title = "delivers a message in the middle of which the peer changes its keys",
     .covers = "SP-TLS-013", .via = TLS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    wire_send(us, "u64:8 'half'");
    tls_update_key(us);
    wire_send(us, "'half'");
    iut_expect(s, "'halfhalf'");
}

/* ---- the end ---- */

CASE(tls_close_notify_is_the_end,
     .title =
         "REQ sends its request again elsewhere when the peer that has it ends with close_notify",
     .covers = "SP-TLS-011", .why = "the request would wait for the resend interval, 60 s",
     .via = TLS | WSS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *one = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(one, "<id: %1....... .. .. ..> 'ping'");
    struct peer *two = attach(req, "rep");
    wire_finish(one); /* close_notify, FIN */
    sp_expect(two, "$id 'ping'");
    sp_send(two, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(tls_close_notify_without_fin,
     .title = "ends the connection when close_notify comes, and no FIN", .covers = "SP-TLS-022",
     .why = "TCP may stay open long after the peer has said that it is done", .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    tls_notify(us);
    expect_closed(us);
}

CASE(tls_close_notify_behind_a_message,
     .title = "delivers a message when close_notify comes right behind it", .covers = "SP-TLS-023",
     .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    iut_begin_recv(s, patience(t));
    sp_send(us, "'last words'");
    tls_notify(us);
    iut_end_expect(s, "'last words'");
}

static void send_part_of_a_message(struct t *t, struct peer *us)
{
    if (over_ws(t))
        ws_send(us, "'not all'", .length_declared = true, .declared = 20);
    else
        wire_send(us, "u64:20 'not all'");
}

static struct peer *stall_in_message(struct t *t, struct iut *s, const char *as)
{
    struct peer *us = attach(s, as);

    send_part_of_a_message(t, us);
    return us;
}

static void good_is_next(struct iut *pull)
{
    struct peer *push = attach_unchecked(pull, "push");

    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
}

CASE(tls_close_notify_inside_a_message,
     .title = "delivers nothing of a message that close_notify cuts off", .covers = "SP-TLS-012",
     .via = TLS | WSS)
{
    struct iut *pull = iut_open(t, "pull");

    wire_finish(stall_in_message(t, pull, "push"));
    good_is_next(pull);
}

CASE(tls_cut_inside_a_message,
     .title = "delivers nothing of a message that ends with TCP, without close_notify",
     .covers = "SP-TLS-012",
     .why = "whoever can end the connection could shorten messages: the truncation attack",
     .via = TLS | WSS)
{
    struct iut *pull = iut_open(t, "pull");

    tls_cut(stall_in_message(t, pull, "push"));
    good_is_next(pull);
}

CASE(tls_cut_inside_a_message_is_an_end,
     .title = "ends the pipe when TCP ends within a message, without close_notify",
     .covers = "SP-TLS-037",
     .why = "the pipe of a peer that is gone would stay for ever: a PAIR "
            "takes no other",
     .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = stall_in_message(t, s, "pair");

    tls_cut(us);
    expect_closed(us);
}

CASE(
    tls_cut_makes_room,
    .title = "PAIR takes another peer when its own has gone within a message, without close_notify",
    .covers = "SP-TLS-024", .why = "a crash of the peer would make the socket useless for ever",
    .via = TLS | WSS)
{
    enum { ROUNDS = 10 }; /* what an end meets is a matter of timing */
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    for (unsigned i = 0; i < ROUNDS; i++) {
        send_part_of_a_message(t, us);
        tls_cut(us);
        wire_close(us);
        us = delivers_good(t, s, us, "pair");
    }
}

CASE(tls_cut_is_an_end, .title = "ends the pipe when TCP ends without close_notify",
     .covers = "SP-TLS-037", .via = TLS | WSS)
{
    struct iut *req = iut_open(t, "req");
    struct peer *one = attach(req, "rep");

    iut_send(req, "'ping'");
    sp_expect(one, "<id: %1....... .. .. ..> 'ping'");
    struct peer *two = attach(req, "rep");
    tls_cut(one);
    sp_expect(two, "$id 'ping'");
    sp_send(two, "$id 'pong'");
    iut_expect(req, "'pong'");
}

CASE(tls_reset_is_an_end, .title = "ends the pipe when the TCP connection is reset",
     .covers = "SP-TLS-024", .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    sp_send(us, "'before'");
    iut_expect(s, "'before'");
    wire_reset(us);
    delivers_good(t, s, us, "pair");
}

CASE(tls_application_close_notifies,
     .title = "ends with close_notify when its application closes the socket",
     .covers = "SP-TLS-025", .why = "the peer cannot tell the end from an attack otherwise",
     .via = TLS)
{
    enum { ROUNDS = 12 }; /* some say it only now and then */

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct iut *s = iut_open(t, "pair");
        struct peer *us = attach(s, "pair");
        sp_send(us, "'before'");
        iut_expect(s, "'before'");
        iut_close(s);
        expect_closed(us);
        check(t, tls_ended_well(us), "connection %u ends without close_notify", i);
    }
}

/* ---- what is not right inside ---- */

static void breaks(struct t *t, const char *octets)
{
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach(s, "pair");

    sp_send(us, "'before'");
    iut_expect(s, "'before'");
    tls_send_below(us, octets);
    expect_closed(us);
    delivers_good(t, s, us, "pair");
}

#define BREAKS(name, what, octets)                                                                 \
    CASE(tls_broken_by_##name,                                                                     \
         .title = "ends a TLS connection on which " what " comes, and delivers nothing of it",     \
         .covers = "SP-TLS-026", .why = "it did not come from the peer", .via = TLS | WSS)         \
    {                                                                                              \
        breaks(t, octets);                                                                         \
    }

BREAKS(forged_record, "a record that does not decrypt", "17 0303 0030 'evil'*12")
BREAKS(clear_text, "a frame in clear", "0000000000000004 'evil'")
BREAKS(long_record, "a record of more than TLS allows", "17 0303 ffff 'evil'*20")
BREAKS(unknown_record, "a record of unknown type in clear", "63 0303 0004 'evil'")
BREAKS(clear_hello, "another ClientHello in clear", "16 0303 0004 01 000000")

/* ---- handshakes that break off or never end ---- */

static const char hello[] = "16 03 01 00 54 01 00 00 50 03 03 "
                            "72 72 72 72 72 72 72 72 72 72 72 72 72 72 72 72 "
                            "72 72 72 72 72 72 72 72 72 72 72 72 72 72 72 72 "
                            "00 00 06 c0 2b c0 2c c0 23 01 00 00 21 "
                            "00 0a 00 04 00 02 00 17 00 0b 00 02 01 00 "
                            "00 0d 00 06 00 04 04 03 08 04 00 17 00 00 ff 01 00 01 00 ";
enum { HELLO = sizeof hello / 3 };

static const char *part_of_hello(struct t *t, size_t from, size_t to)
{
    return value(t, "%.*s", (int)(3 * (to - from)), hello + 3 * from);
}

static uint64_t answer_to_hello(struct t *t, struct iut *s, bool in_octets)
{
    struct peer *us = attach_plain(s);

    if (in_octets)
        wire_trickle(us, hello);
    else
        wire_send(us, hello);
    wire_expect(us, "<kind: ..> 03");
    return captured(t, "kind");
}

CASE(tls_hello_octet_by_octet,
     .title = "answers a ClientHello that comes one octet at a time as it answers one in one piece",
     .covers = "SP-TLS-027", .via = TLS_LISTENS | WSS_LISTENS)
{
    struct iut *s = iut_open(t, "pair");
    uint64_t whole = answer_to_hello(t, s, false);
    uint64_t in_octets = answer_to_hello(t, s, true);

    check(t, whole == in_octets, "a record of type %u comes, not of type %u", (unsigned)in_octets,
          (unsigned)whole);
    if (whole == 0x15)
        variant(t, "it takes no TLS 1.2 with ECDHE-ECDSA");
}

static void hello_is_cut(struct t *t, bool reset)
{
    struct iut *s = iut_open(t, "pull");

    for (size_t n = 0; n <= HELLO; n += n < 12 ? 1 : 9) {
        struct peer *us = attach_plain(s);
        wire_send(us, n ? part_of_hello(t, 0, n) : "");
        if (!reset) {
            wire_close(us);
            continue;
        }
        wire_drains_within(us, 20);
        wire_reset(us);
    }
    struct peer *push = attach(s, "push");
    sp_send(push, "'good'");
    iut_expect(s, "'good'");
}

CASE(tls_hello_cut_by_close, .title = "goes on when peers end within their ClientHello",
     .covers = "SP-TLS-028", .via = TLS_LISTENS | WSS_LISTENS)
{
    hello_is_cut(t, false);
}

CASE(tls_hello_cut_by_reset, .title = "goes on when peers reset within their ClientHello",
     .covers = "SP-TLS-028", .why = "an error event where an end was expected has ended processes",
     .via = TLS_LISTENS | WSS_LISTENS)
{
    hello_is_cut(t, true);
}

CASE(tls_client_survives_broken_handshakes,
     .title = "dials again when servers end, reset, refuse or garble the handshake of TLS",
     .covers = "SP-TLS-029", .via = TLS_DIALS | WSS_DIALS)
{
    static const char *const answers[] = { "", "15 0303 0002 0228",  /* handshake_failure */
                                           "16 0303 0004 02 000000", /* an empty ServerHello */
                                           "16 0303 0026 02 000022 0303 00*34", "a5*100" };
    struct iut *s = iut_open(t, "pair");
    struct peer *us = attach_plain(s);

    for (unsigned i = 0; i < 2 * sizeof answers / sizeof answers[0]; i++) {
        wire_expect(us, "16 03");
        wire_send(us, answers[i / 2]);
        if (i % 2) {
            wire_drains_within(us, 20);
            wire_reset(us);
        } else {
            wire_close(us);
        }
        us = reattach_raw(us);
    }
    tls_begin(us, 0, 0);
    check(t, tls_established(us), "a good handshake does not come through any more");
    open_peer(us, "pair");
    sp_send(us, "'good'");
    iut_expect(s, "'good'");
}

CASE(tls_stalled_handshakes_hold_nobody_up,
     .title = "serves its pipes while peers stall in the handshake of TLS", .covers = "SP-TLS-030",
     .why = "one connection that says nothing would stop a server",
     .via = TLS_LISTENS | WSS_LISTENS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *silent = attach_plain(pull);
    struct peer *begun = attach_plain(pull);
    wire_send(begun, part_of_hello(t, 0, 40));
    struct peer *answered = attach_plain(pull);
    wire_send(answered, hello);
    struct peer *push = attach(pull, "push");

    for (unsigned i = 0; i < 5; i++) {
        sp_send(push, value(t, "'good' %02x", i));
        iut_expect(pull, value(t, "'good' %02x", i));
    }
    wire_close(silent);
    wire_close(begun);
    wire_close(answered);
    sp_send(push, "'still'");
    iut_expect(pull, "'still'");
}

CASE(tls_stalled_servers_hold_nobody_up,
     .title = "serves its pipes while servers that it dials stall in the handshake of TLS",
     .covers = "SP-TLS-030", .via = TLS_DIALS | WSS_DIALS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *silent = attach_plain(pull);
    struct peer *begun = attach_plain(pull);
    wire_expect(begun, "16 03");
    wire_send(begun, "16 0303 0050 02 0000");
    struct peer *push = attach(pull, "push");

    for (unsigned i = 0; i < 5; i++) {
        sp_send(push, value(t, "'good' %02x", i));
        iut_expect(pull, value(t, "'good' %02x", i));
    }
    expect_open(silent);
}

CASE(tls_application_close_in_handshake,
     .title = "closes a socket within 2 s while peers are in the handshake of TLS",
     .covers = "SP-TLS-031", .why = "an application that cannot end has to be killed",
     .via = TLS | WSS)
{
    struct iut *s = iut_open(t, "pull");
    struct peer *silent = attach_plain(s);
    struct peer *begun = attach_plain(s);
    wire_send(begun, dials(t) ? "16 0303 0050 02 0000" : part_of_hello(t, 0, 40));
    wire_drains_within(begun, 20);

    int64_t start = now(t);
    iut_close(s);
    expect_elapsed(t, start, 0, 2000);
    wire_close(silent);
}

CASE(tls_handshake_abandoned_often,
     .title = "serves the next peer after a hundred that left within the handshake of TLS",
     .covers = "SP-TLS-028", .via = TLS_LISTENS | WSS_LISTENS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *left[10];

    for (unsigned i = 0; i < 100; i++) {
        if (i >= 10)
            wire_close(left[i % 10]);
        left[i % 10] = attach_plain(pull);
        wire_send(left[i % 10], i % 3 ? hello : part_of_hello(t, 0, 30));
    }
    for (unsigned i = 0; i < 10; i++)
        wire_reset(left[i]);
    struct peer *push = attach(pull, "push");
    sp_send(push, "'good'");
    iut_expect(pull, "'good'");
}
