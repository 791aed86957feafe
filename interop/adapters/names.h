/* names.h -- the sockets, contexts and devices of the case, by the names the runner gave them. */
#ifndef NAMES_H
#define NAMES_H
#include "adapter.h"

struct entry {
    struct entry *next;
    char *name;
    struct socket *socket;
    struct entry *parent;   /* of a context: its socket */
    struct entry *opposite; /* the other side of a device that runs; both point to it */
    struct device *device;
    bool ended; /* closed with the other side of its device; the name is still taken */
    bool stuck; /* the library is still busy closing it: its block stays */
};

struct entry *find(const char *name); /* NULL: no such name */
/* Takes over `socket`, closing it when it fails: false, no memory. */
bool keep(const struct library *, const char *name, struct socket *, struct entry *parent);
bool start_device(const struct library *, struct entry *, struct entry *); /* false: no thread */
/* Closes a socket with its contexts and its device.  False: the library did not come back. */
bool drop(const struct library *, struct entry *);
bool drop_all(const struct library *);

#endif
