/* hexdump.h -- octets as people have them at hand, into a trace. */
#ifndef TRACE_HEXDUMP_H
#define TRACE_HEXDUMP_H
#include "trace/trace.h"

/* Adds the octets of connection 1: plain hex, the byte notation, the output of xxd or hexdump -C;
 * # begins a comment, > and < at the start of a line give the direction (out, in; in without
 * either).  A line without > or < goes on with the event before.  False: `why` has
 * "line N: what". */
bool hexdump_read(const char *text, struct trace *, struct buf *why);

#endif
