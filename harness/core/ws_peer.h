/* ws_peer.h -- our end of a WebSocket, inside harness/core. */
#ifndef HARNESS_WS_PEER_H
#define HARNESS_WS_PEER_H
#include "core/peer.h"
#include "ws/handshake.h"
#include "ws/http.h"

/* What a peer over ws or wss has besides. */
struct ws_side {
    bool open;                   /* the handshake is done: frames follow */
    bool manual;                 /* answers nothing by itself */
    bool close_seen, close_sent; /* ... by the other side, by us */
    bool close_scripted;         /* the case sent it, right or wrong */
    bool refused;                /* the upgrade was: there will be no frames */
    size_t scanned;              /* octets of `in` whose control frames were answered */
    size_t covered;              /* octets of `in` that `message` came from; 0: none is whole */
    struct buf message;
    struct ws_head last;
    unsigned close_code; /* of the Close expected last */
    bool own_more;       /* a message of the service's own goes on in the next frame of data */
    struct buf said;     /* of black box: the payloads we sent, as far as there is room */
    struct buf text;     /* the head of HTTP that came last; `head` points into it */
    struct http_head head;
    char key[WS_KEY_SIZE + 40]; /* of our request, right or wrong */
};

struct ws_side *ws_side_new(void);
void ws_side_free(struct ws_side *);
/* After octets have come: answers control frames. */
void ws_side_look(struct peer *);
void ws_side_dropped(struct peer *, size_t n); /* octets of `in` were consumed */
/* attach: the whole opening handshake.  False: refused (else it stops the case, if `checked`). */
bool ws_side_open(struct peer *, struct at, const char *as, bool checked);
/* The next whole message; control frames before it are passed over. */
bool ws_side_message(struct peer *, struct at, struct slice *payload);
void ws_side_take(struct peer *);
size_t ws_side_waiting(struct peer *);
/* Control frames at the front of `in` are dropped: what is left is news to the script. */
void ws_side_skip_control(struct peer *);
/* At the front of `in` there is a control frame, in part. */
bool ws_side_control_begins(struct peer *);
/* A frame of data at the front that a running service may send by itself, whatever the script is
 * about: its head is judged.  False: there is an adapter, and nothing is sent but by the script. */
bool ws_own_data(struct peer *, struct at, const struct ws_head *);
void ws_own_said(struct peer *, struct slice payload);       /* we send this to it */
bool ws_own_echo(const struct peer *, struct slice payload); /* and this we have sent */
/* One frame of ours around `payload`, as the pattern cases send it. */
void ws_side_put(struct peer *, struct slice payload, const uint64_t *claimed);

#endif
