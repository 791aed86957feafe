/* conn.h -- one stream connection: greeting, then frames.  Strict, no I/O, no clock.
 * Clauses: sp-tcp-mapping-01 2 and 3, sp-ipc-mapping-01 2 to 4.
 *
 *     GREETING --8 octets, right--> OPEN --eof--> CLOSED
 *        \--anything else--> FAILED <--bad frame type, size over the limit--/
 *
 * Octets in: sp_conn_room + sp_conn_fed.  Events out: sp_conn_next.  Octets out: sp_conn_out +
 * sp_conn_sent.  Our greeting is in the output from the start (clause 2: sent at once). */
#ifndef SP_CONN_H
#define SP_CONN_H
#include "sp/carrier.h"
#include "sp/wire.h"

enum sp_conn_state { SP_CONN_GREETING, SP_CONN_OPEN, SP_CONN_CLOSED, SP_CONN_FAILED };

struct sp_conn_config {
    enum sp_framing framing;
    uint16_t self, peer;  /* endpoint types: ours, and the one accepted */
    uint64_t max_payload; /* octets of SP header and body accepted; 0: 2^60 - 1 */
    size_t read_ahead;    /* octets of input to hold beside a large payload, 0: 256 KiB */
};

struct sp_conn; /* about 200 octets; buffers are allocated when first needed and grow with use */

struct sp_conn *sp_conn_new(const struct sp_conn_config *); /* NULL: no memory */
void sp_conn_free(struct sp_conn *);
struct carrier *sp_conn_carrier(struct sp_conn *); /* the same object */
enum sp_conn_state sp_conn_state(const struct sp_conn *);

/* Where to read the next octets into, and how many fit; *n is 0 (NULL returned) when the
 * connection holds all it may until sp_conn_next has been called: back-pressure; also after the end
 * and when memory is short (sp_conn_next then says so).  Never commits memory for a size that is
 * only claimed. */
uint8_t *sp_conn_room(struct sp_conn *, size_t *n);
void sp_conn_fed(struct sp_conn *, size_t n);
void sp_conn_eof(struct sp_conn *);
/* Takes the next event.  After SP_EV_ERROR or end: SP_EV_NONE for ever. */
enum sp_event_type sp_conn_next(struct sp_conn *, struct sp_event *);
/* What sp_conn_next would yield, not taken yet; *payload is set when it is a message.  Keeps the
 * slices handed out before. */
enum sp_event_type sp_conn_peek(const struct sp_conn *, struct slice *payload);
/* True if sp_conn_next would yield something: a whole frame, a greeting or an error is there. */
bool sp_conn_ready(const struct sp_conn *);
/* True if sp_conn_room would say NULL for back-pressure. */
bool sp_conn_full(const struct sp_conn *);
/* The stream is gone and only sp_conn_next matters: gives back all other memory.  Ends the life of
 * slices handed out. */
void sp_conn_shrink(struct sp_conn *);
size_t sp_conn_memory(const struct sp_conn *); /* octets allocated, used or not */

/* Appends one frame.  Small bodies are copied (coalesced with their neighbours); a body of
 * 32 KiB or more with `own` set goes by reference.  E_STATE before the peer's greeting is
 * complete or after the end (SP-TCP-006), E_NOMEM. */
enum err sp_conn_send(struct sp_conn *, const struct msg *);
/* What is to be written now: fills at most `max` slices, returns how many.  They live until the
 * next call of sp_conn_send or sp_conn_sent. */
int sp_conn_out(const struct sp_conn *, struct slice *out, int max);
void sp_conn_sent(struct sp_conn *, size_t n);
size_t sp_conn_unsent(const struct sp_conn *); /* octets waiting in the output */

#endif
