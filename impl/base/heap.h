/* heap.h -- an intrusive priority queue (pairing heap): putting and removing cannot fail. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H
#include <stdbool.h>
#include <stdint.h>

struct heap_node { /* owned by the caller; all-zero is in no heap */
    int64_t key;
    uint64_t order;                        /* equal keys come out in the order they were put in */
    struct heap_node *child, *next, *prev; /* prev: elder sibling, or the parent of a first child */
    bool in;
};

struct heap { /* all-zero is empty */
    struct heap_node *root;
    uint64_t puts;
};

void heap_put(struct heap *, struct heap_node *, int64_t key); /* moves one that is in already */
void heap_remove(struct heap *, struct heap_node *);           /* nothing if it is not in */
static inline struct heap_node *heap_first(const struct heap *h)
{
    return h->root; /* the smallest key; NULL: empty */
}

#endif
