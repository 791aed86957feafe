/* connect_types.c -- SP-CON-009: which of the eleven endpoint types each socket accepts as peer. */
#include "any.h"

static void accepts_only_its_peer(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);

    refuses_other_types(t, s, protocol, "");
    serves_next(t, s, protocol);
}

#define TYPES_CASE(name, shown, peer)                                                              \
    CASE(connect_types_of_##name,                                                                  \
         .title = shown " accepts " peer " as its peer, and none of the ten other types",          \
         .covers = "SP-CON-009", .why = "peers that do not understand each other must not talk",   \
         .needs = "wire", .via = TCP)                                                              \
    {                                                                                              \
        accepts_only_its_peer(t, #name);                                                           \
    }

TYPES_CASE(pair0, "PAIR v0", "PAIR v0")
TYPES_CASE(pair1, "PAIR v1", "PAIR v1")
TYPES_CASE(pub, "PUB", "SUB")
TYPES_CASE(sub, "SUB", "PUB")
TYPES_CASE(req, "REQ", "REP")
TYPES_CASE(rep, "REP", "REQ")
TYPES_CASE(push, "PUSH", "PULL")
TYPES_CASE(pull, "PULL", "PUSH")
TYPES_CASE(surveyor, "SURVEYOR", "RESPONDENT")
TYPES_CASE(respondent, "RESPONDENT", "SURVEYOR")
TYPES_CASE(bus, "BUS", "BUS")
