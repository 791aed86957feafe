/* mutant_matrix.h -- each instance of the suite against each mutant asked for. */
#ifndef HARNESS_MUTANT_MATRIX_H
#define HARNESS_MUTANT_MATRIX_H
#include "core/run.h"

/* What is known of one instance: whether it passes (the clean run) or notices (the others), and
 * what it asks for, as bits: the protocols that it opens, and above them, what some mutants are
 * about.  STOOD_FOR: another instance of the case tells the same. */
enum { YES = 0x8000, EVERY_PROTOCOL = 0x7fff, ABOUT = 16, STOOD_FOR = 1 };
enum { NO_MEMORY = 24 }; /* exit status of a child, which is no answer */
#define EVERY_ABOUT 0xffff0000u

struct matrix {
    struct run_options o;
    struct instance *instances;
    size_t n;
    const struct mutant **m; /* those asked for */
    size_t count;
    uint32_t *clean;          /* per instance */
    uint32_t **killed;        /* per mutant, per instance */
    const char *about[ABOUT]; /* what mutants are about, each text once */
    unsigned abouts;

    /* inside */
    struct shared *shared;
    size_t shared_size;
    bool clean_known;
    size_t jobs;
};

/* Of the mutants that GLOB matches; NULL: all.  False: no memory; to be freed all the same. */
bool matrix_set_up(struct matrix *, const char *glob);
/* Fills `clean` and `killed`.  False: no memory or no processes, or one was killed from outside. */
bool matrix_run(struct matrix *);
void matrix_free(struct matrix *);

/* ---- mutant_cell.c ---- */
void matrix_list_abouts(struct matrix *);
/* Runs one instance against a mutant (NULL: none, the clean run), unless there is nothing to learn
 * from it.  To be called in a child: its end is an answer too. */
uint32_t matrix_answer(const struct matrix *, const struct mutant *, size_t instance);

#endif
