/* black_box.h -- a service that dials us: its connections, as they come; what we started for it. */
#ifndef HARNESS_BLACK_BOX_H
#define HARNESS_BLACK_BOX_H
#include "core/port.h"

enum { DOOR_MAX = 64 }; /* connections that wait to be taken */

/* The next connection of the service; NULL: none yet, `arrived` will be called. */
struct stream *black_box_accept(struct port *, void (*arrived)(void *ctx), void *ctx);
void black_box_trigger(struct port *); /* runs --trigger, if there is one and none waits */
void black_box_end(void);              /* the run is over: ends what --restart brought back */

#endif
