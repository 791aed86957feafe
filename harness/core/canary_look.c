/* canary_look.c -- a look at a running service: is it there, does it greet, does it answer, does it
 * part when the canary has taken leave; and --restart, which brings back one that is gone. */
#include "core/black_box_state.h"
#include "core/canary.h"
#include "core/credentials.h"
#include <stdio.h>

enum {
    CANARY_MS = 3000,
    REFUSED_MS = 20, /* nobody listens for so long: it is gone */
    ANSWER_MS = 1000,
    READ_TURN = 16,
};

struct learned learned;

/* What --restart brought back outlives its port, but not the run. */
static struct kept brought_back;

void black_box_end(void)
{
    keep_no_more(&brought_back);
}

void drop_canary(struct black_box *b)
{
    if (b->stream)
        stream_close(b->stream);
    b->stream = NULL;
    b->opened = false;
    buf_clear(&b->in);
}

static void end_canary(struct black_box *b)
{
    drop_canary(b);
    net_arm(b->net, &b->timer, MSEC_NEVER);
    b->state = IDLE;
    b->restarted = b->settling = false;
    answer_look(b);
}

static void gone(struct black_box *b, const char *why)
{
    drop_canary(b);
    net_arm(b->net, &b->timer, MSEC_NEVER);
    b->state = IDLE;
    if (!b->port.hung && !b->died)
        snprintf(b->why, sizeof b->why, "%s", why);
    tell_end(b);
}

static void look(struct black_box *b);

/* It died, or hung: what follows is told to the instance that it happened in. */
static void bring_back(struct black_box *b, const char *why)
{
    if (!b->port.hung && !b->died)
        snprintf(b->why, sizeof b->why, "%s", why);
    b->died = b->restarted = true;
    keep_no_more(&brought_back);
    keep(&brought_back, b->service.restart);
    b->until = net_now(b->net) + CANARY_MS;
}

/* A listener is there, whatever it makes of us. */
static bool reached(const struct black_box *b)
{
    return b->stream && stream_connected(b->carrier);
}

static void try_later(struct black_box *b, const char *why, bool nobody)
{
    msec now = net_now(b->net);
    bool there = reached(b);
    bool can_restart = b->service.restart && !b->restarted && !b->for_hello;
    drop_canary(b);
    b->trouble = why;
    if (can_restart && (now >= b->until || (nobody && now >= b->began + REFUSED_MS))) {
        bring_back(b, why);
    } else if (now >= b->until) {
        if (b->for_hello && there && !b->port.hung)
            end_canary(b); /* there is something: the cases say what is wrong with it */
        else
            gone(b, why);
        return;
    }
    b->state = LOOKING;
    net_arm(b->net, &b->timer, now + RETRY_MS);
}

/* What the service cannot take at once is lost: it is but a few octets. */
static void put(struct black_box *b, struct buf *out)
{
    struct slice all = buf_slice(out);
    if (all.n > 0)
        stream_write(b->stream, &all, 1);
    buf_free(out);
}

/* It was there, and is, but not for us. */
static void found_hung(struct black_box *b, const char *why)
{
    if (!b->port.hung)
        snprintf(b->why, sizeof b->why, "%s", why);
    b->port.hung = true;
    try_later(b, why, false);
}

static bool is_pair(const struct black_box *b)
{
    return b->protocol->self == SP_PAIR0 || b->protocol->self == SP_PAIR1;
}

/* Half of the close: a service reads it as the end of what it has begun to serve.  One that is
 * known to stay is not waited for, unless it has room for one peer only. */
static void take_leave(struct black_box *b)
{
    bool stays = learned.probed && !learned.parts;
    msec now = net_now(b->net);
    b->probed = true;
    if (stays && !is_pair(b)) {
        end_canary(b);
        return;
    }
    b->state = LEAVING;
    struct buf farewell = { 0 };
    canary_farewell(&b->url, &farewell);
    put(b, &farewell);
    stream_finish(b->stream);
    net_arm(b->net, &b->timer, stays ? now + ANSWER_MS : b->for_hello ? now + CANARY_MS : b->until);
}

static void has_left(struct black_box *b, bool parted)
{
    if (!learned.probed) {
        learned.parts = parted;
        learned.answers = b->answers;
    }
    learned.probed = true;
    end_canary(b);
}

static void send_greeting(struct black_box *b)
{
    struct buf out = { 0 };
    canary_greeting(&b->url, b->protocol, !b->probed, &out);
    put(b, &out);
}

static size_t greeted(struct black_box *b)
{
    return canary_greeted(&b->url, buf_slice(&b->in));
}

/* Says the first word as soon as it can. */
static void open_up(struct black_box *b)
{
    struct buf out = { 0 };
    if (!b->opened && stream_connected(b->stream)) {
        canary_opening(&b->url, b->protocol, &out);
        put(b, &out);
        b->opened = true;
    }
    stream_want(b->stream, STREAM_READABLE | (b->opened ? 0 : STREAM_WRITABLE));
}

static void on_ready(void *ctx, unsigned events)
{
    struct black_box *b = ctx;
    (void)events;
    uint8_t octets[4096];
    for (int i = 0; i < READ_TURN; i++) { /* one that writes without end must not keep us here */
        ptrdiff_t n = stream_read(b->stream, octets, sizeof octets);
        if (n == -E_AGAIN)
            break;
        if (n <= 0) {
            if (b->state == LEAVING)
                has_left(b, true);
            else if (n == 0 && greeted(b) > 0 && b->protocol->self != SP_PAIR0)
                end_canary(b);
            else
                try_later(b,
                          n == -E_REFUSED            ? "nobody listens there"
                          : b->url.ws && b->in.n > 0 ? "it does not upgrade a connection"
                                                     : "it closes every connection at once",
                          n == -E_REFUSED);
            return;
        }
        if (b->in.n < sizeof octets)
            buf_put(&b->in, octets, (size_t)n); /* the rest is nothing to a canary */
    }
    open_up(b);
    if (b->state == LOOKING && greeted(b) > 0) {
        learned.greets = true;
        send_greeting(b);
        if (b->probed && !is_pair(b)) {
            take_leave(b);
            return;
        }
        b->state = ASKING;
        net_arm(b->net, &b->timer, net_now(b->net) + (b->probed ? 20 : ANSWER_MS));
    }
    if (b->state == ASKING && b->in.n > greeted(b) && b->protocol->self != SP_PAIR0) {
        b->answers = true;
        take_leave(b);
    }
}

static void not_greeted(struct black_box *b)
{
    bool there = reached(b);
    if (learned.greets && (there || !b->trouble)) { /* else it was refused before */
        found_hung(b, there ? "it accepts a connection and greets no more"
                            : "it accepts no more connections");
    } else if (there) { /* as it always was: the cases say what is wrong with it */
        learned.mute = true;
        end_canary(b);
    } else {
        try_later(b, b->trouble ? b->trouble : "it accepts no connection", false);
    }
}

void canary_timer(struct black_box *b)
{
    switch (b->state) {
    case LOOKING:
        if (b->stream)
            not_greeted(b);
        else
            look(b);
        break;
    case ASKING: /* greeted, and it keeps the pipe; it says nothing by itself */
        take_leave(b);
        break;
    case LEAVING:
        if (learned.probed && learned.parts)
            found_hung(b, "it greets a connection and serves it no more");
        else /* it does not close its side: so be it */
            has_left(b, false);
        break;
    case IDLE:
    case TRYING:
        break;
    }
}

static void look(struct black_box *b)
{
    char address[160];
    canary_address(&b->url, address, sizeof address);
    if (net_dial(b->net, address, &b->stream) != E_OK)
        b->stream = NULL;
    b->carrier = b->stream;
    if (b->stream && b->url.tls)
        b->stream = tls_stream_new(b->net, b->stream, credentials_client(), NULL);
    if (!b->stream) {
        try_later(b, "it cannot be dialled", false);
        return;
    }
    b->state = LOOKING;
    stream_watch(b->stream, on_ready, b);
    open_up(b);
    bool mute = learned.mute && !learned.greets; /* that it is there is all there is to see */
    net_arm(b->net, &b->timer, mute ? net_now(b->net) + RETRY_MS : b->until);
}

void start_canary(struct black_box *b, bool for_hello)
{
    b->for_hello = for_hello;
    b->trouble = NULL;
    b->began = net_now(b->net);
    b->until = b->began + CANARY_MS;
    if (b->service.it_listens) {
        look(b);
    } else if (for_hello && b->service.trigger && !learned.dials) {
        b->state = TRYING;
        try_trigger(b);
    } else { /* a dialler shows that it lives by dialling */
        end_canary(b);
    }
}
