/* fuzz.h -- the entry point of a fuzzer, and octets to take decisions from. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H
#include <stdlib.h>
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next octet of the input; 0 when there is none left. */
static inline uint8_t take_u8(struct slice *in)
{
    if (in->n == 0)
        return 0;
    uint8_t v = in->p[0];
    *in = slice_drop(*in, 1);
    return v;
}

static inline struct slice take(struct slice *in, size_t n)
{
    struct slice part = slice_of(in->p, n < in->n ? n : in->n);
    *in = slice_drop(*in, part.n);
    return part;
}

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

#endif
