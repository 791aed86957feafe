/* vector.h -- files of vectors (vectors/README.md), read and held against our own codec. */
#ifndef VECTORS_VECTOR_H
#define VECTORS_VECTOR_H
#include <jansson.h>
#include "base/bytes.h"
#include "sp/protocol.h"
#include "sp/wire.h"

struct vector {
    const char *id, *title;
    const struct sp_protocol *protocol; /* of the endpoint the vector is about */
    enum sp_framing framing;
    uint64_t max_recv; /* octets of a payload; 0: no limit */
    size_t ttl;        /* tags, the id counted; hops of PAIR v1 */
    const json_t *json;
};

struct vector_file {
    json_t *root;
    struct vector *v;
    size_t n;
};

/* False: not a file of vectors, `why` says where and what.  Free it either way. */
bool vector_file_load(struct vector_file *, const char *path, struct buf *why);
void vector_file_free(struct vector_file *);

enum vector_way {
    VECTOR_IN,  /* towards the endpoint */
    VECTOR_OUT, /* from it */
    VECTOR_END, /* the side opposite to the endpoint sends no more */
};
/* Appends the octets of step `i`.  False: there is no such step. */
bool vector_step(const struct vector *, size_t i, enum vector_way *, struct buf *octets);

/* Octets as lower-case hex; a new reference. */
json_t *vector_hex(struct slice);

#endif
