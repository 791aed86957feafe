#include "core/payload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 256,                           /* what is over the low octet is the same for all */
    DIGESTS = 4 * 1024 * 1024 / BLOCK + 1, /* lengths kept, of seq:LEN; few messages are longer */
};

void payload_seq(struct buf *out, size_t n)
{
    uint8_t *p = buf_room(out, n);
    if (!p)
        return;
    size_t i = 0;
    for (; n - i >= BLOCK; i += BLOCK) {
        uint8_t high = payload_seq_octet(i);
        for (size_t k = 0; k < BLOCK; k++)
            p[i + k] = (uint8_t)k ^ high;
    }
    for (; i < n; i++)
        p[i] = payload_seq_octet(i);
    buf_grew(out, n);
}

size_t payload_seq_prefix(struct slice s)
{
    size_t i = 0;
    for (; s.n - i >= BLOCK; i += BLOCK) {
        uint8_t high = payload_seq_octet(i), other = 0;
        for (size_t k = 0; k < BLOCK; k++)
            other |= s.p[i + k] ^ (uint8_t)k ^ high;
        if (other)
            break;
    }
    while (i < s.n && s.p[i] == payload_seq_octet(i))
        i++;
    return i;
}

static uint32_t fnv(uint32_t h, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 16777619u;
    return h;
}

/* FNV goes octet by octet, a nanosecond each, and most long messages are the sequence: the part of
 * it that was digested before is only compared. */
uint32_t payload_fnv(struct slice s)
{
    static uint32_t known[DIGESTS] = { 2166136261u }; /* of so many blocks of the sequence */
    static size_t last;
    size_t blocks = s.n < BLOCK ? 0 : payload_seq_prefix(s) / BLOCK;
    if (blocks > DIGESTS - 1)
        blocks = DIGESTS - 1;
    for (; last < blocks; last++)
        known[last + 1] = fnv(known[last], s.p + last * BLOCK, BLOCK);
    s = slice_drop(s, blocks * BLOCK);
    return fnv(known[blocks], s.p, s.n);
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

void payload_request(struct buf *out, struct slice s)
{
    bool alike = s.n > PAYLOAD_PLAIN_MAX && memcmp(s.p, s.p + 1, s.n - 1) == 0;
    if (alike)
        buf_printf(out, "fill:%zu:%02x", s.n, s.p[0]);
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
    uint8_t *to = buf_room(out, n / 2);
    if (!to)
        return n == 0 && !out->failed;
    for (size_t i = 0; i < n; i += 2) {
        int hi = digit(word[i]), lo = digit(word[i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        to[i / 2] = (uint8_t)(hi << 4 | lo);
    }
    buf_grew(out, n / 2);
    return true;
}
