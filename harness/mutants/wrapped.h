/* wrapped.h -- what stands around a reference, for the files that put it there: hooks need none of
 * it. */
#ifndef HARNESS_MUTANTS_WRAPPED_H
#define HARNESS_MUTANTS_WRAPPED_H
#include "mutants/mutation.h"

/* Around a stream, which it takes over.  NULL: no memory; the stream is closed. */
struct stream *octet_fault_new(struct mutation *, struct stream *inner,
                               const struct node_stream *about);

/* What has come, or is to go, moves on frame by frame through the hooks on frames. */
void sp_pass_in(struct octet_fault *);
void sp_pass_out(struct octet_fault *);

/* m->net, around `inner`; false: no memory. */
bool mutated_net_init(struct mutation *, struct net *inner);
void mutated_net_free(struct mutation *);

#endif
