/* replier.h -- the machine that REP and RESPONDENT are: it answers whoever asked. */
#ifndef SP_REPLIER_H
#define SP_REPLIER_H
#include "sp/stack.h"

struct question {
    struct context context; /* must be first */
    bool asked;             /* it was delivered and not answered */
    pipe_id from;           /* who asked */
    struct buf stack;       /* what stood in front of it; raw: behind the tag of the pipe */
};

struct replier {
    struct machine m;
    size_t ttl;
    struct question own;
    struct question *receiving; /* whose receive the next message answers */
    struct list others;         /* contexts beside own */
};

void replier_init(struct pattern *, uint64_t seed);
void replier_fini(struct pattern *);
enum err replier_set(struct pattern *, const char *option, int64_t value);
const char *replier_refuse(const struct pattern *, pipe_id, const struct msg *);
void replier_arrived(struct pattern *, pipe_id, const struct msg *, msec);
enum err replier_send(struct pattern *, const struct msg *, msec);
enum err replier_recv(struct pattern *, struct msg *, msec);
extern const struct context_ops replier_contexts;
void raw_replier_arrived(struct pattern *, pipe_id, const struct msg *, msec);
enum err raw_replier_send(struct pattern *, const struct msg *, msec);

#define REPLIER_COMMON                                                                             \
    .lazy = true, .size = sizeof(struct replier), .init = replier_init, .fini = replier_fini,      \
    .set = replier_set, .pipe_add = machine_pipe_add, .pipe_del = machine_pipe_del,                \
    .pipe_writable = machine_pipe_writable, .refuse = replier_refuse
#define REPLIER_COOKED                                                                             \
    REPLIER_COMMON, .arrived = replier_arrived, .send = replier_send, .recv = replier_recv,        \
                    .contexts = &replier_contexts
#define REPLIER_RAW                                                                                \
    REPLIER_COMMON, .raw = true, .arrived = raw_replier_arrived, .send = raw_replier_send,         \
                    .recv = machine_recv_wait

#endif
