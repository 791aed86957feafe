/* lws_service.h -- inside of a socket over libwebsockets: its connections, and the thread that
 * serves them.  Each socket is a context of the library; only its thread calls the library.
 * Requests hand that thread work, and wait under the lock for what changes. */
#ifndef LWS_SERVICE_H
#define LWS_SERVICE_H
#include "lws_socket.h"
#include <libwebsockets.h>
#include <pthread.h>

enum { LONGEST_NAME = 64, LONGEST_TARGET = 256 };

struct address {
    bool secure;
    int port;
    char host[LONGEST_NAME], target[LONGEST_TARGET];
};

struct endpoint {
    struct endpoint *next;
    struct socket *socket;
    struct address address;
    char path[LONGEST_TARGET]; /* of the target, without its escapes: as the library tells it */
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t again; /* a dialer waits */
};

/* A connection; a client's is here before it is open. */
struct link {
    struct link *next;
    struct lws *wsi;
    struct endpoint *dialer; /* NULL: it was accepted */
    uint8_t *in;
    size_t in_size;
    struct octets *out; /* to be sent; LWS_PRE octets, which `size` leaves out, come first */
    unsigned waiting;   /* in `out` */
    bool open, leaving;
};

struct socket {
    const struct pattern *pattern;
    char serves[32], asks[32]; /* a client asks for the protocol of the server */
    struct lws_protocols protocols[2];
    struct lws_context *context;
    char *tls[TLS_FILES];
    int64_t limit, reconnect;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*work)(struct socket *, void *); /* for the thread; NULL: done */
    void *argument;
    bool over;
    struct endpoint *endpoints;
    struct link *links;
    struct octets *inbox, *topics;
};

/* Its context and thread; `pattern`, the names and what requests set are the caller's.  False:
 * there is nothing to end. */
bool service_start(struct socket *);
/* Has the thread do this, and waits until it is done; not while the lock is held. */
void in_thread(struct socket *, void (*work)(struct socket *, void *), void *argument);

/* Work for the thread.  The first two leave the endpoint without a vhost if the library refuses. */
void begin_listening(struct socket *, void *endpoint);
void begin_dialling(struct socket *, void *endpoint);
void begin_sending(struct socket *, void *); /* of what links have to be sent */
void begin_leaving(struct socket *, void *); /* no dialling any more, and a Close for each link */
void end_serving(struct socket *, void *);   /* then the thread can be joined */

/* The list of links.  The lock is held, or the thread has ended. */
void link_add(struct socket *, struct link *);
void link_take(struct socket *, const struct link *);
void link_end(struct socket *, struct link *); /* takes and frees it; a dialer tries again */
size_t links_open(const struct socket *);

/* Lists of octets; out of memory, the process ends. */
struct octets *octets_new(const void *, size_t);
void octets_append(struct octets **list, struct octets *);

#endif
