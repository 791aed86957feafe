/* sha1.h -- SHA-1 (FIPS 180-4 6.1), for the accept key of a WebSocket handshake.  Not for
 * secrets. */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H
#include "base/bytes.h"

enum { SHA1_SIZE = 20, SHA1_BLOCK = 64 };

struct sha1 {
    uint32_t h[5];
    uint64_t length; /* octets so far */
    uint8_t block[SHA1_BLOCK];
};

void sha1_init(struct sha1 *);
void sha1_update(struct sha1 *, struct slice);
void sha1_final(struct sha1 *, uint8_t digest[SHA1_SIZE]);

#endif
