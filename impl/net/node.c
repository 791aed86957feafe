#include "net/node.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net/node_state.h"

enum {
    RECONNECT_MIN_MS = 100,
    HANDSHAKE_MS = 10000,
    LINGER_MS = 1000,
    INPROC_AT_ONCE = 256,
};

static void node_changed(struct node *n)
{
    if (n->config.changed)
        n->config.changed(n->config.changed_ctx);
}

void node_note(struct node *n, const char *format, ...)
{
    char text[200];
    va_list args;
    if (!n->config.note)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    n->config.note(n->config.note_ctx, text);
}

/* ---- when the loop turns ---- */

void node_mark(struct node_socket *s)
{
    struct node *n = s->node;
    if (link_in(&s->marked))
        return;
    list_append(&n->marked, &s->marked);
    if (!net_timer_armed(&n->turn))
        net_arm(n->net, &n->turn, node_now(n));
}

void node_settle(struct node_socket *s)
{
    node_gather(s);
    for (struct link *k; (k = list_first(&s->ended));) {
        node_pipe_end(container_of(k, struct node_pipe, ended));
        node_gather(s);
    }
    msec when = s->closed ? MSEC_NEVER : sp_socket_deadline(s->sp);
    if (when != (net_timer_armed(&s->timer) ? s->timer.when : MSEC_NEVER))
        net_arm(s->node->net, &s->timer, when);
}

void node_after_event(struct node_socket *s)
{
    node_settle(s);
    if (s->device)
        node_device_pump(s->device);
    node_changed(s->node);
}

static bool turn_socket(struct node_socket *s)
{
    bool progress = !list_empty(&s->ended);
    node_settle(s);
    progress |= node_write(s);
    node_settle(s);
    if (s->closed && list_empty(&s->pipes)) {
        node_destroy(s);
        return progress;
    }
    if (list_empty(&s->writing))
        link_remove(&s->marked); /* put there by the gathering above */
    if (s->device)
        node_device_pump(s->device);
    return progress;
}

void node_flush(struct node *n)
{
    bool progress = false;
    struct list now;
    /* What is marked from here on waits for the next turn. */
    list_init(&now);
    for (struct link *k; (k = list_first(&n->marked));) {
        link_remove(k);
        list_append(&now, k);
    }
    for (struct link *k; (k = list_first(&now));) {
        link_remove(k);
        progress |= turn_socket(container_of(k, struct node_socket, marked));
    }
    if (list_empty(&n->marked))
        net_arm(n->net, &n->turn, MSEC_NEVER);
    if (progress)
        node_changed(n);
}

static void on_turn(struct net_timer *t, msec now)
{
    struct node *n = container_of(t, struct node, turn);
    (void)now;
    node_flush(n);
    if (!list_empty(&n->marked) && !net_timer_armed(&n->turn))
        net_arm(n->net, &n->turn, node_now(n));
}

/* inproc: the node is the world of these streams. */
static void on_mem_turn(struct net_timer *t, msec now)
{
    struct node *n = container_of(t, struct node, mem_turn);
    for (int i = 0; i < INPROC_AT_ONCE; i++)
        if (!mem_run(&n->mem))
            return;
    net_arm(n->net, t, now);
}

static void on_mem_wake(struct mem *m)
{
    struct node *n = container_of(m, struct node, mem);
    if (!net_timer_armed(&n->mem_turn))
        net_arm(n->net, &n->mem_turn, node_now(n));
}

/* ---- life ---- */

struct node *node_new(const struct node_config *config)
{
    struct node *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->config = *config;
    n->net = config->net;
    rng_seed(&n->rng, config->seed);
    list_init(&n->sockets);
    list_init(&n->marked);
    list_init(&n->closing);
    list_init(&n->inproc);
    n->turn.fire = on_turn;
    n->mem_turn.fire = on_mem_turn;
    mem_init(&n->mem);
    n->mem.wake = on_mem_wake;
    return n;
}

void node_free(struct node *n)
{
    if (!n)
        return;
    n->config.changed = NULL;
    for (struct link *k; (k = list_first(&n->sockets));)
        node_destroy(container_of(k, struct node_socket, link));
    for (struct link *k; (k = list_first(&n->closing));)
        node_closing_free(container_of(k, struct node_pipe, link));
    n->mem.wake = NULL;
    mem_free(&n->mem);
    net_arm(n->net, &n->turn, MSEC_NEVER);
    net_arm(n->net, &n->mem_turn, MSEC_NEVER);
    free(n);
}

static void on_pattern_timer(struct net_timer *t, msec now)
{
    struct node_socket *s = container_of(t, struct node_socket, timer);
    sp_socket_tick(s->sp, now);
    node_after_event(s);
}

static void on_expiry(struct net_timer *t, msec now)
{
    (void)now;
    node_destroy(container_of(t, struct node_socket, expiry));
}

static void on_note(void *ctx, enum sp_action_type type, pipe_id pipe, const char *why)
{
    struct node_socket *s = ctx;
    node_note(s->node, "%s on pipe %08x: %s", type == SP_ACT_CLOSE ? "closed" : "dropped", pipe,
              why);
}

struct node_socket *node_open(struct node *n, uint16_t self, bool raw)
{
    const struct pattern_ops *ops = n->config.hooks.find
                                        ? n->config.hooks.find(n->config.hooks.ctx, self, raw)
                                        : pattern_find(self, raw);
    struct node_socket *s = ops ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return NULL;
    s->sp = sp_socket_new(ops, rng_next(&n->rng));
    if (!s->sp) {
        free(s);
        return NULL;
    }
    s->node = n;
    s->reconnect_min = RECONNECT_MIN_MS;
    s->handshake = HANDSHAKE_MS;
    s->linger = LINGER_MS;
    s->timer.fire = on_pattern_timer;
    s->expiry.fire = on_expiry;
    list_init(&s->endpoints);
    list_init(&s->pipes);
    list_init(&s->writing);
    list_init(&s->ended);
    list_append(&n->sockets, &s->link);
    sp_socket_set_notes(s->sp, &(struct sp_socket_notes){ .note = on_note, .ctx = s });
    return s;
}

/* No further peers, no further events of the pattern. */
static void withdraw(struct node_socket *s)
{
    s->closed = true;
    sp_socket_retire(s->sp);
    if (s->device)
        node_device_end(s->device);
    for (struct link *k; (k = list_first(&s->endpoints));)
        node_endpoint_free(container_of(k, struct node_endpoint, link));
    net_arm(s->node->net, &s->timer, MSEC_NEVER);
}

void node_destroy(struct node_socket *s)
{
    withdraw(s);
    for (struct link *k; (k = list_first(&s->pipes));)
        node_pipe_end(container_of(k, struct node_pipe, link));
    net_arm(s->node->net, &s->expiry, MSEC_NEVER);
    link_remove(&s->marked);
    link_remove(&s->link);
    sp_socket_free(s->sp);
    for (int i = 0; i < TLS_TEXTS; i++)
        free(s->tls[i]);
    free(s);
}

bool node_lingering(const struct node *n)
{
    for (struct link *k = list_first(&n->sockets); k; k = list_next(&n->sockets, k))
        if (container_of(k, struct node_socket, link)->closed)
            return true;
    return !list_empty(&n->closing);
}

void node_close(struct node_socket *s)
{
    withdraw(s);
    node_gather(s);
    node_write(s);
    node_settle(s);
    struct link *next;
    for (struct link *k = list_first(&s->pipes); k; k = next) {
        next = list_next(&s->pipes, k);
        node_pipe_linger(container_of(k, struct node_pipe, link));
    }
    if (list_empty(&s->pipes) || s->linger == 0)
        node_destroy(s);
    else
        net_arm(s->node->net, &s->expiry, msec_after(node_now(s->node), s->linger));
}

/* ---- the application ---- */

enum err node_set_text(struct node_socket *s, const char *option, const char *pem)
{
    static const char *const names[TLS_TEXTS] = { "tls-ca", "tls-cert", "tls-key" };
    for (int i = 0; i < TLS_TEXTS; i++) {
        if (strcmp(option, names[i]) != 0)
            continue;
        char *copy = strdup(pem);
        if (!copy)
            return E_NOMEM;
        free(s->tls[i]);
        s->tls[i] = copy;
        return E_OK;
    }
    return E_NOTSUP;
}

enum err node_set(struct node_socket *s, const char *option, int64_t value)
{
    if (strcmp(option, "ws-text") == 0) {
        if (value != 0 && value != 1)
            return E_INVAL;
        s->text = value;
        return E_OK;
    }
    const struct {
        const char *name;
        msec *at;
        int64_t least;
    } own[] = {
        { "reconnect-min", &s->reconnect_min, 0 },
        { "reconnect-max", &s->reconnect_max, 0 },
        { "linger", &s->linger, -1 },
        { "handshake", &s->handshake, 0 },
    };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(option, own[i].name) != 0)
            continue;
        if (value < own[i].least || value > INT32_MAX)
            return E_INVAL;
        *own[i].at = value;
        return E_OK;
    }
    enum err err = sp_socket_set(s->sp, option, value);
    node_settle(s);
    return err;
}

enum err node_subscribe(struct node_socket *s, struct slice topic, bool on)
{
    enum err err = sp_socket_subscribe(s->sp, topic, on);
    node_settle(s);
    return err;
}

size_t node_pipes(const struct node_socket *s)
{
    return sp_socket_pipes(s->sp);
}

static enum err put(struct node_socket *s, struct context *context, const struct msg *m)
{
    enum err err = sp_context_send(s->sp, context, m, node_now(s->node));
    node_gather(s);
    if ((err == E_AGAIN || s->full) && node_write(s) && err == E_AGAIN)
        err = sp_context_send(s->sp, context, m, node_now(s->node));
    return err;
}

enum err node_put(struct node_socket *s, const struct msg *m)
{
    return put(s, NULL, m);
}

enum err node_context_send(struct node_socket *s, struct context *context, const struct msg *m)
{
    if (s->device)
        return E_STATE;
    enum err err = put(s, context, m);
    if (err == E_OK)
        node_mark(s);
    return err;
}

enum err node_send(struct node_socket *s, const struct msg *m)
{
    return node_context_send(s, NULL, m);
}

enum err node_context_recv(struct node_socket *s, struct context *context, struct msg *m)
{
    if (s->device)
        return E_STATE;
    enum err err = sp_context_recv(s->sp, context, m, node_now(s->node));
    if (err == E_OK)
        node_mark(s); /* *m is borrowed: nothing may be freed now */
    else
        node_settle(s);
    return err;
}

enum err node_recv(struct node_socket *s, struct msg *m)
{
    return node_context_recv(s, NULL, m);
}

enum err node_context_open(struct node_socket *s, struct context **context)
{
    return sp_context_open(s->sp, context);
}

void node_context_close(struct node_socket *s, struct context *context)
{
    sp_context_close(s->sp, context, node_now(s->node));
    node_settle(s);
}

enum err node_context_set(struct node_socket *s, struct context *context, const char *option,
                          int64_t value)
{
    return context ? sp_context_set(s->sp, context, option, value) : node_set(s, option, value);
}
