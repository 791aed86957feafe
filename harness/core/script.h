/* script.h -- the source text of the cases, compiled in, and the calls that a script makes. */
#ifndef HARNESS_SCRIPT_H
#define HARNESS_SCRIPT_H
#include <stdbool.h>
#include <stddef.h>
#include "core/case.h"

struct embedded {
    const char *path;         /* below the root of the project */
    const char *const *lines; /* ends with NULL */
    size_t count;
};
extern const struct embedded embedded_scripts[]; /* harness/cases/(...).c; ends with path NULL */
extern const struct embedded embedded_expectations[]; /* interop/expect/(...).txt; the same */

/* The lines of a case, from CASE( to the lone closing brace.  Returns NULL when its file is not
 * among the embedded ones.  *first is the number of the first line. */
const char *const *script_of(const struct conf_case *, size_t *count, int *first,
                             const char **path);

/* A call of the vocabulary of case.h, as it stands in the text. */
enum { CALL_ARGS = 8 };
struct call_text {
    char name[24];
    char result[24]; /* the variable that it is assigned to, or "" */
    char args[CALL_ARGS][96];
    size_t count;
};
/* Finds the next call of one of `names` (NULL-terminated) at or after *at, which moves behind its
 * opening parenthesis, so that nested calls are found too.  Comments and strings are skipped. */
bool next_call(const char **at, const char *const *names, struct call_text *out);

/* The lines joined by newlines; the caller frees.  NULL: no memory. */
char *script_joined(const char *const *lines, size_t count);

#endif
