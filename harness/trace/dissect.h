/* dissect.h -- one direction of one SP byte stream, named field by field.
 *
 * Incremental: octets come in whatever pieces the network made, each piece is named as far as it
 * goes.  It never fails: what makes no sense is named as such, and framing goes on as announced,
 * for a conformance trace is full of things that are wrong on purpose. */
#ifndef TRACE_DISSECT_H
#define TRACE_DISSECT_H
#include "base/bytes.h"
#include "sp/wire.h"
#include "trace/trace.h"

struct dissected {
    uint64_t offset;     /* of the first of `octets` in the stream of this direction */
    uint64_t frame;      /* 1..; 0: the greeting */
    struct slice octets; /* a part of what was fed */
    const char *name;    /* "magic" "version" "type" "reserved" "frame type" "length" "hop" "id"
                            "hops" "body" "octets"; "tag": not yet known which; of a WebSocket
                            "line" "frame" "length" "mask" "code" */
    const char *clause;  /* "sp-tcp-mapping-01 2", or "" */
    bool complete;       /* false: the field goes on in octets still to come */
    bool wrong;          /* not what the clause asks for */
    char value[72];      /* "0x0030 REQ", "12 octets"; printable ASCII, perhaps "" */
};

enum dissect_step {
    DISSECT_MAGIC,
    DISSECT_VERSION,
    DISSECT_TYPE,
    DISSECT_RESERVED,
    DISSECT_FRAME_TYPE,
    DISSECT_LENGTH,
    DISSECT_TAG,
    DISSECT_HOPS,
    DISSECT_SHORT, /* a payload too small for the header it should have */
    DISSECT_BODY,
    DISSECT_GARBAGE, /* no SP from the first octets on */
    /* WebSocket */
    DISSECT_HTTP_LINE,
    DISSECT_WS_HEAD,
    DISSECT_WS_LENGTH,
    DISSECT_WS_KEY,
    DISSECT_WS_CODE, /* of a Close */
};

struct dissector {
    enum trace_framing framing;
    uint16_t type; /* of the sender, as greeted; 0: not known */
    uint16_t type_otherwise;
    enum dissect_step step;
    uint64_t offset, frame;
    uint64_t size, left; /* of the payload: octets announced, and those not yet named */
    unsigned tags;       /* hops seen in this payload */
    size_t have;         /* octets of the field of this step */
    uint8_t got[8];
    struct {
        uint8_t opcode, key[4];
        bool masked;
        uint64_t at; /* octets of the payload named so far */
    } ws;
};

/* `type_otherwise` stands in where the greeting names no known endpoint type (0: none).
 * `greeted`: the stream begins behind its greeting. */
void dissector_init(struct dissector *, enum trace_framing, uint16_t type_otherwise, bool greeted);
/* Names all of `octets`; `field` is called once per part. */
void dissector_feed(struct dissector *, struct slice octets,
                    void (*field)(void *ctx, const struct dissected *), void *ctx);

/* dissect_ws.c: the same for an opening handshake and WebSocket frames. */
void dissect_ws(struct dissector *, struct slice octets,
                void (*field)(void *ctx, const struct dissected *), void *ctx);
/* What an SP payload begins with, sent by this type: 0, a row of tags, or a hop count; its clause.
 */
enum sp_header { SP_HEADER_NONE, SP_HEADER_TAGS, SP_HEADER_HOPS };
enum sp_header dissect_header_of(uint16_t type);
const char *dissect_header_clause(uint16_t type);
uint16_t dissect_sender(const struct dissector *);

#endif
