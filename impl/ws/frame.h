/* frame.h -- the octets of one WebSocket frame (RFC 6455 5.2).  Stateless and permissive: it
 * reports what it reads and writes what it is told; legality is conn.h's business. */
#ifndef WS_FRAME_H
#define WS_FRAME_H
#include "base/bytes.h"

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xa,
};
enum { WS_FIN = 0x80, WS_RSV1 = 0x40, WS_RSV2 = 0x20, WS_RSV3 = 0x10, WS_RSV = 0x70 };
enum { WS_HEAD_MAX = 14, WS_CONTROL_MAX = 125 };

/* ---- reading ---- */

/* A head as it stands, right or wrong. */
struct ws_head {
    bool fin, masked;
    uint8_t rsv; /* WS_RSV1 | ... */
    uint8_t opcode;
    uint8_t length_form; /* octets that say the length: 1, 3 or 9 */
    bool minimal;        /* ... and no shorter form would do */
    uint64_t length;     /* of the payload; top bit and all */
    uint8_t key[4];      /* when masked */
};

/* Octets used, or 0 when more are needed; never wrong.  With two octets or more, `fin`, `rsv`,
 * `opcode`, `masked` and `length_form` are told in any case, and `length` when that is 1. */
size_t ws_head_parse(struct slice in, struct ws_head *out);
/* The same for a frame that is whole, payload and all: its octets, or 0.  The payload is the last
 * `length` of them. */
size_t ws_frame_parse(struct slice in, struct ws_head *out);

/* ---- writing ---- */

enum ws_length_form { WS_LENGTH_MINIMAL, WS_LENGTH_7, WS_LENGTH_16, WS_LENGTH_64 };

/* A frame to send.  All-zero is well-formed: a final, empty, binary frame of a server.  `payload`,
 * `opcode` and `key` (a client has one) say what it is; what follows is one way each to be wrong.
 */
struct ws_frame {
    struct slice payload;  /* borrowed; masked on the way out */
    enum ws_opcode opcode; /* 0: binary; see `continuation` */
    bool continuation;     /* opcode 0 */
    bool more;             /* FIN is 0 */
    bool masked;           /* with `key` */
    uint8_t key[4];

    uint8_t rsv;                     /* WS_RSV1 | WS_RSV2 | WS_RSV3 */
    uint8_t reserved_opcode;         /* 3-7, b-f: instead of `opcode` */
    enum ws_length_form length_form; /* a form too short for the length cuts its upper bits */
    bool length_declared;            /* say `declared`, whatever the payload is */
    uint64_t declared;
    bool payload_unmasked; /* the mask bit and key say it is masked: it is not */
};

/* Writes the head at `to`, which has room for WS_HEAD_MAX octets; returns how many it took. */
size_t ws_head_put(uint8_t *to, const struct ws_frame *);
void ws_frame_write(struct buf *out, const struct ws_frame *);

#endif
