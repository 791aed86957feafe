/* dissect.h -- one direction of one SP byte stream, named field by field.
 *
 * Incremental: octets come in whatever pieces the network made, each piece is named as far as it
 * goes.  It never fails: what makes no sense is named as such, and framing goes on as announced,
 * for a conformance trace is full of things that are wrong on purpose. */
#ifndef TRACE_DISSECT_H
#define TRACE_DISSECT_H
#include "base/bytes.h"
#include "sp/wire.h"

struct dissected {
    uint64_t offset;     /* of the first of `octets` in the stream of this direction */
    uint64_t frame;      /* 1..; 0: the greeting */
    struct slice octets; /* a part of what was fed */
    const char *name;    /* "magic" "version" "type" "reserved" "frame type" "length" "hop" "id"
                            "hops" "body" "octets"; "tag": not yet known which */
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
};

struct dissector {
    enum sp_framing framing;
    uint16_t type; /* of the sender, as greeted; 0: not known */
    uint16_t type_otherwise;
    enum dissect_step step;
    uint64_t offset, frame;
    uint64_t size, left; /* of the payload: octets announced, and those not yet named */
    unsigned tags;       /* hops seen in this payload */
    size_t have;         /* octets of the field of this step */
    uint8_t got[8];
};

/* `type_otherwise` stands in where the greeting names no known endpoint type (0: none).
 * `greeted`: the stream begins behind its greeting. */
void dissector_init(struct dissector *, enum sp_framing, uint16_t type_otherwise, bool greeted);
/* Names all of `octets`; `field` is called once per part. */
void dissector_feed(struct dissector *, struct slice octets,
                    void (*field)(void *ctx, const struct dissected *), void *ctx);

#endif
