#include "core/payload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void payload_seq(struct buf *out, size_t n)
{
    uint8_t *p = buf_room(out, n);
    if (!p)
        return;
    size_t i = 0;
    for (; n - i >= 256; i += 256) { /* what is over the low octet is the same for all */
        uint8_t high = payload_seq_octet(i);
        for (size_t k = 0; k < 256; k++)
            p[i + k] = (uint8_t)k ^ high;
    }
    for (; i < n; i++)
        p[i] = payload_seq_octet(i);
    buf_grew(out, n);
}

bool payload_is_seq(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != payload_seq_octet(i))
            return false;
    return true;
}

uint32_t payload_fnv(struct slice s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ s.p[i]) * 16777619u;
    return h;
}

void payload_hex(struct buf *out, struct slice s)
{
    static const char digits[] = "0123456789abcdef";
    if (s.n == 0) {
        buf_u8(out, '-');
        return;
    }
    uint8_t *p = buf_room(out, 2 * s.n);
    if (!p)
        return;
    for (size_t i = 0; i < s.n; i++) {
        p[2 * i] = (uint8_t)digits[s.p[i] >> 4];
        p[2 * i + 1] = (uint8_t)digits[s.p[i] & 15];
    }
    buf_grew(out, 2 * s.n);
}

void payload_answer(struct buf *out, struct slice s)
{
    if (s.n > PAYLOAD_PLAIN_MAX)
        buf_printf(out, "fnv:%zu:%08x", s.n, payload_fnv(s));
    else
        payload_hex(out, s);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool payload_decode(const char *word, size_t n, struct buf *out, size_t limit)
{
    if (n == 1 && word[0] == '-')
        return true;
    char text[64];
    size_t len;
    unsigned octet;
    int used = 0;
    if (n > 4 && n < sizeof text && (word[0] == 'f' || word[0] == 's') && memchr(word, ':', n)) {
        memcpy(text, word, n);
        text[n] = '\0';
        if (sscanf(text, "fill:%zu:%2x%n", &len, &octet, &used) == 2 && (size_t)used == n &&
            len <= limit) {
            buf_fill(out, (uint8_t)octet, len);
            return !out->failed;
        }
        if (sscanf(text, "seq:%zu%n", &len, &used) == 1 && (size_t)used == n && len <= limit) {
            payload_seq(out, len);
            return !out->failed;
        }
        return false;
    }
    if (n % 2 != 0 || n / 2 > limit)
        return false;
    for (size_t i = 0; i < n; i += 2) {
        int hi = digit(word[i]), lo = digit(word[i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        buf_u8(out, (uint8_t)(hi << 4 | lo));
    }
    return !out->failed;
}
