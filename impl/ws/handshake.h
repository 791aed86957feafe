/* handshake.h -- writing the opening handshake (RFC 6455 4), both sides.  Serialisers write what
 * they are told: in a struct to send, zero is well-formed and each field set is one deviation,
 * apart from the plain arguments at its top.  Reading is http.h, judging upgrade.h. */
#ifndef WS_HANDSHAKE_H
#define WS_HANDSHAKE_H
#include "base/bytes.h"

enum { WS_KEY_SIZE = 24, WS_ACCEPT_SIZE = 28 }; /* characters of base64 */

/* 4.2.2: base64(SHA-1(key GUID)).  `to` has room for WS_ACCEPT_SIZE + 1: a NUL follows. */
void ws_accept_key(struct slice key, char *to);

/* As the value of a text field below: the header line is left out. */
extern const char ws_omit[];

/* Texts are borrowed and not checked; NULL means what the comment says. */
struct ws_request {
    const char *target;    /* "/" */
    const char *host;      /* "localhost" */
    const char *key;       /* the sample of RFC 6455 1.3: not random */
    const char *protocols; /* a list; no line */

    const char *method;       /* "GET" */
    const char *http_version; /* "HTTP/1.1" */
    const char *upgrade;      /* "websocket" */
    const char *connection;   /* "Upgrade" */
    const char *version;      /* "13" */
    const char *extensions;   /* no line */
    const char *extra;        /* whole lines with their ends, in front of the empty line */
    const char *line_end;     /* CR LF */
    bool unfinished;          /* no empty line */
};
void ws_request_write(struct buf *out, const struct ws_request *);

struct ws_response {
    struct slice key;      /* of the request, for the accept key */
    struct slice protocol; /* the one selected; empty: no line */
    int status;            /* 101.  Any other is a refusal: Content-Length: 0, Connection: close,
                              and what goes with 405 (Allow) and 426 (Upgrade, version) */

    const char *http_version; /* "HTTP/1.1" */
    const char *reason;       /* as fits the status */
    const char *upgrade;      /* "websocket" */
    const char *connection;   /* "Upgrade"; refused: "close" */
    const char *accept;       /* computed */
    const char *extensions;   /* no line */
    const char *extra;        /* whole lines with their ends, in front of the empty line */
    const char *line_end;     /* CR LF */
    bool unfinished;          /* no empty line */
};
void ws_response_write(struct buf *out, const struct ws_response *);

#endif
