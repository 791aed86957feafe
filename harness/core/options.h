/* options.h -- words of a command line. */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H
#include <stdbool.h>

/* A whole number, decimal or 0x hex, least <= *out <= most. */
bool parse_number(const char *text, long long least, long long most, long long *out);

#endif
