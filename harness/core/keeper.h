/* keeper.h -- a command of the user's, kept by a process of its own: what comes of it, in whatever
 * group or session, ends when we say so, and when we die, be it by SIGKILL. */
#ifndef HARNESS_KEEPER_H
#define HARNESS_KEEPER_H
#include <stdbool.h>
#include <sys/types.h>

/* All-zero: nothing is kept. */
struct kept {
    pid_t keeper;
    int line;   /* to it: hanging up ends all */
    bool ended; /* the shell has, with `status`, as of wait(); what it started may go on */
    int status;
};

/* Starts `command` in a shell.  Only its errors are shown.  Out of processes: nothing is kept. */
void keep(struct kept *, const char *command);
static inline bool is_kept(const struct kept *k)
{
    return k->keeper > 0;
}
/* Whether the shell has ended by now, by itself. */
bool kept_has_ended(struct kept *);
/* Ends whatever is left of it, and waits for that.  `ended` and `status` are for the reader. */
void keep_no_more(struct kept *);

/* The signal by which a program crashed, itself or behind a shell (128 and more); 0: it did not. */
int crash_of(int status);

#endif
