/* canary.h -- what a canary says to a running service and looks for in what it hears, on every
 * transport: the octets alone.  `url` is the service's, `self` its protocol. */
#ifndef HARNESS_CANARY_H
#define HARNESS_CANARY_H
#include "base/bytes.h"
#include "net/url.h"
#include "sp/protocol.h"

/* Where the octets go: what carries TLS and WebSocket. */
void canary_address(const struct url *, char *text, size_t cap);
/* First of all, as soon as it is connected: over WebSocket the request.  Else nothing. */
void canary_opening(const struct url *, const struct sp_protocol *self, struct buf *out);
/* Octets of its greeting at the front of `in`, or of the head that upgrades the connection; 0: not
 * whole yet, or none. */
size_t canary_greeted(const struct url *, struct slice in);
/* Our greeting (WebSocket has none), and if `asks` what a REP or RESPONDENT may answer. */
void canary_greeting(const struct url *, const struct sp_protocol *self, bool asks,
                     struct buf *out);
/* Over WebSocket the end is announced.  Else nothing. */
void canary_farewell(const struct url *, struct buf *out);

#endif
