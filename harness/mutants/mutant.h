/* mutant.h -- named faults, wrapped around the in-process reference at one of three places: the
 * octets of its streams, the messages and actions of its patterns, the lines of its adapter.  The
 * reference itself stays clean. */
#ifndef HARNESS_MUTANT_H
#define HARNESS_MUTANT_H
#include "net/node.h"
#include "sp/pattern.h"

/* What a hook knows of one stream: positions, greeting seen, notes of its own. */
struct octet_fault;
struct machine_hooks;
struct ws_seen;  /* one frame of a WebSocket (ws_stream.h) */
struct mutation; /* one fault at work in one reference, with its state */

struct mutant {
    const char *name;   /* rep_answers_without_the_backtrace */
    const char *fault;  /* one sentence: what it does wrong */
    const char *source; /* the public issue of an implementation that did it, or "" */
    int64_t arg[3];     /* its hooks' own: lets several mutants share them */

    /* The octets, where SP has its own framing (inside TLS or not): a mutant with one of these four
     * leaves WebSockets alone.  Each stream of the reference has its own octet_fault.  What the
     * hook leaves in `data` goes on; it may also end the stream or the process. */
    void (*octets_in)(struct mutation *, struct octet_fault *, struct buf *data);
    void (*octets_out)(struct mutation *, struct octet_fault *, struct buf *data);
    /* Whole payloads, already deframed: the frame is written anew around what is left.  False:
     * the frame is dropped. */
    bool (*frame_in)(struct mutation *, struct octet_fault *, struct buf *payload);
    bool (*frame_out)(struct mutation *, struct octet_fault *, struct buf *payload);
    /* WebSockets (ws_stream.h): a mutant with one of these leaves all other streams alone.  The
     * head of the request and of the response, with its empty line, and each frame behind a 101.
     * What is left goes on; false: nothing of it. */
    bool (*http_in)(struct mutation *, struct octet_fault *, struct buf *head);
    bool (*http_out)(struct mutation *, struct octet_fault *, struct buf *head);
    bool (*ws_in)(struct mutation *, struct octet_fault *, struct ws_seen *);
    bool (*ws_out)(struct mutation *, struct octet_fault *, struct ws_seen *);
    /* The peer ended, as f->end says.  True: the reference does not see it. */
    bool (*hides_end)(struct mutation *, struct octet_fault *);
    /* The reference closes.  True: the connection stays open, and is forgotten. */
    bool (*hides_close)(struct mutation *, struct octet_fault *);
    /* A connection is accepted or dialled.  False: it is closed at once. */
    bool (*admits)(struct mutation *, struct octet_fault *);
    void (*alarm)(struct mutation *, struct octet_fault *); /* see octet_fault_alarm */
    /* It is about to dial.  False: nobody is dialled, and the attempt has failed. */
    bool (*dials)(struct mutation *, const char *url);
    /* It closes a listener.  True: the listener stays, and whom it accepts nobody serves. */
    bool (*keeps_listening)(struct mutation *);

    /* TLS.  The hooks above stand over TLS; of a mutant that is about it, octets_in and octets_out
     * stand under it too (f->below), and it leaves streams without TLS alone. */
    bool about_tls;
    bool over_tls;     /* it is looked for in cases about TLS as well, where few others are */
    int tls_lowest;    /* version accepted, see struct tls_config; 0: as ever */
    bool tls_any_name; /* the names of a certificate do not matter */

    /* The patterns: hooks around the machine (machine.h); NULL: none. */
    const struct machine_hooks *machine;

    /* A text, "dial " or the like: none of this happens before a line was asked in which it stands,
     * and so never in a case that asks for no such thing.  NULL: always. */
    const char *about;

    /* The adapter's verbs.  The line may be rewritten; false: it is swallowed. */
    bool (*ask)(struct mutation *, struct buf *line);
    bool (*answer)(struct mutation *, struct buf *line);
};

/* Which hooks it has. */
bool mutant_reads_sp(const struct mutant *); /* octets and frames of SP */
bool mutant_reads_ws(const struct mutant *);
bool mutant_is_of_patterns(const struct mutant *); /* no other than hooks around the machine */

extern const struct mutant *const mutants[];
extern const size_t mutant_count;
const struct mutant *mutant_find(const char *name);

/* `die` ends the reference as if its process had died; mutation hooks call mutation_die. */
struct mutation *mutation_new(const struct mutant *, struct net *inner,
                              void (*die)(void *ctx, const char *how), void *ctx);
void mutation_free(struct mutation *); /* after everything that uses its net */
void mutation_die(struct mutation *, const char *how);
struct net *mutation_net(struct mutation *);
struct node_hooks mutation_hooks(struct mutation *);
bool mutation_ask(struct mutation *, struct buf *line);
bool mutation_answer(struct mutation *, struct buf *line);
/* Takes the next line to ask beside, if there is one: its answer is to be thrown away. */
bool mutation_next_aside(struct mutation *, struct buf *line);

#endif
