/* diagram.h -- the exchange of a case as a sequence of arrows, read off its script. */
#ifndef HARNESS_DIAGRAM_H
#define HARNESS_DIAGRAM_H
#include <stdio.h>

/* `script` is the text of one case. */
void diagram_draw(const char *script, FILE *out);

#endif
