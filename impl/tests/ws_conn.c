/* ws/conn.h: every input under every split, both roles, with any read-ahead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "ws_peer.h"

enum { MOST = 5 };
#define T(text)                                                                                    \
    {                                                                                              \
        (const uint8_t *)(text), sizeof text - 1                                                   \
    }
#define BINARY(text)                                                                               \
    {                                                                                              \
        .payload = T(text)                                                                         \
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        .payload = T(text), .opcode = WS_TEXT                                                      \
    }
#define BEGIN(text)                                                                                \
    {                                                                                              \
        .payload = T(text), .more = true                                                           \
    }
#define BEGIN_TEXT(text)                                                                           \
    {                                                                                              \
        .payload = T(text), .opcode = WS_TEXT, .more = true                                        \
    }
#define MORE(text)                                                                                 \
    {                                                                                              \
        .payload = T(text), .continuation = true, .more = true                                     \
    }
#define LAST(text)                                                                                 \
    {                                                                                              \
        .payload = T(text), .continuation = true                                                   \
    }
#define PING(text)                                                                                 \
    {                                                                                              \
        .payload = T(text), .opcode = WS_PING                                                      \
    }
#define PONG(text)                                                                                 \
    {                                                                                              \
        .payload = T(text), .opcode = WS_PONG                                                      \
    }
#define CLOSE(text)                                                                                \
    {                                                                                              \
        .payload = T(text), .opcode = WS_CLOSE                                                     \
    }
#define CLAIM(n)                                                                                   \
    {                                                                                              \
        .length_declared = true, .declared = n                                                     \
    }
#define CLAIM_MORE(n)                                                                              \
    {                                                                                              \
        .continuation = true, .length_declared = true, .declared = n                               \
    }
#define CLOSE_1000 CLOSE("\x03\xe8")
#define X126                                                                                       \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"  \
    "12345678901234567890123456789012345"

struct row {
    const char *name;
    struct ws_frame in[MOST];
    int n;
    const char *events, *frames;
};

/* At the end of each the stream ends; the limit is 8 octets. */
static const struct row rows[] = {
    { "nothing", { { .more = false } }, 0, "OC1006", "" },
    { "one", { BINARY("hi") }, 1, "O(hi)C1006", "" },
    { "empty", { BINARY("") }, 1, "O()C1006", "" },
    { "three", { BINARY("a"), TEXT("b"), BINARY("") }, 3, "O(a)t(b)()C1006", "" },
    { "at the limit", { BINARY("12345678") }, 1, "O(12345678)C1006", "" },
    { "over the limit", { BINARY("a"), CLAIM(9) }, 2, "O(a)E1009", "X1009" },
    { "absurd", { CLAIM(UINT64_C(1) << 62) }, 1, "OE1009", "X1009" },
    { "2^63", { CLAIM(UINT64_C(1) << 63) }, 1, "OE1002", "X1002" },
    { "2^64 - 1", { CLAIM(UINT64_MAX) }, 1, "OE1002", "X1002" },
    { "fragments", { BEGIN("a"), MORE("bc"), LAST("d") }, 3, "O(abcd)C1006", "" },
    { "empty fragments", { BEGIN(""), MORE(""), LAST("") }, 3, "O()C1006", "" },
    { "empty ends", { BEGIN(""), MORE("ab"), LAST("") }, 3, "O(ab)C1006", "" },
    { "fragments at the limit", { BEGIN("1234"), LAST("5678") }, 2, "O(12345678)C1006", "" },
    { "fragments over it", { BEGIN("1234"), LAST("56789") }, 2, "OE1009", "X1009" },
    { "sum that wraps", { BEGIN("1"), CLAIM_MORE(UINT64_MAX) }, 2, "OE1002", "X1002" },
    { "sum near the wrap", { BEGIN("1"), CLAIM_MORE(INT64_MAX) }, 2, "OE1009", "X1009" },
    { "between others",
      { BINARY("x"), BEGIN("a"), LAST("b"), BINARY("y"), BINARY("z") },
      5,
      "O(x)(ab)(y)(z)C1006",
      "" },
    { "two gathered",
      { BEGIN("a"), LAST("b"), BEGIN("c"), LAST("d"), BINARY("e") },
      5,
      "O(ab)(cd)(e)C1006",
      "" },
    { "unfinished", { BINARY("x"), BEGIN("a") }, 2, "O(x)C1006", "" },
    { "ping", { PING("abc"), BINARY("x") }, 2, "O(x)C1006", "P[abc]" },
    { "empty ping", { PING("") }, 1, "OC1006", "P[]" },
    { "ping among fragments", { BEGIN("a"), PING("p"), LAST("b") }, 3, "O(ab)C1006", "P[p]" },
    { "ping behind messages",
      { BINARY("a"), PING("p"), BINARY("b"), PING("q"), BINARY("c") },
      5,
      "O(a)(b)(c)C1006",
      "P[p]P[q]" },
    { "pong", { PONG("what"), BINARY("x") }, 2, "O(x)C1006", "" },
    { "ping of 126", { PING(X126) }, 1, "OE1002", "X1002" },
    { "ping in parts", { { .opcode = WS_PING, .more = true } }, 1, "OE1002", "X1002" },
    { "close in parts", { { .opcode = WS_CLOSE, .more = true } }, 1, "OE1002", "X1002" },
    { "continuation alone", { LAST("a") }, 1, "OE1002", "X1002" },
    { "continuation behind the last",
      { BEGIN("a"), LAST("b"), MORE("c") },
      3,
      "O(ab)E1002",
      "X1002" },
    { "message inside", { BEGIN("a"), BINARY("b") }, 2, "OE1002", "X1002" },
    { "fragments inside", { BEGIN("a"), BEGIN_TEXT("b") }, 2, "OE1002", "X1002" },
    { "mask", { BINARY("a"), { .masked = true } }, 2, "O(a)E1002", "X1002" },
    { "rsv1", { { .rsv = WS_RSV1 } }, 1, "OE1002", "X1002" },
    { "rsv2", { { .rsv = WS_RSV2 } }, 1, "OE1002", "X1002" },
    { "rsv3 of a ping", { { .rsv = WS_RSV3, .opcode = WS_PING } }, 1, "OE1002", "X1002" },
    { "rsv1 of a fragment",
      { BEGIN("a"), { .rsv = WS_RSV1, .continuation = true } },
      2,
      "OE1002",
      "X1002" },
    { "opcode 3", { { .reserved_opcode = 3 } }, 1, "OE1002", "X1002" },
    { "opcode 7", { { .reserved_opcode = 7 } }, 1, "OE1002", "X1002" },
    { "opcode b", { { .reserved_opcode = 0xb } }, 1, "OE1002", "X1002" },
    { "opcode f", { { .reserved_opcode = 0xf } }, 1, "OE1002", "X1002" },
    { "16 bits for 5",
      { { .payload = T("abcde"), .length_form = WS_LENGTH_16 } },
      1,
      "OE1002",
      "X1002" },
    { "64 bits for 5",
      { { .payload = T("abcde"), .length_form = WS_LENGTH_64 } },
      1,
      "OE1002",
      "X1002" },
    { "text", { TEXT("\xc3\xa4") }, 1, "Ot(\xc3\xa4)C1006", "" },
    { "text in parts",
      { BEGIN_TEXT("\xe2"), MORE("\x82"), LAST("\xac") },
      3,
      "Ot(\xe2\x82\xac)C1006",
      "" },
    { "text cut off", { TEXT("a\xe2\x82") }, 1, "OE1007", "X1007" },
    { "text in parts cut off", { BEGIN_TEXT("\xe2"), LAST("\x82") }, 2, "OE1007", "X1007" },
    { "no text", { TEXT("a"), TEXT("\xff\xfe") }, 2, "Ot(a)E1007", "X1007" },
    { "no text, fast", { BEGIN_TEXT("a\xed\xa0") }, 1, "OE1007", "X1007" },
    { "text then binary",
      { TEXT("\xc3\xa4"), BINARY("\xc3"), TEXT("\xc3\xb6") },
      3,
      "Ot(\xc3\xa4)(\xc3)t(\xc3\xb6)C1006",
      "" },
    { "close", { BINARY("a"), CLOSE_1000, BINARY("b") }, 3, "O(a)C1000", "X1000" },
    { "close among fragments", { BEGIN("a"), CLOSE_1000 }, 2, "OC1000", "X1000" },
    { "close, empty", { CLOSE("") }, 1, "OC1005", "X" },
    { "close with a reason",
      { CLOSE("\x03\xe9"
              "bye"),
        PING("") },
      2,
      "OC1001'bye'",
      "X1001" },
    { "close of one octet", { CLOSE("\x03") }, 1, "OE1002", "X1002" },
    { "close 1005", { CLOSE("\x03\xed") }, 1, "OE1002", "X1002" },
    { "close with no text", { CLOSE("\x03\xe8\xff") }, 1, "OE1007", "X1007" },
    { "close with text cut off", { CLOSE("\x03\xe8\xe2\x82") }, 1, "OE1007", "X1007" },
};

static void make(struct ws_peer *p, const struct row *row, struct buf *in)
{
    ws_peer_hello(p, in);
    for (int i = 0; i < row->n; i++)
        ws_peer_put(p, in, row->in[i]);
}

/* Cut at `a` and `b`; `late`: what comes is taken at the end only. */
static void run(const struct row *row, enum ws_role role, size_t a, size_t b, bool late)
{
    struct ws_peer p = { .role = role, .portion = late ? 1 : 0 };
    struct ws_conn_config config = ws_test_config(&p, role);
    struct buf in = { 0 };
    config.max_payload = 8;
    config.read_ahead = late ? 0 : 1; /* the least that is possible */
    p.c = ws_conn_new(&config);
    make(&p, row, &in);
    bool all = ws_peer_feed(&p, slice_of(in.p, a), !late) &&
               ws_peer_feed(&p, slice_of(in.p + a, b - a), !late) &&
               ws_peer_feed(&p, slice_of(in.p + b, in.n - b), !late);
    assert_true(all || ws_conn_over(p.c));
    ws_conn_eof(p.c);
    while (ws_peer_take(&p))
        continue;
    assert_true(ws_conn_over(p.c));
    if (role == WS_SERVER)
        ws_peer_skip_response(&p, 101);
    if (strcmp(buf_text(&p.events), row->events) != 0 ||
        strcmp(ws_peer_frames(&p), row->frames) != 0)
        fail_msg("%s, role %d, split at %zu, %zu, late %d: %s, %s", row->name, role, a, b, late,
                 buf_text(&p.events), ws_peer_frames(&p));
    assert_int_equal(p.sent.n, 0);
    buf_free(&in);
    ws_peer_free(&p);
}

static size_t size_of(const struct row *row, enum ws_role role, size_t *hello)
{
    struct ws_peer p = { .role = role };
    struct ws_conn_config config = ws_test_config(&p, role);
    struct buf in = { 0 };
    p.c = ws_conn_new(&config);
    make(&p, row, &in);
    size_t n = in.n;
    buf_clear(&in);
    if (role == WS_CLIENT) { /* a response is as long as any other */
        const struct ws_response r = { .protocol = slice_text(WS_TEST_PROTOCOL) };
        ws_response_write(&in, &r);
    } else {
        ws_peer_hello(&p, &in);
    }
    *hello = in.n;
    buf_free(&in);
    ws_peer_free(&p);
    return n;
}

/* Two cuts behind the handshake, the first also at its last octets. */
static void every_split(enum ws_role role)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t hello, n = size_of(&rows[i], role, &hello);
        for (size_t a = hello - 2; a <= n; a++)
            for (size_t b = a; b <= n; b++) {
                run(&rows[i], role, a, b, false);
                run(&rows[i], role, a, b, true);
            }
    }
}

static void every_split_server(void **state)
{
    (void)state;
    every_split(WS_SERVER);
}

static void every_split_client(void **state)
{
    (void)state;
    every_split(WS_CLIENT);
}

static void handshake_cut_anywhere(void **state)
{
    (void)state;
    static const struct row row = { "glued", { BINARY("hi"), PING("p") }, 2, "O(hi)C1006", "P[p]" };
    for (int role = WS_SERVER; role <= WS_CLIENT; role++) {
        size_t hello, n = size_of(&row, (enum ws_role)role, &hello);
        for (size_t a = 0; a <= n; a++) {
            run(&row, (enum ws_role)role, a, n, false);
            run(&row, (enum ws_role)role, a, n, true);
        }
    }
}

static void octet_by_octet(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 };
        config.max_payload = 8;
        p.c = ws_conn_new(&config);
        make(&p, &rows[i], &in);
        for (size_t k = 0; k < in.n; k++)
            if (!ws_peer_feed(&p, slice_of(in.p + k, 1), true))
                break;
        ws_conn_eof(p.c);
        while (ws_peer_take(&p))
            continue;
        assert_string_equal(buf_text(&p.events), rows[i].events);
        buf_free(&in);
        ws_peer_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_server),
        cmocka_unit_test(every_split_client),
        cmocka_unit_test(handshake_cut_anywhere),
        cmocka_unit_test(octet_by_octet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
