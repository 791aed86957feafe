/* cmd_mutants.c -- `spconform mutants`: runs the suite against each named fault and shows which
 * case catches which.  A fault that no case notices, and a MUST or DEFACTO case that notices none,
 * fail the run. */
#include "core/commands.h"
#include "core/commands.h"
#include "core/mutant_matrix.h"
#include "core/output.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: spconform mutants [--list] [--verbose] [GLOB]\n"
    "Runs the suite, in simulated time, against the reference with one named fault at a time, and\n"
    "prints which cases notice.  Without GLOB it also fails when a MUST or DEFACTO case notices "
    "no\n"
    "fault at all; a fault that over a tenth of the instances notice counts for no case.  A case\n"
    "that runs over tcp as well as ws or TLS is run over tcp only.\n"
    "\n"
    "  --list      the faults only\n"
    "  --verbose   also every case with the faults it notices\n"
    "\n"
    "Exit status: 0 all noticed, 1 not, 2 usage.\n";

enum { SHOWN = 4 }; /* cases that notice a mutant */

static bool kills_in(const struct matrix *x, size_t mutant, size_t instance)
{
    return x->killed[mutant][instance] & YES;
}

static size_t kills(const struct matrix *x, size_t mutant, size_t *cases)
{
    size_t n = 0;
    const struct conf_case *last = NULL;
    *cases = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (!kills_in(x, mutant, i))
            continue;
        n++;
        *cases += x->instances[i].c != last;
        last = x->instances[i].c;
    }
    return n;
}

static bool too_loud(const struct matrix *x, size_t mutant)
{
    size_t cases, n = kills(x, mutant, &cases), all = 0;
    for (size_t i = 0; i < x->n; i++)
        all += x->killed[mutant][i] != STOOD_FOR;
    return n * 10 > all;
}

static bool print_mutant(const struct matrix *x, size_t k)
{
    size_t cases, n = kills(x, k, &cases), shown = 0;
    if (n == 0) {
        printf("ALIVE   %s\n        %s\n", x->m[k]->name, x->m[k]->fault);
        return false;
    }
    printf("killed  %-44s %4zu instances, %3zu cases%s:", x->m[k]->name, n, cases,
           too_loud(x, k) ? " (too loud to count)" : "");
    const struct conf_case *last = NULL;
    for (size_t i = 0; i < x->n && shown < SHOWN; i++)
        if (kills_in(x, k, i) && x->instances[i].c != last) {
            last = x->instances[i].c;
            printf(" %s", last->id);
            shown++;
        }
    printf(cases > SHOWN ? " ...\n" : "\n");
    return true;
}

static bool case_notices(const struct matrix *x, const struct conf_case *c, size_t mutant)
{
    if (too_loud(x, mutant))
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (x->instances[i].c == c && kills_in(x, mutant, i))
            return true;
    return false;
}

/* Cases that no countable fault turns red.  Returns how many MUST and DEFACTO ones. */
static unsigned print_idle(const struct matrix *x, bool verbose)
{
    unsigned idle = 0;
    const struct conf_case *last = NULL;
    bool *countable = calloc(x->count + 1, sizeof *countable);
    if (!countable) {
        fprintf(stderr, "spconform mutants: out of memory\n");
        return 1;
    }
    for (size_t k = 0; k < x->count; k++)
        countable[k] = !too_loud(x, k);
    for (size_t i = 0; i < x->n; i++) {
        const struct conf_case *c = x->instances[i].c;
        if (c == last)
            continue;
        last = c;
        size_t n = 0;
        for (size_t k = 0; k < x->count; k++) {
            bool one = false;
            for (size_t j = i; countable[k] && j < x->n && x->instances[j].c == c && !one; j++)
                one = kills_in(x, k, j);
            n += one;
        }
        if (verbose) {
            printf("case    %-52s", c->id);
            for (size_t k = 0; k < x->count; k++)
                if (case_notices(x, c, k))
                    printf(" %s", x->m[k]->name);
            printf("\n");
        }
        enum level level = x->instances[i].level;
        if (n == 0 && (level == LEVEL_MUST || level == LEVEL_DEFACTO)) {
            printf("IDLE    %s (%s) notices no fault\n", c->id, level_name(level));
            idle++;
        }
    }
    free(countable);
    return idle;
}

static int list_mutants(const char *glob)
{
    for (size_t i = 0; i < mutant_count; i++)
        if (!glob || glob_matches(glob, mutants[i]->name))
            printf("%-44s %s\n", mutants[i]->name, mutants[i]->fault);
    return finish_output(0);
}

int cmd_mutants(int argc, char **argv)
{
    static const struct option options[] = { { "list", 0, NULL, 'l' },
                                             { "verbose", 0, NULL, 'v' },
                                             { "help", 0, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    bool list = false, verbose = false;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (c == 'h')
            return fputs(help, stdout) < 0 ? 2 : 0;
        if (c == '?' || c == ':')
            return fprintf(stderr, "spconform mutants: %s: %s; --help shows all\n",
                           argv[optind - 1], c == '?' ? "no such option" : "a value must follow"),
                   2;
        list |= c == 'l';
        verbose |= c == 'v';
    }
    const char *glob = optind < argc ? argv[optind] : NULL;
    if (list)
        return list_mutants(glob);
    struct matrix x = { 0 };
    if (!matrix_set_up(&x, glob) || (x.count > 0 && !matrix_run(&x))) {
        fprintf(stderr, "spconform mutants: out of memory or processes, or one was killed\n");
        matrix_free(&x);
        return 2;
    }
    if (x.count == 0) {
        fprintf(stderr, "spconform mutants: no mutant matches `%s`; --list shows them\n",
                glob ? glob : "*");
        matrix_free(&x);
        return 2;
    }
    size_t dead = 0;
    for (size_t k = 0; k < x.count; k++)
        dead += print_mutant(&x, k);
    unsigned idle = glob ? 0 : print_idle(&x, verbose);
    if (idle)
        printf("%u MUST or DEFACTO cases notice no fault\n", idle);
    printf("%zu mutants, %zu killed\n", x.count, dead);
    matrix_free(&x);
    return finish_output(dead == x.count && idle == 0 ? 0 : 1);
}
