/* node.h -- runnable SP sockets: sp/socket.h carried over streams by one net, with listen, dial,
 * reconnect with backoff, handshake limit, inproc and devices.  Single-threaded, never blocks:
 * whoever drives the net (net_step) drives the node. */
#ifndef NET_NODE_H
#define NET_NODE_H
#include "net/net.h"
#include "sp/protocol.h"
#include "sp/socket.h"

struct node;
struct node_socket;
struct node_endpoint; /* a listener or a dialer of a socket */

/* A stream, for who stands around it. */
struct node_stream {
    bool dialled, ws, tls;
    bool below_tls;     /* what it carries is TLS */
    uint16_t self;      /* endpoint type of its socket */
    const char *target; /* ws: path and query of the address */
};

/* For wrappers around parts of a node; all-zero: none. */
struct node_hooks {
    void *ctx;
    const struct pattern_ops *(*find)(void *ctx, uint16_t self, bool raw); /* pattern_find */
    /* Each stream but those of inproc; one of TLS twice, below it first.  Owns the stream, and
     * closes it where it returns NULL. */
    struct stream *(*around)(void *ctx, struct stream *, const struct node_stream *);
    int tls_lowest;    /* see struct tls_config */
    bool tls_any_name; /* whom a certificate is for is not looked at */
};

struct node_config {
    struct net *net; /* borrowed; outlives the node */
    uint64_t seed;   /* first request, survey and channel ids come from it: random per process */
    struct node_hooks hooks;
    /* Told whenever something may have changed for a blocked caller: a message came, a pipe
     * became usable or went, a timer ran.  May be called often; do little. */
    void (*changed)(void *ctx);
    void *changed_ctx;
    void (*note)(void *ctx, const char *text); /* optional: what was dropped or closed, and why */
    void *note_ctx;
};

struct node *node_new(const struct node_config *); /* copies it; NULL: no memory */
void node_free(struct node *);                     /* and its sockets, at once: nothing lingers */

/* `self`: SP_PAIR0 ...  NULL: no such protocol, or no memory. */
struct node_socket *node_open(struct node *, uint16_t self, bool raw);
/* Frees the socket; a request that is out is cancelled.  Flushes what the kernel takes at once,
 * keeps trying for `linger` ms (option), then closes. */
void node_close(struct node_socket *);
/* Some closed socket has output to write, or a Close to be answered. */
bool node_lingering(const struct node *);

/* Options of sp_socket_set, and in ms:
 * "reconnect-min"  100    between attempts to connect, and after a pipe has ended
 * "reconnect-max"  0      over reconnect-min: the wait doubles after each failure up to this, and
 *                         starts over after a good greeting
 * "handshake"      10000  for connecting and the peer's greeting together; 0: no limit
 * "linger"         1000   0: none; -1: until everything is out
 * "ws-text"        0      1: over WebSocket, messages that are UTF-8 go out as Text
 * E_INVAL: out of range.  They apply from the next attempt, peer or close on. */
enum err node_set(struct node_socket *, const char *option, int64_t value);
/* "tls-ca" (to dial: the peer's certificate must be signed by it; without, it is not checked),
 * "tls-cert" and "tls-key" (to listen: both are needed): PEM, copied.  They apply to endpoints made
 * afterwards.  E_NOTSUP, E_NOMEM. */
enum err node_set_text(struct node_socket *, const char *option, const char *pem);
enum err node_subscribe(struct node_socket *, struct slice topic,
                        bool on); /* as sp_socket_subscribe */

/* URLs: tcp://HOST:PORT  tcp://[::1]:PORT  ipc://PATH  inproc://NAME (known in this node only)
 * ws://HOST:PORT/PATH  and over TLS (E_INVAL, with a note: what the tls options say does not do):
 * tls+tcp://HOST:PORT  wss://HOST:PORT/PATH.
 * `actual`, unless NULL, gets the address with its port.  E_INVAL, E_INUSE, E_NOMEM, E_OTHER. */
enum err node_listen(struct node_socket *, const char *url, char *actual, size_t cap);
/* Returns at once and goes on trying until the socket is closed.  E_INVAL, E_NOMEM. */
enum err node_dial(struct node_socket *, const char *url);
size_t node_pipes(const struct node_socket *); /* those usable: sp_socket_pipes */

/* Errors as sp_socket_send.  E_AGAIN: try again when `changed` was called.  Output is written when
 * the loop turns, when a pipe is full, or by node_flush.  E_STATE also: the socket is part of a
 * device. */
enum err node_send(struct node_socket *, const struct msg *);
/* Errors as sp_socket_recv.  The message is borrowed until the next call of this node or step of
 * the net; node_send on the same socket may be handed it. */
enum err node_recv(struct node_socket *, struct msg *);
/* Contexts, as sp_context_open; they are freed with their socket.  NULL is the socket's own. */
enum err node_context_open(struct node_socket *, struct context **);
void node_context_close(struct node_socket *, struct context *);
enum err node_context_set(struct node_socket *, struct context *, const char *option,
                          int64_t value);
enum err node_context_send(struct node_socket *, struct context *, const struct msg *);
enum err node_context_recv(struct node_socket *, struct context *, struct msg *);
void node_flush(struct node *);

/* Forwards both ways between two raw sockets (or one with itself: NULL) until either closes; the
 * other is an ordinary socket again.  E_INVAL: not raw, or not each other's peers.  E_STATE: in a
 * device already. */
enum err node_device(struct node_socket *, struct node_socket *);

#endif
