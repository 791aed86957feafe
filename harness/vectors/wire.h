/* wire.h -- our raw end of a connection while recording: blocking, with a limit on every wait. */
#ifndef VECTORS_WIRE_H
#define VECTORS_WIRE_H
#include "base/bytes.h"

/* A connection to tcp://ADDRESS:PORT or ipc://PATH, or -1 (errno). */
int wire_dial(const char *url);
bool wire_put(int fd, struct slice);
/* Appends exactly `n` octets; false: they did not come within 5 s. */
bool wire_get(int fd, size_t n, struct buf *out);

#endif
