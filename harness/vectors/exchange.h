/* exchange.h -- one short conversation per endpoint type with a live implementation. */
#ifndef VECTORS_EXCHANGE_H
#define VECTORS_EXCHANGE_H
#include <jansson.h>
#include "sp/protocol.h"
#include "sp/wire.h"
#include "vectors/adapter.h"

struct recording {
    struct adapter *adapter;
    const char *name, *version; /* of the implementation */
    const char *directory;      /* for ipc sockets */
    struct buf *why;
};

enum exchange_result { EXCHANGE_DONE, EXCHANGE_NA, EXCHANGE_FAILED };

/* A new vector of its octets in *vector, `why` empty; NA: the implementation lacks the endpoint
 * type or the transport. */
enum exchange_result exchange(struct recording *, const struct sp_protocol *, enum sp_framing,
                              json_t **vector);

#endif
