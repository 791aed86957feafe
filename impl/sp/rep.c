/* REP: sp-request-reply-01 5.2 and 6.2. */
#include "sp/replier.h"

const struct pattern_ops rep_ops = { .self = SP_REP, REPLIER_COOKED };
const struct pattern_ops raw_rep_ops = { .self = SP_REP, REPLIER_RAW };
