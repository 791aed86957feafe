/* A pipe whose socket is done with it, but whose connection has a last word to say and to hear: the
 * closing handshake of a WebSocket (RFC 6455 7.1.1).  Octets left unread would turn our end into a
 * reset, which takes that word away from the peer; so what comes is read, up to a limit. */
#include <stdlib.h>
#include "net/node_state.h"

enum { READ_STEP = 4096, READ_STEPS = 64, SLICES = 16 };

void node_closing_free(struct node_pipe *p)
{
    net_arm(p->node->net, &p->limit, MSEC_NEVER);
    link_remove(&p->link);
    if (p->carrier)
        carrier_free(p->carrier);
    stream_close(p->stream);
    free(p);
}

/* False: the stream has failed. */
static bool speak(struct node_pipe *p)
{
    struct slice v[SLICES];
    int count;
    while (p->carrier && (count = carrier_out(p->carrier, v, SLICES)) > 0) {
        ptrdiff_t n = stream_write(p->stream, v, count);
        if (n == -E_AGAIN)
            return true;
        if (n < 0)
            return false;
        carrier_sent(p->carrier, (size_t)n);
    }
    bool said = !p->carrier || p->carrier->ops->over(p->carrier);
    if (said && !p->finished) {
        p->finished = true;
        stream_finish(p->stream);
    }
    return true;
}

/* False: the stream has ended. */
static bool listen_on(struct node_pipe *p)
{
    uint8_t nowhere[READ_STEP];
    for (int i = 0; i < READ_STEPS; i++) {
        size_t room = 0;
        uint8_t *to = p->carrier && !p->deaf ? carrier_room(p->carrier, &room) : NULL;
        if (!to) {
            to = nowhere;
            room = sizeof nowhere;
        }
        ptrdiff_t n = stream_read(p->stream, to, room);
        if (n == -E_AGAIN)
            return true;
        if (n <= 0)
            return false;
        if (to != nowhere) {
            struct sp_event ev;
            carrier_fed(p->carrier, (size_t)n);
            while (carrier_next(p->carrier, &ev) != SP_EV_NONE)
                continue; /* nobody is there for it any more */
        } else {
            p->deaf = true; /* its place in the stream is lost */
        }
    }
    return true;
}

static void want(struct node_pipe *p)
{
    bool more = p->carrier && carrier_unsent(p->carrier) > 0;
    stream_want(p->stream, STREAM_READABLE | (more ? STREAM_WRITABLE : 0));
}

static void on_stream(void *ctx, unsigned events)
{
    struct node_pipe *p = ctx;
    bool alive = !(events & STREAM_READABLE) || listen_on(p);
    if (alive && speak(p))
        want(p);
    else
        node_closing_free(p);
}

static void on_limit(struct net_timer *t, msec now)
{
    struct node_pipe *p = container_of(t, struct node_pipe, limit);
    (void)now;
    node_closing_free(p);
}

void node_closing(struct node_pipe *p, struct carrier *carrier)
{
    p->node = p->socket->node;
    p->carrier = carrier;
    p->socket = NULL;
    p->sp = NULL;
    p->deaf = p->discarded;
    link_remove(&p->link);
    list_append(&p->node->closing, &p->link);
    p->limit.fire = on_limit;
    net_arm(p->node->net, &p->limit, msec_after(node_now(p->node), CLOSING_MS));
    stream_watch(p->stream, on_stream, p);
    if (carrier)
        carrier->ops->finish(carrier);
    if (speak(p))
        want(p);
    else
        node_closing_free(p);
}
