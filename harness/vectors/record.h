/* record.h -- vectors recorded from a live implementation. */
#ifndef VECTORS_RECORD_H
#define VECTORS_RECORD_H

/* Returns the exit status: 0 nothing changed (or `path` is new), 1 something did, 2 it failed. */
int vectors_record(const char *path, char **adapter_command);

#endif
