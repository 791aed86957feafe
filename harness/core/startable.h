/* startable.h -- why an adapter does not start: what its command and its last words tell. */
#ifndef HARNESS_STARTABLE_H
#define HARNESS_STARTABLE_H
#include "base/bytes.h"
#include <stdbool.h>

/* False, with the reason in `why`, where the command begins with the path of a file that the shell
 * cannot start.  A command that only the shell can read, or one found by PATH, is taken as it is.
 */
bool startable(const char *command, struct buf *why);

/* A line of its stderr, kept for a message, without control characters; at most `cap` with the NUL.
 */
void keep_last_words(char *to, size_t cap, const char *line);

#endif
