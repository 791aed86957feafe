/* flows.c -- the dissectors of all connections of a trace. */
#include <stdlib.h>
#include <string.h>
#include "sp/protocol.h"
#include "trace/flows.h"

/* A trace holds what one case opened; a number beyond this comes from a broken file. */
enum { CONN_MAX = 1 << 20 };

static struct flow *flow_at(struct flows *all, unsigned conn)
{
    if (conn >= CONN_MAX)
        return NULL;
    if (conn >= all->n) {
        size_t n = (size_t)conn + 8;
        struct flow *v = realloc(all->v, n * sizeof *v);
        if (!v)
            return NULL;
        memset(v + all->n, 0, (n - all->n) * sizeof *v);
        all->v = v;
        all->n = n;
    }
    return &all->v[conn];
}

void flows_free(struct flows *all)
{
    free(all->v);
    *all = (struct flows){ 0 };
}

void flows_describe(struct flows *all, unsigned conn, const struct flow_about *about)
{
    struct flow *f = flow_at(all, conn);
    if (f && !f->begun) {
        f->about = *about;
        f->described = true;
    }
}

struct dissector *flows_dissector(struct flows *all, const struct trace_event *e)
{
    struct flow *f = flow_at(all, e->conn);
    if (!f)
        return NULL;
    if (!f->begun) {
        const struct sp_protocol *iut = sp_protocol_numbered(f->about.iut_type);
        dissector_init(&f->way[0], f->about.framing, iut ? iut->peer : 0, f->about.greeted);
        dissector_init(&f->way[1], f->about.framing, f->about.iut_type, f->about.greeted);
        f->begun = true;
    }
    return &f->way[e->kind == TRACE_IN];
}

const struct flow *flows_get(const struct flows *all, unsigned conn)
{
    return conn < all->n ? &all->v[conn] : NULL;
}
