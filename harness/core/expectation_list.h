/* expectation_list.h -- the inside of struct expectations, for expectation*.c alone. */
#ifndef HARNESS_EXPECTATION_LIST_H
#define HARNESS_EXPECTATION_LIST_H
#include "core/expectations.h"

enum { GLOB_COVERS = 20 }; /* instances, unless it says glob(N) */

struct expectation {
    char *glob, *message, *reason;
    enum verdict verdict;
    bool sometimes;
    unsigned limit; /* N of glob(N), or 0 */
    size_t line;    /* of the file, from 0 */
};

/* What the run said of one instance.  Of repeats the first failure counts. */
struct observation {
    char *instance, *why; /* why: as text_made(TEXT_LINE) */
    enum verdict verdict; /* before expectations */
    bool passed_too;      /* repeats: and once it did not fail */
};

struct expectations {
    char *path;
    char **lines; /* without their newline */
    size_t line_count;
    struct expectation *list;
    size_t count;
    struct observation *seen;
    size_t seen_count;
    bool failed; /* no memory for an observation: nothing can be said of the whole run */
};

enum parsed { PARSED_NOTHING, PARSED_ENTRY, PARSED_WRONG };
/* One line; its strings are the caller's to free, also when it is wrong.  `why` says what is. */
enum parsed expectation_parse(const char *line, struct expectation *, struct buf *why);
void expectation_clear(struct expectation *);
void expectation_write(const struct expectation *, struct buf *out); /* a line, without newline */

/* FAIL WARN CRASH HANG: what a line can be about. */
bool expectation_verdict(enum verdict);
/* It ended as this line says. */
bool expectation_holds(const struct expectation *, const struct observation *);
/* The first line that says so; NULL: none. */
const struct expectation *expectation_of(const struct expectations *, const struct observation *);

#endif
