/* hex.c -- plain hex text. */
#include "trace/hex.h"

static int value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_read(const char *text, struct buf *out)
{
    while (*text) {
        if (*text == ' ' || (*text >= '\t' && *text <= '\r')) {
            text++;
            continue;
        }
        int high = value(text[0]), low = high < 0 ? -1 : value(text[1]);
        if (low < 0)
            return false;
        buf_u8(out, (uint8_t)(high << 4 | low));
        text += 2;
    }
    return !out->failed;
}
