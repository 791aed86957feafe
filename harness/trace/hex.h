/* hex.h -- plain hex text, as in JSON, and as people paste it. */
#ifndef TRACE_HEX_H
#define TRACE_HEX_H
#include "base/bytes.h"

/* Appends the octets; pairs of hex digits, white space between them.  False: anything else. */
bool hex_read(const char *text, struct buf *out);

#endif
