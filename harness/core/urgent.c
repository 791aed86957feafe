/* urgent.c -- TCP urgent data: only real sockets have it. */
#include "core/peer.h"
#include <sys/socket.h>

bool peer_urgent(struct peer *p, uint8_t octet)
{
    if (p->t->net->simulated || p->ipc)
        return false;
    return send(net_os_fd(p->stream), &octet, 1, MSG_OOB | MSG_NOSIGNAL) == 1;
}
