/* case.h -- everything a conformance case may say.  Cases include only this.
 *
 * A case is one function: straight-line, in the order of the wire.  Every expect blocks until it
 * holds, or until --patience has passed; the first that does not hold ends the case.  What a case
 * opens belongs to it and is released by the runner: there is no clean-up and no error check.
 * The byte notation is described in notation.h and in harness/cases/README.md. */
#ifndef CASE_H
#define CASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct t;    /* the running case */
struct iut;  /* a socket inside the implementation under test */
struct peer; /* our end of one connection to it */

/* How the implementation under test and we meet.  A case runs once per bit. */
enum via {
    TCP_DIALS = 1,   /* [tcp,iut-dials] */
    TCP_LISTENS = 2, /* [tcp,iut-listens] */
    IPC_DIALS = 4,
    IPC_LISTENS = 8,
    TCP6_DIALS = 16, /* [tcp6,...]: ::1 */
    TCP6_LISTENS = 32,
    INPROC = 64, /* [inproc]: two sockets of the implementation under test, no wire */
    LOCAL = 128, /* [local]: no transport at all: options, errors */
    WS_DIALS = 256,
    WS_LISTENS = 512,
    WSS_DIALS = 1024, /* ws inside TLS */
    WSS_LISTENS = 2048,
    TLS_DIALS = 4096, /* [tls,...]: tls+tcp, the framing of tcp inside TLS */
    TLS_LISTENS = 8192,
    TCP = TCP_DIALS | TCP_LISTENS,
    IPC = IPC_DIALS | IPC_LISTENS,
    TCP6 = TCP6_DIALS | TCP6_LISTENS,
    WS = WS_DIALS | WS_LISTENS,
    WSS = WSS_DIALS | WSS_LISTENS,
    TLS = TLS_DIALS | TLS_LISTENS,
    DIALS = TCP_DIALS | IPC_DIALS | WS_DIALS | WSS_DIALS | TLS_DIALS,
    LISTENS = TCP_LISTENS | IPC_LISTENS | WS_LISTENS | WSS_LISTENS | TLS_LISTENS,
    ANY = DIALS | LISTENS,
    /* Where SP has octets of its own: greeting and frames.  A WebSocket has neither. */
    STREAM = TCP | IPC | TLS,
    STREAM_DIALS = STREAM & DIALS,
    STREAM_LISTENS = STREAM & LISTENS,
};

struct conf_case {
    const char *id, *title; /* the title is a sentence with the implementation as its subject */
    const char *covers;     /* rows of the ledger; the first is what a failure is blamed on.  The
                               case's level is the strictest of theirs */
    const char *why;        /* optional: what goes wrong in practice when this is broken */
    const char *needs;      /* features or options of the adapter, "kernel": real sockets only,
                               "wire": black box can run it; NULL: none */
    const char *file;
    void (*run)(struct t *);
    int line;
    unsigned via;
    bool slow;     /* over 2 s live: only with --slow, always in simulated time */
    bool fragile;  /* may kill a weak target: runs last, left out by --gentle */
    bool own_pace; /* judges how soon it dials again: its reconnect times are left alone.  Others
                      do not wait for them: what dials is told to dial again soon, if it can be */
};

#define CASE(ident, ...)                                                                           \
    static void ident(struct t *);                                                                 \
    static const struct conf_case case_##ident = {                                                 \
        .id = #ident, .file = __FILE__, .line = __LINE__, .run = ident, __VA_ARGS__                \
    };                                                                                             \
    static const struct conf_case *const casep_##ident                                             \
        __attribute__((used, section("conf_cases"))) = &case_##ident;                              \
    static void ident(struct t *t __attribute__((unused)))

/* Where a line of the script is, and what it says. */
struct at {
    const char *file, *text;
    int line;
};
#define HERE(text_) ((struct at){ __FILE__, text_, __LINE__ })

/* ---- the implementation under test ----------------------------------------------------------
 * A call the adapter answers with `na` ends the case as SKIP. */

/* Opens a socket: "req", or "rep raw"; then options as "name=value" (subscribe takes a pattern:
 * "subscribe='ab'"). */
#define iut_open(t, ...)                                                                           \
    iut_open_(HERE("iut_open(" #__VA_ARGS__ ")"), (t), (const char *const[]){ __VA_ARGS__, NULL })
/* A context of the socket: a request, survey or question of its own over the same pipes.  It takes
 * iut_send, iut_expect, iut_set, iut_close and their kind.  .needs = "ctx" */
#define iut_context(s) iut_context_(HERE("iut_context(" #s ")"), (s))
/* Blocking send of one message; fails the case unless it succeeds. */
#define iut_send(s, pattern) iut_send_(HERE("iut_send(" #s ", " #pattern ")"), (s), (pattern))
/* Receives one message and compares. */
#define iut_expect(s, pattern) iut_expect_(HERE("iut_expect(" #s ", " #pattern ")"), (s), (pattern))
/* Large messages: octet i is (i ^ i>>8 ^ i>>16) & 255.  `head` (a pattern or NULL) goes before. */
#define iut_send_seq(s, n)   iut_send_seq_(HERE("iut_send_seq(" #s ", " #n ")"), (s), (n))
#define iut_expect_seq(s, n) iut_expect_seq_(HERE("iut_expect_seq(" #s ", " #n ")"), (s), (n))
/* Raw sockets: protocol header and body apart, each a pattern. */
#define iut_send_raw(s, head, body)                                                                \
    iut_send_raw_(HERE("iut_send_raw(" #s ", " #head ", " #body ")"), (s), (head), (body))
#define iut_expect_raw(s, head, body)                                                              \
    iut_expect_raw_(HERE("iut_expect_raw(" #s ", " #head ", " #body ")"), (s), (head), (body))
/* PAIR v1 in polyamorous mode: from which pipe a message came (0: the adapter does not tell), and
 * to which one goes. */
#define iut_expect_from(s, pattern)                                                                \
    iut_expect_from_(HERE("iut_expect_from(" #s ", " #pattern ")"), (s), (pattern))
#define iut_send_to(s, pipe, pattern)                                                              \
    iut_send_to_(HERE("iut_send_to(" #s ", " #pipe ", " #pattern ")"), (s), (pipe), (pattern))
/* The call must fail with one of the codes ("state", "timedout|notsup", ...) within `ms`. */
#define iut_send_fails(s, ms, pattern, codes)                                                      \
    iut_send_fails_(HERE("iut_send_fails(" #s ", " #ms ", " #pattern ", " #codes ")"), (s), (ms),  \
                    (pattern), (codes))
#define iut_recv_fails(s, ms, codes)                                                               \
    iut_recv_fails_(HERE("iut_recv_fails(" #s ", " #ms ", " #codes ")"), (s), (ms), (codes))
#define iut_set(s, option, value)                                                                  \
    iut_set_(HERE("iut_set(" #s ", " #option ", " #value ")"), (s), (option), (value))
#define iut_close(s) iut_close_(HERE("iut_close(" #s ")"), (s))
/* Endpoints beyond those attach() makes.  iut_listen returns the actual URL (lives as long as the
 * case); `url` NULL: one of this instance's transport. */
#define iut_listen(s, url) iut_listen_(HERE("iut_listen(" #s ", " #url ")"), (s), (url))
#define iut_listen_fails(s, url, codes)                                                            \
    iut_listen_fails_(HERE("iut_listen_fails(" #s ", " #url ", " #codes ")"), (s), (url), (codes))
#define iut_dial(s, url) iut_dial_(HERE("iut_dial(" #s ", " #url ")"), (s), (url))
/* Waits until exactly n pipes are usable. */
#define iut_pipes(s, n)  iut_pipes_(HERE("iut_pipes(" #s ", " #n ")"), (s), (n))
#define iut_device(a, b) iut_device_(HERE("iut_device(" #a ", " #b ")"), (a), (b))
/* A call left running while the script goes on; one at a time.  iut_end_* waits for it. */
#define iut_begin_recv(s, ms) iut_begin_recv_(HERE("iut_begin_recv(" #s ", " #ms ")"), (s), (ms))
#define iut_begin_send(s, ms, pattern)                                                             \
    iut_begin_send_(HERE("iut_begin_send(" #s ", " #ms ", " #pattern ")"), (s), (ms), (pattern))
/* Waits for its end for that long; never fails, and the call goes on running. */
#define iut_ends_within(s, ms) iut_ends_within_(HERE("iut_ends_within(" #s ", " #ms ")"), (s), (ms))
#define iut_end_expect(s, pattern)                                                                 \
    iut_end_expect_(HERE("iut_end_expect(" #s ", " #pattern ")"), (s), (pattern))
#define iut_end_ok(s) iut_end_ok_(HERE("iut_end_ok(" #s ")"), (s))
#define iut_end_fails(s, codes)                                                                    \
    iut_end_fails_(HERE("iut_end_fails(" #s ", " #codes ")"), (s), (codes))
/* Asks, never fails: the answer's code ("ok", "timedout", "state", ...). */
#define iut_try_send(s, ms, pattern)                                                               \
    iut_try_send_(HERE("iut_try_send(" #s ", " #ms ", " #pattern ")"), (s), (ms), (pattern))
#define iut_try_send_raw(s, ms, head, body)                                                        \
    iut_try_send_raw_(HERE("iut_try_send_raw(" #s ", " #ms ", " #head ", " #body ")"), (s), (ms),  \
                      (head), (body))
#define iut_try_send_seq(s, ms, n)                                                                 \
    iut_try_send_seq_(HERE("iut_try_send_seq(" #s ", " #ms ", " #n ")"), (s), (ms), (n))
#define iut_try_set(s, option, value)                                                              \
    iut_try_set_(HERE("iut_try_set(" #s ", " #option ", " #value ")"), (s), (option), (value))
/* The payload received is kept as $got (an ok answer). */
#define iut_try_recv(s, ms) iut_try_recv_(HERE("iut_try_recv(" #s ", " #ms ")"), (s), (ms))
#define iut_fresh(t)        iut_fresh_(HERE("iut_fresh(t)"), (t)) /* a new process; sockets are gone */
bool iut_has(struct t *, const char *feature); /* declared in the adapter's hello */

struct iut *iut_open_(struct at, struct t *, const char *const *protocol_then_options);
struct iut *iut_context_(struct at, struct iut *);
void iut_send_(struct at, struct iut *, const char *pattern);
void iut_expect_(struct at, struct iut *, const char *pattern);
void iut_send_seq_(struct at, struct iut *, size_t n);
void iut_expect_seq_(struct at, struct iut *, size_t n);
void iut_send_raw_(struct at, struct iut *, const char *head, const char *body);
void iut_expect_raw_(struct at, struct iut *, const char *head, const char *body);
uint32_t iut_expect_from_(struct at, struct iut *, const char *pattern);
void iut_send_to_(struct at, struct iut *, uint32_t pipe, const char *pattern);
void iut_send_fails_(struct at, struct iut *, int64_t ms, const char *pattern, const char *codes);
void iut_recv_fails_(struct at, struct iut *, int64_t ms, const char *codes);
void iut_set_(struct at, struct iut *, const char *option, const char *value);
void iut_close_(struct at, struct iut *);
const char *iut_listen_(struct at, struct iut *, const char *url);
void iut_listen_fails_(struct at, struct iut *, const char *url, const char *codes);
void iut_dial_(struct at, struct iut *, const char *url);
void iut_pipes_(struct at, struct iut *, size_t n);
void iut_device_(struct at, struct iut *, struct iut *);
void iut_begin_recv_(struct at, struct iut *, int64_t ms);
void iut_begin_send_(struct at, struct iut *, int64_t ms, const char *pattern);
bool iut_ends_within_(struct at, struct iut *, int64_t ms);
void iut_end_expect_(struct at, struct iut *, const char *pattern);
void iut_end_ok_(struct at, struct iut *);
void iut_end_fails_(struct at, struct iut *, const char *codes);
const char *iut_try_send_(struct at, struct iut *, int64_t ms, const char *pattern);
const char *iut_try_send_raw_(struct at, struct iut *, int64_t ms, const char *head,
                              const char *body);
const char *iut_try_set_(struct at, struct iut *, const char *option, const char *value);
const char *iut_try_send_seq_(struct at, struct iut *, int64_t ms, size_t n);
const char *iut_try_recv_(struct at, struct iut *, int64_t ms);
void iut_fresh_(struct at, struct t *);

/* ---- our end of the wire --------------------------------------------------------------------
 * attach_raw: a connection, nothing sent yet.  attach: both greetings exchanged, ours as protocol
 * `as`, and the pipe usable on BOTH sides.  Who dials is the instance's matter: a case says it
 * once and runs both ways. */
#define attach_raw(s) attach_raw_(HERE("attach_raw(" #s ")"), (s))
#define attach(s, as) attach_(HERE("attach(" #s ", " #as ")"), (s), (as))
/* attach, but returns without waiting for the implementation to say the pipe is usable: for pipes
 * it is to refuse. */
#define attach_unchecked(s, as)                                                                    \
    attach_unchecked_(HERE("attach_unchecked(" #s ", " #as ")"), (s), (as))
/* The connection ended: the next one to the same place (we dial again, or it does). */
#define reattach_raw(p) reattach_raw_(HERE("reattach_raw(" #p ")"), (p))
#define reattach(p, as) reattach_(HERE("reattach(" #p ", " #as ")"), (p), (as))
/* The greetings, or over WebSocket the opening handshake, on a connection there is. */
#define open_peer(p, as) open_peer_(HERE("open_peer(" #p ", " #as ")"), (p), (as))
void open_peer_(struct at, struct peer *, const char *as);
struct peer *attach_raw_(struct at, struct iut *);
struct peer *attach_(struct at, struct iut *, const char *as);
struct peer *attach_unchecked_(struct at, struct iut *, const char *as);
struct peer *reattach_raw_(struct at, struct peer *);
struct peer *reattach_(struct at, struct peer *, const char *as);
/* A listener of ours, of the instance's transport, that nothing dials yet; a place where nobody
 * listens; and the next connection to a listener. */
const char *our_listener(struct t *);
const char *nobody_there(struct t *); /* a URL: dialling it is refused until start_listening */
#define start_listening(t, url) start_listening_(HERE("start_listening(t, " #url ")"), (t), (url))
#define stop_listening(t, url)  stop_listening_(HERE("stop_listening(t, " #url ")"), (t), (url))
#define accept_raw(t, url)      accept_raw_(HERE("accept_raw(t, " #url ")"), (t), (url))
#define dial_raw(t, url)        dial_raw_(HERE("dial_raw(t, " #url ")"), (t), (url))
void start_listening_(struct at, struct t *, const char *url);
void stop_listening_(struct at, struct t *, const char *url);
struct peer *accept_raw_(struct at, struct t *, const char *url);
struct peer *dial_raw_(struct at, struct t *, const char *url);
/* Dialling `url` is refused (or, ipc, there is no such file) within patience. */
#define expect_refused(t, url) expect_refused_(HERE("expect_refused(t, " #url ")"), (t), (url))
void expect_refused_(struct at, struct t *, const char *url);
size_t connections_seen(struct t *, const char *url); /* accepted so far by a listener of ours */

/* ipc: an address of this instance nobody uses; what lies at its path, put there and removed. */
const char *free_place(struct t *);
/* The same over "tcp" or "ipc", whatever the instance's transport: for a socket that has both. */
const char *free_place_over(struct t *, const char *scheme);
bool socket_file_at(struct t *, const char *url);
void leave_stale_file(struct t *, const char *url); /* a socket file that nobody listens on */
void unlink_file(struct t *, const char *url);

/* Raw octets, whatever the transport. */
#define wire_send(p, pattern) wire_send_(HERE("wire_send(" #p ", " #pattern ")"), (p), (pattern))
#define wire_send_octets(p, octets, n)                                                             \
    wire_send_octets_(HERE("wire_send_octets(" #p ", " #octets ", " #n ")"), (p), (octets), (n))
/* Exactly these octets come next (those before were consumed by earlier expects). */
#define wire_expect(p, pattern)                                                                    \
    wire_expect_(HERE("wire_expect(" #p ", " #pattern ")"), (p), (pattern))
#define wire_finish(p) wire_finish_(HERE("wire_finish(" #p ")"), (p)) /* FIN; we still read */
#define wire_reset(p)  wire_reset_(HERE("wire_reset(" #p ")"), (p))   /* RST; ipc: abrupt close */
#define wire_close(p)  wire_close_(HERE("wire_close(" #p ")"), (p))
/* Closed whatever is unsent, for one that need not read any more; nothing if we closed it. */
#define wire_drop(p) wire_drop_(HERE("wire_drop(" #p ")"), (p))
/* Sends one octet after another, each when the one before has been read, or had 20 ms to be. */
#define wire_trickle(p, pattern)                                                                   \
    wire_trickle_(HERE("wire_trickle(" #p ", " #pattern ")"), (p), (pattern))
/* The implementation has read all we sent. */
#define wire_drained(p) wire_drained_(HERE("wire_drained(" #p ")"), (p))
/* The same, but it need not: an implementation may read only when its application receives.  True:
 * all was read, within `ms`; false: the connection ended, or it did not read.  Never fails. */
#define wire_drains_within(p, ms)                                                                  \
    wire_drains_within_(HERE("wire_drains_within(" #p ", " #ms ")"), (p), (ms))
#define wire_pause(p)  wire_pause_((p))  /* we stop reading: back-pressure */
#define wire_resume(p) wire_resume_((p)) /* and read again */
/* TCP urgent data (kernel only). */
#define wire_urgent(p, octet) wire_urgent_(HERE("wire_urgent(" #p ", " #octet ")"), (p), (octet))
void wire_send_(struct at, struct peer *, const char *pattern);
void wire_send_octets_(struct at, struct peer *, const void *, size_t n);
void wire_expect_(struct at, struct peer *, const char *pattern);
void wire_finish_(struct at, struct peer *);
void wire_reset_(struct at, struct peer *);
void wire_close_(struct at, struct peer *);
void wire_drop_(struct at, struct peer *);
void wire_trickle_(struct at, struct peer *, const char *pattern);
void wire_drained_(struct at, struct peer *);
bool wire_drains_within_(struct at, struct peer *, int64_t ms);
void wire_pause_(struct peer *);
void wire_resume_(struct peer *);
void wire_urgent_(struct at, struct peer *, uint8_t octet);

/* One SP message, framed as this transport frames it. */
#define sp_send(p, pattern)   sp_send_(HERE("sp_send(" #p ", " #pattern ")"), (p), (pattern))
#define sp_expect(p, pattern) sp_expect_(HERE("sp_expect(" #p ", " #pattern ")"), (p), (pattern))
#define sp_send_seq(p, head, n)                                                                    \
    sp_send_seq_(HERE("sp_send_seq(" #p ", " #head ", " #n ")"), (p), (head), (n))
#define sp_expect_seq(p, head, n)                                                                  \
    sp_expect_seq_(HERE("sp_expect_seq(" #p ", " #head ", " #n ")"), (p), (head), (n))
/* A frame header that claims `size` octets (ipc: of type 1) and nothing behind it. */
#define sp_claim(p, size) sp_claim_(HERE("sp_claim(" #p ", " #size ")"), (p), (size))
/* The next message on any one of the peers (NULL-terminated): returns which. */
#define sp_expect_on_any(pattern, ...)                                                             \
    sp_expect_on_any_(HERE("sp_expect_on_any(" #pattern ", " #__VA_ARGS__ ")"), (pattern),         \
                      (struct peer *const[]){ __VA_ARGS__, NULL })
void sp_send_(struct at, struct peer *, const char *pattern);
void sp_expect_(struct at, struct peer *, const char *pattern);
void sp_send_seq_(struct at, struct peer *, const char *head, size_t n);
void sp_expect_seq_(struct at, struct peer *, const char *head, size_t n);
void sp_claim_(struct at, struct peer *, uint64_t size);
struct peer *sp_expect_on_any_(struct at, const char *pattern, struct peer *const *);
/* Whole messages that are here and not yet consumed by sp_expect.  Settled: nothing is in flight
 * only where the script has made sure of it. */
size_t sp_waiting(struct peer *);

/* The implementation closes the connection (FIN or RST alike) within patience; nothing may come
 * before that but what earlier expects consumed. */
#define expect_closed(p) expect_closed_(HERE("expect_closed(" #p ")"), (p), -1)
#define expect_closed_within(p, ms)                                                                \
    expect_closed_(HERE("expect_closed_within(" #p ", " #ms ")"), (p), (ms))
/* Waits until the connection is closed or, where it is not, the next message arrives or `ms` pass;
 * never fails.  True: closed.  A failure behind a window that passed is measured again alone. */
#define closes_within(p, ms) closes_within_(HERE("closes_within(" #p ", " #ms ")"), (p), (ms))
bool closes_within_(struct at, struct peer *, int64_t ms);
void expect_closed_(struct at, struct peer *, int64_t ms);
#define expect_open(p) expect_open_(HERE("expect_open(" #p ")"), (p)) /* no end has been seen */
void expect_open_(struct at, struct peer *);
bool is_closed(const struct peer *);

/* Silence.  The rule is a sentinel: bad input, then good input on the same pipe, and the next
 * thing must be the good one.  Where none exists, say why. */
#define expect_quiet(p, ms, why)                                                                   \
    expect_quiet_(HERE("expect_quiet(" #p ", " #ms ", " #why ")"), (p), (ms), (why))
void expect_quiet_(struct at, struct peer *, int64_t ms, const char *why_no_sentinel);

/* ---- time, in ms of the case's own clock (simulated against the reference) ---- */
int64_t now(const struct t *);
/* From `since` (something we did) to now.  A miss is measured again alone before it counts. */
#define expect_elapsed(t, since, lo, hi)                                                           \
    expect_elapsed_(HERE("expect_elapsed(" #since ", " #lo ", " #hi ")"), (t), (since), (lo), (hi))
void expect_elapsed_(struct at, struct t *, int64_t since, int64_t lo, int64_t hi);
/* Lets time pass: only for what a timer of the implementation drives. */
#define let_pass(t, ms, why) let_pass_(HERE("let_pass(" #ms ", " #why ")"), (t), (ms), (why))
void let_pass_(struct at, struct t *, int64_t ms, const char *why);
int64_t patience(const struct t *); /* ms per expect */

/* ---- verdicts ---- */
#define check(t, condition, ...)                                                                   \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_(HERE("check(" #condition ")"), (t), __VA_ARGS__);                                \
    } while (0)
void fail_(struct at, struct t *, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));
/* The spec leaves this open: name the variant seen.  The case ends as INFO unless it fails. */
void variant(struct t *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void skip(struct t *, const char *why) __attribute__((noreturn));
/* A fair verdict cannot be reached (a port in use): ERROR. */
void cannot_judge(struct t *, const char *why) __attribute__((noreturn));

/* ---- about the run ---- */
bool dials(const struct t *); /* the implementation dials in this instance */
bool over_ipc(const struct t *);
bool over_ws(const struct t *);  /* inside TLS or not */
bool over_tls(const struct t *); /* tls or wss */
bool is_black_box(const struct t *);
const char *service_protocol(const struct t *); /* black box: what the service speaks, else "" */
const char *value(struct t *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Octets captured earlier as $name, as a big-endian number; more than 8 octets: UINT64_MAX. */
uint64_t captured(struct t *, const char *name);
/* Of the adapter's process, from /proc; -1 where it cannot be had.  .needs = "kernel" */
int64_t iut_memory(struct t *);                /* resident octets */
int64_t iut_descriptors(struct t *);           /* open descriptors */
uint64_t random_below(struct t *, uint64_t n); /* from --seed and the instance's name */

/* ---- what several families need (helpers.c) ---- */
/* The first 8 octets of endpoint type `as`, as a pattern, and the peer's type of a protocol. */
const char *greeting(struct t *, const char *as);
const char *peer_of(const char *protocol);
/* `rep` still serves on this pipe: <id>'still there?' is delivered, the answer comes back. */
#define expect_served(rep, p, id)                                                                  \
    expect_served_(HERE("expect_served(" #rep ", " #p ", " #id ")"), (rep), (p), (id))
void expect_served_(struct at, struct iut *, struct peer *, const char *id);

#include "core/case_ws.h"

/* Segmentation of what we send (--segmentation) is applied below wire_send: no case knows. */
#endif
