/* lines.h -- requests in, answers out, and a second birth. */
#ifndef LINES_H
#define LINES_H
#include "adapter.h"

/* The next request without its newline, valid until the next call; NULL: the runner has gone.
 * *too_long: the line was longer than the protocol allows and has been thrown away. */
char *next_line(bool *too_long);

/* Writes `ok`, `ok RESULT`, `err CODE TEXT` or `na`, in one piece. */
void answer(struct outcome, const char *result);

/* Replaces this process by a new one of the same program (same pid, same stdin and stdout), which
 * answers `ok` and goes on with what of the input has not been read from next_line(). */
void start_afresh(void);
/* To be called first: true if this process is such a successor. */
bool started_afresh(int argc, char **argv);

#endif
