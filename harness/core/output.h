/* output.h -- what the commands that only print have in common. */
#ifndef HARNESS_OUTPUT_H
#define HARNESS_OUTPUT_H
#include <jansson.h>
#include <stdbool.h>

/* "spconform COMMAND: ..." on stderr; returns 2. */
int usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool asks_for_help(int argc, char **argv); /* --help or -h comes first */
/* Flushes standard output; returns `status`, or 2 when it could not be written.  A reader that has
 * gone is no error: it has what it wanted. */
int finish_output(int status);
/* Prints and releases; two spaces of indentation, keys in the order they were made. */
void print_json(json_t *);

#endif
