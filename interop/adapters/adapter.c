/* adapter.c -- the verbs: what is asked, and what the library is told. */
#include "adapter.h"
#include "lines.h"
#include "names.h"
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 8, LONGEST_URL = 256 };

static const struct library *lib;
static char *delivered; /* the payload for the answer to `recv` */
static bool stuck;      /* a close has not come back: the library is not to be trusted any more */

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
        answer(OK, lib->hello);
    else
        answer(NA, NULL);
}

static void open_socket(struct entry *e, char **word)
{
    struct socket *socket = NULL;
    bool raw = word[3] && strcmp(word[3], "raw") == 0;
    if (e) {
        answer(FAIL("inval", "the name is in use"), NULL);
        return;
    }
    struct outcome o = lib->open(word[2], raw, &socket);
    if (!o.code && !keep(lib, word[1], socket, NULL))
        o = FAIL("other", "out of memory");
    answer(o, NULL);
}

static void set(struct entry *e, char **word)
{
    struct value v = { 0 };
    struct message octets = { 0 };
    v.text = word[3];
    v.is_number = parse_number(word[3], &v.number);
    v.is_octets = payload_decode(word[3], false, &octets);
    v.octets = octets.body;
    v.size = octets.body_size;
    answer(lib->set(e->socket, word[2], &v), NULL);
    payload_free(&octets);
}

/* tcp://HOST:0, ws://HOST:0/PATH */
bool adapter_any_port(const char *url, int port, char *out, size_t room)
{
    const char *host = strstr(url, "://"), *colon = NULL;
    if (!host)
        return false;
    const char *end = host + 3 + strcspn(host + 3, "/");
    for (const char *c = host + 3; c < end; c++)
        if (*c == ':')
            colon = c;
    if (!colon || end - colon != 2 || colon[1] != '0')
        return false;
    int n = snprintf(out, room, "%.*s:%d%s", (int)(colon - url), url, port, end);
    return n > 0 && (size_t)n < room;
}

static void listen_at(struct entry *e, char **word)
{
    char actual[LONGEST_URL] = "";
    if (strlen(word[2]) >= sizeof actual)
        answer(FAIL("inval", "the address is too long"), NULL);
    else
        answer(lib->listen(e->socket, word[2], actual, sizeof actual), actual);
}

static void dial(struct entry *e, char **word)
{
    answer(lib->dial(e->socket, word[2]), NULL);
}

static void pipes(struct entry *e, char **word)
{
    int64_t n;
    int ms;
    if (!parse_number(word[2], &n) || n < 0 || !parse_ms(word[3], &ms))
        answer(malformed, NULL);
    else
        answer(lib->pipes ? lib->pipes(e->socket, (size_t)n, ms) : NA, NULL);
}

static void send_message(struct entry *e, char **word)
{
    struct message m;
    int ms;
    int64_t pipe = 0;
    bool directed = word[4] && strncmp(word[4], "pipe=", 5) == 0;
    if (!parse_ms(word[2], &ms) || !payload_decode(word[3], lib->is_raw(e->socket), &m)) {
        answer(malformed, NULL);
        return;
    }
    if (directed && (!parse_number(word[4] + 5, &pipe) || pipe < 0 || pipe > UINT32_MAX)) {
        answer(malformed, NULL);
    } else {
        m.pipe = (uint32_t)pipe;
        answer(lib->send(e->socket, ms, &m), NULL);
    }
    payload_free(&m);
}

static void receive(struct entry *e, char **word)
{
    int ms;
    if (!parse_ms(word[2], &ms)) {
        answer(malformed, NULL);
        return;
    }
    struct outcome o = lib->recv(e->socket, ms);
    answer(o, delivered);
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
    if (!drop(lib, e))
        stuck = true;
    answer(OK, NULL);
}

static void reset(struct entry *e, char **word)
{
    (void)e;
    (void)word;
    if (stuck || !drop_all(lib))
        start_afresh();
    answer(OK, NULL);
}

static void join(struct entry *a, char **word)
{
    struct entry *b = find(word[2]);
    if (!b || b->ended) {
        answer(FAIL("closed", "no such socket"), NULL);
        return;
    }
    if (!lib->is_raw(a->socket) || !lib->is_raw(b->socket) || !lib->fit(a->socket, b->socket) ||
        a->device || b->device) {
        answer(FAIL("inval", "a device joins two raw sockets that talk to each other"), NULL);
        return;
    }
    if (start_device(lib, a, b))
        answer(OK, NULL);
    else
        answer(FAIL("other", "no thread"), NULL);
}

static void open_context(struct entry *e, char **word)
{
    struct socket *socket = NULL;
    struct outcome o;
    if (find(word[2])) {
        answer(FAIL("inval", "the name is in use"), NULL);
        return;
    }
    o = lib->context(e->socket, &socket);
    if (!o.code && !keep(lib, word[2], socket, e))
        o = FAIL("other", "out of memory");
    answer(o, NULL);
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
    { "device", 3, 0, join },
    { "ctx", 3, 0, open_context },
};

static const struct verb *verb_named(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const struct verb *v = &verbs[i];
        if (strcmp(v->name, name) != 0)
            continue;
        if ((v->run == join && !lib->device) || (v->run == open_context && !lib->context))
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
        answer(NA, NULL);
    else if (n < v->words)
        answer(malformed, NULL);
    else if ((!e || (e->ended && v->run != close_socket)) && !(v->flags & FREE))
        answer(FAIL("closed", "no such socket"), NULL);
    else
        v->run(e, word);
}

int adapter_main(const struct library *library, int argc, char **argv)
{
    char *line;
    bool too_long;

    lib = library;
    signal(SIGPIPE, SIG_IGN);
    if (started_afresh(argc, argv))
        answer(OK, NULL);
    while ((line = next_line(&too_long)) != NULL) {
        if (too_long)
            answer(FAIL("inval", "the line is too long"), NULL);
        else
            serve(line);
    }
    drop_all(lib);
    return 0;
}
