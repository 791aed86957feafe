/* socket_state.h -- what socket.c and pipe.c share; private to them. */
#ifndef SP_SOCKET_STATE_H
#define SP_SOCKET_STATE_H
#include "base/list.h"
#include "sp/msg_queue.h"
#include "sp/protocol.h"
#include "sp/socket.h"

struct sp_pipe {
    struct sp_socket *socket;
    struct carrier *carrier;
    pipe_id id;
    size_t send_buf;
    void *user;
    bool live;            /* the pattern has it */
    bool writable;        /* as the pattern was told */
    bool over;            /* the stream is to be closed */
    bool dead;            /* over, and what waits in it is not delivered */
    bool stalled;         /* reading stopped because the connection is full */
    bool orphan;          /* the stream is gone; only messages that wait are left */
    size_t orphan_octets; /* of memory, counted in the socket's sum */
    struct link all;
    struct link ready; /* in the socket's ready list: a whole message waits for a receive */
    struct link dirty;
    struct sp_pipe *same_slot; /* the next in the table */
};

struct sp_socket {
    struct pattern *pattern;
    uint16_t peer;
    struct sp_socket_notes notes;
    uint64_t max_recv;
    size_t send_buf, recv_buf;

    struct list all, ready, dirty; /* of struct sp_pipe */
    struct sp_pipe **table;        /* by id; `slots` is a power of two */
    size_t slots, opened;
    pipe_id last_id;
    size_t live, writable;
    struct sp_pipe *grave; /* a drained orphan whose last message may still be lent */
    size_t orphan_octets;  /* memory of orphans when they became such */

    bool retired; /* by its application: nothing more is sent */
    bool draining;
    bool receiving; /* a DELIVER answers sp_socket_recv */
    bool delivered;
    struct msg got;
    struct msg_queue extra; /* deliveries that nobody asked for */
};

/* Carries out what the pattern wants; after every input to it. */
void socket_carry_out(struct sp_socket *, msec now);
static inline void socket_drain(struct sp_socket *s, msec now)
{
    if (s->pattern->out.n > 0)
        socket_carry_out(s, now);
}
void socket_bury(struct sp_socket *);
struct sp_pipe *socket_find(struct sp_socket *, pipe_id);
void socket_note(struct sp_socket *, enum sp_action_type, pipe_id, const char *why);

/* Offers the first message of a pipe to the pattern. */
void pipe_offer(struct sp_pipe *, msec now);
/* Greeting, errors, and messages that need not wait. */
void pipe_pump(struct sp_pipe *, msec now);
/* The pattern loses it and the stream is to be closed. */
void pipe_end(struct sp_pipe *, msec now);
void pipe_mark(struct sp_pipe *); /* dirty */
void pipe_wrote(struct sp_pipe *, msec now);
void pipe_destroy(struct sp_pipe *);

#endif
