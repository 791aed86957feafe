/* ws_frame_mask_rules.c -- clients mask, servers do not: RFC 6455 5.1, 5.3. */
#include "ws_frame.h"

/* ---- frames that break the rule: as server unmasked ones, as client masked ones ---- */

#define UNMASKED(name, words, ...)                                                                 \
    CASE(ws_unmasked_##name, .title = "server fails the connection over an unmasked " words,       \
         .covers = "SP-WS-057 WS-FRM-012",                                                         \
         .why = "what is not masked can be made to look like HTTP to a proxy on the way",          \
         .needs = "wire", .via = WS_LISTENS)                                                       \
    {                                                                                              \
        frames_fail(t, 1002, __VA_ARGS__);                                                         \
    }
#define MASKED(name, words, ...)                                                                   \
    CASE(ws_masked_##name, .title = "client fails the connection over a masked " words,            \
         .covers = "SP-WS-058 WS-FRM-013", .needs = "wire", .via = WS_DIALS)                       \
    {                                                                                              \
        frames_fail(t, 1002, __VA_ARGS__);                                                         \
    }

UNMASKED(message, "message", { "'evil'", .wrong_mask = true })
UNMASKED(empty_message, "empty message", { "", .wrong_mask = true })
UNMASKED(long_message, "message of 300 octets", { "'e'*300", .wrong_mask = true })
UNMASKED(ping, "Ping", { "'evil'", .opcode = WS_PING, .wrong_mask = true })
UNMASKED(empty_ping, "empty Ping", { "", .opcode = WS_PING, .wrong_mask = true })
UNMASKED(pong, "Pong", { "'evil'", .opcode = WS_PONG, .wrong_mask = true })
UNMASKED(close, "Close", { "03e8", .opcode = WS_CLOSE, .wrong_mask = true })
UNMASKED(fragment, "first fragment", { "'ev'", .more = true, .wrong_mask = true },
         { "'il'", .continuation = true })
UNMASKED(continuation, "continuation", { "'ev'", .more = true },
         { "'il'", .continuation = true, .wrong_mask = true })
UNMASKED(ping_between_fragments, "Ping between two fragments", { "'ev'", .more = true },
         { "'?'", .opcode = WS_PING, .wrong_mask = true }, { "'il'", .continuation = true })

MASKED(message, "message", { "'evil'", .wrong_mask = true })
MASKED(empty_message, "empty message", { "", .wrong_mask = true })
MASKED(long_message, "message of 300 octets", { "'e'*300", .wrong_mask = true })
MASKED(ping, "Ping", { "'evil'", .opcode = WS_PING, .wrong_mask = true })
MASKED(empty_ping, "empty Ping", { "", .opcode = WS_PING, .wrong_mask = true })
MASKED(pong, "Pong", { "'evil'", .opcode = WS_PONG, .wrong_mask = true })
MASKED(close, "Close", { "03e8", .opcode = WS_CLOSE, .wrong_mask = true })
MASKED(fragment, "first fragment", { "'ev'", .more = true, .wrong_mask = true },
       { "'il'", .continuation = true })
MASKED(continuation, "continuation", { "'ev'", .more = true },
       { "'il'", .continuation = true, .wrong_mask = true })
MASKED(ping_between_fragments, "Ping between two fragments", { "'ev'", .more = true },
       { "'?'", .opcode = WS_PING, .wrong_mask = true }, { "'il'", .continuation = true })

CASE(ws_masked_with_zeros, .title = "client fails the connection over a message masked with 0",
     .covers = "SP-WS-058 WS-FRM-013",
     .why = "that the payload is what it would be unmasked does not make the frame a good one",
     .needs = "wire", .via = WS_DIALS)
{
    struct ws_pipe pipe = ws_pipe(t);

    wire_send(pipe.us, "82 84 00000000 'evil'");
    expect_ws_failed(pipe.us, 1002);
    if (!is_black_box(t))
        delivers_good(t, pipe.s, pipe.us, "pair");
}

CASE(ws_unmasked_after_masked,
     .title = "server fails the connection over an unmasked message after masked ones",
     .covers = "SP-WS-057 WS-FRM-012", .via = WS_LISTENS)
{
    frames_fail_later(t, 1002, { "'evil'", .wrong_mask = true });
}

CASE(ws_masked_after_unmasked,
     .title = "client fails the connection over a masked message after unmasked ones",
     .covers = "SP-WS-058 WS-FRM-013", .via = WS_DIALS)
{
    frames_fail_later(t, 1002, { "'evil'", .wrong_mask = true });
}

/* ---- frames of the implementation ---- */

CASE(ws_server_masks_nothing, .title = "server sends its messages unmasked, empty ones too",
     .covers = "SP-WS-040 WS-FRM-003", .via = WS_LISTENS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send(pair, "'Hello'");
    wire_expect(us, "%100000.. 05 'Hello'");
    iut_send(pair, "");
    wire_expect(us, "%100000.. 00");
    iut_send(pair, "'x'*126");
    wire_expect(us, "%100000.. 7e 007e 'x'*126");
}

CASE(ws_server_masks_no_pong,
     .title = "server sends its Pongs unmasked, in one frame, with the reserved bits 0",
     .covers = "WS-FRM-004 WS-FRM-033 WS-FRM-017", .needs = "wire", .via = WS_LISTENS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "'Hello'", .opcode = WS_PING);
    ws_await_control(pipe.us);
    wire_expect(pipe.us, "8a 05 'Hello'");
    ws_send(pipe.us, "", .opcode = WS_PING);
    ws_await_control(pipe.us);
    wire_expect(pipe.us, "8a 00");
}

CASE(ws_client_masks_messages, .title = "client masks its messages, empty ones too",
     .covers = "SP-WS-040 WS-FRM-001", .why = "a server closes the connection over one that is not",
     .via = WS_DIALS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");

    iut_send(pair, "");
    wire_expect(us, "%100000.. 80 .. .. .. ..");
    iut_send(pair, "'x'*5");
    wire_expect(us, "%100000.. 85 .. .. .. .. .. .. .. .. ..");
    iut_send(pair, "'x'*126");
    wire_expect(us, "%100000.. fe 007e .. .. .. .. ..*126");
}

CASE(ws_client_masks_pongs,
     .title = "client masks its Pongs, in one frame, with the reserved bits 0",
     .covers = "WS-FRM-002 WS-FRM-033 WS-FRM-017", .needs = "wire", .via = WS_DIALS)
{
    struct ws_pipe pipe = ws_pipe(t);

    ws_send(pipe.us, "", .opcode = WS_PING);
    ws_await_control(pipe.us);
    wire_expect(pipe.us, "8a 80 .. .. .. ..");
    ws_send(pipe.us, "'abc'", .opcode = WS_PING);
    ws_await_control(pipe.us);
    wire_expect(pipe.us, "8a 83 .. .. .. .. .. .. ..");
}

enum { KEYS = 16 };

static uint32_t key_of(struct ws_head h)
{
    return (uint32_t)h.key[0] << 24 | (uint32_t)h.key[1] << 16 | (uint32_t)h.key[2] << 8 | h.key[3];
}

static void keys_of_messages(struct t *t, struct iut *pair, struct peer *us, uint32_t key[KEYS])
{
    for (unsigned i = 0; i < KEYS; i++) {
        iut_send(pair, value(t, "'message' %02x", i));
        frames_of_message(t, us, 8);
        key[i] = key_of(ws_last_head(us));
    }
}

CASE(ws_client_key_is_fresh, .title = "client masks each of its messages with another key",
     .covers = "SP-WS-040 WS-FRM-005",
     .why = "who knows the key of the next frame chooses its octets on the wire", .via = WS_DIALS)
{
    struct iut *pair = iut_open(t, "pair");
    uint32_t key[KEYS];

    keys_of_messages(t, pair, attach(pair, "pair"), key);
    for (unsigned i = 0; i < KEYS; i++)
        for (unsigned k = 0; k < i; k++)
            check(t, key[i] != key[k], "messages %u and %u have the same key, %08x", k, i, key[i]);
}

CASE(ws_client_key_of_pongs_is_fresh, .title = "client masks each of its Pongs with another key",
     .covers = "SP-WS-040 WS-FRM-005", .needs = "wire", .via = WS_DIALS)
{
    struct ws_pipe pipe = ws_pipe(t);
    uint32_t key[KEYS];

    for (unsigned i = 0; i < KEYS; i++) {
        ws_send(pipe.us, "'same'", .opcode = WS_PING);
        ws_expect(pipe.us, "'same'", .opcode = WS_PONG);
        key[i] = key_of(ws_last_head(pipe.us));
        for (unsigned k = 0; k < i; k++)
            check(t, key[i] != key[k], "Pongs %u and %u have the same key, %08x", k, i, key[i]);
    }
}

CASE(ws_client_key_cannot_be_foretold,
     .title = "client's keys neither count nor have an octet that stays the same",
     .covers = "WS-FRM-006", .via = WS_DIALS)
{
    struct iut *pair = iut_open(t, "pair");
    uint32_t key[KEYS], varies = 0;
    bool counts = true;

    keys_of_messages(t, pair, attach(pair, "pair"), key);
    for (unsigned i = 1; i < KEYS; i++) {
        varies |= key[i] ^ key[0];
        counts = counts && key[i] - key[i - 1] == key[1] - key[0];
    }
    check(t, !counts, "its keys count: %08x, %08x, %08x", key[0], key[1], key[2]);
    for (unsigned shift = 0; shift < 32; shift += 8)
        check(t, varies >> shift & 0xff, "in all of its keys one octet is the same: %08x, %08x",
              key[0], key[1]);
}

CASE(ws_client_key_of_next_connection,
     .title = "client's keys of another connection are not those of the one before",
     .covers = "WS-FRM-007", .why = "a generator that is seeded alike each time gives them away",
     .via = WS_DIALS)
{
    struct iut *pair = iut_open(t, "pair");
    struct peer *us = attach(pair, "pair");
    uint32_t before[KEYS], after[KEYS];

    keys_of_messages(t, pair, us, before);
    wire_close(us);
    keys_of_messages(t, pair, delivers_good(t, pair, us, "pair"), after);
    for (unsigned i = 0; i < KEYS; i++)
        check(t, before[i] != after[i],
              "message %u has the same key as on the first connection: %08x", i, after[i]);
}
