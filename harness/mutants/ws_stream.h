/* ws_stream.h -- what hooks on WebSockets see, and what they may do.  What they do not change goes
 * on octet by octet as it came. */
#ifndef HARNESS_MUTANTS_WS_STREAM_H
#define HARNESS_MUTANTS_WS_STREAM_H
#include "mutants/mutation.h"
#include "ws/frame.h"

/* One frame.  It goes on as `frame` says, around what is left in `payload`; at first that is how it
 * came, right or wrong. */
struct ws_seen {
    struct ws_head head; /* as it came */
    bool claimed;        /* its payload is not there, and may never come: only `head` counts, and
                            what the hook says is whether it goes on */
    struct buf payload;  /* unmasked */
    struct ws_frame frame;
    struct buf before, after; /* octets that go with it; see ws_put */
};

/* The opcode it came with, and to have it go on with another: any of 0 to 15. */
static inline unsigned ws_opcode(const struct ws_seen *s)
{
    return s->head.opcode;
}
void ws_set_opcode(struct ws_seen *, unsigned opcode);
static inline bool ws_is_control(const struct ws_seen *s)
{
    return s->head.opcode & 8;
}
static inline bool ws_is_message(const struct ws_seen *s)
{
    return s->head.opcode == WS_BINARY || s->head.opcode == WS_TEXT;
}
static inline bool ws_is_reserved(const struct ws_seen *s)
{
    return (ws_opcode(s) >= 3 && ws_opcode(s) <= 7) || ws_opcode(s) >= 11;
}
/* The code of a Close; -1: it has none. */
int ws_code(const struct ws_seen *);

/* Appends a well-formed frame of the reference (`out`) or of its peer. */
void ws_put(struct octet_fault *, struct buf *to, bool out, unsigned opcode, bool fin,
            struct slice payload);
/* The reference sends, or is sent, one more frame, now. */
void ws_say(struct octet_fault *, unsigned opcode, struct slice payload);
void ws_hear(struct octet_fault *, unsigned opcode, struct slice payload);
/* The reference says Close and ends the connection. */
void ws_end(struct octet_fault *, unsigned code);

/* ---- heads of HTTP ---- */
/* The values of a header, joined by ", "; false: it is not there. */
bool http_get(const struct buf *head, const char *name, char *to, size_t cap);
/* In place of all of that name; NULL: there is none. */
void http_set(struct buf *head, const char *name, const char *value);
void http_add(struct buf *head, const char *line); /* whole, without its end */
void http_start(struct buf *head, const char *line);
bool http_starts(const struct buf *head, const char *with);
int http_status(const struct buf *head); /* of a response; 0: none */
/* The sub-protocol the reference serves or asks for. */
const char *ws_own_protocol(const struct octet_fault *);
/* The Sec-WebSocket-Accept that answers the request of this stream. */
void ws_due_accept(const struct octet_fault *, char *to, size_t cap);

/* For octet_fault.c. */
void ws_watch(struct octet_fault *);
void ws_pass_in(struct octet_fault *);
void ws_pass_out(struct octet_fault *);
void ws_release(struct octet_fault *); /* what waits for more goes on: there will be none */

#endif
