/* payload.h -- the PAYLOAD word of the adapter protocol: - | hex | fill:LEN:HH | seq:LEN, and
 * fnv:LEN:HHHHHHHH for what was received over 1,024 octets. */
#ifndef HARNESS_PAYLOAD_H
#define HARNESS_PAYLOAD_H
#include "base/bytes.h"

enum { PAYLOAD_PLAIN_MAX = 1024 };

/* Octet i of seq:LEN. */
static inline uint8_t payload_seq_octet(size_t i)
{
    return (uint8_t)(i ^ i >> 8 ^ i >> 16);
}
void payload_seq(struct buf *, size_t n);
size_t payload_seq_prefix(struct slice); /* octets at its front that are those of seq:LEN */
uint32_t payload_fnv(struct slice);
void payload_hex(struct buf *, struct slice); /* "-" when empty */
/* As an adapter is asked to send it: hex, or fill where many octets are all alike. */
void payload_request(struct buf *, struct slice);
/* As an adapter answers a receive: hex, or fnv above PAYLOAD_PLAIN_MAX octets. */
void payload_answer(struct buf *, struct slice);
/* Decodes - , hex, fill, seq into octets.  False: malformed or over `limit` octets. */
bool payload_decode(const char *word, size_t n, struct buf *out, size_t limit);

#endif
