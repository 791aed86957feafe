/* ws_carrier.h -- a WebSocket connection as the carrier of a pipe (sp-websocket-mapping-01). */
#ifndef NET_WS_CARRIER_H
#define NET_WS_CARRIER_H
#include "sp/conn.h"
#include "ws/conn.h"

struct ws_carrier_config {
    struct sp_conn_config sp; /* types and limits */
    enum ws_role role;
    const char *host, *target; /* server: the path it serves; borrowed during the call */
    bool text;                 /* messages go out as Text frames */
    void (*random)(void *ctx, void *to, size_t n); /* see ws_conn_config */
    void *random_ctx;
};

struct carrier *ws_carrier_new(const struct ws_carrier_config *); /* NULL: no memory */

#endif
