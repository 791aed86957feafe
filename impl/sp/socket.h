/* socket.h -- what an application holds: a pattern, its pipes and their connections.  No I/O and
 * no clock: node.h (net) carries octets between the pipes and streams. */
#ifndef SP_SOCKET_H
#define SP_SOCKET_H
#include "sp/conn.h"
#include "sp/pattern.h"

struct sp_socket;
struct sp_pipe;

/* Notes for a trace: what was ignored or closed, and why. */
struct sp_socket_notes {
    void (*note)(void *ctx, enum sp_action_type, pipe_id, const char *why);
    void *ctx;
};

struct sp_socket *sp_socket_new(const struct pattern_ops *, uint64_t seed); /* NULL: no memory */
void sp_socket_free(struct sp_socket *); /* frees pipes that are left */
void sp_socket_set_notes(struct sp_socket *, const struct sp_socket_notes *);
struct pattern *sp_socket_pattern(struct sp_socket *);

/* Options: "max-recv" (octets, default 1 MiB inclusive, 0: no limit), "send-buf" (octets unsent at
 * which a pipe stops being writable, default 256 KiB), "recv-buf" (octets read ahead, default
 * 256 KiB): they apply to pipes opened afterwards.  And the pattern's own, E_NOTSUP elsewhere:
 * "resend-ivl" (REQ; ms, 0 or less: never by timer), "first-id" (REQ; the id of the next request,
 * 80000000 to ffffffff, so that the wrap can be seen), "survey-deadline" (SURVEYOR; ms, negative:
 * none), "ttl" (REP, RESPONDENT, PAIR v1; 1..255), "polyamorous" (PAIR v1; 0 or 1; E_STATE once
 * there is a peer). */
enum err sp_socket_set(struct sp_socket *, const char *option, int64_t value);
/* E_NOTSUP: not a cooked SUB; E_INVAL: the topic to take off was never put on; E_NOMEM. */
enum err sp_socket_subscribe(struct sp_socket *, struct slice topic, bool on);

/* E_AGAIN: push-back; nothing was taken.  E_STATE: nobody asked (REP, RESPONDENT).  E_NOTSUP: the
 * pattern never sends.  E_INVAL: a head that is no id (raw BUS).  E_NOMEM.  Borrowed: the
 * message is copied or referenced; it may be the one last received here.  The head counts on raw
 * sockets only. */
enum err sp_socket_send(struct sp_socket *, const struct msg *, msec now);
/* E_AGAIN: nothing yet.  E_STATE: nothing was asked (REQ, SURVEYOR).  E_TIMEDOUT: the survey ended
 * while a receive waited.  E_NOTSUP: the pattern never receives.
 * The message is borrowed until the next call on this socket or its pipes (sp_socket_next_dirty,
 * the const functions and sp_pipe_sent keep it). */
enum err sp_socket_recv(struct sp_socket *, struct msg *, msec now);

/* Contexts: requests, surveys or questions beside the socket's own, over the same pipes (cooked
 * REQ, REP, SURVEYOR, RESPONDENT).  A context begins with the options that the socket has by then;
 * its own are "resend-ivl" and "survey-deadline".  It belongs to its socket, and ends with it; NULL
 * is the socket's own.  Errors as above; E_NOTSUP: no contexts with this pattern. */
enum err sp_context_open(struct sp_socket *, struct context **);
void sp_context_close(struct sp_socket *, struct context *, msec now); /* what it asked ends */
enum err sp_context_set(struct sp_socket *, struct context *, const char *option, int64_t value);
enum err sp_context_send(struct sp_socket *, struct context *, const struct msg *, msec now);
enum err sp_context_recv(struct sp_socket *, struct context *, struct msg *, msec now);

bool sp_socket_can_send(const struct sp_socket *); /* some pipe is writable */

msec sp_socket_deadline(const struct sp_socket *); /* of sp_socket_tick; MSEC_NEVER: none */
void sp_socket_tick(struct sp_socket *, msec now);
/* The application is done with it: the pattern sends nothing more (a REQ would move its request to
 * another pipe as each one ends).  What waits in the output of the pipes may still be written. */
void sp_socket_retire(struct sp_socket *);
size_t sp_socket_pipes(const struct sp_socket *); /* greeted, accepted by the pattern, not ended */

/* ---- the transport's side of a pipe ---- */
struct sp_pipe *sp_pipe_open(struct sp_socket *, enum sp_framing, msec now); /* NULL: no memory */
/* The same over another carrier, which the pipe owns from now on (also when this fails), made with
 * these types and limits. */
struct sp_pipe *sp_pipe_carried(struct sp_socket *, struct carrier *, msec now);
struct sp_conn_config sp_socket_conn_config(const struct sp_socket *, enum sp_framing);
void sp_pipe_set_user(struct sp_pipe *, void *);
void *sp_pipe_user(const struct sp_pipe *);
pipe_id sp_pipe_id(const struct sp_pipe *); /* from the start, though the greeting may fail */
uint8_t *sp_pipe_room(struct sp_pipe *, size_t *n); /* NULL, *n = 0: do not read now */
void sp_pipe_fed(struct sp_pipe *, size_t n, msec now);
/* The peer sends no more.  Whole messages that wait are still delivered; the pattern is told at
 * once that the pipe is gone, and the pipe is over. */
void sp_pipe_eof(struct sp_pipe *, msec now);
int sp_pipe_out(const struct sp_pipe *, struct slice *out, int max);
void sp_pipe_sent(struct sp_pipe *, size_t n, msec now);
/* As much waits in the output as "send-buf" allows: until some of it is sent, patterns push back or
 * drop. */
bool sp_pipe_full(const struct sp_pipe *);
/* The greeting of the peer is still awaited (the handshake limit applies). */
bool sp_pipe_greeting(const struct sp_pipe *);
/* The stream is to be closed now: protocol error, refused, end of stream (a half-close counts as
 * one, as in every implementation), out of memory. */
bool sp_pipe_over(const struct sp_pipe *);
/* The stream is gone, however it went.  Whole messages that wait are still delivered: the socket
 * keeps them, up to 64 MiB of memory for all such pipes together. */
void sp_pipe_free(struct sp_pipe *, msec now);
/* The same, but the stream is still there: gives back the carrier, which may have something to say
 * and to hear yet.  NULL: messages wait in it, which `drop` would have thrown away. */
struct carrier *sp_pipe_release(struct sp_pipe *, bool drop, msec now);
/* Pipes whose output grew, that are over, or that have room to read again since last asked, one at
 * a time; NULL: none. */
struct sp_pipe *sp_socket_next_dirty(struct sp_socket *);

#endif
