/* protocol.h -- the endpoint types of SP (sp-protocol-ids-01), one row each. */
#ifndef SP_PROTOCOL_H
#define SP_PROTOCOL_H
#include <stddef.h>
#include <stdint.h>

enum {
    SP_PAIR0 = 0x0010,
    SP_PAIR1 = 0x0011,
    SP_PUB = 0x0020,
    SP_SUB = 0x0021,
    SP_REQ = 0x0030,
    SP_REP = 0x0031,
    SP_PUSH = 0x0050,
    SP_PULL = 0x0051,
    SP_SURVEYOR = 0x0062,
    SP_RESPONDENT = 0x0063,
    SP_BUS = 0x0070,
};

struct sp_protocol {
    const char *name; /* "pair0" "pair1" "pub" ... as in the adapter protocol; "pair" finds pair0 */
    uint16_t self;    /* octets 4-5 of the greeting it sends */
    uint16_t peer;    /* octets 4-5 of the greeting it accepts */
};

extern const struct sp_protocol sp_protocols[];
extern const size_t sp_protocol_count; /* 11 */

const struct sp_protocol *sp_protocol_named(const char *name); /* NULL: unknown */
const struct sp_protocol *sp_protocol_numbered(uint16_t self); /* NULL: unknown */

#endif
