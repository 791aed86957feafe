/* tags.h -- what the mutants of the patterns do with ids, backtraces and bodies. */
#ifndef HARNESS_MUTANTS_TAGS_H
#define HARNESS_MUTANTS_TAGS_H
#include "mutants/machine.h"

#define ID_BIT UINT32_C(0x80000000)

uint32_t word_at(struct slice, size_t offset); /* 0 beyond the end */
/* Octets of the tags up to and including the first with the id bit; 0: there is none. */
size_t tags_size(struct slice payload);
bool has_id(struct slice payload); /* the first tag has the id bit */

/* All of these put what they make into the buffer given, which must outlive the message. */
void set_head(struct msg *, struct buf *, struct slice head);
void set_head_word(struct msg *, struct buf *, uint32_t); /* the first word of the head */
void set_body(struct msg *, struct buf *, struct slice head, struct slice rest);
void keep_payload(struct buf *, const struct msg *);
struct msg kept_payload(const struct buf *); /* all of it is the body */

/* Hooks.  Ids three apart, out and in; */
bool triple_ids(struct machine *, struct sp_action *, msec);
bool third_of_ids(struct machine *, pipe_id, struct msg *, msec);
/* the id bit set where it is missing; tags before the id skipped; */
bool set_id_bit(struct machine *, pipe_id, struct msg *, msec);
bool skip_tags(struct machine *, pipe_id, struct msg *, msec);
/* the same seed in every process. */
void same_seed(struct machine *, uint64_t *seed);

#endif
