/* run_options.h -- the command line of `spconform run`, taken apart and put together again. */
#ifndef HARNESS_RUN_OPTIONS_H
#define HARNESS_RUN_OPTIONS_H
#include "core/run.h"

enum { PATIENCE_MS = 2000, SEED = 1 }; /* where nothing else is asked for */

/* What the words say beyond the options they set. */
struct run_words {
    unsigned targets; /* named; one is right */
    bool expect_none, seeded, help;
};

/* 0, or the exit status when something is wrong, which is then said on stderr. */
int run_options_take(struct run_options *, struct run_words *, int argc, char **argv);
/* Fills in `again`. */
void run_options_say(struct run_options *, bool expect_none);
/* "spconform run: WHAT: WHICH" on stderr; returns 2. */
int run_usage(const char *what, const char *which);

#endif
