/* ws/sp_mapping.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "ws/sp_mapping.h"

static void names(void **state)
{
    (void)state;
    static const struct {
        uint16_t self;
        const char *accepts, *offers;
    } rows[] = {
        { 0x10, "pair.sp.nanomsg.org", "pair.sp.nanomsg.org" },
        { 0x11, "pair1.sp.nanomsg.org", "pair1.sp.nanomsg.org" },
        { 0x20, "pub.sp.nanomsg.org", "sub.sp.nanomsg.org" },
        { 0x21, "sub.sp.nanomsg.org", "pub.sp.nanomsg.org" },
        { 0x30, "req.sp.nanomsg.org", "rep.sp.nanomsg.org" },
        { 0x31, "rep.sp.nanomsg.org", "req.sp.nanomsg.org" },
        { 0x50, "push.sp.nanomsg.org", "pull.sp.nanomsg.org" },
        { 0x51, "pull.sp.nanomsg.org", "push.sp.nanomsg.org" },
        { 0x62, "surveyor.sp.nanomsg.org", "respondent.sp.nanomsg.org" },
        { 0x63, "respondent.sp.nanomsg.org", "surveyor.sp.nanomsg.org" },
        { 0x70, "bus.sp.nanomsg.org", "bus.sp.nanomsg.org" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(ws_sp_accepts(rows[i].self), rows[i].accepts);
        assert_string_equal(ws_sp_offers(rows[i].self), rows[i].offers);
        assert_int_equal(ws_sp_type(rows[i].accepts), rows[i].self);
    }
    assert_null(ws_sp_accepts(0));
    assert_null(ws_sp_offers(0x60));
    assert_int_equal(ws_sp_type("REP.sp.nanomsg.org"), 0x31);
    assert_int_equal(ws_sp_type("chat"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
