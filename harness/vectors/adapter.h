/* adapter.h -- a child process that speaks the adapter protocol (interop/README.md), one question
 * at a time, for recording only: there is no case, no trace and no verdict here. */
#ifndef VECTORS_ADAPTER_H
#define VECTORS_ADAPTER_H
#include <stdbool.h>
#include <sys/types.h>
#include "base/bytes.h"

struct adapter {
    pid_t pid;
    int to, from;
    struct buf line; /* what was read beyond the last answer */
};

/* False: `why` says what failed; free it either way. */
bool adapter_start(struct adapter *, char **command, struct buf *why);
void adapter_stop(struct adapter *);
/* Asks, and puts the answer's line (no newline) into `answer`.  False: none within 10 s. */
bool adapter_ask(struct adapter *, struct buf *answer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
