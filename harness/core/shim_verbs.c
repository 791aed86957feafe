/* shim_verbs.c -- what a line asks the node, verb by verb. */
#include "core/shim_state.h"
#include "core/credentials.h"
#include "core/payload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 8, PAYLOAD_MAX = 64 * 1024 * 1024 };

static const char features[] =
    "tcp tcp6 ipc ws wss tls inproc raw device pipes resend-ivl survey-deadline ttl max-recv "
    "subscribe "
    "unsubscribe reconnect-min reconnect-max linger send-buf recv-buf polyamorous handshake "
    "first-id ctx ws-text tls-ca tls-cert tls-key";

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
        shim_answer(s, "err inval this socket name is taken or too long");
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
    shim_answer(s, "ok");
}

static void verb_open(struct shim *s, char **w, size_t n)
{
    const struct sp_protocol *protocol = sp_protocol_named(w[2]);
    bool raw = n > 3 && strcmp(w[3], "raw") == 0;
    if (!protocol) {
        shim_answer(s, "na");
        return;
    }
    struct named_socket *room = room_for(s, w[1]);
    if (!room)
        return;
    struct node_socket *socket = node_open(s->node, protocol->self, raw);
    if (!socket)
        shim_answer(s, "err other");
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
        shim_answer(s, "err inval a context has none");
        return;
    }
    enum err err = node_context_open(on->socket, &context);
    if (err == E_NOTSUP)
        shim_answer(s, "na");
    else if (err != E_OK)
        shim_answer_err(s, err);
    else
        take(s, room, name, &(struct named_socket){ .socket = on->socket, .context = context });
}

/* A file of PEM. */
static void set_text(struct shim *s, struct named_socket *on, const char *option, const char *path)
{
    const char *text = credentials_read(path, &s->body);
    if (!text) {
        shim_answer(s, "err inval no such file, or an empty one");
        return;
    }
    enum err err = node_set_text(on->socket, option, text);
    if (err == E_NOTSUP)
        shim_answer(s, "na");
    else
        shim_answer_err(s, err);
}

static void verb_set(struct shim *s, struct named_socket *on, char **w)
{
    bool add = strcmp(w[2], "subscribe") == 0;
    bool text = strncmp(w[2], "tls-", 4) == 0;
    if (on->context && (text || add || strcmp(w[2], "unsubscribe") == 0)) {
        shim_answer(s, "na");
        return;
    }
    if (add || strcmp(w[2], "unsubscribe") == 0) {
        buf_clear(&s->body);
        if (!payload_decode(w[3], strlen(w[3]), &s->body, PAYLOAD_MAX))
            shim_answer(s, "err inval");
        else
            shim_answer_err(s, node_subscribe(on->socket, buf_slice(&s->body), add));
        return;
    }
    if (text) {
        set_text(s, on, w[2], w[3]);
        return;
    }
    char *end;
    long long setting = strtoll(w[3], &end, 10);
    if (*end) {
        shim_answer(s, "err inval not a number");
        return;
    }
    enum err err = node_context_set(on->socket, on->context, w[2], setting);
    if (err == E_NOTSUP)
        shim_answer(s, "na");
    else
        shim_answer_err(s, err);
}

static void verb_listen(struct shim *s, struct named_socket *on, const char *url)
{
    char actual[160], text[200];
    enum err err = node_listen(on->socket, url, actual, sizeof actual);
    if (err != E_OK) {
        shim_answer_err(s, err);
        return;
    }
    snprintf(text, sizeof text, "ok %s", actual);
    shim_answer(s, text);
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
        shim_answer(s, "err inval malformed payload");
        return;
    }
    shim_wait(s, TO_SEND, on, w[2]);
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
    shim_answer(s, "ok");
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

void shim_run(struct shim *s, char *line)
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
        shim_answer(s, "na");
        return;
    }
    if (n < verb->words) {
        shim_answer(s, "err inval words are missing");
        return;
    }
    struct named_socket *on = verb->on != NO_SOCKET ? find(s, w[1]) : NULL;
    if (verb->on != NO_SOCKET && !on) {
        shim_answer(s, "err closed no socket of this name");
        return;
    }
    if (verb->on == SOCKET && on->context) {
        shim_answer(s, "na");
        return;
    }
    if (strcmp(w[0], "hello") == 0) {
        buf_clear(&s->line);
        buf_printf(&s->line, "ok reference 0.1.0 %s", features);
        shim_answer(s, buf_text(&s->line));
    } else if (strcmp(w[0], "open") == 0) {
        verb_open(s, w, n);
    } else if (strcmp(w[0], "set") == 0) {
        verb_set(s, on, w);
    } else if (strcmp(w[0], "listen") == 0) {
        verb_listen(s, on, w[2]);
    } else if (strcmp(w[0], "dial") == 0) {
        shim_answer_err(s, node_dial(on->socket, w[2]));
    } else if (strcmp(w[0], "pipes") == 0) {
        s->pipes = (size_t)strtoull(w[2], NULL, 10);
        shim_wait(s, FOR_PIPES, on, w[3]);
    } else if (strcmp(w[0], "send") == 0) {
        verb_send(s, on, w, n);
    } else if (strcmp(w[0], "recv") == 0) {
        shim_wait(s, TO_RECV, on, w[2]);
    } else if (strcmp(w[0], "close") == 0) {
        close_one(s, on);
        shim_answer(s, "ok");
    } else if (strcmp(w[0], "ctx") == 0) {
        verb_ctx(s, on, w[2]);
    } else if (strcmp(w[0], "device") == 0) {
        struct named_socket *other = find(s, w[2]);
        if (!other)
            shim_answer(s, "err closed no socket of this name");
        else if (other->context)
            shim_answer(s, "na");
        else
            shim_answer_err(s, node_device(on->socket, other == on ? NULL : other->socket));
    } else {
        verb_reset(s);
    }
}
