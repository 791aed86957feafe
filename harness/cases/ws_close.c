/* ws_close.c -- a Close of ours is answered, and the connection ends: RFC 6455 5.5.1, 7.1. */
#include "ws_end.h"

/* A Close that is right ends the connection, and is called no error. */
static void ends_unblamed(struct talk *k)
{
    ws_close_comes(k->us);
    not_blamed(k, 1000);
    ws_expect_end(k->us);
}

CASE(ws_close_answered, .title = "answers a Close with a Close", .covers = "SP-WS-053a WS-CLS-003",
     .why = "a peer that is not answered takes an end in good order for a failure", .needs = "wire",
     .via = WS)
{
    struct talk k = talk_to(t);

    ws_send_close(k.us, 1000, "");
    ws_expect(k.us, "*", .opcode = WS_CLOSE);
}

CASE(ws_close_ends, .title = "ends the connection after a Close, and takes the next one",
     .covers = "SP-WS-053a WS-CLS-008", .via = WS)
{
    struct talk k = talk_to(t);

    takes_close(&k, 1000, "");
    good_is_next(&k);
}

CASE(ws_close_answered_with_its_code, .title = "answers a Close of code 1000 with code 1000",
     .covers = "SP-WS-053b", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send_close(k.us, 1000, "");
    ws_expect_close(k.us, "1000");
}

CASE(ws_close_empty_answered, .title = "answers an empty Close with a Close",
     .covers = "SP-WS-054 WS-CLS-003",
     .why = "a browser page that calls close() without a code sends just that", .needs = "wire",
     .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "", .opcode = WS_CLOSE);
    ws_expect(k.us, "*", .opcode = WS_CLOSE);
}

CASE(ws_close_empty_ends, .title = "ends the connection after an empty Close",
     .covers = "SP-WS-054 WS-CLS-008", .via = WS)
{
    struct talk k = talk_to(t);

    takes_close(&k, 1005, "");
    good_is_next(&k);
}

CASE(ws_close_with_reason, .title = "takes a Close that has a reason", .covers = "WS-CLS-004",
     .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    takes_close(&k, 1000, "that was all");
    not_blamed(&k, 1000);
}

CASE(ws_close_with_reason_of_many_octets,
     .title = "takes a Close whose reason has characters of two, three and four octets",
     .covers = "WS-CLS-004", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "03e8 c3a9 e282ac f09f9980", .opcode = WS_CLOSE);
    ends_unblamed(&k);
}

CASE(ws_close_with_longest_reason, .title = "takes a Close whose reason has 123 octets",
     .covers = "WS-CLS-004", .why = "a buffer for control frames may be an octet too short",
     .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send(k.us, "03e8 'r'*123", .opcode = WS_CLOSE);
    ends_unblamed(&k);
}

CASE(ws_close_frame_is_right,
     .title =
         "sends its Close in a final frame with no reserved bit, masked exactly if it dialled, "
         "empty or with a code that may be sent",
     .covers = "WS-CLS-001 WS-CLS-002", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    ws_send_close(k.us, 1001, "");
    ws_close_comes(k.us);
}

CASE(ws_close_octet_by_octet, .title = "answers a Close that comes one octet at a time",
     .covers = "WS-CLS-003", .needs = "wire", .via = WS)
{
    struct talk k = talk_to(t);

    wire_trickle(k.us, ws_frame_pattern(k.us, "03e8 'done'", .opcode = WS_CLOSE));
    ws_close_comes(k.us);
    ws_manual(k.us);
    if (dials(t))
        wire_finish(k.us);
    ws_expect_end(k.us);
}

CASE(ws_close_server_ends_first,
     .title = "as server ends the TCP connection itself as soon as both Closes are through",
     .covers = "WS-CLS-005",
     .why = "the one that ends first keeps the port waiting, and that should be the server",
     .needs = "wire", .via = WS_LISTENS)
{
    struct talk k = talk_to(t);

    ws_send_close(k.us, 1000, "");
    ws_close_comes(k.us);
    ws_expect_end(k.us); /* our side stays open */
}

CASE(ws_close_client_waits_for_the_server,
     .title = "as client waits for the server to end the TCP connection", .covers = "WS-CLS-006",
     .needs = "wire", .via = WS_DIALS)
{
    struct talk k = talk_to(t);

    ws_manual(k.us);
    ws_send_close(k.us, 1000, "");
    ws_close_comes(k.us);
    if (ws_ends_within(k.us, 100))
        variant(t, "it ends the connection itself");
    else
        variant(t, "it waits for the server");
    wire_finish(k.us);
    ws_expect_end(k.us);
}

CASE(ws_close_ends_though_we_stay,
     .title = "as client ends the connection when a server that has sent its Close does not",
     .covers = "WS-CLS-007", .why = "each such server would cost a connection for ever",
     .needs = "wire", .via = WS_DIALS, .slow = true)
{
    enum { BOUND_MS = 35000 };
    struct talk k = talk_to(t);

    ws_manual(k.us);
    ws_send_close(k.us, 1000, "");
    ws_close_comes(k.us);
    check(t, ws_ends_within(k.us, BOUND_MS), "it still keeps the connection after 35 s");
}

CASE(ws_close_of_one_leaves_others, .title = "goes on with its other pipes when one is closed",
     .covers = "WS-CLS-008", .via = WS)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *one = attach(pull, "push");
    struct peer *two = attach(pull, "push");

    ws_send_close(one, 1000, "");
    ws_expect_end(one);
    sp_send(two, "'still here'");
    iut_expect(pull, "'still here'");
}

CASE(ws_close_makes_room_for_the_next,
     .title = "PAIR takes another peer when its own has closed the WebSocket",
     .covers = "WS-CLS-008", .via = WS)
{
    struct talk k = talk_to(t);

    for (unsigned i = 0; i < 3; i++) {
        ws_send_close(k.us, 1000, "");
        ws_expect_end(k.us);
        good_is_next(&k);
    }
}
