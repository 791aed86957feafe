/* trace.h -- what happened in one instance: one list, one total order.  Always recorded, in
 * memory; rendered only when asked. */
#ifndef HARNESS_TRACE_H
#define HARNESS_TRACE_H
#include <stdio.h>
#include "base/bytes.h"
#include "base/msec.h"
#include "sp/wire.h"

enum trace_kind {
    TRACE_OPEN,   /* a connection: `conn`, note = "tcp, we dial 127.0.0.1:4711" */
    TRACE_OUT,    /* octets from us to the implementation under test */
    TRACE_IN,     /* octets from it to us */
    TRACE_END,    /* the connection ended: note = "fin" | "rst" | "we closed" | "we reset" ... */
    TRACE_CALL,   /* a line to the adapter: note */
    TRACE_RESULT, /* its answer: note */
    TRACE_STDERR, /* a line the adapter wrote to stderr */
    TRACE_EXPECT, /* a line of the script: note, file, line */
    TRACE_FAIL,   /* the verdict's reason */
    TRACE_NOTE,
};

struct trace_event {
    enum trace_kind kind;
    msec at;
    unsigned conn; /* 1.. ; 0: none */
    struct slice octets;
    const char *note; /* NULL: none */
    const char *file; /* static string or NULL */
    int line;
};

struct trace; /* an arena: octets and notes are copied in */

struct trace *trace_new(void);
void trace_free(struct trace *);
/* Octets in one direction of one connection that follow each other are kept as separate events:
 * their timing is evidence.  When memory is short the event is dropped and counted. */
void trace_add(struct trace *, const struct trace_event *);
/* How the octets of a connection are read; TLS is beneath what is recorded. */
enum trace_framing { TRACE_TCP, TRACE_IPC, TRACE_WS };
const char *trace_framing_name(enum trace_framing); /* "tcp" "ipc" "ws" */

/* How connection `conn` is framed, and the greeting type of both sides where known, so that it
 * can be dissected. */
void trace_describe(struct trace *, unsigned conn, enum trace_framing, uint16_t iut_type);
/* The same for a stream that was not seen from its start: it begins behind its greeting. */
void trace_describe_greeted(struct trace *, unsigned conn, enum trace_framing, uint16_t iut_type);
size_t trace_count(const struct trace *);
size_t trace_lost(const struct trace *); /* events dropped: memory was short, or too much came */
const struct trace_event *trace_get(const struct trace *, size_t i);

/* Renderers.  False: writing failed (errno). */
struct trace_meta {
    const char *instance, *title, *clause, *verdict, *why;
};
bool trace_text(const struct trace *, const struct trace_meta *, FILE *);
bool trace_jsonl(const struct trace *, const struct trace_meta *, FILE *);
/* Adds what trace_jsonl wrote.  False: it is not that, `why` has "line N: what". */
bool trace_read_jsonl(struct trace *, FILE *, struct buf *why);

#endif
