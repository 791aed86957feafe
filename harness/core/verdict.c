/* verdict.c -- what an outcome means for the implementation (DESIGN: Verdicts). */
#include "core/run.h"

static enum verdict broken(const struct instance *i, enum profile profile)
{
    switch (i->level) {
    case LEVEL_MUST:
        return V_FAIL;
    case LEVEL_DEFACTO:
        return i->unconfirmed || profile == PROFILE_DRAFT ? V_INFO : V_FAIL;
    case LEVEL_SHOULD:
        return profile == PROFILE_STRICT ? V_FAIL : V_WARN;
    case LEVEL_MAY:
        return V_INFO;
    }
    return V_ERROR;
}

enum verdict verdict_of(const struct record *r, const struct instance *i, enum profile profile)
{
    switch (r->outcome) {
    case ENDED:
        return r->variant[0] ? V_INFO : V_PASS;
    case FAILED:
        return broken(i, profile);
    case SKIPPED:
        return V_SKIP;
    case DIED:
        return V_CRASH;
    case HUNG:
        return V_HANG;
    case UNFAIR:
    case RUNNING:
        return V_ERROR;
    }
    return V_ERROR;
}
