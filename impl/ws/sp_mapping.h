/* sp_mapping.h -- SP over WebSocket (sp-websocket-mapping-01): the sub-protocols.
 *
 * A sub-protocol names the endpoint type of the SERVER (2): a REP that listens accepts
 * "rep.sp.nanomsg.org", and a REQ that dials offers the same.  There is no greeting: the
 * sub-protocol stands for it.  One message is one WebSocket message, binary by default, and begins
 * with the SP header (3). */
#ifndef WS_SP_MAPPING_H
#define WS_SP_MAPPING_H
#include <stdint.h>

/* By endpoint type as in the greeting of a stream (0x0030: REQ); static strings; NULL: no such
 * type.  PAIR v1 is "pair1", as everywhere though in no draft. */
const char *ws_sp_accepts(uint16_t self); /* as a server */
const char *ws_sp_offers(uint16_t self);  /* as a client */
/* The endpoint type a server of that name has; 0: unknown.  Case does not count, as in nanomsg
 * and nng. */
uint16_t ws_sp_type(const char *name);

#endif
