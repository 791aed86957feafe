/* endpoint.h -- one end of a vector's conversation: our connection, and the rules about protocol
 * headers that need no more memory than what was asked last. */
#ifndef VECTORS_ENDPOINT_H
#define VECTORS_ENDPOINT_H
#include <jansson.h>
#include "sp/conn.h"

struct endpoint {
    struct sp_conn *conn;
    uint16_t self;
    size_t ttl;
    const char *of;         /* "in" or "out": whose octets it receives */
    struct endpoint *other; /* the sender of these octets */
    json_t *events;         /* appended to; borrowed */
    /* What stood in front of the last request or survey it sent: the id, and, where it is a
     * device's, the hops before it.  Empty: nothing is outstanding. */
    uint8_t asked[64];
    size_t asked_size;
};

/* False: no memory. */
bool endpoint_open(struct endpoint *, const struct sp_conn_config *, size_t ttl, const char *of,
                   json_t *events);
void endpoint_close(struct endpoint *);
/* Takes octets in one piece and appends the events they yield: {"of", "type", ...}. */
void endpoint_feed(struct endpoint *, struct slice);
void endpoint_end(struct endpoint *);
const char *endpoint_state(const struct endpoint *); /* "greeting" "open" "ended" "failed" */

#endif
