/* msg_queue.h -- messages kept until somebody receives them: first in, first out. */
#ifndef SP_MSG_QUEUE_H
#define SP_MSG_QUEUE_H
#include "sp/msg.h"

/* All-zero is empty. */
struct msg_queue {
    struct kept_msg *v; /* [first, end) wait; the others' memory serves again */
    size_t first, end, cap;
    struct kept_msg lent; /* the last one taken */
};

/* False: `most` wait already, or there is no memory. */
bool msg_queue_put(struct msg_queue *, const struct msg *, size_t most);
/* Borrowed until the next is taken.  False: there is none. */
bool msg_queue_take(struct msg_queue *, struct msg *);
void msg_queue_clear(struct msg_queue *); /* but for the one that is lent */
void msg_queue_free(struct msg_queue *);

#endif
