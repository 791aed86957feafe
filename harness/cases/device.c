#include "device.h"

struct device device(struct t *t, const char *in, const char *out)
{
    struct iut *a = iut_open(t, value(t, "%s raw", in));
    struct iut *b = iut_open(t, value(t, "%s raw", out));
    struct device d = { attach(a, peer_of(in)), attach(b, peer_of(out)) };
    iut_device(a, b);
    return d;
}
