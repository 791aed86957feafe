/* complain.h -- one clear line on standard error. */
#ifndef TRACE_COMPLAIN_H
#define TRACE_COMPLAIN_H

/* "spconform COMMAND: ..." and a new line; returns the exit status of usage errors, 2. */
int complain(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
