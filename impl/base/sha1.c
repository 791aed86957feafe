#include "base/sha1.h"
#include <string.h>

static uint32_t rotl(uint32_t v, int by)
{
    return v << by | v >> (32 - by);
}

/* 6.1.2 */
static void compress(uint32_t h[5], const uint8_t *block)
{
    uint32_t w[80];
    for (int t = 0; t < 16; t++)
        w[t] = get_be32(block + 4 * t);
    for (int t = 16; t < 80; t++)
        w[t] = rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int t = 0; t < 80; t++) {
        uint32_t f, k;
        if (t < 20)
            f = (b & c) ^ (~b & d), k = 0x5a827999;
        else if (t < 40)
            f = b ^ c ^ d, k = 0x6ed9eba1;
        else if (t < 60)
            f = (b & c) ^ (b & d) ^ (c & d), k = 0x8f1bbcdc;
        else
            f = b ^ c ^ d, k = 0xca62c1d6;
        uint32_t next = rotl(a, 5) + f + e + k + w[t];
        e = d;
        d = c;
        c = rotl(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

void sha1_init(struct sha1 *s)
{
    *s = (struct sha1){ .h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 } };
}

void sha1_update(struct sha1 *s, struct slice in)
{
    while (in.n > 0) {
        size_t held = s->length % SHA1_BLOCK;
        size_t some = in.n < SHA1_BLOCK - held ? in.n : SHA1_BLOCK - held;
        memcpy(s->block + held, in.p, some);
        s->length += some;
        in = slice_drop(in, some);
        if (held + some == SHA1_BLOCK)
            compress(s->h, s->block);
    }
}

void sha1_final(struct sha1 *s, uint8_t digest[SHA1_SIZE])
{
    static const uint8_t padding[SHA1_BLOCK] = { 0x80 };
    uint8_t bits[8];
    set_be64(bits, s->length * 8);
    size_t held = s->length % SHA1_BLOCK;
    sha1_update(s, slice_of(padding, held < 56 ? 56 - held : 120 - held));
    sha1_update(s, slice_of(bits, sizeof bits));
    for (int i = 0; i < 5; i++)
        set_be32(digest + 4 * i, s->h[i]);
}
