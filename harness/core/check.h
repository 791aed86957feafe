/* check.h -- the check of an adapter: what it may ask and find. */
#ifndef HARNESS_CHECK_H
#define HARNESS_CHECK_H
#include "core/folder.h"
#include "core/port.h"

struct check {
    const char *command;
    bool verbose;

    struct net *net;
    struct port *port;
    struct buf answers; /* lines not yet taken, NUL after each */
    struct buf features;
    char name[130], died[200], scratch[FOLDER_PATH];
    char last_words[160]; /* its last line on stderr */
    bool dead, over;      /* over: no use to ask on */
    bool unstarted;       /* it ended before its hello */
    unsigned faults, asked;
};

int check_adapter(struct check *); /* the exit status; 2 also where it ends before its hello */
void check_free(struct check *);

/* Asks and waits up to `ms`; NULL: no answer (a fault is named).  Lives until the next ask. */
const char *check_ask(struct check *, int64_t ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_send(struct check *, const char *line); /* without waiting */
const char *check_next(struct check *, int64_t ms);
/* The next line within `ms`, not counting time in which the adapter had no processor: that gives
 * it up to seven times as long.  NULL: none came. */
const char *check_fair_next(struct check *, int64_t ms);
void check_fault(struct check *, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_ok(struct check *, const char *what);
void check_left(struct check *, const char *what, const char *why); /* not looked at */
bool check_has(const struct check *, const char *feature);
bool check_is_ok(const char *answer);
bool check_is_na(const char *answer);
bool check_is_err(const char *answer, const char *code); /* code NULL: any of the closed set */

/* Our connection to a socket of the adapter. */
struct check_wire {
    struct stream *stream;
    struct listener *listener; /* check_ws_accept: where it was accepted */
    struct buf in;
    bool ended, refused;
    bool client; /* of a WebSocket: it masks */
};
void check_wire_begin(struct check_wire *, struct stream *);
bool check_wire_dial(struct check *, struct check_wire *, const char *url);
void check_wire_send(struct check *, struct check_wire *, const void *, size_t n);
bool check_wire_wait(struct check *, struct check_wire *, size_t octets,
                     int64_t ms); /* or the end */
bool check_wire_ends(struct check *, struct check_wire *, int64_t ms);
void check_wire_close(struct check_wire *);
void check_until(struct check *, int64_t ms, bool (*done)(void *), void *ctx);

/* check_ws.c: the same over a WebSocket.  False: the opening handshake fails. */
bool check_ws_dial(struct check *, struct check_wire *, const char *url, const char *protocol);
bool check_ws_accept(struct check *, struct check_wire *, const char *socket); /* asks it to dial */
void check_ws_send(struct check *, struct check_wire *, struct slice payload);
/* Appends the next message.  False: none came. */
bool check_ws_message(struct check *, struct check_wire *, struct buf *message, int64_t ms);
/* Of any address, without any handshake. */
bool check_carrier_dial(struct check *, struct check_wire *, const char *url);

/* check_talk.c, check_messages.c: the checks themselves. */
void check_conversation(struct check *);
void check_sockets(struct check *);
void check_messages(struct check *);
void check_reset(struct check *);
void check_end(struct check *);

#endif
