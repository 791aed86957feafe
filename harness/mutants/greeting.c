/* greeting.c -- faults of the greeting. */
#include "mutants/families.h"
#include "mutants/mutation.h"

static void forget_reserved(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    struct slice in = buf_slice(data);
    for (size_t i = 0; i < in.n; i++)
        if (f->in_position + i == 6 || f->in_position + i == 7)
            data->p[(size_t)(in.p - data->p) + i] = 0;
}

const struct mutant greeting_reserved_ignored = {
    .name = "greeting_reserved_ignored",
    .fault = "accepts a greeting whose reserved octets are not zero",
    .source = "nanomsg 1.1.5 src/transports/utils/streamhdr.c:222",
    .octets_in = forget_reserved,
};
