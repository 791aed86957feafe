/* base/utf8.h: each code point, each boundary, cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/utf8.h"
#include "guard.h"

/* How far a text is valid: the octet that spoils it is at `wrong`; n: none does, yet it ends inside
 * a character; n + 1: valid. */
struct row {
    const char *text;
    size_t n, wrong;
};
#define GOOD(t)                                                                                    \
    {                                                                                              \
        t, sizeof t - 1, sizeof t                                                                  \
    }
#define CUT(t)                                                                                     \
    {                                                                                              \
        t, sizeof t - 1, sizeof t - 1                                                              \
    }
#define BAD(t, at)                                                                                 \
    {                                                                                              \
        t, sizeof t - 1, at                                                                        \
    }

static const struct row rows[] = {
    GOOD(""),
    GOOD("plain"),
    GOOD("\0"),
    GOOD("\x7f"),
    GOOD("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"), /* Greek */
    GOOD("eight by eight, then \xe2\x82\xac and eight more"),
    /* first and last of each length; around the surrogates; the last of all */
    GOOD("\xc2\x80"),
    GOOD("\xdf\xbf"),
    GOOD("\xe0\xa0\x80"),
    GOOD("\xef\xbf\xbf"),
    GOOD("\xed\x9f\xbf"),
    GOOD("\xee\x80\x80"),
    GOOD("\xef\xbf\xbd"),
    GOOD("\xf0\x90\x80\x80"),
    GOOD("\xf4\x8f\xbf\xbf"),
    GOOD("\xf3\xbf\xbf\xbf"),
    GOOD("\xef\xb7\x90\xef\xbf\xbe"), /* noncharacters are no fault */
    GOOD("\xef\xbb\xbf"
         "mark"), /* nor is a byte order mark */
    CUT("\xc2"),
    CUT("\xe0"),
    CUT("\xe0\xa0"),
    CUT("\xf0"),
    CUT("\xf0\x90"),
    CUT("\xf0\x90\x80"),
    CUT("a\xe2\x82"),
    CUT("\xf4\x8f\xbf"),
    BAD("\x80", 0),
    BAD("\xbf", 0),
    BAD("a\x80", 1),
    BAD("\xc2\x80\x80", 2),
    BAD("\xc2\x41", 1),
    BAD("\xe1\x80\x41", 2),
    BAD("\xf1\x80\x80\x41", 3),
    BAD("\xc2\xc2", 1),
    BAD("\xe1\xe1", 1),
    BAD("\xe1\x80\xc0", 2),
    /* overlong */
    BAD("\xc0\x80", 0),
    BAD("\xc0\xaf", 0),
    BAD("\xc1\xbf", 0),
    BAD("\xe0\x80\x80", 1),
    BAD("\xe0\x9f\xbf", 1),
    BAD("\xf0\x80\x80\x80", 1),
    BAD("\xf0\x8f\xbf\xbf", 1),
    /* surrogates, alone and in pairs */
    BAD("\xed\xa0\x80", 1),
    BAD("\xed\xbf\xbf", 1),
    BAD("x\xed\xaf\xbf\xed\xb0\x80", 2),
    /* over 10FFFF, and the long forms of old */
    BAD("\xf4\x90\x80\x80", 1),
    BAD("\xf5\x80\x80\x80", 0),
    BAD("\xf7\xbf\xbf\xbf", 0),
    BAD("\xf8\x88\x80\x80\x80", 0),
    BAD("\xfc\x84\x80\x80\x80\x80", 0),
    BAD("\xfe", 0),
    BAD("\xff", 0),
    BAD("12345678\xff", 8),
    BAD("123456789\xc3(", 10),
};

static size_t run(const struct guard *g, const struct row *r, size_t cut)
{
    struct utf8 u = { 0 };
    if (!utf8_feed(&u, guard_put(g, r->text, cut)))
        return 0;
    if (!utf8_feed(&u, guard_put(g, r->text + cut, r->n - cut)))
        return 1;
    return utf8_whole(&u) ? 3 : 2;
}

static void table(void **state)
{
    (void)state;
    struct guard g = guard_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t cut = 0; cut <= rows[i].n; cut++) {
            const struct row *r = &rows[i];
            size_t expected = r->wrong > r->n ? 3 : r->wrong == r->n ? 2 : r->wrong >= cut ? 1 : 0;
            if (run(&g, r, cut) != expected)
                fail_msg("row %zu cut at %zu", i, cut);
            assert_int_equal(utf8_valid(slice_of(r->text, r->n)), r->wrong > r->n);
        }
    guard_free(&g);
}

static size_t encode(uint32_t c, uint8_t *to)
{
    if (c < 0x80)
        return to[0] = (uint8_t)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (uint8_t)(0x80 | (c & 0x3f));
    to[0] = (uint8_t)(0xf00u >> n | c);
    return n;
}

static void every_number(void **state)
{
    (void)state;
    uint8_t octets[4];
    for (uint32_t c = 0; c < 0x1fffff; c++) {
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        size_t n = encode(c, octets);
        if (utf8_valid(slice_of(octets, n)) != (c <= 0x10ffff && !surrogate))
            fail_msg("U+%04X", c);
    }
}

/* Every two octets, and every three that begin a character of three. */
static void short_sequences(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            const uint8_t two[] = { (uint8_t)a, (uint8_t)b };
            bool good = (a < 0x80 && b < 0x80) || (a >= 0xc2 && a < 0xe0 && (b & 0xc0) == 0x80);
            assert_int_equal(utf8_valid(slice_of(two, 2)), good);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(every_number),
        cmocka_unit_test(short_sequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
