#include "sp/protocol.h"
#include <string.h>

/* Numbers: sp-protocol-ids-01 1; REQ and REP as on the wire everywhere (0x30, 0x31), not as in
 * sp-request-reply-01 8. */
const struct sp_protocol sp_protocols[] = {
    { "pair0", SP_PAIR0, SP_PAIR0 },
    { "pair1", SP_PAIR1, SP_PAIR1 },
    { "pub", SP_PUB, SP_SUB },
    { "sub", SP_SUB, SP_PUB },
    { "req", SP_REQ, SP_REP },
    { "rep", SP_REP, SP_REQ },
    { "push", SP_PUSH, SP_PULL },
    { "pull", SP_PULL, SP_PUSH },
    { "surveyor", SP_SURVEYOR, SP_RESPONDENT },
    { "respondent", SP_RESPONDENT, SP_SURVEYOR },
    { "bus", SP_BUS, SP_BUS },
};
const size_t sp_protocol_count = sizeof sp_protocols / sizeof sp_protocols[0];

const struct sp_protocol *sp_protocol_named(const char *name)
{
    if (strcmp(name, "pair") == 0)
        name = "pair0";
    for (size_t i = 0; i < sp_protocol_count; i++)
        if (strcmp(sp_protocols[i].name, name) == 0)
            return &sp_protocols[i];
    return NULL;
}

const struct sp_protocol *sp_protocol_numbered(uint16_t self)
{
    for (size_t i = 0; i < sp_protocol_count; i++)
        if (sp_protocols[i].self == self)
            return &sp_protocols[i];
    return NULL;
}
