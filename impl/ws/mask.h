/* mask.h -- masking and unmasking of payloads (RFC 6455 5.3), in parts. */
#ifndef WS_MASK_H
#define WS_MASK_H
#include "base/bytes.h"

/* `offset`: how many octets of the payload came before; any alignment. */
void ws_mask(uint8_t *p, size_t n, const uint8_t key[4], uint64_t offset);
void ws_mask_copy(uint8_t *to, const uint8_t *from, size_t n, const uint8_t key[4],
                  uint64_t offset); /* `to` does not overlap `from`, unless they are equal */

#endif
