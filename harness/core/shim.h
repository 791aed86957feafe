/* shim.h -- the adapter protocol (version 1) spoken by the reference implementation: lines in,
 * lines out, over any net.  Serves the reference in process and as a program alike. */
#ifndef HARNESS_SHIM_H
#define HARNESS_SHIM_H
#include "net/node.h"

struct shim;

struct shim_config {
    struct net *net;
    uint64_t seed;
    struct node_hooks hooks;
    void (*answer)(void *ctx, const char *line); /* without the newline */
    void (*note)(void *ctx, const char *text);   /* or NULL */
    void *ctx;
};

struct shim *shim_new(const struct shim_config *); /* NULL: no memory */
void shim_free(struct shim *);
/* One request.  Its answer comes from within or later; requests that come meanwhile wait. */
void shim_ask(struct shim *, const char *line);

#endif
