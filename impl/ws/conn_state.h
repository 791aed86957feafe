/* conn_state.h -- what the files of a connection share; private to them.
 *
 * The input buffer:  begin  kept  scan  in->n
 *                      |wait |gap  |new |
 * `wait` holds the frames of whole unfragmented messages that nobody took yet, unmasked and end to
 * end; `new` what has not been looked at, or is not whole.  The gap is what other frames left. */
#ifndef WS_CONN_STATE_H
#define WS_CONN_STATE_H
#include "base/outq.h"
#include "base/utf8.h"
#include "ws/conn.h"
#include "ws/frame.h"
#include "ws/handshake.h"

enum { WS_RECEIVE_LARGE = 64 * 1024 }; /* from here on a frame is received into `whole` */

struct ws_conn {
    struct ws_conn_config config;
    enum ws_conn_state state;
    bool eof;
    bool open_waits;     /* WS_EV_OPEN was not taken yet */
    struct ws_event end; /* the last event; NONE: not yet, or taken */
    const char *protocol;

    struct chunk *in;
    size_t begin, kept, scan;
    bool filled;      /* the last read filled the buffer: a larger one is worth while */
    bool after_large; /* the last message taken had memory of its own */

    size_t done; /* octets at `scan`, behind the head, that are unmasked and looked at */
    struct utf8 utf8;

    /* The message that is gathered from fragments, or large. */
    struct chunk *whole;
    bool fragmented; /* a frame without FIN came, the one with it did not */
    bool text;
    bool discarding; /* it came after our Close */
    bool assembled;  /* it waits, behind `before` octets of the waiting frames */
    size_t before;
    /* Its frame on the way in, the head taken off. */
    bool in_frame, fin, masked;
    uint8_t mask[4];
    uint64_t left, offset; /* octets to come and gone by */

    struct chunk *taken; /* of the message handed out last */
    bool lent;           /* ... and still in use */

    struct outq out;
    size_t pongs;                      /* octets of Pong that wait in the output, or more */
    uint64_t pongs_end;                /* of its stream: behind the last of them */
    int late;                          /* octets of the Ping to answer then; -1: none */
    uint8_t late_ping[WS_CONTROL_MAX]; /* the latest */
    uint8_t reason[WS_CONTROL_MAX];    /* of the peer's Close */
    char key[WS_KEY_SIZE + 1];         /* client */
};

/* conn.c */
void ws_fail(struct ws_conn *, enum err, unsigned code, const char *why);
void ws_ended(struct ws_conn *, unsigned code, struct slice reason);
static inline struct slice ws_unread(const struct ws_conn *c)
{
    return c->in == NULL ? slice_of(NULL, 0) : slice_of(c->in->p + c->scan, c->in->n - c->scan);
}
void ws_skip(struct ws_conn *, size_t n); /* octets of ws_unread */

/* conn_open.c */
bool ws_begin(struct ws_conn *); /* false: no memory */
void ws_open(struct ws_conn *);

/* conn_scan.c: looks at all that is new, and at the end of it. */
void ws_scan(struct ws_conn *);
bool ws_grow_whole(struct ws_conn *, size_t more);
/* Octets have been read straight into the memory of `whole`. */
void ws_took(struct ws_conn *, size_t n);

/* conn_out.c */
bool ws_put_control(struct ws_conn *, enum ws_opcode, struct slice body);
void ws_put_close(struct ws_conn *, unsigned code, struct slice reason);
void ws_pong(struct ws_conn *, struct slice body);

#endif
