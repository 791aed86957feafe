/* context.h -- the inside of a running case.  Cases see only case.h; this is for harness/core. */
#ifndef HARNESS_CONTEXT_H
#define HARNESS_CONTEXT_H
#include "base/bytes.h"
#include "base/rng.h"
#include "core/case.h"
#include "core/fiber.h"
#include "core/notation.h"
#include "core/port.h"
#include "core/pulse.h"
#include "core/starved.h"
#include "net/net.h"
#include "report/report.h"
#include "sp/protocol.h"
#include "trace/trace.h"

enum segmentation {
    SEGMENT_WHOLE,
    SEGMENT_OCTETS,    /* greeting and first frame header octet by octet */
    SEGMENT_COALESCED, /* greeting held back until something else is due, then one write */
    SEGMENT_SPLIT,     /* one cut, at `cut` octets from the start of the stream */
};

struct habits; /* habits.h */

/* What a run asks of every instance. */
struct conditions {
    int64_t patience; /* ms per expect */
    int64_t grace;    /* ms an adapter may be late with an answer before it hangs */
    uint64_t seed;
    enum segmentation segmentation;
    unsigned cut; /* SEGMENT_SPLIT: 1 .. */
    bool black_box;
    const char *black_box_protocol, *black_box_url;
    const char *scratch;   /* directory for ipc sockets; "" in simulated worlds */
    unsigned pid;          /* of the run: part of the loopback addresses */
    unsigned lane;         /* which adapter of the pool: gives it a loopback address of its own */
    bool no_deadlines;     /* --attach: a person sits on a breakpoint */
    struct habits *habits; /* of the running service; NULL: there is an adapter */
    const struct pulse *pulse; /* of the loop; NULL: it cannot stall */
};

struct endpoint { /* a listener of ours */
    struct t *t;
    struct listener *listener;
    bool plain; /* what it accepts is taken without TLS */
    char url[160];
    struct stream *waiting[256]; /* accepted, not yet taken by the script */
    size_t first, count;
    size_t seen;
    struct endpoint *next;
};

struct iut { /* a socket, or a context of one */
    struct t *t;
    char name[12];     /* s1, c2 */
    char protocol[24]; /* without "raw" */
    bool raw, open;
    char listen_url[160]; /* where it listens for this instance, "" not yet */
    struct iut *next;
};

struct peer {
    struct t *t;
    struct iut *iut; /* NULL: accept_raw, dial_raw */
    unsigned number; /* connection number in the trace */
    struct stream *stream;
    char url[160];
    bool we_dialled, ipc;
    bool tls;                     /* TLS is spoken beneath what is recorded */
    struct ws_side *ws;           /* NULL: no WebSocket */
    struct endpoint *endpoint;    /* where it came in, when it dialled us */
    struct buf in;                /* received, not yet consumed by an expect */
    struct buf out;               /* to be sent */
    uint64_t sent_before;         /* octets handed to the stream so far: positions of cuts */
    bool finish, paused, counted; /* counted: the implementation is to have a pipe to it */
    bool unsettled;               /* SEGMENT_COALESCED: our greeting is held back */
    bool we_closed, frame_sent;
    bool departed;       /* its end was waited for on the other side */
    struct at settle_at; /* the attach that is still to be completed */
    struct peer_timer *recheck;
    enum stream_end end; /* STREAM_OPEN until the end is seen */
    size_t frames_in;
    char as[24];
    struct peer *next;
};

/* The one call an adapter may have outstanding. */
struct call {
    bool pending, answered;
    struct at at;
    msec asked, due, deadline; /* due: the verb's own time is up */
    char verb[12], words[40];  /* words: behind the socket's name, which says nothing */
    struct buf answer;         /* "ok ...", "err ...", "na" */
};

/* Buffers of the case: a script that ends in the middle leaves nothing behind. */
enum scratch {
    SCRATCH_LINE,
    SCRATCH_OCTETS,
    SCRATCH_HEAD,
    SCRATCH_BODY,
    SCRATCH_WANT,
    SCRATCH_WHY,
    SCRATCH_COUNT
};

enum outcome { RUNNING, ENDED, FAILED, SKIPPED, DIED, HUNG, UNFAIR };

struct t {
    const struct conf_case *c;
    enum via via;
    const char *instance;
    const struct conditions *on;
    struct net *net;
    struct port *port;
    const char *features; /* words of the adapter's hello, space separated with spaces around */
    struct fiber *fiber;
    struct trace *trace;
    struct captures *captures;
    struct rng rng;

    /* waiting */
    bool waiting, woken, timed_out;
    bool looked;  /* the deadline has come once: what the kernel has by then still counts */
    bool overdue; /* woken behind window_end once: the next time it is over */
    msec window_end, window_began;
    struct net_timer timer;
    size_t put;                   /* octets to be sent since the loop had a turn: see t_breathe */
    void (*runnable)(struct t *); /* the scheduler is told that the fiber can go on */
    void *scheduler;

    struct iut *iuts;
    struct peer *peers;
    struct endpoint *endpoints;
    unsigned iut_count, peer_count, place_count;
    struct call call;
    struct starvation starvation; /* of the adapter, while its answer is late */
    struct starvation share;      /* since the script began */
    size_t said;                  /* octets of its stderr in the trace */
    bool wants_fresh; /* the script asked for a new process: the scheduler replaces the port */
    struct buf scratch[SCRATCH_COUNT];
    struct temp { /* strings that live as long as the case */
        struct temp *next;
        char text[];
    } * temps;

    /* what came of it */
    enum outcome outcome;
    struct at at;
    struct buf why, detail, variant;
    bool timing;  /* the failure is about time: it is measured again alone */
    bool silent;  /* it is that nothing came while we had patience: is that so once more? */
    bool stalled; /* our loop stood still while time was measured: so is this */
    bool starved; /* an answer came so late that the machine must have been too busy */
    msec started;
};

/* Runs until something happened that concerns this case, or the deadline.  False: deadline.  Things
 * that go on happening do not put the deadline off: look once more, then take the answer.  For what
 * the implementation is to do: --attach knows no such deadline. */
bool t_wait(struct t *, msec deadline);
/* The same, for time that the script itself wants to pass. */
bool t_pause(struct t *, msec until);
/* Behind each thing that a script sends: one that sends much gives the loop a turn now and then, so
 * that it is no stall to the others, nor to itself. */
void t_breathe(struct t *);
/* Time was measured since then: a stall of our loop makes it one to be measured again. */
void t_measured(struct t *, msec since);
/* The same, and a window of `ms`, where that is shorter than patience, went by without what it
 * watches for: a failure behind that may be about time.  Not of a black box, where windows are how
 * we find our way about. */
void t_passed(struct t *, msec since, int64_t ms);
void t_wake(struct t *);
void t_deadline(struct net_timer *, msec at); /* fires t->timer */
/* The script's patience from now, as a deadline; with --attach it has no end. */
msec t_patience(struct t *);

/* Begins and ends the story of one instance.  t_begin makes the fiber; the scheduler resumes it
 * until t_over. */
bool t_begin(struct t *); /* false: no memory */
bool t_over(const struct t *);
void t_close_wire(struct t *); /* our connections and listeners */
void t_free(struct t *);

/* Ends the case from anywhere (also from callbacks, when the fiber is not running). */
void t_end(struct t *, enum outcome, struct at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Ends the case from within the script. */
void t_stop(struct t *, enum outcome, struct at, const char *format, ...)
    __attribute__((format(printf, 4, 5), noreturn));
/* A comparison failed: fills detail with wanted and got, then stops. */
void t_mismatch(struct t *, struct at, const char *pattern, struct slice got, const char *what)
    __attribute__((noreturn));
void t_expect(struct t *, struct at); /* the trace shows the script line */
void t_note(struct t *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The value of a pattern; a malformed one is a fault of the case: ERROR. */
void t_emit(struct t *, struct at, const char *pattern, struct buf *out);
const char *t_keep(struct t *, const char *text);
struct buf *t_scratch(struct t *, enum scratch); /* emptied */

/* The adapter's events (call.c). */
void iut_answered(void *t, const char *line, size_t n);
void iut_died(void *t, const char *how);
void iut_said(void *t, const char *line);
bool is_sanitizer_report(const char *line);
/* One call from the script: asks and waits.  Returns the answer after "ok ", or NULL when it is
 * err (code in *code) -- `na` ends the case as SKIP. */
const char *iut_call(struct t *, struct at, int64_t ms, const char **code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Peers (peer.c). */
void peers_settle(struct t *); /* completes what SEGMENT_COALESCED held back */
char *t_place(struct t *, const char *transport, char *url, size_t cap); /* a fresh address */
const char *via_scheme(enum via); /* "tcp" "ipc" "tcp6" "ws" "wss" "tls" "inproc" */

#endif
