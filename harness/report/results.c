/* results.c -- names of verdicts and levels, and the sum of a run. */
#include "report/report.h"

#include <string.h>

static const char *const names[V_COUNT] = {
    [V_PASS] = "PASS",   [V_INFO] = "INFO",   [V_WARN] = "WARN", [V_SKIP] = "SKIP",
    [V_FAIL] = "FAIL",   [V_CRASH] = "CRASH", [V_HANG] = "HANG", [V_ERROR] = "ERROR",
    [V_XFAIL] = "XFAIL", [V_XPASS] = "XPASS",
};

const char *verdict_name(enum verdict v)
{
    return v < V_COUNT ? names[v] : "?";
}

bool verdict_parse(const char *name, enum verdict *out)
{
    for (unsigned v = 0; v < V_COUNT; v++) {
        if (strcmp(names[v], name) == 0) {
            *out = (enum verdict)v;
            return true;
        }
    }
    return false;
}

const char *level_name(enum level level)
{
    switch (level) {
    case LEVEL_MUST:
        return "MUST";
    case LEVEL_DEFACTO:
        return "DEFACTO";
    case LEVEL_SHOULD:
        return "SHOULD";
    case LEVEL_MAY:
        return "MAY";
    }
    return "?";
}

bool verdict_failed(enum verdict v)
{
    switch (v) {
    case V_FAIL:
    case V_CRASH:
    case V_HANG:
    case V_XPASS:
    case V_ERROR:
        return true;
    case V_PASS:
    case V_INFO:
    case V_WARN:
    case V_SKIP:
    case V_XFAIL:
    case V_COUNT:
        return false;
    }
    return false;
}

void summary_add(struct summary *s, const struct result *r)
{
    s->count[r->verdict]++;
    if (r->verdict == V_SKIP)
        s->skipped++;
    else if (verdict_failed(r->verdict))
        s->failed++;
    else
        s->passed++;
}

int summary_status(const struct summary *s)
{
    if (s->count[V_FAIL] || s->count[V_CRASH] || s->count[V_HANG] || s->count[V_XPASS])
        return 1;
    return s->count[V_ERROR] ? 2 : 0;
}
