/* proxy.h -- between a dialer and its target: passes octets on, and tells what passed. */
#ifndef TRACE_PROXY_H
#define TRACE_PROXY_H
#include "net/net.h"
#include "trace/trace.h"

struct proxy;

struct proxy_config {
    struct net *net;
    const char *listen, *target; /* of one transport: their framing differs */
    size_t max;                  /* connections to take, 0: no limit */
    /* Every event as it happens: TRACE_OUT is from the dialer to the target. */
    void (*event)(void *ctx, const struct trace_event *);
    void *ctx;
};

/* E_INUSE, E_INVAL, ...: the listen URL is at fault.  `config` must outlive the proxy. */
enum err proxy_open(const struct proxy_config *, struct proxy **out);
const char *proxy_url(const struct proxy *); /* the actual address */
bool proxy_done(const struct proxy *);       /* `max` connections have come and ended */
/* Ends what is still going on. */
void proxy_close(struct proxy *);

#endif
