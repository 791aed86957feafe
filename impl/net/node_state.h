/* node_state.h -- inside of a node; private to the node's own files.
 *
 * Who may free what: events of streams and timers settle their socket at once (settle).  Calls of
 * the application only gather (gather), because the message it holds is borrowed from a pipe; what
 * has ended is freed when the loop turns. */
#ifndef NET_NODE_STATE_H
#define NET_NODE_STATE_H
#include "base/list.h"
#include "base/rng.h"
#include "net/mem.h"
#include "net/node.h"
#include "net/tls.h"
#include "net/url.h"

struct node {
    struct node_config config;
    struct net *net;
    struct rng rng;
    uint8_t chance[512]; /* octets that nobody can foresee: the last `chances` are not used yet */
    size_t chances;
    struct list sockets; /* node_socket.link: open and lingering */
    struct list marked;  /* node_socket.marked: have something to do when the loop turns */
    struct net_timer turn;
    struct list closing; /* node_pipe.link: their sockets have let go of them */
    struct list inproc;  /* node_endpoint.name_link: the listening ones */
    struct mem mem;      /* streams of inproc */
    struct net_timer mem_turn;
};

enum { CLOSING_MS = 2000 }; /* for the peer to answer our Close */
enum { TLS_CA, TLS_CERT, TLS_KEY, TLS_TEXTS };

struct node_device {
    struct node_socket *side[2]; /* the same twice: it reflects */
    struct kept_msg held[2];     /* received from side[i], not yet taken by the other */
};

struct node_socket {
    struct node *node;
    struct sp_socket *sp;
    struct link link, marked;
    struct list endpoints, pipes;
    struct list writing; /* node_pipe.writing: output that was not tried yet */
    struct list ended;   /* node_pipe.ended: to be closed and freed */
    struct node_device *device;
    struct net_timer timer;  /* of the pattern */
    struct net_timer expiry; /* of the linger */
    msec reconnect_min, reconnect_max, linger, handshake;
    bool full;            /* one of `writing` takes no more before it is written */
    bool closed;          /* by the application: it lingers */
    bool text;            /* over WebSocket: messages go out as text */
    char *tls[TLS_TEXTS]; /* PEM, or NULL; see node_set_text */
};

struct node_endpoint {
    struct link link;
    struct node_socket *socket;
    struct url url;
    char text[160];            /* of the URL */
    char below[160];           /* the URL of what tls and ws are carried by */
    struct tls_context *tls;   /* NULL: without */
    struct listener *listener; /* NULL: a dialer, or inproc */
    struct link name_link;     /* in node.inproc */
    bool dials;
    struct node_pipe *pipe; /* of a dialer: the attempt or connection there is */
    struct net_timer redial;
    msec wait; /* before the next attempt, within the configured bounds; 0: the least */
};

/* One stream.  A dialled one has no sp_pipe until it is connected. */
struct node_pipe {
    struct link link, writing, ended;
    struct node_socket *socket;
    struct node_endpoint *dialer; /* NULL: accepted */
    const struct url *url;        /* of the endpoint, until sp is there */
    struct stream *stream;
    struct sp_pipe *sp;
    struct node *node;       /* closing */
    struct carrier *carrier; /* closing; NULL: only the stream is left */
    struct net_timer limit;  /* on connecting and greeting */
    bool deaf; /* no octets wanted: the connection is full, or a closed socket's peer has ended */
    bool blocked;       /* the stream takes no more until it says so */
    bool mute;          /* writing failed; what the peer sent before may still be read */
    bool ended_by_peer; /* nothing more is to be read */
    bool discarded;     /* octets were read that the carrier did not see */
    bool polite;        /* its carrier has a last word */
    bool finished;      /* closing: FIN is sent */
};

static inline msec node_now(const struct node *n)
{
    return net_now(n->net);
}
void node_note(struct node *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void node_mark(struct node_socket *);

/* Finds out what became of the pipes.  Frees nothing: a borrowed message survives it. */
void node_gather(struct node_socket *);
bool node_write(struct node_socket *); /* what was gathered; true: octets went out */
/* Sends, and writes as soon as a pipe is full: patterns that never push back would drop. */
enum err node_put(struct node_socket *, const struct msg *);
/* gather, free what ended, arm the timer of the pattern. */
void node_settle(struct node_socket *);
void node_after_event(struct node_socket *); /* settle, device, tell the application */
void node_destroy(struct node_socket *);     /* everything it has, at once */

/* Takes the stream, also when it fails. */
struct node_pipe *node_pipe_new(struct node_endpoint *, struct stream *);
void node_pipe_end(struct node_pipe *);
void node_pipe_linger(struct node_pipe *); /* its socket is closed: ends it when idle */

/* The socket lets go of the pipe: its sp_pipe is gone.  Owns both. */
void node_closing(struct node_pipe *, struct carrier *);
void node_closing_free(struct node_pipe *);

void node_endpoint_free(struct node_endpoint *);
/* The dialer's pipe is gone or could not be had. */
void node_endpoint_lost(struct node_endpoint *);

/* Moves what can be moved. */
void node_device_pump(struct node_device *);
void node_device_end(struct node_device *);

#endif
