/* ws/frame.h against literal octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "guard.h"
#include "ws/frame.h"

#define OCTETS(literal)                                                                            \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof literal - 1                                             \
    }

struct row {
    struct ws_frame frame;
    struct slice octets;
};

static const struct row rows[] = {
    { { .opcode = 0 }, OCTETS("\x82\0") },
    { { .payload = OCTETS("Hello"), .opcode = WS_TEXT }, OCTETS("\x81\5Hello") },
    { { .payload = OCTETS("Hello"),
        .opcode = WS_TEXT,
        .masked = true,
        .key = { 0x37, 0xfa, 0x21, 0x3d } },
      OCTETS("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") }, /* RFC 6455 5.7 */
    { { .payload = OCTETS("Hel"), .opcode = WS_TEXT, .more = true }, OCTETS("\x01\3Hel") },
    { { .payload = OCTETS("lo"), .continuation = true }, OCTETS("\x80\2lo") },
    { { .payload = OCTETS("lo"), .continuation = true, .more = true }, OCTETS("\x00\2lo") },
    { { .payload = OCTETS("Hello"), .opcode = WS_PING }, OCTETS("\x89\5Hello") },
    { { .opcode = WS_PONG }, OCTETS("\x8a\0") },
    { { .opcode = WS_CLOSE, .payload = OCTETS("\x03\xe8") }, OCTETS("\x88\2\x03\xe8") },
    { { .rsv = WS_RSV1 }, OCTETS("\xc2\0") },
    { { .rsv = WS_RSV2 | WS_RSV3 }, OCTETS("\xb2\0") },
    { { .reserved_opcode = 3 }, OCTETS("\x83\0") },
    { { .reserved_opcode = 0xf }, OCTETS("\x8f\0") },
    { { .payload = OCTETS("a"), .length_form = WS_LENGTH_16 }, OCTETS("\x82\x7e\0\1a") },
    { { .payload = OCTETS("a"), .length_form = WS_LENGTH_64 },
      OCTETS("\x82\x7f\0\0\0\0\0\0\0\1a") },
    { { .payload = OCTETS("a"), .length_declared = true, .declared = UINT64_MAX },
      OCTETS("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"
             "a") },
    { { .payload = OCTETS("abc"), .length_declared = true, .declared = 2 }, OCTETS("\x82\2abc") },
    { { .length_declared = true, .declared = 0x17d, .length_form = WS_LENGTH_7 },
      OCTETS("\x82\x7d") },
    { { .payload = OCTETS("abc"), .masked = true, .key = { 1, 1, 1, 1 }, .payload_unmasked = true },
      OCTETS("\x82\x83\1\1\1\1abc") },
};

static void writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = { 0 };
        ws_frame_write(&out, &rows[i].frame);
        assert_false(out.failed);
        if (!slice_equal(buf_slice(&out), rows[i].octets))
            fail_msg("row %zu", i);
        buf_free(&out);
    }
}

/* Every head: what was written is read, and no octet less would do. */
static void reads(void **state)
{
    (void)state;
    struct guard g = guard_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ws_frame *f = &rows[i].frame;
        uint8_t octets[WS_HEAD_MAX];
        size_t size = ws_head_put(octets, f);
        struct ws_head h;
        for (size_t n = 0; n < size; n++)
            assert_int_equal(ws_head_parse(guard_put(&g, octets, n), &h), 0);
        assert_int_equal(ws_head_parse(guard_put(&g, octets, size), &h), size);
        assert_int_equal(h.fin, !f->more);
        assert_int_equal(h.rsv, f->rsv);
        assert_int_equal(h.opcode, octets[0] & 0xf);
        assert_int_equal(h.masked, f->masked);
        assert_memory_equal(h.key, f->key, 4);
        if (f->length_form != WS_LENGTH_7)
            assert_int_equal(h.length, f->length_declared ? f->declared : f->payload.n);
        assert_int_equal(h.minimal,
                         f->length_form == WS_LENGTH_MINIMAL || f->length_form == WS_LENGTH_7);
    }
    guard_free(&g);
}

static void length_forms(void **state)
{
    (void)state;
    static const struct {
        uint64_t length;
        uint8_t form;
    } lengths[] = { { 0, 1 },         { 1, 1 },     { 125, 1 },   { 126, 3 },
                    { 127, 3 },       { 65535, 3 }, { 65536, 9 }, { UINT64_C(1) << 63, 9 },
                    { UINT64_MAX, 9 } };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const struct ws_frame f = { .length_declared = true, .declared = lengths[i].length };
        uint8_t octets[WS_HEAD_MAX];
        struct ws_head h;
        size_t n = ws_head_put(octets, &f);
        assert_int_equal(n, 1 + lengths[i].form);
        assert_int_equal(ws_head_parse(slice_of(octets, n), &h), n);
        assert_int_equal(h.length_form, lengths[i].form);
        assert_int_equal(h.length, lengths[i].length);
        assert_true(h.minimal);
    }
}

/* Two octets are enough to judge by. */
static void first_two_octets(void **state)
{
    (void)state;
    struct ws_head h;
    assert_int_equal(ws_head_parse(slice_text("\x59\xfe"), &h), 0);
    assert_false(h.fin);
    assert_int_equal(h.rsv, WS_RSV1 | WS_RSV3);
    assert_int_equal(h.opcode, WS_PING);
    assert_true(h.masked);
    assert_int_equal(h.length_form, 3);
    assert_int_equal(ws_head_parse(slice_text("\x82\x85"), &h), 0);
    assert_int_equal(h.length_form, 1);
    assert_int_equal(h.length, 5);
}

static void whole_or_not(void **state)
{
    (void)state;
    static const char octets[] = "\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x89";
    struct ws_head h;
    for (size_t n = 0; n < 11; n++)
        assert_int_equal(ws_frame_parse(slice_of(octets, n), &h), 0);
    assert_int_equal(ws_frame_parse(slice_of(octets, 11), &h), 11);
    assert_int_equal(ws_frame_parse(slice_of(octets, 12), &h), 11);
    assert_int_equal(h.length, 5);
    static const char claim[] = "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff..";
    assert_int_equal(ws_frame_parse(slice_of(claim, sizeof claim), &h), 0);
}

static void a_full_buffer(void **state)
{
    (void)state;
    struct buf out;
    const struct ws_frame f = { .payload = slice_text("0123456789") };
    buf_init(&out, 20);
    ws_frame_write(&out, &f);
    assert_true(out.failed);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes),       cmocka_unit_test(reads),
        cmocka_unit_test(length_forms), cmocka_unit_test(first_two_octets),
        cmocka_unit_test(whole_or_not), cmocka_unit_test(a_full_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
