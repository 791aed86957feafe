#include "core/shim.h"
#include "core/credentials.h"
#include "core/payload.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOCKETS_MAX = 256, WORDS_MAX = 8, PAYLOAD_MAX = 64 * 1024 * 1024 };

struct named_socket { /* or one of its contexts */
    char name[32];
    struct node_socket *socket;
    struct context *context; /* NULL: the socket itself */
    bool raw, pair1;
};

/* The request that may have to wait. */
enum waiting_for { NOTHING, TO_SEND, TO_RECV, FOR_PIPES };

struct shim {
    struct shim_config config;
    struct node *node;
    struct named_socket sockets[SOCKETS_MAX];
    size_t count;
    enum waiting_for waiting;
    struct named_socket *on;
    size_t pipes;
    struct buf head, body; /* of the message to send */
    struct net_timer timer;
    struct buf queue; /* requests that came meanwhile, NUL after each */
    struct buf line;  /* the answer being written */
    bool trying;
};

static const char features[] =
    "tcp tcp6 ipc ws wss tls inproc raw device pipes resend-ivl survey-deadline ttl max-recv "
    "subscribe "
    "unsubscribe reconnect-min reconnect-max linger send-buf recv-buf polyamorous handshake "
    "first-id ctx ws-text tls-ca tls-cert tls-key";

static void answer(struct shim *s, const char *text)
{
    s->config.answer(s->config.ctx, text);
}

static void answer_err(struct shim *s, enum err err)
{
    char text[64];
    if (err == E_OK)
        snprintf(text, sizeof text, "ok");
    else
        snprintf(text, sizeof text, "err %s",
                 err == E_NOMEM || err == E_OTHER ? "other"
                 : err == E_AGAIN                 ? "timedout"
                                                  : err_name(err));
    answer(s, text);
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
    answer(s, buf_text(&s->line));
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
    answer_err(s, err == E_AGAIN ? E_TIMEDOUT : err);
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

static void wait_for(struct shim *s, enum waiting_for what, struct named_socket *on, const char *ms)
{
    s->waiting = what;
    s->on = on;
    net_arm(s->config.net, &s->timer,
            msec_after(net_now(s->config.net), (msec)strtoll(ms, NULL, 10)));
    retry(s, false);
}

/* ---- the verbs ---- */

static struct named_socket *find(struct shim *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->sockets[i].socket && strcmp(s->sockets[i].name, name) == 0)
            return &s->sockets[i];
    return NULL;
}

/* Room for one of this name; NULL, and it is answered, if it cannot be had. */
static struct named_socket *room_for(struct shim *s, const char *name)
{
    size_t i = 0;
    while (i < s->count && s->sockets[i].socket)
        i++;
    if (find(s, name) || i == SOCKETS_MAX || strlen(name) >= sizeof s->sockets[0].name) {
        answer(s, "err inval this socket name is taken or too long");
        return NULL;
    }
    return &s->sockets[i];
}

static void take(struct shim *s, struct named_socket *room, const char *name,
                 const struct named_socket *what)
{
    *room = *what;
    snprintf(room->name, sizeof room->name, "%s", name);
    if (room == &s->sockets[s->count])
        s->count++;
    answer(s, "ok");
}

static void verb_open(struct shim *s, char **w, size_t n)
{
    const struct sp_protocol *protocol = sp_protocol_named(w[2]);
    bool raw = n > 3 && strcmp(w[3], "raw") == 0;
    if (!protocol) {
        answer(s, "na");
        return;
    }
    struct named_socket *room = room_for(s, w[1]);
    if (!room)
        return;
    struct node_socket *socket = node_open(s->node, protocol->self, raw);
    if (!socket)
        answer(s, "err other");
    else
        take(s, room, w[1],
             &(struct named_socket){
                 .socket = socket, .raw = raw, .pair1 = protocol->self == SP_PAIR1 });
}

static void verb_ctx(struct shim *s, const struct named_socket *on, const char *name)
{
    struct context *context = NULL;
    struct named_socket *room = room_for(s, name);
    if (!room)
        return;
    if (on->context) {
        answer(s, "err inval a context has none");
        return;
    }
    enum err err = node_context_open(on->socket, &context);
    if (err == E_NOTSUP)
        answer(s, "na");
    else if (err != E_OK)
        answer_err(s, err);
    else
        take(s, room, name, &(struct named_socket){ .socket = on->socket, .context = context });
}

/* A file of PEM. */
static void set_text(struct shim *s, struct named_socket *on, const char *option, const char *path)
{
    const char *text = credentials_read(path, &s->body);
    if (!text) {
        answer(s, "err inval no such file, or an empty one");
        return;
    }
    enum err err = node_set_text(on->socket, option, text);
    if (err == E_NOTSUP)
        answer(s, "na");
    else
        answer_err(s, err);
}

static void verb_set(struct shim *s, struct named_socket *on, char **w)
{
    bool add = strcmp(w[2], "subscribe") == 0;
    bool text = strncmp(w[2], "tls-", 4) == 0;
    if (on->context && (text || add || strcmp(w[2], "unsubscribe") == 0)) {
        answer(s, "na");
        return;
    }
    if (add || strcmp(w[2], "unsubscribe") == 0) {
        buf_clear(&s->body);
        if (!payload_decode(w[3], strlen(w[3]), &s->body, PAYLOAD_MAX))
            answer(s, "err inval");
        else
            answer_err(s, node_subscribe(on->socket, buf_slice(&s->body), add));
        return;
    }
    if (text) {
        set_text(s, on, w[2], w[3]);
        return;
    }
    char *end;
    long long setting = strtoll(w[3], &end, 10);
    if (*end) {
        answer(s, "err inval not a number");
        return;
    }
    enum err err = node_context_set(on->socket, on->context, w[2], setting);
    if (err == E_NOTSUP)
        answer(s, "na");
    else
        answer_err(s, err);
}

static void verb_listen(struct shim *s, struct named_socket *on, const char *url)
{
    char actual[160], text[200];
    enum err err = node_listen(on->socket, url, actual, sizeof actual);
    if (err != E_OK) {
        answer_err(s, err);
        return;
    }
    snprintf(text, sizeof text, "ok %s", actual);
    answer(s, text);
}

static void verb_send(struct shim *s, struct named_socket *on, char **w, size_t n)
{
    char *bar = on->raw ? strchr(w[3], '|') : NULL;
    char *body = bar ? bar + 1 : w[3];
    buf_clear(&s->head);
    buf_clear(&s->body);
    bool ok = payload_decode(body, strlen(body), &s->body, PAYLOAD_MAX);
    if (bar)
        ok = ok && payload_decode(w[3], (size_t)(bar - w[3]), &s->head, PAYLOAD_MAX);
    s->pipes = 0;
    if (n > 4 && on->pair1 && strncmp(w[4], "pipe=", 5) == 0)
        s->pipes = (size_t)strtoull(w[4] + 5, NULL, 10);
    if (!ok) {
        answer(s, "err inval malformed payload");
        return;
    }
    wait_for(s, TO_SEND, on, w[2]);
}

static void forget(struct named_socket *on)
{
    on->socket = NULL;
    on->name[0] = '\0';
}

static void close_one(struct shim *s, struct named_socket *on)
{
    struct node_socket *socket = on->socket;
    if (on->context) {
        node_context_close(socket, on->context);
        forget(on);
        return;
    }
    node_close(socket);
    for (size_t i = 0; i < s->count; i++) /* and its contexts */
        if (s->sockets[i].socket == socket)
            forget(&s->sockets[i]);
}

static void verb_reset(struct shim *s)
{
    /* A new node: the next case finds nothing of this one, and nothing lingers. */
    for (size_t i = 0; i < s->count; i++)
        if (s->sockets[i].socket && !s->sockets[i].context) {
            node_set(s->sockets[i].socket, "linger", 0);
            close_one(s, &s->sockets[i]);
        }
    s->count = 0;
    answer(s, "ok");
}

/* What the second word names. */
enum { NO_SOCKET, SOCKET, SOCKET_OR_CONTEXT };

struct verb {
    const char *name;
    size_t words; /* needed, the verb itself included */
    int on;
};
static const struct verb verbs[] = {
    { "hello", 2, NO_SOCKET },
    { "open", 3, NO_SOCKET },
    { "set", 4, SOCKET_OR_CONTEXT },
    { "listen", 3, SOCKET },
    { "dial", 3, SOCKET },
    { "pipes", 4, SOCKET },
    { "send", 4, SOCKET_OR_CONTEXT },
    { "recv", 3, SOCKET_OR_CONTEXT },
    { "close", 2, SOCKET_OR_CONTEXT },
    { "reset", 1, NO_SOCKET },
    { "device", 3, SOCKET },
    { "ctx", 3, SOCKET_OR_CONTEXT },
};

static void run(struct shim *s, char *line)
{
    char *w[WORDS_MAX] = { 0 };
    size_t n = 0;
    char *save = NULL;
    for (char *p = strtok_r(line, " ", &save); p && n < WORDS_MAX; p = strtok_r(NULL, " ", &save))
        w[n++] = p;
    const struct verb *verb = NULL;
    for (size_t i = 0; n > 0 && i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, w[0]) == 0)
            verb = &verbs[i];
    if (!verb) {
        answer(s, "na");
        return;
    }
    if (n < verb->words) {
        answer(s, "err inval words are missing");
        return;
    }
    struct named_socket *on = verb->on != NO_SOCKET ? find(s, w[1]) : NULL;
    if (verb->on != NO_SOCKET && !on) {
        answer(s, "err closed no socket of this name");
        return;
    }
    if (verb->on == SOCKET && on->context) {
        answer(s, "na");
        return;
    }
    if (strcmp(w[0], "hello") == 0) {
        buf_clear(&s->line);
        buf_printf(&s->line, "ok reference 0.1.0 %s", features);
        answer(s, buf_text(&s->line));
    } else if (strcmp(w[0], "open") == 0) {
        verb_open(s, w, n);
    } else if (strcmp(w[0], "set") == 0) {
        verb_set(s, on, w);
    } else if (strcmp(w[0], "listen") == 0) {
        verb_listen(s, on, w[2]);
    } else if (strcmp(w[0], "dial") == 0) {
        answer_err(s, node_dial(on->socket, w[2]));
    } else if (strcmp(w[0], "pipes") == 0) {
        s->pipes = (size_t)strtoull(w[2], NULL, 10);
        wait_for(s, FOR_PIPES, on, w[3]);
    } else if (strcmp(w[0], "send") == 0) {
        verb_send(s, on, w, n);
    } else if (strcmp(w[0], "recv") == 0) {
        wait_for(s, TO_RECV, on, w[2]);
    } else if (strcmp(w[0], "close") == 0) {
        close_one(s, on);
        answer(s, "ok");
    } else if (strcmp(w[0], "ctx") == 0) {
        verb_ctx(s, on, w[2]);
    } else if (strcmp(w[0], "device") == 0) {
        struct named_socket *other = find(s, w[2]);
        if (!other)
            answer(s, "err closed no socket of this name");
        else if (other->context)
            answer(s, "na");
        else
            answer_err(s, node_device(on->socket, other == on ? NULL : other->socket));
    } else {
        verb_reset(s);
    }
}

/* ---- the conversation ---- */

static void run_text(struct shim *s, const char *text)
{
    char *line = strdup(text);
    if (!line) {
        answer(s, "err other out of memory");
        return;
    }
    run(s, line);
    free(line);
}

static void next_in_queue(struct shim *s)
{
    while (s->waiting == NOTHING && s->queue.n > 0) {
        char *line = strdup((const char *)buf_slice(&s->queue).p);
        if (!line)
            return;
        buf_drop(&s->queue, strlen(line) + 1);
        run(s, line);
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
