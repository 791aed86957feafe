/* port_reference.c -- the reference implementation in this process, spoken to like any adapter. */
#include "core/port.h"
#include "core/shim.h"
#include "mutants/mutant.h"
#include <stdlib.h>
#include <string.h>

struct reference {
    struct port port;
    struct shim *shim;
    struct mutation *mutation;
    struct net *net;
    struct net_timer later; /* death is told from the loop, not from within the reference */
    const char *how;
    bool deaf; /* a line of the mutant's own is being answered */
};

static void tell_death(struct net_timer *timer, msec at)
{
    (void)at;
    struct reference *r =
        (struct reference *)(void *)((char *)timer - offsetof(struct reference, later));
    shim_free(r->shim);
    r->shim = NULL;
    r->port.died(r->port.ctx, r->how);
}

static void die(void *ctx, const char *how)
{
    struct reference *r = ctx;
    if (r->port.dead)
        return;
    r->port.dead = true;
    r->how = how;
    net_arm(r->net, &r->later, net_now(r->net));
}

static void on_answer(void *ctx, const char *line)
{
    struct reference *r = ctx;
    if (r->port.dead || r->deaf)
        return;
    if (!r->mutation) {
        r->port.answered(r->port.ctx, line, strlen(line));
        return;
    }
    struct buf text = { 0 };
    buf_put(&text, line, strlen(line));
    if (mutation_answer(r->mutation, &text) && !r->port.dead) {
        const char *changed = buf_text(&text);
        r->port.answered(r->port.ctx, changed, strlen(changed));
    }
    buf_free(&text);
}

static void on_note(void *ctx, const char *text)
{
    struct reference *r = ctx;
    if (!r->port.dead)
        r->port.said(r->port.ctx, text);
}

static void ask(struct port *port, const char *line)
{
    struct reference *r = (struct reference *)port;
    if (r->port.dead)
        return;
    if (!r->mutation) {
        shim_ask(r->shim, line);
        return;
    }
    struct buf text = { 0 };
    buf_put(&text, line, strlen(line));
    if (mutation_ask(r->mutation, &text) && !r->port.dead)
        shim_ask(r->shim, buf_text(&text));
    while (!r->port.dead && mutation_next_aside(r->mutation, &text)) {
        r->deaf = true;
        shim_ask(r->shim, buf_text(&text));
        r->deaf = false;
    }
    buf_free(&text);
}

static void reference_kill(struct port *port)
{
    struct reference *r = (struct reference *)port;
    net_arm(r->net, &r->later, MSEC_NEVER);
}

static void reference_free(struct port *port)
{
    struct reference *r = (struct reference *)port;
    net_arm(r->net, &r->later, MSEC_NEVER);
    shim_free(r->shim);
    if (r->mutation)
        mutation_free(r->mutation);
    free(r);
}

static long no_pid(struct port *port)
{
    (void)port;
    return -1;
}

static const struct port_ops ops = {
    .ask = ask, .kill = reference_kill, .free = reference_free, .pid = no_pid
};

struct port *port_reference(struct net *net, uint64_t seed, const struct mutant *mutant)
{
    struct reference *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->port.ops = &ops;
    r->net = net;
    r->later.fire = tell_death;
    struct shim_config config = {
        .net = net, .seed = seed, .answer = on_answer, .note = on_note, .ctx = r
    };
    if (mutant) {
        r->mutation = mutation_new(mutant, net, die, r);
        if (!r->mutation) {
            free(r);
            return NULL;
        }
        config.net = mutation_net(r->mutation);
        config.hooks = mutation_hooks(r->mutation);
    }
    r->shim = shim_new(&config);
    if (!r->shim) {
        if (r->mutation)
            mutation_free(r->mutation);
        free(r);
        return NULL;
    }
    return &r->port;
}
