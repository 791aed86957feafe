/* RESPONDENT: sp-surveyor-01 5.2 and 6.2. */
#include "sp/replier.h"

const struct pattern_ops respondent_ops = { .self = SP_RESPONDENT, REPLIER_COOKED };
const struct pattern_ops raw_respondent_ops = { .self = SP_RESPONDENT, REPLIER_RAW };
