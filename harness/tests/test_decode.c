/* test_decode.c -- hex in the forms people have it, and what is no hex at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/notation.h"
#include "trace/hexdump.h"

/* The events as text: "> octets", "< octets". */
static void reads(const char *text, const char *wanted)
{
    struct trace *t = trace_new();
    struct buf why = { 0 }, got = { 0 };
    if (!hexdump_read(text, t, &why))
        fail_msg("%s", buf_text(&why));
    for (size_t i = 0; i < trace_count(t); i++) {
        const struct trace_event *e = trace_get(t, i);
        buf_printf(&got, e->kind == TRACE_OUT ? "> " : "< ");
        notation_show(e->octets, SIZE_MAX, &got);
        buf_u8(&got, '\n');
    }
    assert_string_equal(buf_text(&got), wanted);
    buf_free(&got);
    buf_free(&why);
    trace_free(t);
}

static void forms(void **state)
{
    (void)state;
    const char *greeting = "< 00 'SP' 00 00 30 00 00\n";
    reads("0053500000300000", greeting);
    reads("00 53 50 00\r\n00 30 00 00\r\n", greeting);
    reads("00 'SP' 00 u16:48 0000 # a greeting", greeting);
    reads("'#' 23 # '", "< '##'\n");
    reads("00000000: 0053 5000 0030 0000                      .SP..0..\n", greeting);
    reads("00000000  00 53 50 00 00 30 00 00                           |.SP..0..|\n00000008\n",
          greeting);
    reads("00000000  7c 7c                                             ||||\n00000002\n",
          "< '||'\n");
    reads("> 01\n< 02\n03\n\n> 04\n  > 05", "> 01\n< 02 03\n> 04\n> 05\n");
    reads("# nothing\n", "");
    reads("", "");
}

static void refuses(const char *text, const char *wanted)
{
    struct trace *t = trace_new();
    struct buf why = { 0 };
    assert_false(hexdump_read(text, t, &why));
    if (strncmp(buf_text(&why), wanted, strlen(wanted)) != 0)
        fail_msg("wanted \"%s\", got \"%s\"", wanted, buf_text(&why));
    assert_int_equal(trace_count(t), 0);
    buf_free(&why);
    trace_free(t);
}

static void no_hex(void **state)
{
    (void)state;
    refuses("00\n0g", "line 2: character 1: half an octet");
    refuses("hello", "line 1: character 1: no such item");
    refuses("\n\n..", "line 3: character 1: this leaves octets open");
    refuses("00000000: 005", "line 1: this looks like a hex dump, but is not");
    refuses("\x80\xff", "line 1: character 1: no such item, in \"??\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(no_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
