/* mutation.h -- what the hooks of a mutant may look at and do. */
#ifndef HARNESS_MUTATION_H
#define HARNESS_MUTATION_H
#include "mutants/mutant.h"
#include "sp/wire.h"

struct mutation {
    struct net net; /* what the reference lives on; must be first */
    struct net *inner;
    const struct mutant *mutant;
    void (*die)(void *ctx, const char *how);
    void *die_ctx;
    bool there;                  /* what the mutant is about was asked for */
    unsigned streams;            /* opened so far */
    int64_t note[8];             /* the mutant's own */
    struct buf kept;             /* octets of the mutant's own */
    struct octet_fault *all;     /* streams that are open, newest first */
    struct stream *orphans[256]; /* left open behind the reference's back */
    unsigned orphan_count;
    struct accepting *kept_listeners; /* left listening likewise */
    struct machine_ops *machines;     /* of patterns with hooks */
    struct buf asides;                /* lines to ask beside, see mutation_aside */
};

/* Where an octet stands in its stream. */
struct scan {
    uint8_t head[9];
    unsigned n;    /* of the head */
    uint64_t left; /* of the payload */
};

/* A WebSocket as it passes by (ws_stream.h). */
struct ws_way {
    bool begun;    /* the head of HTTP is through */
    bool lost;     /* what comes is not understood: it goes on as it is */
    uint64_t left; /* of a frame that goes on as it is, or to nowhere */
    bool nowhere;
    unsigned pieces; /* reads so far that ended within this head or frame */
};
struct ws_fault {
    struct ws_way in, out;
    char key[32];       /* Sec-WebSocket-Key of the request, as it came */
    char protocols[96]; /* Sec-WebSocket-Protocol of the request */
    char target[64];    /* of the reference's address: path and query */
    int status;         /* that was answered; 0: nothing yet */
    struct net_timer impatient;
};

struct octet_fault {
    struct stream stream; /* what the reference reads and writes; must be first */
    struct stream *inner;
    struct mutation *m;
    struct octet_fault *next;
    unsigned number;                    /* 1 is the first stream of this reference */
    bool dialled;                       /* by the reference */
    bool is_ws, tls, below;             /* a WebSocket; inside TLS; below TLS */
    uint64_t in_position, out_position; /* octets before `data`, of the stream */
    uint64_t frames_in, frames_out;     /* before this one */
    uint16_t self; /* endpoint type the reference announced, once it did; WebSocket: at once */
    uint16_t peer; /* the peer's, once it came whole (frame hooks only) */
    int64_t note[4];
    struct buf kept;
    struct scan in_scan; /* see octets.h */
    int64_t skew;        /* a frame_out hook: the length written is off by this */
    bool retyped;        /* a frame_out hook: the ipc type written is `type` */
    uint8_t type;
    struct ws_fault ws;
    struct octet_fault *detour; /* what is written goes out there */
    ptrdiff_t end;              /* what the inner stream ended with: 0 or an error */

    /* inside */
    struct buf in, out, raw_in, raw_out;
    bool end_seen, end_hidden, greeted_in, greeted_out;
    struct net_timer again, timer;
    unsigned wanted;
};

/* The reference resets or closes this stream; its own side finds out like from a peer. */
void octet_fault_close(struct octet_fault *, bool reset);
/* Sends octets of the mutant's own on the stream (they pass no hook). */
void octet_fault_send(struct octet_fault *, struct slice);
/* Hands the reference octets as if they came now (they pass no hook). */
void octet_fault_receive(struct octet_fault *, struct slice);
/* Calls the mutant's alarm hook in `ms`; negative: never. */
void octet_fault_alarm(struct octet_fault *, int64_t ms);
/* From an ask or answer hook: a line the adapter is asked behind this one; its answer is seen by
 * nobody. */
void mutation_aside(struct mutation *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* True when the line's first word is `verb`. */
bool line_is(const struct buf *line, const char *verb);

#endif
