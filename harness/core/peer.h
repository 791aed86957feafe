/* peer.h -- connections of ours, inside harness/core. */
#ifndef HARNESS_PEER_H
#define HARNESS_PEER_H
#include "core/context.h"
#include "net/tls.h"

/* Asks again whether the other side has read: see write_out. */
struct peer_timer {
    struct net_timer timer;
    struct peer *peer;
};

struct peer *peer_new(struct t *, struct at, struct stream *, const char *url, struct endpoint *);
struct peer *peer_attach(struct iut *, struct at, bool plain);    /* see attach_raw, attach_plain */
void peer_secure(struct peer *, struct at, struct tls_context *); /* TLS from now on */
void peer_drop(struct peer *, bool reset, const char *note);
void peer_put(struct peer *, struct slice octets); /* traced, queued, written when possible */
/* A line of the script begins that sends on it: stops the case if we closed it. */
void peer_ours(struct peer *, struct at);
void peer_flush(struct peer *);
/* Waits until all we put is written; false: it ended first.  Stops the case if it does not read. */
bool peer_flushed(struct peer *, struct at);
void peer_rewant(struct peer *); /* asks the stream for the events that matter now */
/* Tells the trace how to read its octets; `self`: endpoint type of the implementation, or 0. */
void peer_describe(struct peer *, uint16_t self);
void peer_trace(struct peer *, enum trace_kind, struct slice octets, const char *note);
void peer_consume(struct peer *, size_t n); /* of what was received */
void peer_sent(struct peer *); /* something of the script's went out: see SEGMENT_COALESCED */
void peer_settle_others(struct peer *); /* all but this one: see SEGMENT_COALESCED */
bool peer_urgent(struct peer *, uint8_t octet);
/* Makes sure by messages that the implementation has a pipe to each peer attached, where only
 * messages can tell. */
void prime(struct iut *, struct at);

/* ---- endpoint.c: they stop the case when nobody is there ---- */
struct endpoint *endpoint_listen(struct t *, struct at, const char *url);
struct endpoint *endpoint_find(struct t *, const char *url); /* NULL: nobody listens there */
struct peer *endpoint_accept(struct endpoint *, struct at);
enum { DIAL_MAY_FAIL = 1, DIAL_PLAIN = 2 }; /* refused is an outcome; without TLS */
struct peer *peer_dial(struct t *, struct at, const char *url, unsigned how);
struct peer *peer_accept_service(struct t *, struct at, bool plain); /* a black box dials us */

#endif
