/* carrier.h -- what carries the messages of one pipe: octets in, events out, octets out.  Strict,
 * no I/O, no clock.  The SP framing of tcp and ipc is one (conn.h); a WebSocket connection is
 * another.
 *
 *     OPENING --accepted on both sides--> OPEN --error or end--> over
 *
 * Octets in: room + fed (or eof).  Events out: next, until SP_EV_NONE.  Octets out: out + sent. */
#ifndef SP_CARRIER_H
#define SP_CARRIER_H
#include "base/bytes.h"
#include "base/err.h"
#include "sp/msg.h"

enum sp_event_type {
    SP_EV_NONE,     /* more octets are needed, or the connection is over */
    SP_EV_GREETING, /* the peer is one we may talk to: from now on messages may be sent */
    SP_EV_MESSAGE,  /* `payload` (SP header and body together), `own` */
    SP_EV_ERROR,    /* once; `err`, `why`: the connection is to be closed */
};

/* Slices live until the next call of room or free, or until next yields another message. */
struct sp_event {
    enum sp_event_type type;
    uint16_t peer_type; /* of SP_EV_GREETING; 0: the carrier does not tell */
    struct slice payload;
    struct chunk *own; /* large payloads: the memory behind `payload`; borrowed */
    enum err err;
    const char *why; /* a literal, e.g. "reserved octets not zero" */
};

struct carrier;

struct carrier_ops {
    void (*free)(struct carrier *);
    bool (*opening)(const struct carrier *); /* the peer has not been accepted or refused yet */
    /* Where to read the next octets into, and how many fit; NULL, *n = 0: none now. */
    uint8_t *(*room)(struct carrier *, size_t *n);
    void (*fed)(struct carrier *, size_t n);
    void (*eof)(struct carrier *);
    enum sp_event_type (*next)(struct carrier *, struct sp_event *);
    /* What next would yield, not taken yet; *payload is set when it is a message. */
    enum sp_event_type (*peek)(const struct carrier *, struct slice *payload);
    bool (*full)(const struct carrier *);     /* room says NULL for back-pressure */
    void (*shrink)(struct carrier *);         /* only next matters now: gives back other memory */
    size_t (*memory)(const struct carrier *); /* octets allocated */
    /* E_STATE: not open; E_NOMEM. */
    enum err (*send)(struct carrier *, const struct msg *);
    int (*out)(const struct carrier *, struct slice *, int max);
    void (*sent)(struct carrier *, size_t n);
    size_t (*unsent)(const struct carrier *); /* octets waiting in the output */
    /* We want to end it in good order; what must be said is then in the output.  True: the peer is
     * to answer, and its octets are to be fed until `over`.  NULL: nothing is to be said. */
    bool (*finish)(struct carrier *);
    bool (*over)(const struct carrier *); /* after finish or an error: nothing more is awaited */
};

struct carrier { /* the head of every implementation */
    const struct carrier_ops *ops;
};

static inline void carrier_free(struct carrier *c)
{
    c->ops->free(c);
}
static inline bool carrier_opening(const struct carrier *c)
{
    return c->ops->opening(c);
}
static inline uint8_t *carrier_room(struct carrier *c, size_t *n)
{
    return c->ops->room(c, n);
}
static inline void carrier_fed(struct carrier *c, size_t n)
{
    c->ops->fed(c, n);
}
static inline void carrier_eof(struct carrier *c)
{
    c->ops->eof(c);
}
static inline enum sp_event_type carrier_next(struct carrier *c, struct sp_event *ev)
{
    return c->ops->next(c, ev);
}
static inline enum sp_event_type carrier_peek(const struct carrier *c, struct slice *payload)
{
    return c->ops->peek(c, payload);
}
static inline bool carrier_full(const struct carrier *c)
{
    return c->ops->full(c);
}
static inline enum err carrier_send(struct carrier *c, const struct msg *m)
{
    return c->ops->send(c, m);
}
static inline int carrier_out(const struct carrier *c, struct slice *out, int max)
{
    return c->ops->out(c, out, max);
}
static inline void carrier_sent(struct carrier *c, size_t n)
{
    c->ops->sent(c, n);
}
static inline size_t carrier_unsent(const struct carrier *c)
{
    return c->ops->unsent(c);
}

#endif
