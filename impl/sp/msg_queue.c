#include "sp/msg_queue.h"
#include <stdlib.h>
#include <string.h>

/* Moves the queue to the front.  What was taken serves again behind it, with its memory. */
static void close_up(struct msg_queue *q)
{
    size_t first = q->first;
    for (size_t i = first; i < q->end; i++) {
        struct kept_msg taken = q->v[i - first];
        q->v[i - first] = q->v[i];
        q->v[i] = taken;
    }
    q->first = 0;
    q->end -= first;
}

bool msg_queue_put(struct msg_queue *q, const struct msg *msg, size_t most)
{
    if (q->end - q->first >= most)
        return false;
    if (q->end == q->cap && q->first > q->cap / 2)
        close_up(q);
    if (q->end == q->cap) {
        size_t cap = q->cap == 0 ? 4 : 2 * q->cap;
        struct kept_msg *v = realloc(q->v, cap * sizeof *v);
        if (v == NULL)
            return false;
        memset(v + q->cap, 0, (cap - q->cap) * sizeof *v);
        q->v = v;
        q->cap = cap;
    }
    if (kept_msg_set(&q->v[q->end], msg) != E_OK)
        return false;
    q->end++;
    return true;
}

bool msg_queue_take(struct msg_queue *q, struct msg *msg)
{
    if (q->first == q->end)
        return false;
    struct kept_msg used = q->lent;
    q->lent = q->v[q->first];
    q->v[q->first++] = used;
    if (q->first == q->end)
        q->first = q->end = 0;
    *msg = kept_msg_view(&q->lent);
    return true;
}

void msg_queue_clear(struct msg_queue *q)
{
    for (size_t i = q->first; i < q->end; i++)
        kept_msg_clear(&q->v[i]);
    q->first = q->end = 0;
}

void msg_queue_free(struct msg_queue *q)
{
    for (size_t i = 0; i < q->cap; i++)
        kept_msg_free(&q->v[i]);
    free(q->v);
    kept_msg_free(&q->lent);
}
