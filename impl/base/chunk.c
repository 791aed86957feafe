#include "base/chunk.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

static uint8_t *aligned(void *memory)
{
    return (uint8_t *)memory + (ALIGN - (uintptr_t)memory % ALIGN) % ALIGN;
}

struct chunk *chunk_new(size_t cap)
{
    if (cap > SIZE_MAX - ALIGN)
        return NULL;
    struct chunk *c = malloc(sizeof *c);
    void *memory = c == NULL ? NULL : malloc(cap + ALIGN);
    if (memory == NULL) {
        free(c);
        return NULL;
    }
    *c = (struct chunk){ .refs = 1, .cap = cap, .p = aligned(memory), .memory = memory };
    return c;
}

struct chunk *chunk_ref(struct chunk *c)
{
    c->refs++;
    return c;
}

void chunk_unref(struct chunk *c)
{
    if (c == NULL || --c->refs > 0)
        return;
    free(c->memory);
    free(c);
}

int chunk_grow(struct chunk *c, size_t cap)
{
    if (cap <= c->cap)
        return 0;
    if (cap > SIZE_MAX - ALIGN)
        return -1;
    /* realloc moves large blocks by whole pages, without copying: mostly the contents are already
     * where they belong. */
    size_t offset = (size_t)(c->p - (uint8_t *)c->memory);
    void *memory = realloc(c->memory, cap + ALIGN);
    if (memory == NULL)
        return -1;
    c->memory = memory;
    c->p = aligned(memory);
    if (c->p != (uint8_t *)memory + offset)
        memmove(c->p, (uint8_t *)memory + offset, c->n);
    c->cap = cap;
    return 0;
}
