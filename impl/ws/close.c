#include "ws/close.h"
#include <string.h>
#include "base/utf8.h"

/* 7.4.1 and the IANA registry, which has 1012 to 1014 since; 7.4.2. */
bool ws_close_code_valid(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

unsigned ws_close_parse(struct slice body, unsigned *code, struct slice *reason)
{
    *code = WS_NO_CODE;
    *reason = slice_of(body.p, 0);
    if (body.n == 0)
        return 0;
    if (body.n == 1)
        return WS_PROTOCOL_ERROR;
    *code = get_be16(body.p);
    *reason = slice_drop(body, 2);
    if (!ws_close_code_valid(*code))
        return WS_PROTOCOL_ERROR;
    return utf8_valid(*reason) ? 0 : WS_NOT_UTF8;
}

size_t ws_close_put(uint8_t *to, unsigned code, struct slice reason)
{
    if (code == WS_NO_CODE)
        return 0;
    size_t n = reason.n < WS_REASON_MAX ? reason.n : WS_REASON_MAX;
    while (n < reason.n && n > 0 && (reason.p[n] & 0xc0) == 0x80)
        n--; /* not inside a character */
    set_be16(to, (uint16_t)code);
    if (n > 0)
        memcpy(to + 2, reason.p, n);
    return 2 + n;
}
