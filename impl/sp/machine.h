/* machine.h -- what the pattern machines share: the pipes they have, and the plain operations. */
#ifndef SP_MACHINE_H
#define SP_MACHINE_H
#include "sp/pattern.h"
#include "sp/protocol.h"

struct machine_pipe {
    pipe_id id;
    bool writable;
};

/* Every machine's struct begins with it. */
struct machine {
    struct pattern base;
    struct machine_pipe *v; /* sorted by id */
    size_t n, cap;
    size_t writable; /* how many are */
    pipe_id last;    /* whose turn it was last */
};

void machine_init(struct pattern *, uint64_t seed); /* nothing to do */
void machine_fini(struct pattern *);
bool machine_pipe_add(struct pattern *, pipe_id, msec);
bool machine_pipe_add_only(struct pattern *, pipe_id, msec); /* refuses a second pipe */
void machine_pipe_del(struct pattern *, pipe_id, msec);
void machine_pipe_writable(struct pattern *, pipe_id, bool, msec);

bool machine_writable(const struct machine *, pipe_id); /* false: gone, or not now */
pipe_id machine_turn(struct machine *); /* the next writable pipe, round-robin; 0: none */

/* Operations for the tables: */
enum err machine_set_none(struct pattern *, const char *option, int64_t value);
enum err machine_send_none(struct pattern *, const struct msg *, msec);
enum err machine_send_one(struct pattern *, const struct msg *, msec); /* as it is, round-robin */
enum err machine_send_all(struct pattern *, const struct msg *, msec); /* as it is, never blocks */
enum err machine_recv_none(struct pattern *, struct msg *, msec);
enum err machine_recv_wait(struct pattern *, struct msg *, msec);
void machine_deliver(struct pattern *, pipe_id, const struct msg *, msec); /* as it is */

void machine_send_all_but(struct machine *, pipe_id except, const struct msg *);
/* Drops a message that a peer should not have sent to this pattern. */
void machine_ignore(struct pattern *, pipe_id, const struct msg *, msec);
/* Reads "ttl" (1..255) into *ttl; E_NOTSUP for every other option. */
enum err machine_set_ttl(size_t *ttl, const char *option, int64_t value);
enum { TTL_DEFAULT = 8 };

#endif
