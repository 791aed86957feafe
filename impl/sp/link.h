/* link.h -- a ring of links, embedded in what it links.  A ring is a link that points at itself. */
#ifndef SP_LINK_H
#define SP_LINK_H
#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev, *next;
};

#define LINK_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void link_init(struct link *l)
{
    l->prev = l->next = l;
}
static inline bool link_alone(const struct link *l) /* an empty ring, or not in one */
{
    return l->next == l;
}
static inline void link_remove(struct link *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    link_init(l);
}
static inline void link_append(struct link *ring, struct link *l)
{
    l->prev = ring->prev;
    l->next = ring;
    ring->prev->next = l;
    ring->prev = l;
}

#endif
