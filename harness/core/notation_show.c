/* notation_show.c -- octets written in the notation. */
#include "core/notation.h"

enum { TEXT_MIN = 2, REPEAT_MIN = 8 };

static bool quotable(uint8_t o)
{
    return o >= ' ' && o <= '~' && o != '\'';
}

static size_t run_of_same(struct slice s, size_t from)
{
    size_t n = 1;
    while (from + n < s.n && s.p[from + n] == s.p[from])
        n++;
    return n;
}

/* Printable octets from `from` on, up to a run long enough to be a repeat. */
static size_t run_of_text(struct slice s, size_t from)
{
    size_t n = 0;
    while (from + n < s.n && quotable(s.p[from + n]) && run_of_same(s, from + n) < REPEAT_MIN)
        n++;
    return n;
}

void notation_show(struct slice s, size_t max, struct buf *out)
{
    struct slice shown = slice_of(s.p, s.n < max ? s.n : max);
    const char *space = "";
    for (size_t i = 0; i < shown.n;) {
        size_t same = run_of_same(shown, i);
        size_t text = run_of_text(shown, i);
        if (same >= REPEAT_MIN) {
            buf_printf(out, "%s%02x*%zu", space, shown.p[i], same);
            i += same;
        } else if (text >= TEXT_MIN) {
            buf_printf(out, "%s'", space);
            buf_put(out, shown.p + i, text);
            buf_u8(out, '\'');
            i += text;
        } else {
            buf_printf(out, "%s%02x", space, shown.p[i]);
            i++;
        }
        space = " ";
    }
    if (s.n == 0)
        buf_printf(out, "''");
    if (s.n > shown.n)
        buf_printf(out, "%s... (%zu octets)", space, s.n);
}
