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

struct node_config {
    struct net *net;
    uint64_t seed; /* first request, survey and channel ids come from it: random per process */
    /* Finds the pattern; NULL: pattern_find.  Lets a wrapper stand around a machine. */
    const struct pattern_ops *(*find)(void *ctx, uint16_t self, bool raw);
    void *find_ctx;
    /* Told whenever something may have changed for a blocked caller: a message came, a pipe
     * became usable or went, a timer ran.  May be called often; do little. */
    void (*changed)(void *ctx);
    void *changed_ctx;
    void (*note)(void *ctx, const char *text); /* optional: what was dropped or closed, and why */
    void *note_ctx;
};

struct node *node_new(const struct node_config *);
void node_free(struct node *);

struct node_socket *node_open(struct node *, uint16_t self, bool raw);
/* Flushes what the kernel takes at once, keeps trying for `linger` ms (option), then closes. */
void node_close(struct node_socket *);

/* Options of sp_socket_set, and "reconnect-min", "reconnect-max", "linger", "handshake" (ms). */
enum err node_set(struct node_socket *, const char *option, int64_t value);
enum err node_subscribe(struct node_socket *, struct slice topic, bool on);

/* URLs: tcp://HOST:PORT  tcp://[::1]:PORT  ipc://PATH  inproc://NAME.  `url` gets the actual one.
 */
enum err node_listen(struct node_socket *, const char *url, char *actual, size_t cap);
enum err node_dial(struct node_socket *, const char *url);
size_t node_pipes(const struct node_socket *);

/* E_AGAIN: try again when `changed` was called.  Output is written when the loop turns, or by
 * node_flush. */
enum err node_send(struct node_socket *, const struct msg *);
enum err node_recv(struct node_socket *, struct msg *); /* borrowed until the next call */
void node_flush(struct node *);

/* Forwards both ways between two raw sockets (or one with itself: NULL) until either closes. */
enum err node_device(struct node_socket *, struct node_socket *);

#endif
