/* mem.h -- streams in memory: pairs of bounded octet queues and the run queue of their events.
 * The simulated world is made of them, and so is inproc in every world. */
#ifndef NET_MEM_H
#define NET_MEM_H
#include "base/list.h"
#include "net/net.h"

enum { MEM_STREAM_CAP = 64 * 1024 }; /* octets each way */

/* Something with an event to deliver.  Events are delivered one at a time in the order in which
 * they arose; a level that still holds goes to the end of the queue. */
struct mem_item {
    struct link link;
    bool (*run)(struct mem_item *); /* false: nothing to deliver after all */
};

struct mem {
    struct list queue;
    struct list streams;
    void (*wake)(struct mem *); /* optional: the queue is not empty any more */
};

struct mem_stream {
    struct stream s;
    struct mem_item item;
    struct link all;
    struct link waiting; /* for whoever holds it until it is accepted */
    struct mem *mem;
    struct mem_stream *peer; /* NULL: gone, or never there */
    struct buf in;           /* what the peer wrote and we have not read */
    unsigned want;
    enum stream_end end; /* what comes after `in` */
    bool finished;       /* we sent FIN */
    bool swallowed;      /* tcp: one write after the peer's close was taken and lost */
};

void mem_init(struct mem *);
void mem_free(struct mem *); /* closes the streams that are left */
void mem_enqueue(struct mem *, struct mem_item *);
bool mem_run(struct mem *); /* delivers one event; false: none */

/* Two connected ends.  False: no memory. */
bool mem_pair(struct mem *, bool ipc, struct mem_stream **a, struct mem_stream **b);
struct mem_stream *mem_refused(struct mem *, bool ipc); /* a dial that failed; NULL: no memory */

#endif
