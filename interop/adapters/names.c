/* names.c -- the sockets, contexts and devices of the case, by name. */
#include "names.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct device {
    const struct library *lib;
    pthread_t thread;
    struct socket *a, *b;
};

static struct entry *entries;

struct entry *find(const char *name)
{
    struct entry *e = entries;
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    return e;
}

bool keep(const struct library *lib, const char *name, struct socket *socket, struct entry *parent)
{
    struct entry *e = calloc(1, sizeof *e);
    if (e)
        e->name = strdup(name);
    if (!e || !e->name) {
        free(e);
        if (lib->close(socket))
            free(socket);
        return false;
    }
    e->socket = socket;
    e->parent = parent;
    e->next = entries;
    entries = e;
    return true;
}

static void *run_device(void *arg)
{
    struct device *device = arg;
    device->lib->device(device->a, device->b);
    return NULL;
}

bool start_device(const struct library *lib, struct entry *a, struct entry *b)
{
    struct device *device = calloc(1, sizeof *device);
    if (!device)
        return false;
    device->lib = lib;
    device->a = a->socket;
    device->b = b->socket;
    if (pthread_create(&device->thread, NULL, run_device, device) != 0) {
        free(device);
        return false;
    }
    a->device = b->device = device;
    a->opposite = b;
    b->opposite = a;
    return true;
}

struct closing {
    const struct library *lib;
    struct entry *entry;
};

static void *close_one(void *arg)
{
    struct closing *c = arg;
    c->entry->ended = true;
    c->entry->stuck = !c->lib->close(c->entry->socket);
    return NULL;
}

/* A device goes with both its sockets, at the same time: nn_device() ends only when both are
 * closed, and nng_close() of one may wait for the device, which then waits for the other. */
static void end_device(const struct library *lib, struct entry *e)
{
    struct device *device = e->device;
    struct entry *other = e->opposite;
    struct closing ours = { lib, e }, theirs = { lib, other };
    pthread_t thread;

    if (other != e && pthread_create(&thread, NULL, close_one, &theirs) != 0)
        exit(1);
    close_one(&ours);
    if (other != e)
        pthread_join(thread, NULL);
    e->device = other->device = NULL;
    if (e->stuck || other->stuck) {
        pthread_detach(device->thread);
        e->stuck = other->stuck = true;
        return;
    }
    pthread_join(device->thread, NULL);
    free(device);
}

bool drop(const struct library *lib, struct entry *e)
{
    struct closing one = { lib, e };
    bool closed = true;
    for (struct entry *c = entries, *next; c; c = next) {
        next = c->next;
        if (c->parent == e) {
            closed = drop(lib, c) && closed;
            next = entries; /* the list has changed: look again */
        }
    }
    if (e->device)
        end_device(lib, e);
    else if (!e->ended)
        close_one(&one);

    struct entry **link = &entries;
    while (*link != e)
        link = &(*link)->next;
    *link = e->next;
    if (!e->stuck)
        free(e->socket);
    closed = closed && !e->stuck;
    free(e->name);
    free(e);
    return closed;
}

bool drop_all(const struct library *lib)
{
    bool closed = true;
    while (entries && closed)
        closed = drop(lib, entries);
    return closed;
}
