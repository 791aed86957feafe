/* net_node.h -- what the tests of nodes share: sockets of one node, driven until something holds.
 */
#ifndef TESTS_NET_NODE_H
#define TESTS_NET_NODE_H
#include "net_both.h"
#include "net/node.h"
#include <stdlib.h>
#include <unistd.h>

struct world {
    struct net *net;
    struct node *node;
    char ipc_url[96];
    char noted[200];
    unsigned changes;
};
extern struct world w;

#define TILL(condition) DRIVE(w.net, condition)

static inline struct msg text_msg(const char *text)
{
    return (struct msg){ .body = slice_text(text) };
}

static inline void send_text(struct node_socket *s, const char *text)
{
    struct msg m = text_msg(text);
    TILL(node_send(s, &m) == E_OK);
}

static inline bool body_is(const struct msg *m, const char *text)
{
    return slice_equal(m->body, slice_text(text));
}

static inline void expect_text(struct node_socket *s, const char *text)
{
    struct msg m;
    enum err err = E_OTHER;
    TILL((err = node_recv(s, &m)) != E_AGAIN);
    assert_int_equal(err, E_OK);
    if (!body_is(&m, text))
        fail_msg("wanted %s, got %.*s", text, (int)m.body.n, (const char *)m.body.p);
}

/* Lets pass `ms` in which nothing may be wanted from the world. */
static inline void let_pass(msec ms)
{
    msec until = net_now(w.net) + ms;
    while (net_now(w.net) < until)
        net_step(w.net, until);
}

int node_world_up(void **state); /* *state: not NULL for real sockets */
int node_world_down(void **state);

#define NODE_IN(f, os)                                                                             \
    {                                                                                              \
#f os, f, node_world_up, node_world_down, (os)[0] ? (void *)&w : NULL                      \
    }
#define NODE_IN_BOTH(f) NODE_IN(f, ""), NODE_IN(f, " (os)")

#endif
