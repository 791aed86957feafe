/* fake_port.h -- an adapter that goes wrong as it is told to. */
#ifndef FAKE_PORT_H
#define FAKE_PORT_H
#include <sys/types.h>
#include "core/lane.h"

enum { GOOD, DIES, SILENT, GARBAGE, REPORTS, ANSWERS };

/* What they do, and what became of them: the test sets it, before the first is made. */
extern struct fake_plan {
    const char *verb; /* where it goes wrong */
    int fault;
    const char *answer; /* ANSWERS: this */
    msec delay;         /* of the answer to `verb`, beyond 1 ms */
    unsigned started, freed;
    struct peer *far; /* the other end of what it sends on, from the second message on */
    unsigned sent;
    struct lane *wake; /* something happens to the case while a new process starts */
    pid_t pid;         /* 0: none */
} plan;

/* What a lane starts; it lives in simulated time. */
struct port *fake_port_new(struct net *);

#endif
