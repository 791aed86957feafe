/* ipc_greeting.c -- UNIX domain sockets carry the greeting of tcp: sp-ipc-mapping-01 1, 2. */
#include "any.h"

CASE(ipc_plain_stream_socket,
     .title = "listens on a UNIX domain stream socket that any stream socket can connect to",
     .covers = "SP-IPC-001", .needs = "wire", .via = IPC_LISTENS)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    serves_next(t, s, protocol);
}

CASE(ipc_greeting_without_type_octet,
     .title = "sends its eight greeting octets over ipc with nothing before or behind them",
     .covers = "SP-IPC-005", .why = "the type octet belongs to messages: the greeting has none",
     .needs = "wire", .via = IPC_LISTENS)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    wire_expect(us, value(t, "00 53 50 00 %s 00 00", type_of(protocol)->octets));
    expect_quiet(us, 200, "we have not greeted, so nothing that we could do calls for octets");
}

CASE(
    ipc_dialer_greets_first,
    .title = "sends its greeting on an ipc connection that it dialled before the peer has sent any",
    .covers = "SP-IPC-019", .needs = "wire", .via = IPC_DIALS)
{
    const char *protocol = any_protocol(t, "req");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);

    expect_quiet(us, 200, "we have not greeted, so nothing that we could do calls for octets");
}

CASE(ipc_bad_magic, .title = "closes an ipc connection whose greeting has a wrong magic",
     .covers = "SP-IPC-006", .needs = "wire", .via = IPC)
{
    refuses(t, "01 'SP' 00", NULL, NULL);
    refuses(t, "00 'sP' 00", NULL, NULL);
    refuses(t, "00 'Sp' 00", NULL, NULL);
}

CASE(ipc_bad_version, .title = "closes an ipc connection whose greeting has another version than 0",
     .covers = "SP-IPC-006", .needs = "wire", .via = IPC)
{
    refuses(t, "00 'SP' 01", NULL, NULL);
    refuses(t, "00 'SP' ff", NULL, NULL);
}

CASE(ipc_reserved,
     .title = "closes an ipc connection whose greeting has reserved octets other than zero",
     .covers = "SP-IPC-007", .needs = "wire", .via = IPC)
{
    refuses(t, NULL, NULL, "0001");
    refuses(t, NULL, NULL, "0100");
    refuses(t, NULL, NULL, "ffff");
}

CASE(ipc_incompatible_type,
     .title = "closes an ipc connection whose greeting names an incompatible type",
     .covers = "SP-IPC-008", .needs = "wire", .via = IPC)
{
    const char *protocol = any_protocol(t, "rep");

    refuses_other_types(t, iut_open(t, protocol), protocol, "");
}

CASE(ipc_greeting_as_a_message,
     .title = "closes an ipc connection that puts a type octet before its greeting",
     .covers = "SP-IPC-006", .needs = "wire", .via = IPC)
{
    refuses(t, "01 00 'SP' 00", NULL, NULL);
}

/* ---- segmentation ---- */

CASE(ipc_octet_by_octet,
     .title = "accepts a greeting and a message that arrive over ipc one octet at a time",
     .covers = "SP-IPC-017", .via = IPC)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_ungreeted(t, pull, "pull");

    wire_trickle(push, "00 'SP' 00 0050 0000");
    wire_trickle(push, "01 u64:5 'hello'");
    wire_trickle(push, "01 u64:0");
    wire_trickle(push, "01 u64:4 'good'");
    iut_expect(pull, "'hello'");
    iut_expect(pull, "");
    iut_expect(pull, "'good'");
}

CASE(ipc_greeting_with_messages,
     .title =
         "accepts a greeting and messages that arrive over ipc in one write, and delivers them all",
     .covers = "SP-IPC-018", .via = IPC)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach_ungreeted(t, pull, "pull");

    wire_send(push, "00 'SP' 00 0050 0000 01 u64:3 'one' 01 u64:0 01 u64:5 'three'");
    iut_expect(pull, "'one'");
    iut_expect(pull, "");
    iut_expect(pull, "'three'");
}

CASE(ipc_message_cut_anywhere,
     .title = "delivers a message that arrives over ipc in two parts, wherever it is cut",
     .covers = "SP-IPC-017", .via = IPC)
{
    static const char frames[] = "\1\0\0\0\0\0\0\0\5first\1\0\0\0\0\0\0\0\6second";
    struct iut *pull = iut_open(t, "pull");

    delivers_cut_anywhere(pull, attach(pull, "push"), frames, sizeof frames - 1);
}
