/* mutants.c -- all mutants, by family. */
#include "mutants/families.h"
#include <string.h>

const struct mutant *const mutants[] = {
    &greeting_reserved_ignored,
};
const size_t mutant_count = sizeof mutants / sizeof mutants[0];

const struct mutant *mutant_find(const char *name)
{
    for (size_t i = 0; i < mutant_count; i++)
        if (strcmp(mutants[i]->name, name) == 0)
            return mutants[i];
    return NULL;
}
