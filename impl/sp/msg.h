/* msg.h -- one SP message: protocol header (tags, hop count) and body. */
#ifndef SP_MSG_H
#define SP_MSG_H
#include "base/bytes.h"
#include "base/chunk.h"
#include "base/err.h"

/* A view.  Both slices are borrowed: they live until the next call into the module that handed
 * the message out.  `own`, when not NULL, is the memory `body` points into: a keeper takes a
 * reference instead of a copy. */
struct msg {
    struct slice head, body;
    struct chunk *own;
};

/* A message kept beyond the call: REQ's request, SURVEYOR's survey. */
struct kept_msg {
    struct buf octets; /* head, then body unless `own` holds it */
    size_t head_size;
    struct slice own_body;
    struct chunk *own;
    bool full;
};

/* Replaces what was kept.  E_NOMEM leaves it empty. */
enum err kept_msg_set(struct kept_msg *, const struct msg *);
struct msg kept_msg_view(const struct kept_msg *);
void kept_msg_clear(struct kept_msg *); /* keeps the memory for the next */
void kept_msg_free(struct kept_msg *);

#endif
