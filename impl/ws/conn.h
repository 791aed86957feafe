/* conn.h -- one WebSocket connection, either role: opening handshake, then messages (RFC 6455).
 * Strict, no I/O, no clock.
 *
 *     OPENING --handshake right--> OPEN --our Close--> CLOSING --their Close, eof--> CLOSED
 *        |                          | \--their Close (answered), eof----------------/
 *        \--refused, eof--> FAILED <-+--protocol broken, over a limit, no memory
 *
 * Octets in: ws_conn_room + ws_conn_fed.  Events out: ws_conn_next.  Octets out: ws_conn_out +
 * ws_conn_sent.  Everything that has to be said is put into the output by itself and at once, also
 * while messages wait to be taken: request and response, refusals, Pong, the Close that answers,
 * the Close that says why we fail.
 *
 * Beneath the pipe of an SP socket it stands where sp_conn stands (sp/conn.h); functions of the
 * same name do the same.  SP_EV_GREETING is WS_EV_OPEN: the sub-protocol (sp_mapping.h) has taken
 * the place of the greeting, and a pipe is up.  A message is { .head, .body, .own } of struct msg,
 * and its payload begins with the SP header.  Different are:
 *  - Reading can write: after ws_conn_fed, ws_conn_eof and ws_conn_next look at ws_conn_out.
 *  - The stream is to be closed once ws_conn_over() and nothing is unsent; messages that are whole
 *    still come from ws_conn_next, like those of an sp_conn after eof.  Do not let unread octets
 *    turn that close into a reset, which would lose our last words: finish, discard until eof or
 *    a time limit, close.
 *  - To end a pipe call ws_conn_close, write, and give the peer a time limit to answer; its answer
 *    makes the connection over (7.1.1; a client may wait for eof as well).
 *  - The handshake limit runs while ws_conn_state() is WS_CONN_OPENING. */
#ifndef WS_CONN_H
#define WS_CONN_H
#include "base/bytes.h"
#include "base/chunk.h"
#include "base/err.h"
#include "ws/close.h"
#include "ws/upgrade.h"

enum ws_role { WS_SERVER, WS_CLIENT };
enum ws_conn_state {
    WS_CONN_OPENING,
    WS_CONN_OPEN,
    WS_CONN_CLOSING,
    WS_CONN_CLOSED,
    WS_CONN_FAILED,
};

enum ws_event_type {
    WS_EV_NONE,    /* more octets are needed, or the connection is over */
    WS_EV_OPEN,    /* the handshake is done: `protocol` */
    WS_EV_MESSAGE, /* `payload`, `own`, `text` */
    WS_EV_CLOSED,  /* once, the last: `code`, `reason` of the peer's Close; WS_ABNORMAL: just eof */
    WS_EV_ERROR,   /* once, the last: `err`, `why`, `code` or `status` */
};

/* Slices live until the next call of ws_conn_room or ws_conn_free, or until ws_conn_next yields
 * another message. */
struct ws_event {
    enum ws_event_type type;
    const char *protocol; /* as in the configuration; NULL: none */
    struct slice payload; /* unmasked, defragmented */
    struct chunk *own;    /* the memory behind `payload` if it is its own; borrowed */
    bool text;            /* valid UTF-8 */
    unsigned code;        /* of the Close: the peer's, or the one we failed it with; 0: none */
    struct slice reason;
    int status;      /* of HTTP, when the handshake failed: what we said, or were told; 0: none */
    enum err err;    /* E_PROTO, E_TOOLONG, E_REFUSED (by the server), E_NOMEM */
    const char *why; /* a literal */
};

struct ws_conn_config {
    enum ws_role role;
    struct ws_rules rules; /* server; what it points to outlives the connection */
    /* Client. */
    const char *host;     /* of the Host header; NULL: "localhost" */
    const char *target;   /* path and query; NULL: "/" */
    const char *protocol; /* to ask for; NULL: none; outlives the connection */
    /* Client: fills in what nobody shall foresee, key and masks (5.3). */
    void (*random)(void *ctx, void *to, size_t n);
    void *random_ctx;

    bool accept_text;     /* else a Text frame fails the connection, 1003 */
    uint64_t max_payload; /* octets of a message, all its frames together; 0: 2^60 - 1 */
    size_t read_ahead;    /* octets of input to hold beside a large payload, 0: 256 KiB */
    size_t max_head;      /* of the handshake, octets; 0: HTTP_HEAD_MAX */
};

struct ws_conn; /* about 700 octets; buffers are allocated when first needed and grow with use */

struct ws_conn *ws_conn_new(const struct ws_conn_config *); /* NULL: no memory */
void ws_conn_free(struct ws_conn *);
enum ws_conn_state ws_conn_state(const struct ws_conn *);
bool ws_conn_over(const struct ws_conn *); /* CLOSED or FAILED */

/* Where to read the next octets into, and how many fit; *n is 0 (NULL returned) when the
 * connection holds all it may until ws_conn_next has been called: back-pressure; and when it is
 * over.  Never commits memory for a size that is only claimed. */
uint8_t *ws_conn_room(struct ws_conn *, size_t *n);
void ws_conn_fed(struct ws_conn *, size_t n);
void ws_conn_eof(struct ws_conn *);
enum ws_event_type ws_conn_next(struct ws_conn *, struct ws_event *);
/* What ws_conn_next would yield; *payload is set when it is a message. */
enum ws_event_type ws_conn_peek(const struct ws_conn *, struct slice *payload);
bool ws_conn_ready(const struct ws_conn *); /* ws_conn_next would yield something */
bool ws_conn_full(const struct ws_conn *);  /* ws_conn_room would say NULL for back-pressure */
size_t ws_conn_held(const struct ws_conn *);
/* The stream is gone and only ws_conn_next matters: gives back all other memory.  Ends the life of
 * slices handed out. */
void ws_conn_shrink(struct ws_conn *);
size_t ws_conn_memory(const struct ws_conn *); /* octets allocated, used or not */

/* To send; borrowed.  The payload is `head`, then `body`. */
struct ws_message {
    struct slice head, body;
    struct chunk *own; /* what `body` lies in; may be NULL */
    bool text;
};
/* Appends one frame.  A server sends a body of WS_LARGE octets or more with `own` by reference;
 * else it is copied, by a client masked.  E_STATE before OPEN and after a Close of either side;
 * E_INVAL: text that is not UTF-8; E_NOMEM. */
enum { WS_LARGE = 32 * 1024 };
enum err ws_conn_send(struct ws_conn *, const struct ws_message *);
enum err ws_conn_ping(struct ws_conn *, struct slice); /* at most 125 octets, else E_INVAL */
/* Begins the closing handshake: what was sent before still goes out, what arrives from now on is
 * ignored.  `code` WS_NO_CODE: an empty Close; the reason is cut at 123 octets.  Before OPEN the
 * connection is just over; after that, nothing happens. */
void ws_conn_close(struct ws_conn *, unsigned code, struct slice reason);
int ws_conn_out(const struct ws_conn *, struct slice *out, int max);
void ws_conn_sent(struct ws_conn *, size_t n);
size_t ws_conn_unsent(const struct ws_conn *);

#endif
