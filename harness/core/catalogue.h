/* catalogue.h -- the cases linked into this program, the rows they cover, and their instances. */
#ifndef HARNESS_CATALOGUE_H
#define HARNESS_CATALOGUE_H
#include <stdbool.h>
#include <stddef.h>
#include "core/case.h"
#include "core/ledger.h"

/* Every case of the program, sorted by file and line.  Lives as long as the program. */
const struct conf_case *const *catalogue(size_t *n);
const struct conf_case *case_find(const char *id); /* NULL: unknown */

/* Walks what a case covers: *at starts as .covers and moves on; false at the end.  The id is
 * [*id, *id + *n), and not NUL-terminated. */
bool next_covered(const char **at, const char **id, size_t *n);
/* The strictest of its rows; MAY when none of them is known. */
enum level case_level(const struct conf_case *);
/* That is DEFACTO, and nobody was seen to do any of those rows: not held against anyone yet. */
bool case_unconfirmed(const struct conf_case *);
bool case_covers(const struct conf_case *, const struct requirement *);

/* A case runs once for each of its instances, in the order of enum via. */
enum { INSTANCES_MAX = 14, INSTANCE_NAME_MAX = 160 };
size_t case_instances(const struct conf_case *, enum via out[INSTANCES_MAX]);
/* "req_resends_until_answered[tcp,iut-dials]"; returns `out`, of INSTANCE_NAME_MAX octets. */
const char *case_instance_name(const struct conf_case *, enum via, char *out);
/* The case and meeting of such a name; NULL: there is no such instance. */
const struct conf_case *instance_find(const char *name, enum via *via);

#endif
