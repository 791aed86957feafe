/* stack.h -- the backtrace in front of a request, survey, reply or response: 32-bit tags, the last
 * of which has bit 31 set (sp-request-reply-01 6, sp-surveyor-01 6). */
#ifndef SP_STACK_H
#define SP_STACK_H
#include "sp/machine.h"

#define STACK_ID_BIT    UINT32_C(0x80000000)
#define STACK_ANY_DEPTH SIZE_MAX

/* NULL, and the octets of the stack up to and including the id in *size; or why there is none: a
 * literal.  More than `ttl` tags, the id counted, are too many. */
const char *stack_find(struct slice payload, size_t ttl, size_t *size);

/* NULL, and the id in front of a reply or response; or why there is none: a literal. */
const char *stack_id(struct slice payload, uint32_t *id);
extern const char stack_not_asked[]; /* why: the id is that of nothing outstanding */

/* Checks a reply or response against `id`: the id alone must stand in front (sp-request-reply-01
 * 6.1, sp-surveyor-01 6.1: anything else "MUST" be ignored).  NULL if it does. */
const char *stack_answers(struct slice payload, uint32_t id);

/* arrived() and refuse() of raw REQ and raw SURVEYOR: the head is the stack. */
void stack_arrived(struct pattern *, pipe_id, const struct msg *, msec);
const char *stack_refuse(const struct pattern *, pipe_id, const struct msg *);

#endif
