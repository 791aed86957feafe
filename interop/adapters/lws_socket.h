/* lws_socket.h -- a socket of a pattern without a header, over libwebsockets, which knows WebSocket
 * and nothing of SP: the sub-protocol, one peer or all of them, prefixes and dialling again are
 * here. One owner calls these, one at a time; a thread of the socket's own answers pings meanwhile.
 */
#ifndef LWS_SOCKET_H
#define LWS_SOCKET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TLS_CA, TLS_CERT, TLS_KEY, TLS_FILES };

struct pattern {
    const char *name, *peer;
    bool sends, receives;
};
/* NULL: it has a header, or there is none of this name. */
const struct pattern *pattern_named(const char *);

/* Octets that wait to be received, or a subscription; one malloc()ed block. */
struct octets {
    struct octets *next;
    size_t size;
    uint8_t data[];
};

struct socket;

struct socket *
socket_new(const struct pattern *); /* one malloc()ed block; NULL: it cannot be had */
/* Says farewell, for a second at most, and ends all; the block is left to be freed. */
void socket_end(struct socket *);
const struct pattern *socket_pattern(const struct socket *);

void socket_subscribe(struct socket *, const uint8_t *prefix, size_t n);
bool socket_unsubscribe(struct socket *, const uint8_t *prefix, size_t n); /* false: no such one */
void socket_set_limit(struct socket *, int64_t octets); /* of a message; 0: none */
void socket_set_reconnect(struct socket *, int64_t ms);
bool socket_set_tls(struct socket *, int file, const char *path); /* TLS_CA...; false: no memory */

enum socket_begun { BEGUN, NOT_WEBSOCKET, MALFORMED, REFUSED };
enum socket_begun socket_listen(struct socket *, const char *url, int *port); /* port: the actual */
enum socket_begun socket_dial(struct socket *, const char *url);

/* These wait up to `ms`; false or NULL: it did not come about. */
bool socket_reaches(struct socket *, size_t links, int ms);
bool socket_send(struct socket *, int ms, const uint8_t *message, size_t n);
struct octets *socket_receive(struct socket *, int ms); /* the caller's */

#endif
