/* list.h -- an intrusive ring of links.  A link that is in no list points at itself or is zero. */
#ifndef BASE_LIST_H
#define BASE_LIST_H
#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev, *next;
};
struct list {
    struct link ring;
};

/* The object that `field` of it is; for any pointer to a member. */
#define container_of(member, type, field) ((type *)(void *)((char *)(member)-offsetof(type, field)))

static inline void list_init(struct list *l)
{
    l->ring.prev = l->ring.next = &l->ring;
}
static inline bool list_empty(const struct list *l)
{
    return l->ring.next == &l->ring;
}
static inline bool link_in(const struct link *k)
{
    return k->next && k->next != k;
}
static inline void link_remove(struct link *k)
{
    if (!link_in(k))
        return;
    k->prev->next = k->next;
    k->next->prev = k->prev;
    k->prev = k->next = k;
}
static inline void list_append(struct list *l, struct link *k)
{
    k->prev = l->ring.prev;
    k->next = &l->ring;
    l->ring.prev->next = k;
    l->ring.prev = k;
}
static inline struct link *list_first(const struct list *l)
{
    return list_empty(l) ? NULL : l->ring.next;
}
static inline struct link *list_next(const struct list *l, const struct link *k)
{
    return k->next == &l->ring ? NULL : k->next;
}

#endif
