/* utf8.h -- is it UTF-8 (RFC 3629 4)?  In parts, cut anywhere; says no at the first octet that
 * cannot be part of any valid text. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/bytes.h"

/* Inside a character: how many octets it still lacks, and the range of the next.  All-zero is the
 * start of a text. */
struct utf8 {
    uint8_t left, low, high;
};

bool utf8_feed(struct utf8 *, struct slice);        /* false: wrong; do not feed any more */
static inline bool utf8_whole(const struct utf8 *u) /* the text may end here */
{
    return u->left == 0;
}
bool utf8_valid(struct slice);

#endif
