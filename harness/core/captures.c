/* captures.c -- the octets a running case has named. */
#include <stdlib.h>
#include <string.h>
#include "core/notation.h"

struct capture {
    char *name;
    struct buf octets;
    struct capture *next;
};

struct captures {
    struct capture *first;
};

struct captures *captures_new(void)
{
    return calloc(1, sizeof(struct captures));
}

void captures_free(struct captures *all)
{
    if (!all)
        return;
    while (all->first) {
        struct capture *c = all->first;
        all->first = c->next;
        buf_free(&c->octets);
        free(c->name);
        free(c);
    }
    free(all);
}

static struct capture *find(const struct captures *all, const char *name)
{
    struct capture *c = all->first;
    while (c && strcmp(c->name, name) != 0)
        c = c->next;
    return c;
}

void captures_set(struct captures *all, const char *name, struct slice octets)
{
    struct capture *c = find(all, name);
    if (!c) {
        c = calloc(1, sizeof *c);
        char *copy = strdup(name);
        if (!c || !copy) {
            free(c);
            free(copy);
            return;
        }
        c->name = copy;
        c->next = all->first;
        all->first = c;
    }
    /* `octets` may be a view of what is replaced. */
    struct buf fresh = { 0 };
    buf_put_slice(&fresh, octets);
    buf_free(&c->octets);
    c->octets = fresh;
}

bool captures_get(const struct captures *all, const char *name, struct slice *out)
{
    const struct capture *c = all ? find(all, name) : NULL;
    if (!c)
        return false;
    *out = buf_slice(&c->octets);
    return true;
}
