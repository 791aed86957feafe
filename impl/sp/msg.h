/* msg.h -- one SP message: protocol header (tags, hop count) and body. */
#ifndef SP_MSG_H
#define SP_MSG_H
#include "base/bytes.h"
#include "base/chunk.h"
#include "base/err.h"

/* Never 0 for a pipe; a channel id of the raw sockets too: 31 bits, random start, +1. */
typedef uint32_t pipe_id;

/* A view.  Both slices are borrowed: they live until the next call into the module that handed
 * the message out.  `own`, when not NULL, is the memory `body` points into: a keeper takes a
 * reference instead of a copy. */
struct msg {
    struct slice head, body;
    struct chunk *own;
    /* Received: the pipe it came from.  To send: the peer of a polyamorous PAIR v1 that shall get
     * it, 0 for any; other patterns ignore it. */
    pipe_id pipe;
};

/* A message kept beyond the call: REQ's request and its reply.  All-zero is empty.  A body of
 * MSG_LARGE octets or more is held by reference (copied once into a chunk if it had none), so
 * that it can be sent again and again without a copy. */
enum { MSG_LARGE = 32 * 1024 };
struct kept_msg {
    struct buf octets; /* head, then body unless `own` holds it */
    size_t head_size;
    struct slice own_body;
    struct chunk *own;
    pipe_id pipe;
    bool full;
};

/* Replaces what was kept.  E_NOMEM leaves it empty. */
enum err kept_msg_set(struct kept_msg *, const struct msg *);
struct msg kept_msg_view(const struct kept_msg *);
void kept_msg_clear(struct kept_msg *); /* keeps the memory for the next */
void kept_msg_free(struct kept_msg *);

#endif
