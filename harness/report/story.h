/* story.h -- what is told of one instance in markup: a line for each thing known. */
#ifndef REPORT_STORY_H
#define REPORT_STORY_H
#include "report/report.h"

/* From its title to the command that runs it again, escaped as TEXT_XML.  No string may be NULL. */
void story_put(FILE *, const struct result *);

#endif
