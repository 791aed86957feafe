/* ledger.h -- the requirements, one row each, compiled in from harness/requirements. */
#ifndef HARNESS_LEDGER_H
#define HARNESS_LEDGER_H
#include <stddef.h>
#include "report/report.h"

struct requirement {
    const char *id; /* SP-REQ-017, SP-REQ-009a */
    enum level level;
    const char *source;    /* "sp-request-reply-01 6.1" | "de facto" | "robustness" */
    const char *observed;  /* "wire" | "driven" */
    const char *seen;      /* "nanomsg nng mangos", or "" */
    const char *statement; /* one sentence */
    const char *reason;    /* why no case covers it, or "" */
    const char *file;
    int line;
};

extern const struct requirement requirements[]; /* sorted by id */
extern const size_t requirement_count;

const struct requirement *requirement_find(const char *id, size_t id_length); /* NULL: unknown */

#endif
