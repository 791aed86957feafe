#include "backtrace.h"

const char *backtrace(struct t *t, unsigned hops, const char *id)
{
    const char *tags = "";
    for (unsigned i = 0; i < hops; i++)
        tags = value(t, "%s%08x ", tags, 0x7ffffffe - i);
    return value(t, "%s%s", tags, id);
}
