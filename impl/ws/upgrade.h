/* upgrade.h -- is an opening handshake right (RFC 6455 4.2.1 and 4.1)?  Strict. */
#ifndef WS_UPGRADE_H
#define WS_UPGRADE_H
#include "ws/http.h"

struct ws_rules {                 /* of a server */
    const char *path;             /* NULL: any; a query is not looked at */
    const char *const *protocols; /* those served, ended by NULL; NULL: none */
    bool without_protocol;        /* a client that asks for none is served too */
};

struct ws_verdict {
    int status;            /* 101, or how to refuse: 400, 404, 405, 426, 505 */
    const char *why;       /* refused: a literal */
    struct slice key;      /* points into the request */
    struct slice selected; /* the sub-protocol as the client wrote it; empty: none */
    const char *protocol;  /* the same as in the rules; NULL: none */
};

/* The client's first sub-protocol that is served is selected, whatever its case (as nanomsg and
 * nng do).  Extensions are not accepted, which is no reason to refuse (9.1). */
struct ws_verdict ws_judge_request(const struct http_head *, const struct ws_rules *);

/* NULL, or why the client has to fail the connection: a literal.  `key` as sent; `protocol` the
 * one asked for (NULL: none), which must be answered exactly. */
const char *ws_judge_response(const struct http_head *, struct slice key, const char *protocol);

#endif
