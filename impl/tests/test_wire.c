/* sp/wire.h and sp/protocol.h, flush against a guard page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "guard.h"
#include "sp/protocol.h"
#include "sp/wire.h"

static void greetings(void **state)
{
    (void)state;
    static const struct {
        uint8_t octets[8];
        uint16_t type;
        const char *fault;
    } rows[] = {
        { { 0, 'S', 'P', 0, 0, 0x31, 0, 0 }, 0x31, NULL },
        { { 0, 'S', 'P', 0, 0xf0, 0x01, 0, 0 }, 0xf001, NULL },
        { { 1, 'S', 'P', 0, 0, 0x31, 0, 0 }, 0x31, "greeting does not start 00 'SP'" },
        { { 0, 's', 'P', 0, 0, 0x31, 0, 0 }, 0x31, "greeting does not start 00 'SP'" },
        { { 0, 'S', 'p', 0, 0, 0x31, 0, 0 }, 0x31, "greeting does not start 00 'SP'" },
        { { 0, 'S', 'P', 1, 0, 0x31, 0, 0 }, 0x31, "version of the greeting is not 0" },
        { { 0, 'S', 'P', 0, 0, 0x31, 0, 1 }, 0x31, "reserved octets not zero" },
        { { 0, 'S', 'P', 0, 0, 0x31, 1, 0 }, 0x31, "reserved octets not zero" },
    };
    struct guard g = guard_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sp_greeting greeting;
        for (size_t n = 0; n < 8; n++)
            assert_int_equal(sp_greeting_parse(guard_put(&g, rows[i].octets, n), &greeting), 0);
        assert_int_equal(sp_greeting_parse(guard_put(&g, rows[i].octets, 8), &greeting), 8);
        assert_int_equal(greeting.type, rows[i].type);
        const char *fault = sp_greeting_fault(&greeting);
        if (rows[i].fault == NULL)
            assert_null(fault);
        else
            assert_string_equal(fault, rows[i].fault);
        struct buf out = { 0 };
        sp_greeting_write(&out, &greeting); /* wrong ones too */
        assert_int_equal(out.n, 8);
        assert_memory_equal(out.p, rows[i].octets, 8);
        buf_free(&out);
    }
    guard_free(&g);
    const struct sp_greeting own = sp_greeting_of(0x62);
    assert_null(sp_greeting_fault(&own));
    assert_int_equal(own.type, 0x62);
}

static void frame_heads(void **state)
{
    (void)state;
    static const uint8_t octets[9] = { 7, 0x80, 1, 2, 3, 4, 5, 6, 0xff };
    const uint64_t size = UINT64_C(0x80010203040506ff);
    struct guard g = guard_new();
    for (enum sp_framing f = SP_FRAMING_TCP; f <= SP_FRAMING_IPC; f++) {
        size_t full = f == SP_FRAMING_IPC ? 9 : 8;
        const uint8_t *from = octets + 9 - full;
        struct sp_frame_head head;
        assert_int_equal(sp_frame_head_size(f), full);
        for (size_t n = 0; n < full; n++)
            assert_int_equal(sp_frame_head_parse(f, guard_put(&g, from, n), &head), 0);
        assert_int_equal(sp_frame_head_parse(f, guard_put(&g, from, full), &head), full);
        assert_true(head.size == size);
        assert_int_equal(head.type, f == SP_FRAMING_IPC ? 7 : 1);
        struct buf out = { 0 };
        sp_frame_head_write(f, &out, &head);
        assert_int_equal(out.n, full);
        assert_memory_equal(out.p, from, full);
        buf_free(&out);
    }
    guard_free(&g);
}

static void protocols(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t self, peer;
    } rows[] = {
        { "pair", 0x10, 0x10 },     { "pair0", 0x10, 0x10 },      { "pair1", 0x11, 0x11 },
        { "pub", 0x20, 0x21 },      { "sub", 0x21, 0x20 },        { "req", 0x30, 0x31 },
        { "rep", 0x31, 0x30 },      { "push", 0x50, 0x51 },       { "pull", 0x51, 0x50 },
        { "surveyor", 0x62, 0x63 }, { "respondent", 0x63, 0x62 }, { "bus", 0x70, 0x70 },
    };
    assert_int_equal(sp_protocol_count, 11);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sp_protocol *p = sp_protocol_named(rows[i].name);
        assert_non_null(p);
        assert_int_equal(p->self, rows[i].self);
        assert_int_equal(p->peer, rows[i].peer);
        assert_ptr_equal(sp_protocol_numbered(p->self), p);
    }
    assert_null(sp_protocol_named("star"));
    assert_null(sp_protocol_named(""));
    assert_null(sp_protocol_numbered(0x60));
}

static void whole_frames(void **state)
{
    (void)state;
    static const uint8_t octets[] = { 1, 0, 0, 0, 0, 0, 0, 0, 2, 'h', 'i', '.' };
    static const uint8_t claim[] = { 1, 255, 255, 255, 255, 255, 255, 255, 255, '.', '.' };
    struct sp_frame_head head;
    for (enum sp_framing f = SP_FRAMING_TCP; f <= SP_FRAMING_IPC; f++) {
        size_t skip = f == SP_FRAMING_TCP, full = 11 - skip;
        for (size_t n = 0; n < full; n++)
            assert_int_equal(sp_frame_parse(f, slice_of(octets + skip, n), &head), 0);
        assert_int_equal(sp_frame_parse(f, slice_of(octets + skip, full), &head), full);
        assert_int_equal(sp_frame_parse(f, slice_of(octets + skip, full + 1), &head), full);
        assert_int_equal(head.size, 2);
        assert_int_equal(sp_frame_parse(f, slice_of(claim + skip, sizeof claim - skip), &head), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greetings),
        cmocka_unit_test(frame_heads),
        cmocka_unit_test(whole_frames),
        cmocka_unit_test(protocols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
