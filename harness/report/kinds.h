/* kinds.h -- how a renderer is made; for reporter.c alone. */
#ifndef REPORT_KINDS_H
#define REPORT_KINDS_H
#include "report/report.h"

/* NULL: no memory.  The caller sets .out and .owned. */
struct reporter *tap_new(void);
struct reporter *junit_new(void);
struct reporter *jsonl_new(void);
struct reporter *github_new(void);
struct reporter *html_new(void);
struct reporter *terminal_new(void);

static inline const char *or_empty(const char *s)
{
    return s ? s : "";
}

#endif
