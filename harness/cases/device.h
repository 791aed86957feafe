/* device.h -- a device of the implementation, with us on both sides. */
#ifndef CASES_DEVICE_H
#define CASES_DEVICE_H
#include "case.h"

struct device {
    struct peer *front, *back; /* peers of the sockets `in` and `out` */
};

/* Opens raw sockets of the two protocols, attaches to each, and joins them. */
struct device device(struct t *, const char *in, const char *out);
#endif
