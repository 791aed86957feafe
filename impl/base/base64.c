#include "base/base64.h"

static const char alphabet[64] = { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   "+/" };

void base64_encode(char *to, struct slice in)
{
    while (in.n > 0) {
        uint32_t v = (uint32_t)in.p[0] << 16;
        v |= in.n > 1 ? (uint32_t)in.p[1] << 8 : 0;
        v |= in.n > 2 ? in.p[2] : 0;
        *to++ = alphabet[v >> 18];
        *to++ = alphabet[v >> 12 & 63];
        *to++ = in.n > 1 ? alphabet[v >> 6 & 63] : '=';
        *to++ = in.n > 2 ? alphabet[v & 63] : '=';
        in = slice_drop(in, in.n < 3 ? in.n : 3);
    }
}

static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

ptrdiff_t base64_decode(uint8_t *to, struct slice text)
{
    ptrdiff_t n = 0;
    if (text.n % 4 != 0)
        return -1;
    for (; text.n > 0; text = slice_drop(text, 4)) {
        int padding = 0;
        if (text.n == 4 && text.p[3] == '=')
            padding = text.p[2] == '=' ? 2 : 1;
        uint32_t v = 0;
        for (int i = 0; i < 4; i++) {
            int one = i < 4 - padding ? value_of(text.p[i]) : 0;
            if (one < 0)
                return -1;
            v = v << 6 | (uint32_t)one;
        }
        if (padding > 0 && (v & (padding == 2 ? 0xffffu : 0xffu)) != 0)
            return -1;
        for (int i = 0; i < 3 - padding; i++)
            to[n++] = (uint8_t)(v >> (16 - 8 * i));
    }
    return n;
}
