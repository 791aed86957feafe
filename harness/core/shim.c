/* shim.c -- one request at a time: what it waits for, and who waits behind it. */
#include "core/shim_state.h"
#include "core/payload.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void shim_answer(struct shim *s, const char *text)
{
    s->config.answer(s->config.ctx, text);
}

void shim_answer_err(struct shim *s, enum err err)
{
    char text[64];
    if (err == E_OK)
        snprintf(text, sizeof text, "ok");
    else
        snprintf(text, sizeof text, "err %s",
                 err == E_NOMEM || err == E_OTHER ? "other"
                 : err == E_AGAIN                 ? "timedout"
                                                  : err_name(err));
    shim_answer(s, text);
}

/* ---- requests that wait ---- */

static void answer_message(struct shim *s, const struct msg *m)
{
    buf_clear(&s->line);
    buf_printf(&s->line, "ok ");
    if (s->on->raw) {
        payload_hex(&s->line, m->head);
        buf_u8(&s->line, '|');
    }
    payload_answer(&s->line, m->body);
    if (s->on->pair1 && m->pipe)
        buf_printf(&s->line, " pipe=%" PRIu32, m->pipe);
    shim_answer(s, buf_text(&s->line));
}

/* True when the request is answered. */
static bool try_waiting(struct shim *s, bool last)
{
    enum err err = E_AGAIN;
    struct msg m = { 0 };
    switch (s->waiting) {
    case NOTHING:
        return true;
    case TO_SEND:
        m.head = buf_slice(&s->head);
        m.body = buf_slice(&s->body);
        m.pipe = (pipe_id)s->pipes;
        err = node_context_send(s->on->socket, s->on->context, &m);
        if (err == E_OK)
            node_flush(s->node);
        break;
    case TO_RECV:
        err = node_context_recv(s->on->socket, s->on->context, &m);
        if (err == E_OK) {
            s->waiting = NOTHING;
            answer_message(s, &m);
            return true;
        }
        break;
    case FOR_PIPES:
        err = node_pipes(s->on->socket) == s->pipes ? E_OK : E_AGAIN;
        break;
    }
    if (err == E_AGAIN && !last)
        return false;
    s->waiting = NOTHING;
    shim_answer_err(s, err == E_AGAIN ? E_TIMEDOUT : err);
    return true;
}

static void next_in_queue(struct shim *);

static void retry(struct shim *s, bool last)
{
    if (s->waiting == NOTHING || s->trying)
        return;
    s->trying = true;
    bool answered = try_waiting(s, last);
    s->trying = false;
    if (answered) {
        net_arm(s->config.net, &s->timer, MSEC_NEVER);
        next_in_queue(s);
    }
}

static void changed(void *ctx)
{
    retry(ctx, false);
}

static void timed_out(struct net_timer *timer, msec at)
{
    (void)at;
    retry((struct shim *)(void *)((char *)timer - offsetof(struct shim, timer)), true);
}

void shim_wait(struct shim *s, enum waiting_for what, struct named_socket *on, const char *ms)
{
    s->waiting = what;
    s->on = on;
    net_arm(s->config.net, &s->timer,
            msec_after(net_now(s->config.net), (msec)strtoll(ms, NULL, 10)));
    retry(s, false);
}

/* ---- the conversation ---- */

static void run_text(struct shim *s, const char *text)
{
    char *line = strdup(text);
    if (!line) {
        shim_answer(s, "err other out of memory");
        return;
    }
    shim_run(s, line);
    free(line);
}

static void next_in_queue(struct shim *s)
{
    while (s->waiting == NOTHING && s->queue.n > 0) {
        char *line = strdup((const char *)buf_slice(&s->queue).p);
        if (!line)
            return;
        buf_drop(&s->queue, strlen(line) + 1);
        shim_run(s, line);
        free(line);
    }
}

void shim_ask(struct shim *s, const char *line)
{
    if (s->waiting != NOTHING)
        buf_put(&s->queue, line, strlen(line) + 1);
    else
        run_text(s, line);
}

struct shim *shim_new(const struct shim_config *config)
{
    struct shim *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->config = *config;
    s->timer.fire = timed_out;
    s->node = node_new(&(struct node_config){ .net = config->net,
                                              .seed = config->seed,
                                              .hooks = config->hooks,
                                              .changed = changed,
                                              .changed_ctx = s,
                                              .note = config->note,
                                              .note_ctx = config->ctx });
    if (!s->node) {
        free(s);
        return NULL;
    }
    return s;
}

void shim_free(struct shim *s)
{
    if (!s)
        return;
    net_arm(s->config.net, &s->timer, MSEC_NEVER);
    node_free(s->node);
    buf_free(&s->head);
    buf_free(&s->body);
    buf_free(&s->queue);
    buf_free(&s->line);
    free(s);
}
