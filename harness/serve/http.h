/* http.h -- the HTTP side of the stories, by libwebsockets: the files of a folder, and JSON under
 * /api/.  Its loop is the outer one: it turns the net's too. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H
#include "base/bytes.h"
#include "net/net.h"
#include <jansson.h>

struct http;

struct http_config {
    const char *host;   /* an address of this machine */
    int port;           /* 0: any */
    const char *folder; /* of the files */
    struct net *net;    /* borrowed; outlives the server */
    /* What GET /api/NAME answers, ours to release; NULL: 404. */
    json_t *(*get)(void *ctx, const char *name);
    /* POST /api/NAME with a JSON object.  An HTTP status: 204, 400, 404. */
    int (*post)(void *ctx, const char *name, const json_t *body);
    void (*tick)(void *ctx); /* every SERVE_TICK_MS */
    void *ctx;
};

struct http *http_new(const struct http_config *, struct buf *why); /* copies it; NULL: `why` */
int http_port(const struct http *);                                 /* the actual one */
void http_turn(struct http *); /* waits, and handles what came */
void http_free(struct http *);

#endif
