/* black_box_state.h -- what the parts of a black box share.  port_black_box.c dresses a running
 * service as an adapter, canary_look.c looks whether it is there, black_box_door.c is where it
 * dials us. */
#ifndef HARNESS_BLACK_BOX_STATE_H
#define HARNESS_BLACK_BOX_STATE_H
#include "core/black_box.h"
#include "core/keeper.h"
#include "net/url.h"
#include "sp/protocol.h"

enum { RETRY_MS = 20, SETTLE_MS = 5 };

/* What the canaries of this run found out: there is one service, whatever becomes of its ports. */
struct learned {
    bool probed;      /* one of them has been to the end; the rest is known only then */
    bool greets;      /* it greeted */
    bool mute;        /* it accepted a connection, and did not */
    bool parts;       /* it closes its side when the canary has closed its own */
    bool answers;     /* with a message of its own, within ANSWER_MS */
    bool dials;       /* --trigger has brought a connection */
    bool redials;     /* ... and the same client another, when that one had ended */
    unsigned in_vain; /* times that it was waited for to do so */
};

struct black_box {
    struct port port;
    struct port_black_box service;
    struct net *net;
    const struct sp_protocol *protocol;
    struct url url;
    struct listener *door; /* it dials us: open as long as the port */
    struct stream *waiting[DOOR_MAX];
    size_t count;
    void (*arrived)(void *ctx);
    void *arrived_ctx;

    /* the canary */
    struct stream *stream;
    const struct stream *carrier; /* below TLS; else the same */
    struct buf in;
    bool opened; /* the first word, where it is ours */
    struct net_timer timer;
    msec began, until; /* of a look; `until`: also since when it is to dial */
    enum { IDLE, LOOKING, ASKING, LEAVING, TRYING } state;
    bool for_hello, probed, answers, restarted, settling;
    bool died; /* in this instance, though it may be back */
    struct kept trigger;
    unsigned brought;    /* connections, since it was started */
    bool draining;       /* the client before has ended; what it still dialled is sent away */
    const char *trouble; /* of the last look */
    char why[200];
};

extern struct learned learned; /* canary_look.c */

/* ---- port_black_box.c: what the lane is told ---- */
void answer_lane(struct black_box *, const char *line);
void answer_look(struct black_box *); /* hello or reset is through: it is there, or it died */
void tell_end(struct black_box *);    /* it died or hung, and says why */

/* ---- canary_look.c ---- */
void start_canary(struct black_box *, bool for_hello);
void canary_timer(struct black_box *); /* LOOKING, ASKING, LEAVING */
void drop_canary(struct black_box *);

/* ---- black_box_door.c ---- */
enum err open_door(struct black_box *);
void close_door(struct black_box *);
void send_away(struct black_box *); /* who waits at it */
void try_trigger(struct black_box *);
void make_it_dial(struct black_box *);
void end_trigger(struct black_box *); /* one that crashed is what died */

#endif
