/* payload.c -- PAYLOAD of the adapter protocol, both ways. */
#include "adapter.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_HEX = 1024 }; /* octets received beyond this are answered as a hash */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int lower = tolower((unsigned char)c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool decode_hex(const char *text, size_t digits, uint8_t *out)
{
    for (size_t i = 0; i < digits; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* LEN of "fill:LEN:HH" or "seq:LEN"; *rest is what follows it. */
static bool parse_length(const char *text, const char **rest, size_t *out)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    unsigned long long n = strtoull(text, &end, 10);
    *rest = end;
    *out = (size_t)n;
    return n < SIZE_MAX / 2;
}

/* One part: `n` octets in `*out`, malloc()ed, never NULL on success. */
static bool decode_part(const char *text, uint8_t **out, size_t *n)
{
    const char *rest = "";
    uint8_t fill = 0;
    bool is_fill = strncmp(text, "fill:", 5) == 0, is_seq = strncmp(text, "seq:", 4) == 0;

    if (is_fill) {
        if (!parse_length(text + 5, &rest, n) || strlen(rest) != 3 || *rest != ':' ||
            !decode_hex(rest + 1, 2, &fill))
            return false;
    } else if (is_seq) {
        if (!parse_length(text + 4, &rest, n) || *rest)
            return false;
    } else {
        size_t digits = strcmp(text, "-") == 0 ? 0 : strlen(text);
        if (digits % 2)
            return false;
        *n = digits / 2;
    }
    *out = malloc(*n ? *n : 1);
    if (!*out)
        return false;
    if (is_fill) {
        memset(*out, fill, *n);
    } else if (is_seq) {
        for (size_t i = 0; i < *n; i++)
            (*out)[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
    } else if (!decode_hex(text, *n * 2, *out)) {
        free(*out);
        *out = NULL;
        return false;
    }
    return true;
}

bool payload_decode(const char *text, bool split, struct message *out)
{
    memset(out, 0, sizeof *out);
    const char *bar = strchr(text, '|');
    if (split != (bar != NULL))
        return false;
    if (bar) {
        char *head = strndup(text, (size_t)(bar - text));
        bool ok = head && decode_part(head, &out->header, &out->header_size);
        free(head);
        if (!ok)
            return false;
        text = bar + 1;
    }
    if (decode_part(text, &out->body, &out->body_size))
        return true;
    payload_free(out);
    return false;
}

void payload_free(struct message *m)
{
    free(m->header);
    free(m->body);
    m->header = m->body = NULL;
}

/* FNV-1a, 32 bits. */
static uint32_t hash(const uint8_t *octets, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ octets[i]) * 16777619u;
    return h;
}

char *payload_encode(const uint8_t *octets, size_t n)
{
    char *text = NULL;
    if (n == 0)
        return strdup("-");
    if (n > LONGEST_HEX)
        return asprintf(&text, "fnv:%zu:%08x", n, (unsigned)hash(octets, n)) < 0 ? NULL : text;
    text = malloc(2 * n + 1);
    for (size_t i = 0; text && i < n; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned)octets[i]);
    return text;
}
