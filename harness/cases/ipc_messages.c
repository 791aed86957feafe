/* ipc_messages.c -- over ipc a message has a type octet before its length: sp-ipc-mapping-01 3, 4.
 */
#include "any.h"

CASE(
    ipc_frame_sent,
    .title = "sends a message over ipc as the octet 01, its length in eight octets, and its octets",
    .covers = "SP-IPC-009", .via = IPC)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    iut_send(push, "'hello'");
    wire_expect(pull, "01 00 00 00 00 00 00 00 05 'hello'");
    iut_send(push, "'a'*258");
    wire_expect(pull, "01 00 00 00 00 00 00 01 02 'a'*258");
}

CASE(ipc_reply_frame_sent,
     .title = "sends a reply over ipc as the octet 01, its length with the header, and its octets",
     .covers = "SP-IPC-009", .needs = "wire", .via = IPC)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    wire_send(req, "01 u64:9 80000001 'hello'");
    if (is_black_box(t)) { /* whatever it answers, and nothing over 16 MiB */
        wire_expect(req, "01 00 00 00 00 00 .. .. .. 80000001");
        return;
    }
    iut_expect(rep, "'hello'");
    iut_send(rep, "'yes'");
    wire_expect(req, "01 u64:7 80000001 'yes'");
}

CASE(ipc_frame_delivered,
     .title = "delivers a message that arrives over ipc as 01, length and octets",
     .covers = "SP-IPC-010", .via = IPC)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    wire_send(push, "01 00 00 00 00 00 00 00 05 'hello' 01 00 00 00 00 00 00 00 01 'x'");
    iut_expect(pull, "'hello'");
    iut_expect(pull, "'x'");
}

CASE(ipc_length_without_type_octet,
     .title = "does not count the type octet in the length of a message over ipc",
     .covers = "SP-IPC-013", .why = "off by one here, and every later message is misread",
     .via = IPC)
{
    struct iut *rep = iut_open(t, "rep");
    struct peer *req = attach(rep, "req");

    for (int i = 0; i < 2; i++) { /* the second shows where the first was taken to end */
        wire_send(req, "01 u64:6 80000001 'hi'");
        iut_expect(rep, "'hi'");
        iut_send(rep, "'ok'");
        wire_expect(req, "01 u64:6 80000001 'ok'");
    }
}

CASE(ipc_empty_message,
     .title = "passes an empty message over ipc as 01 and eight zero octets, both ways",
     .covers = "SP-IPC-014", .via = IPC)
{
    struct iut *pair = iut_open(t, "pair0");
    struct peer *us = attach(pair, "pair0");

    wire_send(us, "01 00*8 01 u64:4 'good'");
    iut_expect(pair, "");
    iut_expect(pair, "'good'");
    iut_send(pair, "");
    iut_send(pair, "'good'");
    wire_expect(us, "01 00*8 01 u64:4 'good'");
}

CASE(ipc_sizes, .title = "passes messages of 1 octet to 1 MiB over ipc octet for octet, both ways",
     .covers = "SP-IPC-015", .via = IPC)
{
    static const size_t sizes[] = { 1, 255, 256, 65535, 65536, 1048576 };
    struct iut *pair = iut_open(t, "pair0");
    struct peer *us = attach(pair, "pair0");

    for (unsigned i = 0; i < 6; i++) {
        sp_send_seq(us, NULL, sizes[i]);
        iut_expect_seq(pair, sizes[i]);
        iut_send_seq(pair, sizes[i]);
        sp_expect_seq(us, NULL, sizes[i]);
    }
}

/* ---- other type octets ---- */

static void closes_on_type(struct t *t, const char *type)
{
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");

    wire_send(push, value(t, "%s u64:4 'evil'", type));
    expect_closed(push);
    delivers_good(t, pull, push, "push");
}

CASE(ipc_type_00, .title = "delivers no message of ipc type 00, and closes its connection",
     .covers = "SP-IPC-011", .via = IPC, .fragile = true)
{
    closes_on_type(t, "00");
}

CASE(ipc_type_02, .title = "delivers no message of ipc type 02, and closes its connection",
     .covers = "SP-IPC-011",
     .why = "early implementations passed messages in shared memory, under type 02", .via = IPC,
     .fragile = true)
{
    closes_on_type(t, "02");
}

CASE(ipc_type_ff, .title = "delivers no message of ipc type FF, and closes its connection",
     .covers = "SP-IPC-011", .via = IPC, .fragile = true)
{
    closes_on_type(t, "ff");
}

CASE(ipc_type_survived,
     .title = "goes on running after messages of unknown ipc types, and serves a new connection",
     .covers = "SP-IPC-012", .why = "one octet from anybody who can connect must not end a process",
     .needs = "wire", .via = IPC, .fragile = true)
{
    static const char *const types[] = { "00", "02", "7f", "80", "ff" };
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (unsigned i = 0; i < 5; i++) {
        struct peer *us = serves_next(t, s, protocol);
        wire_send(us, value(t, "%s u64:8 80000001 'evil'", types[i]));
        closes_within(us, 300);
        wire_close(us);
    }
    serves_next(t, s, protocol);
}

/* ---- limits ---- */

CASE(ipc_limit_is_exact,
     .title = "delivers a message over ipc as long as the receive limit, and none that is longer",
     .covers = "SP-IPC-016", .needs = "max-recv", .via = IPC)
{
    static const size_t limits[] = { 16, 1000, 65536 };

    for (unsigned i = 0; i < 3; i++) {
        struct iut *pull = iut_open(t, "pull", value(t, "max-recv=%zu", limits[i]));
        struct peer *push = attach(pull, "push");
        sp_send_seq(push, NULL, limits[i]);
        iut_expect_seq(pull, limits[i]);
        sp_send_seq(push, NULL, limits[i] + 1);
        delivers_good(t, pull, push, "push");
        iut_close(pull);
    }
}

CASE(ipc_length_2_64_1,
     .title = "survives a length of 2^64 - 1 over ipc, and serves the next connection",
     .covers = "SP-IPC-016", .needs = "wire", .via = IPC, .fragile = true)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = serves_next(t, s, protocol);

    wire_send(us, "01 ff*8");
    if (!closes_within(us, 500)) {
        variant(t, "a length of 2^64 - 1 is waited for");
        wire_close(us);
    }
    serves_next(t, s, protocol);
}
