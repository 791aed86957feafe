/* flows.h -- the dissectors of all connections of a trace, both directions. */
#ifndef TRACE_FLOWS_H
#define TRACE_FLOWS_H
#include "trace/dissect.h"
#include "trace/trace.h"

/* What trace_describe was told, and, of a stream that was not seen from its start, that it begins
 * behind its greeting. */
struct flow_about {
    enum trace_framing framing;
    uint16_t iut_type; /* 0: not known */
    bool greeted;
};

struct flow {
    struct flow_about about;
    struct dissector way[2]; /* 0: from us, 1: from the implementation under test */
    bool described, begun;
};

struct flows {
    struct flow *v; /* v[conn] */
    size_t n;
};

void flows_free(struct flows *);
/* Before the first octets of the connection; later calls change nothing. */
void flows_describe(struct flows *, unsigned conn, const struct flow_about *);
/* The dissector for an event with octets; undescribed connections count as tcp.  NULL: no memory.
 */
struct dissector *flows_dissector(struct flows *, const struct trace_event *);
const struct flow *flows_get(const struct flows *, unsigned conn); /* NULL: never heard of */

#endif
