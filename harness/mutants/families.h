/* families.h -- the mutants that mutants.c lists, one file a family. */
#ifndef HARNESS_MUTANTS_FAMILIES_H
#define HARNESS_MUTANTS_FAMILIES_H
#include "mutants/mutant.h"

/* greeting.c */
extern const struct mutant greeting_reserved_ignored;

#endif
