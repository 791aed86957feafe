/* port_black_box.c -- a running service that only speaks the wire, dressed as an adapter.
 *
 * `hello` and `reset` go out and look: is it there, does it greet, does it answer, does it part
 * when the canary has taken leave.  One that is gone is a dead adapter, and so is one that did all
 * that and does it no more: a kernel still completes connections for a listener that has stopped,
 * and a listener may greet what it never serves.  Verbs that would have to drive it are `na`. */
#include "core/black_box_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void answer_lane(struct black_box *b, const char *line)
{
    b->port.answered(b->port.ctx, line, strlen(line));
}

void tell_end(struct black_box *b)
{
    b->port.dead = true;
    b->port.died(b->port.ctx, b->why);
}

void answer_look(struct black_box *b)
{
    char text[400];
    if (b->port.hung || b->died) { /* --restart has brought it back, but the instance ended it */
        tell_end(b);
        return;
    }
    if (!b->for_hello) {
        answer_lane(b, "ok");
        return;
    }
    snprintf(text, sizeof text, "ok %s-at %s tcp tcp6 ipc ws wss tls%s", b->service.protocol,
             b->service.url, b->answers ? " answers" : "");
    answer_lane(b, text);
}

static void on_timer(struct net_timer *timer, msec at)
{
    (void)at;
    struct black_box *b =
        (struct black_box *)(void *)((char *)timer - offsetof(struct black_box, timer));
    switch (b->state) {
    case IDLE:
        if (b->settling) {
            b->settling = false;
            answer_look(b);
        } else if (b->arrived && b->service.trigger) {
            make_it_dial(b);
        }
        break;
    case LOOKING:
    case ASKING:
    case LEAVING:
        canary_timer(b);
        break;
    case TRYING:
        try_trigger(b);
        break;
    }
}

static bool is(const char *line, const char *verb)
{
    size_t n = strlen(verb);
    return strncmp(line, verb, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static void ask(struct port *port, const char *line)
{
    struct black_box *b = (struct black_box *)port;
    char text[300];
    if (is(line, "hello")) {
        start_canary(b, true);
    } else if (is(line, "reset")) {
        b->arrived = NULL;
        send_away(b);
        if (is_kept(&b->trigger)) {
            end_trigger(b);
            b->for_hello = false;
            b->settling = true;
            net_arm(b->net, &b->timer, net_now(b->net) + SETTLE_MS);
        } else {
            start_canary(b, false);
        }
    } else if (is(line, "listen")) {
        snprintf(text, sizeof text, "ok %s", b->service.url);
        answer_lane(b, text);
    } else {
        answer_lane(b, is(line, "open") || is(line, "close") || is(line, "dial") ? "ok" : "na");
    }
}

static void black_box_kill(struct port *port)
{
    struct black_box *b = (struct black_box *)port;
    net_arm(b->net, &b->timer, MSEC_NEVER);
    b->arrived = NULL;
    if (b->stream)
        stream_want(b->stream, 0);
}

static void black_box_free(struct port *port)
{
    struct black_box *b = (struct black_box *)port;
    net_arm(b->net, &b->timer, MSEC_NEVER);
    drop_canary(b);
    keep_no_more(&b->trigger);
    close_door(b);
    buf_free(&b->in);
    free(b);
}

static long no_pid(struct port *port)
{
    (void)port;
    return -1;
}

static const struct port_ops ops = {
    .ask = ask, .kill = black_box_kill, .free = black_box_free, .pid = no_pid
};

struct port *port_black_box(struct net *net, const struct port_black_box *service, struct buf *why)
{
    struct black_box *b = calloc(1, sizeof *b);
    if (!b) {
        buf_printf(why, "out of memory");
        return NULL;
    }
    b->port.ops = &ops;
    b->service = *service;
    b->net = net;
    b->protocol = sp_protocol_named(service->protocol);
    b->timer.fire = on_timer;
    if (url_parse(service->url, &b->url) != E_OK) {
        buf_printf(why, "no address: %s", service->url);
        free(b);
        return NULL;
    }
    b->probed = learned.probed;
    b->answers = learned.answers;
    if (service->behaviour) {
        b->probed = true;
        b->answers =
            strcmp(service->behaviour, "echo") == 0 || strcmp(service->behaviour, "answer") == 0;
    }
    if (!service->it_listens) {
        enum err err = open_door(b);
        b->answers = !service->behaviour || b->answers;
        if (err != E_OK) {
            buf_printf(why, "cannot listen at %s: %s", service->url, err_name(err));
            free(b);
            return NULL;
        }
    }
    return &b->port;
}
