/* shim_state.h -- what the two halves of the shim share; private to them. */
#ifndef HARNESS_SHIM_STATE_H
#define HARNESS_SHIM_STATE_H
#include "core/shim.h"

enum { SOCKETS_MAX = 256 };

struct named_socket { /* or one of its contexts */
    char name[32];
    struct node_socket *socket;
    struct context *context; /* NULL: the socket itself */
    bool raw, pair1;
};

/* The request that may have to wait. */
enum waiting_for { NOTHING, TO_SEND, TO_RECV, FOR_PIPES };

struct shim {
    struct shim_config config;
    struct node *node;
    struct named_socket sockets[SOCKETS_MAX];
    size_t count;
    enum waiting_for waiting;
    struct named_socket *on;
    size_t pipes;
    struct buf head, body; /* of the message to send */
    struct net_timer timer;
    struct buf queue; /* requests that came meanwhile, NUL after each */
    struct buf line;  /* the answer being written */
    bool trying;
};

/* A line of the script, which it takes apart: answered, or waiting. */
void shim_run(struct shim *, char *line);

void shim_answer(struct shim *, const char *text);
void shim_answer_err(struct shim *, enum err);
/* It is answered as soon as that can be done, within `ms` at most. */
void shim_wait(struct shim *, enum waiting_for, struct named_socket *on, const char *ms);

#endif
