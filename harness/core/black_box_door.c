/* black_box_door.c -- where a service dials us: its connections, and the command that makes it. */
#include "core/black_box_state.h"
#include "core/canary.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* ---- --trigger ---- */

void end_trigger(struct black_box *b)
{
    if (!is_kept(&b->trigger))
        return;
    keep_no_more(&b->trigger);
    int sig = crash_of(b->trigger.status);
    if (sig && !b->died) {
        const char *name = sigabbrev_np(sig);
        snprintf(b->why, sizeof b->why, "killed by signal %d (SIG%s)", sig, name ? name : "?");
        b->died = true;
    }
}

/* How long the last trigger gets to bring a connection.  A client that lives is waited for, if it
 * has not brought one yet; else it may dial again by itself, unless it never did.  A command that
 * ended well has told another to; one that failed is run again at once. */
static msec dialling_time(struct black_box *b)
{
    enum { ENOUGH = 2, AGAIN_MS = 250, OTHER_MS = 1000 };
    if (b->brought > 0 && !learned.redials && learned.in_vain >= ENOUGH)
        return 0;
    if (!kept_has_ended(&b->trigger))
        return b->brought > 0 ? AGAIN_MS : MSEC_NEVER;
    return b->trigger.status == 0 ? OTHER_MS : 0;
}

/* Until it has dialled.  What an ended client still had on its way is sent away first. */
void make_it_dial(struct black_box *b)
{
    msec now = net_now(b->net);
    msec ms = is_kept(&b->trigger) ? dialling_time(b) : MSEC_NEVER;
    if (b->count > 0)
        return; /* it has: the script is about to take it */
    if (ms != MSEC_NEVER && now >= b->until + ms) {
        learned.in_vain += b->brought > 0 && ms > 0;
        end_trigger(b); /* one client at a time */
        b->draining = true;
        net_arm(b->net, &b->timer, now + SETTLE_MS);
        return;
    }
    if (b->draining) { /* timers come before events: one more turn for what it had dialled */
        b->draining = false;
        net_arm(b->net, &b->timer, now + 1);
        return;
    }
    if (!is_kept(&b->trigger)) {
        keep(&b->trigger, b->service.trigger);
        b->brought = 0;
        b->until = now;
    }
    net_arm(b->net, &b->timer, now + RETRY_MS);
}

/* What the client still had on its way is sent away before hello is answered. */
static void end_trial(struct black_box *b)
{
    b->state = IDLE;
    keep_no_more(&b->trigger);
    b->settling = true;
    net_arm(b->net, &b->timer, net_now(b->net) + SETTLE_MS);
}

/* A command that cannot make the service dial is no failure of the service: found out at the first
 * hello, before there is a case to fail. */
void try_trigger(struct black_box *b)
{
    msec now = net_now(b->net);
    bool failed = kept_has_ended(&b->trigger) && b->trigger.status != 0;
    int status = b->trigger.status;
    if (failed)
        snprintf(b->why, sizeof b->why,
                 "the command of --trigger ends with %s %d, and nobody connects",
                 WIFEXITED(status) ? "status" : "signal",
                 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    if (now >= b->until && b->why[0]) {
        keep_no_more(&b->trigger);
        b->state = IDLE;
        tell_end(b);
        return;
    }
    if (now >= b->until) { /* the cases say that nobody connects */
        end_trial(b);
        return;
    }
    if (failed)
        keep_no_more(&b->trigger);
    if (!is_kept(&b->trigger))
        keep(&b->trigger, b->service.trigger);
    net_arm(b->net, &b->timer, now + RETRY_MS);
}

/* ---- the door ---- */

static void on_accept(void *ctx, struct stream *stream)
{
    struct black_box *b = ctx;
    if (b->state == TRYING) {
        learned.dials = true;
        stream_close(stream);
        end_trial(b);
        return;
    }
    if (b->count == DOOR_MAX || (b->service.trigger && !is_kept(&b->trigger))) {
        stream_close(stream);
        return;
    }
    learned.redials |= b->brought++ > 0;
    b->waiting[b->count++] = stream;
    if (b->arrived)
        b->arrived(b->arrived_ctx);
}

/* Each instance begins with a connection of its own, and with --trigger with a client of its own:
 * one that has waited may be at its end, and a client may remember. */
void send_away(struct black_box *b)
{
    for (size_t i = 0; i < b->count; i++)
        stream_close(b->waiting[i]);
    b->count = 0;
}

struct stream *black_box_accept(struct port *port, void (*arrived)(void *), void *ctx)
{
    struct black_box *b = (struct black_box *)port;
    b->arrived = arrived;
    b->arrived_ctx = ctx;
    if (b->count == 0)
        return NULL;
    b->arrived = NULL;
    /* It has one connection at a time: one that came before another has been given up. */
    struct stream *newest = b->waiting[--b->count];
    send_away(b);
    return newest;
}

void black_box_trigger(struct port *port)
{
    struct black_box *b = (struct black_box *)port;
    if (!b->service.trigger || b->count > 0)
        return;
    b->until = net_now(b->net);
    make_it_dial(b);
}

enum err open_door(struct black_box *b)
{
    char address[160];
    canary_address(&b->url, address, sizeof address);
    return net_listen(b->net, address, on_accept, b, &b->door);
}

void close_door(struct black_box *b)
{
    send_away(b);
    if (b->door)
        listener_close(b->door);
    b->door = NULL;
}
