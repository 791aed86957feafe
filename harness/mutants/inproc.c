/* inproc.c -- faults of sockets that meet within one process. */
#include "mutants/families.h"
#include "mutants/machine.h"
#include "sp/protocol.h"
#include <stdio.h>
#include <string.h>

static const char inproc[] = "inproc://"; /* what they are about */

static bool swallow_empty(struct machine *k, pipe_id pipe, struct msg *msg, msec now)
{
    (void)k;
    (void)pipe;
    (void)now;
    return msg->body.n > 0;
}

static const struct machine_hooks empty_hooks = { .arrived = swallow_empty };

const struct mutant inproc_empty_swallowed = {
    .name = "inproc_empty_swallowed",
    .fault = "delivers no empty message over inproc",
    .source = "",
    .machine = &empty_hooks,
    .about = inproc,
};

static bool lose_header(struct machine *k, struct sp_action *a, msec now)
{
    (void)k;
    (void)now;
    if (a->type == SP_ACT_SEND)
        a->msg.head.n = 0;
    return true;
}

static const struct machine_hooks header_hooks = { .action = lose_header };

const struct mutant inproc_header_lost = {
    .name = "inproc_header_lost",
    .fault = "hands on the body of a message over inproc, and not its header",
    .source = "",
    .machine = &header_hooks,
    .about = inproc,
};

static bool subscribe_to_all(struct machine *k, struct slice topic, bool on, enum err *answer)
{
    (void)topic;
    *answer = k->original->subscribe(k->inner, slice_of(NULL, 0), on);
    return false;
}

static const struct machine_hooks filter_hooks = { .only = SP_SUB, .subscribe = subscribe_to_all };

const struct mutant inproc_subscription_ignored = {
    .name = "inproc_subscription_ignored",
    .fault = "a SUB delivers all that a PUB of its process publishes",
    .source = "",
    .machine = &filter_hooks,
    .about = inproc,
};

static bool displace(struct machine *k, pipe_id pipe, bool *answer)
{
    (void)answer;
    if (k->note[0])
        k->original->pipe_del(k->inner, (pipe_id)k->note[0], 0);
    k->note[0] = pipe;
    return true;
}

static const struct machine_hooks displace_hooks = { .only = SP_PAIR0, .pipe_add = displace };

const struct mutant inproc_pair_peer_displaced = {
    .name = "inproc_pair_peer_displaced",
    .fault = "a PAIR leaves its peer for another that dials it over inproc",
    .source = "",
    .machine = &displace_hooks,
    .about = inproc,
};

/* note[0]: what was asked; note[1]: what `kept` holds was refused. */
enum { OTHER, SEND, RECEIVE };

static bool keep_payload(struct mutation *m, struct buf *line)
{
    char ms[32], name[32], payload[256];
    m->note[0] = line_is(line, "recv") ? RECEIVE : OTHER;
    if (sscanf(buf_text(line), "send %31s %31s %255s", name, ms, payload) == 3 && !m->note[1]) {
        m->note[0] = SEND;
        buf_clear(&m->kept);
        buf_put(&m->kept, payload, strlen(payload) + 1);
    }
    return true;
}

static bool deliver_refused(struct mutation *m, struct buf *line)
{
    if (m->note[0] == SEND && strcmp(buf_text(line), "err timedout") == 0) {
        m->note[1] = 1;
    } else if (m->note[1] && m->note[0] == RECEIVE) {
        buf_clear(line);
        buf_printf(line, "ok %s", (const char *)m->kept.p);
        m->note[1] = 0;
    }
    return true;
}

const struct mutant inproc_queue_for_all = {
    .name = "inproc_queue_for_all",
    .fault = "delivers over inproc what a socket sent that its peer had refused",
    .source = "",
    .about = inproc,
    .ask = keep_payload,
    .answer = deliver_refused,
};
