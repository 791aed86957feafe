/* report.h -- the result of one instance, the sum of a run, and the renderers of both. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum verdict {
    V_PASS,
    V_INFO, /* latitude of the spec was used: `why` names the variant */
    V_WARN, /* a SHOULD broken */
    V_SKIP, /* the adapter said na, or lacks what the case needs */
    V_FAIL, /* a MUST or DEFACTO broken */
    V_CRASH,
    V_HANG,
    V_ERROR, /* ours: no verdict could be reached fairly */
    V_XFAIL, /* failed as the expectations say */
    V_XPASS, /* listed in the expectations, and did not fail so */
    V_COUNT
};
enum level { LEVEL_MUST, LEVEL_DEFACTO, LEVEL_SHOULD, LEVEL_MAY };

const char *verdict_name(enum verdict); /* "PASS" ... */
const char *level_name(enum level);     /* "MUST" "DEFACTO" "SHOULD" "MAY" */
bool verdict_failed(enum verdict);      /* FAIL CRASH HANG XPASS ERROR */
/* The verdict of that name, in capitals.  False: there is none. */
bool verdict_parse(const char *name, enum verdict *out);

struct result {
    const char *case_id;  /* req_resends_until_answered */
    const char *instance; /* req_resends_until_answered[tcp,iut-dials] */
    const char *title;
    const char *requirements; /* ids, space separated */
    const char *clauses;      /* "sp-request-reply-01 6.1; ..." of those rows */
    enum level level;
    enum verdict verdict;
    enum verdict was;   /* of XFAIL and XPASS: the verdict before expectations; else == verdict */
    int64_t ms;         /* time of the instance's own clock */
    const char *why;    /* one line; "" for a plain PASS */
    const char *at;     /* "harness/cases/req.c:26", or "" */
    const char *script; /* that line of the script: sp_expect(rep, "$id 'ping'"), or "" */
    const char *detail; /* several lines (wanted, got, the first difference), or "" */
    const char *trace;  /* path of the rendered trace without extension, or "" */
    const char *repeat; /* the command that runs it again */
    const char *expected_because; /* of XFAIL: the reason from the expectations, else "" */
};

struct summary {
    unsigned count[V_COUNT];
    unsigned passed, failed, skipped; /* PASS+INFO+WARN+XFAIL; FAIL+CRASH+HANG+XPASS+ERROR; SKIP */
    int64_t wall_ms;
    const char *peer;    /* "nanomsg 1.1.5" */
    const char *stopped; /* why the run ended early, or "" */
    const char *notes;   /* lines about the run as a whole that count as failures, or "" */
    int exit_status;     /* 0, 1, 2 */
};
/* Counts one more result. */
void summary_add(struct summary *, const struct result *);
/* 1 if any of FAIL CRASH HANG XPASS, else 2 if any ERROR, else 0. */
int summary_status(const struct summary *);

/* A renderer of a run.  Results come as instances end; strings live during the call only, and a
 * NULL string counts as "". */
struct reporter {
    const struct reporter_ops *ops;
    FILE *out;
    struct summary seen; /* of the results so far */
    bool owned;          /* out is closed with the reporter */
    bool failed;         /* a write or an allocation failed; sticky */
    bool ended;
};
struct reporter_ops {
    const char *kind; /* terminal tap junit jsonl github html */
    void (*begin)(struct reporter *, const char *peer, unsigned instances);
    void (*result)(struct reporter *, const struct result *);
    void (*end)(struct reporter *, const struct summary *);
    void (*free)(struct reporter *);
};
/* KIND=FILE as in --report ("-": standard output).  NULL, with *why set, when the kind is unknown
 * or the file cannot be made. */
struct reporter *reporter_open(const char *spec, char *why, size_t cap);
/* Whether it could be, before a long run; leaves what the file holds. */
bool report_can_open(const char *spec, char *why, size_t cap);
/* For people: failures in full, the rest in groups, the counts last.  Shows progress where `out` is
 * a terminal, and colour there unless NO_COLOR is set.  Verbose: every instance as it ends, and
 * what is a WARN in full too.  NULL: no memory.  `out` is borrowed. */
struct reporter *reporter_terminal(FILE *out, bool verbose);
/* begin/result/end on it; end flushes and closes.  False: writing failed (disk full); said once on
 * stderr by the caller, and the run goes on.  A reporter freed without its end writes what it has,
 * as a run that was cut short. */
bool reporter_begin(struct reporter *, const char *peer, unsigned instances);
bool reporter_result(struct reporter *, const struct result *);
bool reporter_end(struct reporter *, const struct summary *);
void reporter_free(struct reporter *);

#endif
