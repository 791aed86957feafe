/* adapter.c -- reads requests, keeps sockets by name, writes answers. */
#include "adapter.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_LINE = 4 << 20, MOST_WORDS = 8, LONGEST_URL = 256 };

/* A socket or context by the name the runner gave it. */
struct entry {
    struct entry *next;
    char *name;
    struct socket *socket;
    struct entry *parent;   /* of a context: its socket */
    struct entry *opposite; /* the other side of a device that runs; both point to it */
    struct device *device;
};

struct device {
    pthread_t thread;
    struct socket *a, *b;
};

static const struct library *lib;
static struct entry *entries;
static char *delivered; /* the payload for the answer to `recv` */

/* ---- answers ---- */

static void write_all(const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, text, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            exit(0); /* the runner is gone: nobody to tell */
        text += done;
        n -= (size_t)done;
    }
}

/* One line in one write: an answer is never half there. */
__attribute__((format(printf, 1, 2))) static void answer(const char *format, ...)
{
    char *line = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&line, format, args);
    va_end(args);
    if (n < 0)
        exit(1);
    write_all(line, (size_t)n);
    free(line);
}

static void answer_outcome(struct outcome o, const char *result)
{
    if (!o.code)
        answer(result ? "ok %s\n" : "ok\n", result);
    else if (strcmp(o.code, "na") == 0)
        answer("na\n");
    else
        answer(o.text ? "err %s %s\n" : "err %s\n", o.code, o.text);
}

/* ---- names ---- */

static struct entry *find(const char *name)
{
    struct entry *e = entries;
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    return e;
}

static bool keep(const char *name, struct socket *socket, struct entry *parent)
{
    struct entry *e = calloc(1, sizeof *e);
    if (e)
        e->name = strdup(name);
    if (!e || !e->name) {
        free(e);
        lib->close(socket);
        free(socket);
        return false;
    }
    e->socket = socket;
    e->parent = parent;
    e->next = entries;
    entries = e;
    return true;
}

static void end_device(struct entry *e)
{
    struct device *device = e->device;
    if (!device)
        return;
    struct entry *other = e->opposite;
    pthread_join(device->thread, NULL);
    e->device = other->device = NULL;
    free(device);
}

static void drop(struct entry *e)
{
    for (struct entry *c = entries, *next; c; c = next) {
        next = c->next;
        if (c->parent == e) {
            drop(c);
            next = entries; /* the list has changed: look again */
        }
    }
    lib->close(e->socket);
    end_device(e); /* it uses the block until it returns, and it returns because of the close */
    for (struct entry **link = &entries; *link; link = &(*link)->next) {
        if (*link == e) {
            *link = e->next;
            break;
        }
    }
    free(e->socket);
    free(e->name);
    free(e);
}

static void drop_all(void)
{
    while (entries)
        drop(entries);
}

/* ---- verbs ---- */

static bool parse_number(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    *out = n;
    return *text && !*end && !errno;
}

/* MS of a request; nothing waits longer than INT_MAX. */
static bool parse_ms(const char *text, int *out)
{
    int64_t n;
    if (!parse_number(text, &n) || n < 0)
        return false;
    *out = n > INT_MAX ? INT_MAX : (int)n;
    return true;
}

static const struct outcome malformed = { "inval", "malformed request" };

static void hello(struct entry *e, char **word)
{
    (void)e;
    if (strcmp(word[1], "1") == 0)
        answer_outcome(OK, lib->hello);
    else
        answer_outcome(NA, NULL);
}

static void open_socket(struct entry *e, char **word)
{
    struct socket *socket = NULL;
    bool raw = word[3] && strcmp(word[3], "raw") == 0;
    if (e) {
        answer_outcome(FAIL("inval", "the name is in use"), NULL);
        return;
    }
    struct outcome o = lib->open(word[2], raw, &socket);
    if (!o.code && !keep(word[1], socket, NULL))
        o = FAIL("other", "out of memory");
    answer_outcome(o, NULL);
}

static void set(struct entry *e, char **word)
{
    struct value v = { 0 };
    struct message octets = { 0 };
    v.is_number = parse_number(word[3], &v.number);
    v.is_octets = payload_decode(word[3], false, &octets);
    v.octets = octets.body;
    v.size = octets.body_size;
    answer_outcome(lib->set(e->socket, word[2], &v), NULL);
    payload_free(&octets);
}

static void listen_at(struct entry *e, char **word)
{
    char actual[LONGEST_URL] = "";
    if (strlen(word[2]) >= sizeof actual)
        answer_outcome(FAIL("inval", "the address is too long"), NULL);
    else
        answer_outcome(lib->listen(e->socket, word[2], actual, sizeof actual), actual);
}

static void dial(struct entry *e, char **word)
{
    answer_outcome(lib->dial(e->socket, word[2]), NULL);
}

static void pipes(struct entry *e, char **word)
{
    int64_t n;
    int ms;
    if (!parse_number(word[2], &n) || n < 0 || !parse_ms(word[3], &ms))
        answer_outcome(malformed, NULL);
    else
        answer_outcome(lib->pipes ? lib->pipes(e->socket, (size_t)n, ms) : NA, NULL);
}

static void send_message(struct entry *e, char **word)
{
    struct message m;
    int ms;
    int64_t pipe = 0;
    bool directed = word[4] && strncmp(word[4], "pipe=", 5) == 0;
    if (!parse_ms(word[2], &ms) || !payload_decode(word[3], lib->is_raw(e->socket), &m)) {
        answer_outcome(malformed, NULL);
        return;
    }
    if (directed && (!parse_number(word[4] + 5, &pipe) || pipe < 0 || pipe > UINT32_MAX)) {
        answer_outcome(malformed, NULL);
    } else {
        m.pipe = (uint32_t)pipe;
        answer_outcome(lib->send(e->socket, ms, &m), NULL);
    }
    payload_free(&m);
}

static void receive(struct entry *e, char **word)
{
    int ms;
    if (!parse_ms(word[2], &ms)) {
        answer_outcome(malformed, NULL);
        return;
    }
    struct outcome o = lib->recv(e->socket, ms);
    answer_outcome(o, delivered);
    free(delivered);
    delivered = NULL;
}

void adapter_deliver(const struct message *m, bool split)
{
    char *body = payload_encode(m->body, m->body_size);
    char *header = split ? payload_encode(m->header, m->header_size) : strdup("");
    char pipe[24] = "";
    if (m->pipe)
        snprintf(pipe, sizeof pipe, " pipe=%u", (unsigned)m->pipe);
    if (!body || !header ||
        asprintf(&delivered, "%s%s%s%s", header, split ? "|" : "", body, pipe) < 0)
        exit(1);
    free(header);
    free(body);
}

static void close_socket(struct entry *e, char **word)
{
    (void)word;
    drop(e);
    answer_outcome(OK, NULL);
}

static void reset(struct entry *e, char **word)
{
    (void)e;
    (void)word;
    drop_all();
    answer_outcome(OK, NULL);
}

static void *run_device(void *arg)
{
    struct device *device = arg;
    lib->device(device->a, device->b);
    return NULL;
}

static void start_device(struct entry *a, char **word)
{
    struct entry *b = find(word[2]);
    if (!b) {
        answer_outcome(FAIL("closed", "no such socket"), NULL);
        return;
    }
    if (!lib->is_raw(a->socket) || !lib->is_raw(b->socket) || a->device || b->device) {
        answer_outcome(FAIL("inval", "a device joins two raw sockets that are not yet joined"),
                       NULL);
        return;
    }
    struct device *device = calloc(1, sizeof *device);
    if (device) {
        device->a = a->socket;
        device->b = b->socket;
    }
    if (!device || pthread_create(&device->thread, NULL, run_device, device) != 0) {
        free(device);
        answer_outcome(FAIL("other", "no thread"), NULL);
        return;
    }
    a->device = b->device = device;
    a->opposite = b;
    b->opposite = a;
    answer_outcome(OK, NULL);
}

static void open_context(struct entry *e, char **word)
{
    struct socket *socket = NULL;
    struct outcome o;
    if (find(word[2])) {
        answer_outcome(FAIL("inval", "the name is in use"), NULL);
        return;
    }
    o = lib->context(e->socket, &socket);
    if (!o.code && !keep(word[2], socket, e))
        o = FAIL("other", "out of memory");
    answer_outcome(o, NULL);
}

enum { FREE = 1 }; /* word[1] need not name a socket */

static const struct verb {
    const char *name;
    int words; /* with the verb, at least */
    int flags;
    void (*run)(struct entry *, char **);
} verbs[] = {
    { "hello", 2, FREE, hello },
    { "open", 3, FREE, open_socket },
    { "set", 4, 0, set },
    { "listen", 3, 0, listen_at },
    { "dial", 3, 0, dial },
    { "pipes", 4, 0, pipes },
    { "send", 4, 0, send_message },
    { "recv", 3, 0, receive },
    { "close", 2, 0, close_socket },
    { "reset", 1, FREE, reset },
    { "device", 3, 0, start_device },
    { "ctx", 3, 0, open_context },
};

static const struct verb *verb_named(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const struct verb *v = &verbs[i];
        if (strcmp(v->name, name) != 0)
            continue;
        if ((v->run == start_device && !lib->device) || (v->run == open_context && !lib->context))
            return NULL;
        return v;
    }
    return NULL;
}

static void serve(char *line)
{
    char *word[MOST_WORDS + 1] = { 0 }, *rest = line;
    int n = 0;
    while (n < MOST_WORDS && (word[n] = strtok_r(rest, " \t\r\n", &rest)) != NULL)
        n++;
    const struct verb *v = n ? verb_named(word[0]) : NULL;
    struct entry *e = n > 1 ? find(word[1]) : NULL;

    if (!v)
        answer_outcome(NA, NULL);
    else if (n < v->words)
        answer_outcome(malformed, NULL);
    else if (!e && !(v->flags & FREE))
        answer_outcome(FAIL("closed", "no such socket"), NULL);
    else
        v->run(e, word);
}

int adapter_main(const struct library *library)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    lib = library;
    signal(SIGPIPE, SIG_IGN);
    while ((n = getline(&line, &room, stdin)) >= 0) {
        if (n > LONGEST_LINE)
            answer_outcome(FAIL("inval", "the line is too long"), NULL);
        else
            serve(line);
    }
    free(line);
    drop_all();
    return 0;
}
