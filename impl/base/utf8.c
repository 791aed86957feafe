#include "base/utf8.h"
#include <string.h>

/* RFC 3629 4: what may follow the first octet of a character.  C0, C1 and the low ends after E0
 * and F0 would be overlong, ED A0 and above are surrogates, F4 90 and above lie over 10FFFF. */
static bool begin(struct utf8 *u, uint8_t c)
{
    *u = (struct utf8){ .low = 0x80, .high = 0xbf };
    if (c < 0x80)
        return true;
    if (c < 0xc2 || c > 0xf4)
        return false;
    u->left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (c == 0xe0)
        u->low = 0xa0;
    if (c == 0xed)
        u->high = 0x9f;
    if (c == 0xf0)
        u->low = 0x90;
    if (c == 0xf4)
        u->high = 0x8f;
    return true;
}

/* Octets at the front that are ASCII, eight at a time. */
static size_t ascii(const uint8_t *p, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, 8);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    return i;
}

bool utf8_feed(struct utf8 *u, struct slice in)
{
    for (size_t i = 0; i < in.n;) {
        if (u->left == 0) {
            i += ascii(in.p + i, in.n - i);
            if (i == in.n)
                break;
            if (!begin(u, in.p[i++]))
                return false;
            continue;
        }
        uint8_t c = in.p[i++];
        if (c < u->low || c > u->high)
            return false;
        *u = (struct utf8){ (uint8_t)(u->left - 1), 0x80, 0xbf };
    }
    return true;
}

bool utf8_valid(struct slice in)
{
    struct utf8 u = { 0 };
    return utf8_feed(&u, in) && utf8_whole(&u);
}
