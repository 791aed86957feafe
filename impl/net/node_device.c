/* Devices: sp-request-reply-01 and the guide call for messages to pass unchanged but for the tags
 * that the raw sockets add and take off by themselves. */
#include <stdlib.h>
#include "net/node_state.h"

enum { AT_ONCE = 1024 };

/* True: a message moved, or was kept. */
static bool move(struct node_device *d, int from)
{
    struct node_socket *src = d->side[from], *dst = d->side[!from];
    struct kept_msg *held = &d->held[from];
    if (held->full) {
        struct msg again = kept_msg_view(held);
        if (node_put(dst, &again) == E_AGAIN)
            return false;
        kept_msg_clear(held);
        return true;
    }
    struct msg m;
    if (sp_socket_recv(src->sp, &m, node_now(src->node)) != E_OK)
        return false;
    m.pipe = 0; /* where it came from is no address over there */
    /* Push-back goes on to the peers: one message waits here, the others with them. */
    if (node_put(dst, &m) == E_AGAIN && kept_msg_set(held, &m) != E_OK)
        node_note(src->node, "dropped: no memory to hold a message of a device");
    return true;
}

void node_device_pump(struct node_device *d)
{
    struct node_socket *a = d->side[0], *b = d->side[1];
    bool moved = true;
    for (int i = 0; moved && i < AT_ONCE; i++) {
        moved = move(d, 0);
        if (a != b && move(d, 1))
            moved = true;
    }
    node_settle(a);
    if (a != b)
        node_settle(b);
    if (moved)
        node_mark(a);
}

void node_device_end(struct node_device *d)
{
    d->side[0]->device = d->side[1]->device = NULL;
    kept_msg_free(&d->held[0]);
    kept_msg_free(&d->held[1]);
    free(d);
}

enum err node_device(struct node_socket *a, struct node_socket *b)
{
    const struct pattern_ops *one = sp_socket_pattern(a->sp)->ops;
    const struct pattern_ops *two = b ? sp_socket_pattern(b->sp)->ops : one;
    if (!one->raw || !two->raw)
        return E_INVAL;
    if (b && sp_protocol_numbered(one->self)->peer != two->self)
        return E_INVAL;
    if (a->device || (b && b->device))
        return E_STATE;
    struct node_device *d = calloc(1, sizeof *d);
    if (!d)
        return E_NOMEM;
    d->side[0] = a;
    d->side[1] = b ? b : a;
    d->side[0]->device = d->side[1]->device = d;
    node_device_pump(d);
    return E_OK;
}
