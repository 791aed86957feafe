/* What the kernel knows of the other end of a tcp connection on this machine (sock_diag).
 *
 * Our own send queue does not tell: it empties when the peer's kernel acknowledges, which is both
 * late (delayed acknowledgements) and no proof that the peer's process has read anything. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h> /* the libc has an older, shorter tcp_info */
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>
#include "net/os.h"

enum { TCP_STATE_LISTEN = 10 };

/* The macros of the kernel are signed. */
static const size_t nlmsg_head = NLMSG_HDRLEN, attr_head = sizeof(struct nlattr);

struct found {
    uint32_t unread;
    uint64_t received; /* FIN counts as an octet in both */
};

static bool fill_ends(struct inet_diag_sockid *id, const struct os_address *from,
                      const struct os_address *to)
{
    if (from->any.sa_family == AF_INET && to->any.sa_family == AF_INET) {
        const struct sockaddr_in *a = (const void *)&from->room, *b = (const void *)&to->room;
        id->idiag_sport = a->sin_port;
        id->idiag_dport = b->sin_port;
        memcpy(id->idiag_src, &a->sin_addr, 4);
        memcpy(id->idiag_dst, &b->sin_addr, 4);
        return true;
    }
    if (from->any.sa_family == AF_INET6 && to->any.sa_family == AF_INET6) {
        const struct sockaddr_in6 *a = (const void *)&from->room, *b = (const void *)&to->room;
        id->idiag_sport = a->sin6_port;
        id->idiag_dport = b->sin6_port;
        memcpy(id->idiag_src, &a->sin6_addr, 16);
        memcpy(id->idiag_dst, &b->sin6_addr, 16);
        return true;
    }
    return false;
}

static bool ask(int diag, const struct os_address *from, const struct os_address *to)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } q = {
        .head = { .nlmsg_len = sizeof q,
                  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                  .nlmsg_flags = NLM_F_REQUEST },
        .body = { .sdiag_family = (uint8_t)from->any.sa_family,
                  .sdiag_protocol = IPPROTO_TCP,
                  .idiag_ext = 1 << (INET_DIAG_INFO - 1),
                  .idiag_states = ~0u,
                  .id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } },
    };
    return fill_ends(&q.body.id, from, to) && send(diag, &q, sizeof q, 0) == (ssize_t)sizeof q;
}

static bool answer(int diag, const struct os_address *to, struct found *out)
{
    union {
        struct nlmsghdr head;
        char room[4096];
    } in;
    ssize_t n;
    do {
        n = recv(diag, &in, sizeof in, 0);
    } while (n < 0 && errno == EINTR);
    struct inet_diag_msg msg;
    if (n < (ssize_t)(nlmsg_head + sizeof msg) || in.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return false;
    memcpy(&msg, in.room + nlmsg_head, sizeof msg);
    /* When the connection is gone the kernel finds the listener of that address instead. */
    const struct sockaddr_in *peer = (const void *)&to->room; /* the port: same place in both */
    if (msg.idiag_state == TCP_STATE_LISTEN || msg.id.idiag_dport != peer->sin_port)
        return false;
    out->unread = msg.idiag_rqueue;
    size_t at = nlmsg_head + NLMSG_ALIGN(sizeof msg), end = in.head.nlmsg_len;
    if (end > (size_t)n)
        end = (size_t)n;
    struct nlattr attr;
    const size_t known = offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(uint64_t);
    while (at + sizeof attr <= end) {
        memcpy(&attr, in.room + at, sizeof attr);
        struct tcp_info tcp;
        if (attr.nla_type == INET_DIAG_INFO && attr.nla_len >= attr_head + known &&
            at + attr.nla_len <= end) {
            memcpy(&tcp, in.room + at + attr_head, known);
            out->received = tcp.tcpi_bytes_received;
            return true;
        }
        if (attr.nla_len < sizeof attr)
            return false;
        at += (size_t)NLA_ALIGN(attr.nla_len);
    }
    return false;
}

ptrdiff_t os_tcp_unread(struct os_net *n, int fd, uint64_t written, bool finished)
{
    struct os_address ours = { .n = sizeof ours.room }, theirs = { .n = sizeof theirs.room };
    struct found peer;
    if (n->diag == -1) {
        n->diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        if (n->diag < 0)
            n->diag = -2;
    }
    if (n->diag < 0 || getsockname(fd, &ours.any, &ours.n) ||
        getpeername(fd, &theirs.any, &theirs.n))
        return -1;
    if (!ask(n->diag, &theirs, &ours) || !answer(n->diag, &ours, &peer))
        return -1;
    uint64_t sent = written + finished;
    uint64_t left = peer.unread;
    if (sent > peer.received) /* less: the descriptor was written past us (urgent data) */
        left += sent - peer.received;
    return (ptrdiff_t)(left && finished ? left - 1 : left);
}
