/* places.h -- where the lanes of a run listen.  Each has an address of its own, so that a client
 * that dials again where a script of another lane has listened finds nobody. */
#ifndef HARNESS_PLACES_H
#define HARNESS_PLACES_H
#include <stddef.h>

enum { PLACES = 250, ADDRESS_MAX = 16 }; /* more lanes than that share them; octets of a text */

/* The loopback address of a lane in the run of process `pid`. */
void place_address(unsigned pid, unsigned lane, char *text, size_t cap);

#endif
