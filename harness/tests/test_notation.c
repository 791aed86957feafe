/* test_notation.c -- the byte notation: values, matches, errors with their place, explanations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/notation.h"

static struct captures *known;

static int set_up(void **state)
{
    (void)state;
    known = captures_new();
    captures_set(known, "id", slice_of("\x80\0\x1f\3", 4));
    return known ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    captures_free(known);
    return 0;
}

#define OCTETS(text) slice_of(text, sizeof(text) - 1)

static void emits(const char *pattern, struct slice wanted)
{
    struct buf out = { 0 }, why = { 0 };
    bool ok = notation_emit(pattern, known, &out, &why);
    if (!ok)
        fail_msg("%s: %s", pattern, buf_text(&why));
    assert_int_equal(out.n, wanted.n);
    assert_true(slice_equal(buf_slice(&out), wanted));
    buf_free(&out);
    buf_free(&why);
}

static void values(void **state)
{
    (void)state;
    emits("", OCTETS(""));
    emits("''", OCTETS(""));
    emits("00 'SP' 00 u16:0x30 0000", OCTETS("\0SP\0\0\x30\0\0"));
    emits("00 1f0030", OCTETS("\0\x1f\0\x30"));
    emits("u16:48 u32:0xfFFFffff u64:5", OCTETS("\0\x30\xff\xff\xff\xff\0\0\0\0\0\0\0\5"));
    emits("u64:18446744073709551615", OCTETS("\xff\xff\xff\xff\xff\xff\xff\xff"));
    emits("00*3", OCTETS("\0\0\0"));
    emits("0030*2", OCTETS("\0\x30\x30"));
    emits("'AB'*3 00", OCTETS("ABABAB\0"));
    emits("'AB' *2", OCTETS("ABAB"));
    emits("00*0 01", OCTETS("\1"));
    emits("%10000001", OCTETS("\x81"));
    emits("$id 'ping'", OCTETS("\x80\0\x1f\3ping"));
    emits("$id*2", OCTETS("\x80\0\x1f\3\x80\0\x1f\3"));
    emits("\t00\n01 ", OCTETS("\0\1"));
}

static void long_repeat(void **state)
{
    (void)state;
    struct buf out = { 0 };
    assert_true(notation_emit("'x'*1048576", known, &out, NULL));
    assert_int_equal(out.n, 1048576);
    assert_int_equal(out.p[1048575], 'x');
    buf_free(&out);
}

static void wrong(const char *pattern, const char *why_wanted)
{
    struct buf out = { 0 }, why = { 0 };
    struct notation_match m;
    assert_false(notation_emit(pattern, known, &out, &why));
    assert_int_equal(out.n, 0);
    const char *text = buf_text(&why);
    if (strncmp(text, why_wanted, strlen(why_wanted)) != 0)
        fail_msg("%s: wanted \"%s\", got \"%s\"", pattern, why_wanted, text);
    buf_clear(&why);
    if (!strstr(why_wanted, "cannot be sent")) {
        assert_false(notation_match(pattern, known, OCTETS("abc"), &m, &why));
        assert_non_null(strstr(buf_text(&why), why_wanted));
        assert_false(notation_prefix(pattern, known, OCTETS("abc")));
        size_t length;
        assert_false(notation_length(pattern, known, &length));
    }
    assert_false(notation_emit(pattern, known, &out, NULL));
    buf_free(&why);
    buf_free(&out);
}

static void malformed(void **state)
{
    (void)state;
    wrong("0", "character 1: half an octet");
    wrong("00 1", "character 4: half an octet");
    wrong("00 1 2", "character 4: half an octet");
    wrong("00 .", "character 4: half an octet");
    wrong("'abc", "character 1: text without its closing quote");
    wrong("'a\tb'", "character 3: text is printable ASCII");
    wrong("'\xc3\xa4'", "character 2: text is printable ASCII");
    wrong("00 x", "character 4: no such item");
    wrong("u8:1", "character 1: integers are u16: u32: u64:");
    wrong("u16:65536", "character 5: the number is out of range");
    wrong("u16:0x10000", "character 5: the number is out of range");
    wrong("u32:4294967296", "character 5: the number is out of range");
    wrong("u64:18446744073709551616", "character 5: the number is out of range");
    wrong("u64:99999999999999999999999", "character 5: the number is out of range");
    wrong("u16:", "character 5: a number was expected");
    wrong("u16:0x", "character 7: a number was expected");
    wrong("u16:12ab", "character 7: the number ends in something else");
    wrong("u16:-1", "character 5: a number was expected");
    wrong("*3", "character 1: there is no item before * to repeat");
    wrong("<a: 00>*3", "character 8: there is no item before * to repeat");
    wrong("00*2*2", "character 5: there is no item before * to repeat");
    wrong("00*3a", "character 5: the number ends in something else");
    wrong("00*8388609", "character 4: the number is out of range");
    wrong("'ab'*8388608", "character 5: more than 8 MiB");
    wrong("00*8388608 00*8388608", "character 12: more than 8 MiB");
    wrong("* 00", "character 3: * is the rest: nothing can follow");
    wrong("* *", "character 3: * is the rest: nothing can follow");
    wrong("<a: *> 00", "character 8: * is the rest: nothing can follow");
    wrong("<a 00>", "character 3: a capture is written <name: ...>");
    wrong("<: 00>", "character 2: a name was expected");
    wrong("<a: 00", "character 1: a capture that is not closed");
    wrong("<a: <b: 00>>", "character 5: a capture within a capture");
    wrong("00>", "character 3: > without a capture to close");
    wrong("$", "character 2: a name was expected");
    wrong("00 $nobody", "character 4: nothing was captured under this name");
    wrong("<a: $a>", "character 5: a capture that names itself");
    wrong("%1010101", "character 9: % takes eight of 0, 1 and .");
    wrong("%1010102.", "character 8: % takes eight of 0, 1 and .");
    wrong("00 \x01", "character 4: no such item");
    wrong("$abcdefghijklmnopqrstuvwxyzabcdefgh", "character 2: a name of over 31 characters");
}

static void no_values(void **state)
{
    (void)state;
    wrong("00 ..", "character 4: this leaves octets open: it cannot be sent");
    wrong("00 %1.......", "character 4: this leaves octets open: it cannot be sent");
    wrong("00 *", "character 4: this leaves octets open: it cannot be sent");
    wrong("00 <a: 01>", "character 4: this leaves octets open: it cannot be sent");
}

static void peer_octets_stay_out_of_errors(void **state)
{
    (void)state;
    struct buf why = { 0 }, out = { 0 };
    assert_false(notation_emit("00 \x1b[2J", known, &out, &why));
    assert_null(strchr(buf_text(&why), '\x1b'));
    buf_free(&why);
    buf_free(&out);
}

struct expected {
    const char *pattern;
    struct slice got;
    bool matched;
    size_t offset;
};

static void matches(void **state)
{
    (void)state;
    const struct expected rows[] = {
        { "", OCTETS(""), true, 0 },
        { "", OCTETS("x"), false, 0 },
        { "00 'SP'", OCTETS("\0SP"), true, 3 },
        { "00 'SP'", OCTETS("\0sP"), false, 1 },
        { "00 'SP'", OCTETS("\0S"), false, 2 },
        { "00 'SP'", OCTETS("\0SPx"), false, 3 },
        { "%1....... .. .. ..", OCTETS("\x80\1\2\3"), true, 4 },
        { "%1....... .. .. ..", OCTETS("\x7f\1\2\3"), false, 0 },
        { "..*4", OCTETS("abcd"), true, 4 },
        { "..*4", OCTETS("abc"), false, 3 },
        { "00 *", OCTETS("\0"), true, 1 },
        { "00 *", OCTETS("\0abc"), true, 4 },
        { "00*", OCTETS("\0abc"), true, 4 },
        { "00 *", OCTETS(""), false, 0 },
        { "00 01 *", OCTETS("\0"), false, 1 },
        { "$id *", OCTETS("\x80\0\x1f\3ping"), true, 8 },
        { "$id *", OCTETS("\x80\0\x1f\4ping"), false, 3 },
        { "<x: .. ..> $x", OCTETS("abab"), true, 4 },
        { "<x: .. ..> $x", OCTETS("abac"), false, 3 },
        { "<x: .. ..> $x*2", OCTETS("ababab"), true, 6 },
        { "<x: .. ..> $x*2", OCTETS("ababba"), false, 4 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct notation_match m;
        assert_true(notation_match(rows[i].pattern, known, rows[i].got, &m, NULL));
        if (m.matched != rows[i].matched || m.offset != rows[i].offset)
            fail_msg("row %zu, %s: matched %d at %zu", i, rows[i].pattern, m.matched, m.offset);
    }
}

static void captures_are_stored_when_all_matched(void **state)
{
    (void)state;
    struct notation_match m;
    struct slice got;
    assert_true(
        notation_match("<new:%1....... .. .. ..>'x'", known, OCTETS("\x81\1\2\3y"), &m, NULL));
    assert_false(m.matched);
    assert_false(captures_get(known, "new", &got));

    assert_true(notation_match("00 <new: %1....... ..*3 > <rest: 'x' *>", known,
                               OCTETS("\0\x81\1\2\3xyz"), &m, NULL));
    assert_true(m.matched && m.open_ended);
    assert_int_equal(m.min_length, 6);
    assert_true(captures_get(known, "new", &got) && slice_equal(got, OCTETS("\x81\1\2\3")));
    assert_true(captures_get(known, "rest", &got) && slice_equal(got, OCTETS("xyz")));

    assert_true(notation_match("<id: $id 00>", known, OCTETS("\x80\0\x1f\3\0"), &m, NULL) == false);
    captures_set(known, "rest", got); /* its own octets */
    assert_true(captures_get(known, "rest", &got) && slice_equal(got, OCTETS("xyz")));
}

static void every_cut_of_a_match_is_a_prefix(void **state)
{
    (void)state;
    const char *pattern = "00 <x: .. %1.......> $x 'text' u16:7 *";
    struct slice got = OCTETS("\0a\x80"
                              "a\x80text\0\7rest");
    for (size_t cut = 0; cut <= got.n; cut++) {
        struct notation_match m;
        assert_true(notation_prefix(pattern, known, slice_of(got.p, cut)));
        assert_true(notation_match(pattern, known, slice_of(got.p, cut), &m, NULL));
        assert_int_equal(m.matched, cut >= 11);
        assert_int_equal(m.offset, cut);
    }
    assert_false(notation_prefix("00 01", known, OCTETS("\0\2")));
    assert_false(notation_prefix("00 01", known, OCTETS("\0\1\2")));
    assert_true(notation_prefix("00 01", known, OCTETS("\0\1")));
}

static void lengths(void **state)
{
    (void)state;
    size_t n;
    assert_true(notation_length("$id 'ping' u64:0 ..*3", known, &n) && n == 19);
    assert_true(notation_length("", known, &n) && n == 0);
    assert_true(notation_length("00 *", known, &n) && n == SIZE_MAX);
}

static void explains(const char *pattern, struct slice got, const char *wanted)
{
    struct buf out = { 0 };
    notation_explain(pattern, known, got, &out);
    assert_string_equal(buf_text(&out), wanted);
    buf_free(&out);
}

static void explanations(void **state)
{
    (void)state;
    explains("$id 'ping'", OCTETS("\x80\0\x1f\4ping"),
             "wanted   80 00 1f 03 'ping'  ($id = 80 00 1f 03)\n"
             "got      80 00 1f 04 'ping'\n"
             "                  ^^ octet 3, in $id: wanted 03, got 04\n");
    explains("'ping'", OCTETS("pi\033g"),
             "wanted   'pi' 6e 67\n"
             "got      'pi' 1b 67\n"
             "              ^^ octet 2: wanted 6e 'n', got 1b\n");
    explains("<id: %1....... ..> 00", OCTETS("\1\2\0"),
             "wanted   %1....... .. 00\n"
             "got      01        02 00\n"
             "         ^^ octet 0, in <id>: wanted %1......., got 01\n");
    explains("00 01 02", OCTETS("\0"),
             "wanted   00 01 02\n"
             "got      00 -- --\n"
             "            ^^ octet 1: missing, 1 of 3 octets came\n");
    explains("00", OCTETS("\0\1\2"),
             "wanted   00 -- --\n"
             "got      00 01 02\n"
             "            ^^ octet 1: 2 octets more than wanted\n");
    explains("", OCTETS("\1"),
             "wanted   --\n"
             "got      01\n"
             "         ^^ octet 0: 1 octet more than wanted\n");
    explains("00 *", OCTETS("\0\1\2"),
             "wanted   00 *\n"
             "got      00 01 02\n");
    explains("01 *", OCTETS(""),
             "wanted   01 *\n"
             "got      --\n"
             "         ^^ octet 0: missing, 0 of at least 1 octets came\n");
    explains("''", OCTETS(""),
             "wanted   ''\n"
             "got      ''\n");
    explains("0", OCTETS(""),
             "malformed pattern: character 1: half an octet: hex digits come in pairs, in \"0\"\n");
}

static void long_explanations_are_cut(void **state)
{
    (void)state;
    uint8_t octets[200] = { 0 };
    octets[100] = 1;
    struct buf out = { 0 };
    notation_explain("00*200", known, slice_of(octets, sizeof octets), &out);
    const char *text = buf_text(&out);
    assert_non_null(strstr(text, "wanted   (84 octets) 00 00"));
    assert_non_null(strstr(text, "(84 octets more)\n"));
    const char *got = strchr(text, '\n') + 1, *mark = strchr(got, '\n') + 1;
    assert_int_equal(strstr(got, " 01 ") + 1 - got, strstr(mark, "^^") - mark);
    buf_free(&out);
}

static void shows(struct slice octets, size_t max, const char *wanted)
{
    struct buf out = { 0 };
    notation_show(octets, max, &out);
    assert_string_equal(buf_text(&out), wanted);
    buf_free(&out);
}

static void shown_octets(void **state)
{
    (void)state;
    shows(OCTETS("\0SP\0\0\x30\0\0"), 64, "00 'SP' 00 00 30 00 00");
    shows(OCTETS(""), 64, "''");
    shows(OCTETS("it's"), 64, "'it' 27 73");
    shows(OCTETS("\0\0\0\0\0\0\0\0\1"), 64, "00*8 01");
    shows(OCTETS("abxxxxxxxxxx"), 64, "'ab' 78*10");
    shows(OCTETS("\x1b[2J"), 64, "1b '[2J'");
    shows(OCTETS("abcdef"), 3, "'abc' ... (6 octets)");
}

/* What is shown can be read back, and no pattern, however broken, does harm. */
static void any_octets_come_back(void **state)
{
    (void)state;
    static const char alphabet[] = "0aF '.%1*<>:$idu6423x \t\x80";
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        uint8_t octets[24];
        char pattern[25];
        size_t n = (size_t)round % sizeof octets;
        for (size_t i = 0; i < sizeof octets; i++) {
            seed = seed * 1664525 + 1013904223;
            octets[i] = (uint8_t)(seed >> 24 & (round & 1 ? 0xff : 0x41));
            pattern[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        pattern[n] = '\0';
        struct slice s = slice_of(octets, n);
        struct buf text = { 0 }, back = { 0 }, why = { 0 };
        notation_show(s, SIZE_MAX, &text);
        assert_true(notation_emit(buf_text(&text), NULL, &back, NULL));
        assert_true(slice_equal(buf_slice(&back), s));

        struct notation_match m;
        if (!notation_match(pattern, known, s, &m, &why))
            assert_int_equal(strncmp(buf_text(&why), "character ", 10), 0);
        buf_clear(&why);
        notation_explain(pattern, known, s, &why);
        for (size_t i = 0; i < why.n; i++)
            assert_true(why.p[i] == '\n' || (why.p[i] >= ' ' && why.p[i] <= '~'));
        buf_free(&text);
        buf_free(&back);
        buf_free(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(long_repeat),
        cmocka_unit_test(malformed),
        cmocka_unit_test(no_values),
        cmocka_unit_test(peer_octets_stay_out_of_errors),
        cmocka_unit_test(matches),
        cmocka_unit_test(captures_are_stored_when_all_matched),
        cmocka_unit_test(every_cut_of_a_match_is_a_prefix),
        cmocka_unit_test(lengths),
        cmocka_unit_test(explanations),
        cmocka_unit_test(long_explanations_are_cut),
        cmocka_unit_test(shown_octets),
        cmocka_unit_test(any_octets_come_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
