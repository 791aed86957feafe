#include "core/ledger.h"
#include <string.h>

const struct requirement *requirement_find(const char *id, size_t id_length)
{
    size_t low = 0, high = requirement_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct requirement *r = &requirements[middle];
        int order = strncmp(id, r->id, id_length);
        if (order == 0 && r->id[id_length] == '\0')
            return r;
        /* Equal so far and r->id goes on: id comes first. */
        if (order <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
