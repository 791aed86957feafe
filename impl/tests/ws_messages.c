/* ws/conn.h: messages of every size, in one frame and in many, in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "ws_peer.h"

/* Octet i of message m. */
static uint8_t octet(size_t m, size_t i)
{
    return (uint8_t)(m * 31 + i + (i >> 8));
}

static void fill(struct buf *b, size_t m, size_t n)
{
    buf_clear(b);
    for (size_t i = 0; i < n; i++)
        buf_u8(b, octet(m, i));
}

static void check(struct slice payload, size_t m, size_t n)
{
    assert_int_equal(payload.n, n);
    for (size_t i = 0; i < n; i++)
        if (payload.p[i] != octet(m, i))
            fail_msg("message %zu, octet %zu", m, i);
}

static const size_t sizes[] = { 0, 1,     5000,    65535, 65536,  65537,  0, 100,   40000, 64,
                                7, 70000, 1048576, 3,     300000, 300000, 1, 65527, 65528 };
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* In frames of at most `most` octets, a ping between them. */
static void put_message(const struct ws_peer *p, struct buf *out, struct slice body, size_t most)
{
    bool first = true;
    do {
        size_t n = body.n < most ? body.n : most;
        struct ws_frame f = { .payload = slice_of(body.p, n), .continuation = !first };
        body = slice_drop(body, n);
        f.more = body.n > 0;
        ws_peer_put(p, out, f);
        if (f.more)
            ws_peer_put(p, out, (struct ws_frame){ .opcode = WS_PING });
        first = false;
    } while (body.n > 0);
}

/* All sizes, read `step` octets at a time; taken when no more can be read, or when there is
 * something. */
static void receive_sizes(enum ws_role role, size_t most, size_t read_ahead, size_t step,
                          bool eager)
{
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, role);
    struct buf in = { 0 }, body = { 0 };
    size_t at = 0, taken = 0;
    config.read_ahead = read_ahead;
    ws_peer_open(&p, &config);
    for (size_t m = 0; m < SIZES; m++) {
        fill(&body, m, sizes[m]);
        put_message(&p, &in, buf_slice(&body), most);
    }
    while (taken < SIZES) {
        size_t room;
        uint8_t *to = at == in.n ? NULL : ws_conn_room(p.c, &room);
        if (to != NULL) {
            size_t some = room < step ? room : step;
            some = some < in.n - at ? some : in.n - at;
            memcpy(to, in.p + at, some);
            ws_conn_fed(p.c, some);
            at += some;
        }
        if (to != NULL && !eager)
            continue;
        struct ws_event ev;
        while (ws_conn_next(p.c, &ev) != WS_EV_NONE) {
            assert_int_equal(ev.type, WS_EV_MESSAGE);
            check(ev.payload, taken, sizes[taken]);
            if (ev.own != NULL)
                assert_true(ev.payload.p == ev.own->p);
            taken++;
            if (!eager)
                break;
        }
        if (!eager && to == NULL)
            assert_true(ev.type == WS_EV_MESSAGE || at < in.n);
    }
    assert_int_equal(ws_conn_held(p.c), 0);
    buf_free(&in);
    buf_free(&body);
    ws_peer_free(&p);
}

static void sizes_and_read_ahead(void **state)
{
    (void)state;
    static const size_t read_aheads[] = { 1, 4096, 0 }, steps[] = { 1009, 65536, 1 << 20 };
    static const size_t mosts[] = { SIZE_MAX, 65536, 5000 };
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                for (int v = 0; v < 4; v++)
                    receive_sizes(v % 2 == 0 ? WS_SERVER : WS_CLIENT, mosts[i], read_aheads[j],
                                  steps[k], v / 2 != 0);
}

static void many_tiny_fragments(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf in = { 0 }, body = { 0 };
    ws_peer_open(&p, &config);
    fill(&body, 3, 20000);
    put_message(&p, &in, slice_text("first"), SIZE_MAX); /* waits in front */
    put_message(&p, &in, buf_slice(&body), 1);
    put_message(&p, &in, slice_text("last"), SIZE_MAX);
    assert_true(ws_peer_feed(&p, buf_slice(&in), false));
    while (ws_peer_take(&p))
        continue;
    assert_string_equal(buf_text(&p.events), "(first)(20000)(last)");
    buf_free(&in);
    buf_free(&body);
    ws_peer_free(&p);
}

/* A claim of much memory commits little. */
static void claims(void **state)
{
    (void)state;
    for (int continuation = 0; continuation < 2; continuation++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 };
        size_t room;
        ws_peer_open(&p, &config);
        const struct ws_frame claim = {
            .continuation = continuation != 0,
            .length_declared = true,
            .declared = UINT64_C(1) << 40,
        };
        if (continuation != 0)
            ws_peer_put(&p, &in, (struct ws_frame){ .payload = slice_text("a"), .more = true });
        ws_peer_put(&p, &in, claim);
        assert_true(ws_peer_feed(&p, buf_slice(&in), true));
        for (size_t held = 0; held < 1 << 20;) {
            uint8_t *to = ws_conn_room(p.c, &room);
            assert_non_null(to);
            assert_in_range(room, 1, held < 65536 ? 65536 : 2 * held);
            memset(to, 0, room);
            ws_conn_fed(p.c, room);
            held = ws_conn_held(p.c);
        }
        assert_string_equal(buf_text(&p.events), "");
        buf_free(&in);
        ws_peer_free(&p);
    }
}

static void holds_no_more_than_it_may(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf in = { 0 }, body = { 0 };
    size_t got = 0, fed = 0;
    struct ws_event ev;
    ws_peer_open(&p, &config);
    fill(&body, 0, 1000);
    put_message(&p, &in, buf_slice(&body), SIZE_MAX);
    while (ws_peer_feed(&p, slice_of(in.p + fed % in.n, 1), false))
        fed++;
    assert_true(ws_conn_full(p.c));
    assert_in_range(ws_conn_held(p.c), 128 * 1024, 256 * 1024);
    for (; ws_conn_full(p.c); got++) {
        assert_int_equal(ws_conn_next(p.c, &ev), WS_EV_MESSAGE);
        check(ev.payload, 0, 1000);
    }
    assert_true(ws_peer_feed(&p, slice_of(in.p + fed % in.n, 1), false));
    while (ws_conn_next(p.c, &ev) == WS_EV_MESSAGE)
        got++;
    assert_int_equal(got, (fed + 1) / in.n);
    buf_free(&in);
    buf_free(&body);
    ws_peer_free(&p);
}

/* What is sent arrives: one of us as the client, one as the server. */
static void send_sizes(enum ws_role role, size_t portion)
{
    struct ws_peer from = { .portion = portion }, to = { 0 };
    struct ws_conn_config a = ws_test_config(&from, role);
    struct ws_conn_config b = ws_test_config(&to, role == WS_SERVER ? WS_CLIENT : WS_SERVER);
    struct buf body = { 0 };
    ws_peer_open(&from, &a);
    ws_peer_open(&to, &b);
    for (size_t m = 0; m < SIZES; m++)
        for (int own = 0; own < 2; own++) {
            fill(&body, m, sizes[m]);
            struct chunk *chunk = chunk_new(sizes[m] + 1);
            memcpy(chunk->p, body.p == NULL ? chunk->p : body.p, sizes[m]);
            size_t head = sizes[m] < 4 ? sizes[m] : 4;
            const struct ws_message message = {
                .head = slice_of(body.p, head),
                .body = slice_of(chunk->p + head, sizes[m] - head),
                .own = own != 0 ? chunk : NULL,
            };
            assert_int_equal(ws_conn_send(from.c, &message), E_OK);
            bool referred = own != 0 && role == WS_SERVER && sizes[m] - head >= WS_LARGE;
            assert_int_equal(chunk->refs, referred ? 2 : 1);
            ws_peer_write(&from);
            assert_int_equal(chunk->refs, 1);
            chunk_unref(chunk);
            struct slice out = buf_slice(&from.sent);
            while (out.n > 0) {
                size_t some = out.n < 100000 ? out.n : 100000;
                assert_true(ws_peer_feed(&to, slice_of(out.p, some), false));
                out = slice_drop(out, some);
            }
            buf_clear(&from.sent);
            struct ws_event ev;
            assert_int_equal(ws_conn_next(to.c, &ev), WS_EV_MESSAGE);
            check(ev.payload, m, sizes[m]);
        }
    buf_free(&body);
    ws_peer_free(&from);
    ws_peer_free(&to);
}

static void sent_messages_arrive(void **state)
{
    (void)state;
    static const size_t portions[] = { 0, 1000, 65536 };
    for (int i = 0; i < 3; i++) {
        send_sizes(WS_SERVER, portions[i]);
        send_sizes(WS_CLIENT, portions[i]);
    }
}

static void octets_of_messages(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    ws_peer_open(&p, &config);
    const struct ws_message m = { .head = slice_text("\x80\1\2\3"), .body = slice_text("ab") };
    const struct ws_message empty = { .text = true };
    assert_int_equal(ws_conn_send(p.c, &m), E_OK);
    assert_int_equal(ws_conn_send(p.c, &empty), E_OK);
    assert_int_equal(ws_conn_ping(p.c, slice_text("x")), E_OK);
    ws_peer_write(&p);
    assert_int_equal(p.sent.n, 8 + 2 + 3);
    assert_memory_equal(p.sent.p, "\x82\6\x80\1\2\3ab\x81\0\x89\1x", 13);
    ws_peer_free(&p);
}

/* 5.3: each frame has a mask of its own. */
static void masks_are_fresh(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_CLIENT);
    ws_peer_open(&p, &config);
    const struct ws_message m = { .body = slice_text("a") };
    for (int i = 0; i < 3; i++)
        assert_int_equal(ws_conn_send(p.c, &m), E_OK);
    ws_peer_write(&p);
    assert_int_equal(p.sent.n, 3 * 7);
    assert_memory_not_equal(p.sent.p + 2, p.sent.p + 9, 4);
    assert_memory_not_equal(p.sent.p + 9, p.sent.p + 16, 4);
    ws_peer_free(&p);
}

static void text_out(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_CLIENT);
    ws_peer_open(&p, &config);
    struct ws_message m = {
        .head = slice_text("\xe2\x82"),
        .body = slice_text("\xac"),
        .text = true,
    };
    assert_int_equal(ws_conn_send(p.c, &m), E_OK);
    m.body = slice_text("a");
    assert_int_equal(ws_conn_send(p.c, &m), E_INVAL);
    m.body = slice_text("");
    assert_int_equal(ws_conn_send(p.c, &m), E_INVAL);
    assert_string_equal(ws_peer_frames(&p), "t[\xe2\x82\xac]");
    ws_peer_free(&p);
}

static void text_refused(void **state)
{
    (void)state;
    struct ws_peer p = { 0 };
    struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
    struct buf in = { 0 };
    config.accept_text = false;
    ws_peer_open(&p, &config);
    ws_peer_put(&p, &in, (struct ws_frame){ .opcode = WS_TEXT });
    ws_peer_feed(&p, slice_of(in.p, 2), true);
    assert_string_equal(buf_text(&p.events), "E1003");
    assert_string_equal(ws_peer_frames(&p), "X1003");
    buf_free(&in);
    ws_peer_free(&p);
}

/* Text is refused at the octet that spoils it, however much is still announced. */
static void bad_text_fails_fast(void **state)
{
    (void)state;
    static const size_t announced[] = { 200, 100000 };
    for (int i = 0; i < 2; i++) {
        struct ws_peer p = { 0 };
        struct ws_conn_config config = ws_test_config(&p, WS_SERVER);
        struct buf in = { 0 };
        ws_peer_open(&p, &config);
        const struct ws_frame f = {
            .payload = slice_text("fine \xe2\x82\xac\xed\xa0"),
            .opcode = WS_TEXT,
            .length_declared = true,
            .declared = announced[i],
        };
        ws_peer_put(&p, &in, f);
        ws_peer_feed(&p, slice_of(in.p, in.n - 1), true);
        assert_string_equal(buf_text(&p.events), "");
        ws_peer_feed(&p, slice_of(in.p + in.n - 1, 1), true);
        assert_string_equal(buf_text(&p.events), "E1007");
        buf_free(&in);
        ws_peer_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_read_ahead),
        cmocka_unit_test(many_tiny_fragments),
        cmocka_unit_test(claims),
        cmocka_unit_test(holds_no_more_than_it_may),
        cmocka_unit_test(sent_messages_arrive),
        cmocka_unit_test(octets_of_messages),
        cmocka_unit_test(masks_are_fresh),
        cmocka_unit_test(text_out),
        cmocka_unit_test(text_refused),
        cmocka_unit_test(bad_text_fails_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
