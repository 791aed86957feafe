/* url.h -- the addresses a net or node understands. */
#ifndef NET_URL_H
#define NET_URL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

enum url_scheme { URL_TCP4, URL_TCP6, URL_TCP_NAME, URL_IPC, URL_INPROC };

enum {
    URL_PATH_MAX = 107, /* of sun_path, and of names; without the final NUL */
    URL_WS_MAX = 140,   /* octets behind ws:// */
};

struct url {
    enum url_scheme scheme; /* of the address; with tls or ws it is one of the tcp ones */
    bool tls, ws;           /* what lies above tcp: tls+tcp is tls, wss is both */
    uint8_t addr[16];       /* URL_TCP4: the first four; network order */
    uint16_t port;
    char name[URL_PATH_MAX + 1]; /* host name, path or inproc name */
    char target[URL_WS_MAX + 2]; /* ws: path and query, from the first slash on; "/" at least */
};

/* tcp://127.0.0.1:PORT  tcp://[::1]:PORT  tcp://HOST:PORT  tcp://:PORT (any address; a star for
 * the host means the same)  ipc://PATH  inproc://NAME  tls+tcp://... as tcp
 * ws://HOST:PORT/PATH?QUERY and wss://... (without a port: 80 and 443).  E_INVAL: anything else. */
enum err url_parse(const char *text, struct url *out);
/* The same in canonical form, NUL-terminated, cut at `cap`. */
void url_text(const struct url *, char *out, size_t cap);
void url_authority(const struct url *, char *out, size_t cap); /* HOST:PORT */
/* The address alone, as tcp://HOST:PORT, for what tls and ws are carried by. */
struct url url_below(const struct url *);
/* `asked`, with the port of the address `found` that a listener got for it. */
void url_with_port(const char *asked, const char *found, char *out, size_t cap);
bool url_any_address(const struct url *); /* 0.0.0.0 or :: */

#endif
