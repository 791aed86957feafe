/* base64.h -- RFC 4648 4: the usual alphabet, padded, without line breaks. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H
#include "base/bytes.h"

static inline size_t base64_size(size_t n) /* of n octets when encoded */
{
    return (n + 2) / 3 * 4;
}
void base64_encode(char *to, struct slice); /* writes base64_size() characters, no NUL */
/* Octets written to `to`, which has room for text.n / 4 * 3; -1: not the one encoding of anything
 * (length, alphabet, padding, or bits behind the end that are not zero). */
ptrdiff_t base64_decode(uint8_t *to, struct slice text);

#endif
