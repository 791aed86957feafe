/* expansion.h -- a script with the helpers that it calls written out in their place. */
#ifndef HARNESS_EXPANSION_H
#define HARNESS_EXPANSION_H
#include <stddef.h>

/* A function of harness/cases that is no case. */
struct helper {
    const char *path;         /* below the root of the project */
    const char *const *lines; /* from its signature to the lone closing brace */
    size_t count;
    int first; /* number of the first line */
};

enum { HELPERS_MAX = 12 };
struct expansion {
    char *text; /* the caller frees; NULL: no memory */
    struct helper used[HELPERS_MAX];
    size_t count;
};

/* Each call of a helper becomes its body with the arguments in place of the parameters, for
 * reading and drawing, not for compiling.  `file` is the path of the script, as embedded. */
void script_expand(const char *script, const char *file, struct expansion *out);

#endif
