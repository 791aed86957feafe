/* cmd_peer.c -- `spconform peer`: one socket of the reference implementation as a shell tool. */
#include "core/commands.h"
#include "core/credentials.h"
#include "core/notation.h"
#include "core/options.h"
#include "core/output.h"
#include "core/signals.h"
#include "net/node.h"
#include "net/url.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char help[] =
    "usage: spconform peer PROTOCOL (--dial URL | --listen URL) [OPTION]...\n"
    "One socket of the reference implementation.  PROTOCOL: pair pair1 pub sub req rep push pull\n"
    "surveyor respondent bus.  URL: tcp://HOST:PORT tcp://[::1]:PORT ipc://PATH\n"
    "ws://HOST:PORT/PATH wss://HOST:PORT/PATH tls+tcp://HOST:PORT.\n"
    "\n"
    "  --send OCTETS     send a message (byte notation: \"'text' 00 ff\"); may be repeated\n"
    "  --recv N          receive N messages, then end (default: 1 for what can receive, when\n"
    "                    nothing is sent by push or pub); 0: none; -1: until interrupted\n"
    "  --answer OCTETS   rep, respondent: what to answer every message with (default: the same)\n"
    "  --subscribe OCTETS   sub: a topic (default: all); may be repeated\n"
    "  --set OPTION=N    resend-ivl, ttl, max-recv, ws-text, ... ; may be repeated\n"
    "  --set OPTION=FILE tls-cert and tls-key to listen, tls-ca to check whom we dial: PEM\n"
    "  --timeout MS      for each message; default 5000\n"
    "  --hex             print octets in the byte notation instead of as they are\n"
    "\n"
    "Exit status: 0 all sent and received, or interrupted with --recv -1; 1 not in time, refused\n"
    "or interrupted before; 2 usage, or standard output cannot be written.\n"
    "\n"
    "Examples\n"
    "  spconform peer rep --listen tcp://127.0.0.1:5555 --recv -1\n"
    "  spconform peer req --dial tcp://127.0.0.1:5555 --send \"'hello'\"\n"
    "  spconform peer pair --listen ws://127.0.0.1:5556/ --recv -1\n";

enum { MANY = 64 };

struct tool {
    struct net *net;
    struct node *node;
    struct node_socket *socket;
    struct stream *signals;
    const struct sp_protocol *protocol;
    const char *dial, *listen, *answer;
    const char *send[MANY], *topics[MANY], *settings[MANY];
    size_t sends, topic_count, setting_count;
    long receive;
    bool receive_given, hex;
    int64_t timeout;
    char noted[200]; /* the latest of what was dropped or closed, and why */
};

static bool interrupted;

static int wrong(const char *what, const char *why)
{
    fprintf(stderr, "spconform peer: %s: %s\n", what, why);
    return 2;
}

static bool emit(const char *pattern, struct buf *out)
{
    struct buf why = { 0 };
    buf_clear(out);
    bool ok = notation_emit(pattern, NULL, out, &why);
    if (!ok) {
        if (!strchr(pattern, '\''))
            buf_printf(&why, "; text stands between quotes: \"'%.60s'\"", pattern);
        wrong(pattern, buf_text(&why));
    }
    buf_free(&why);
    return ok;
}

/* Until the operation no longer answers E_AGAIN, or the time is over. */
static enum err wait_send(struct tool *x, const struct msg *m)
{
    msec deadline = msec_after(net_now(x->net), x->timeout);
    enum err err;
    while ((err = node_send(x->socket, m)) == E_AGAIN && net_now(x->net) < deadline && !interrupted)
        net_step(x->net, deadline);
    node_flush(x->node);
    return err;
}

static enum err wait_recv(struct tool *x, struct msg *m, bool for_ever)
{
    msec deadline = for_ever ? MSEC_NEVER : msec_after(net_now(x->net), x->timeout);
    enum err err;
    while ((err = node_recv(x->socket, m)) == E_AGAIN && net_now(x->net) < deadline && !interrupted)
        net_step(x->net, deadline);
    return err;
}

/* Where nobody reads what we print, a signal still ends the program: a pipe that polls writable
 * takes PIPE_BUF octets at once. */
static bool put(const struct tool *x, const void *octets, size_t n)
{
    struct pollfd p[] = { { .fd = STDOUT_FILENO, .events = POLLOUT },
                          { .fd = net_os_fd(x->signals), .events = POLLIN } };
    for (const char *at = octets; n > 0;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return false;
        if (!p[0].revents && p[1].revents) {
            interrupted = true;
            return false;
        }
        if (!p[0].revents)
            continue;
        ssize_t wrote = write(STDOUT_FILENO, at, n < PIPE_BUF ? n : PIPE_BUF);
        if (wrote < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        if (wrote > 0) {
            at += wrote;
            n -= (size_t)wrote;
        }
    }
    return true;
}

static bool print(const struct tool *x, struct slice body)
{
    if (!x->hex)
        return put(x, body.p, body.n) && put(x, "\n", 1);
    struct buf text = { 0 };
    notation_show(body, body.n, &text);
    buf_u8(&text, '\n');
    errno = ENOMEM;
    bool ok = !text.failed && put(x, buf_slice(&text).p, text.n);
    buf_free(&text);
    return ok;
}

static bool answers(const struct tool *x)
{
    return x->protocol->self == SP_REP || x->protocol->self == SP_RESPONDENT;
}

static void on_note(void *ctx, const char *text)
{
    struct tool *x = ctx;
    snprintf(x->noted, sizeof x->noted, "%s", text);
}

static int failed(const struct tool *x, const char *what, enum err err)
{
    fprintf(stderr, "spconform peer: %s: %s\n", what,
            err == E_AGAIN ? (interrupted ? "interrupted" : "timed out") : err_name(err));
    if (x->noted[0])
        fprintf(stderr, "spconform peer: %s\n", x->noted);
    return 1;
}

static int answer(struct tool *x, const struct msg *m)
{
    struct buf body = { 0 };
    if (x->answer && !emit(x->answer, &body))
        return 2;
    if (!x->answer)
        buf_put_slice(&body, m->body);
    struct msg reply = { .body = buf_slice(&body) };
    enum err err = body.failed ? E_NOMEM : wait_send(x, &reply);
    buf_free(&body);
    return err == E_OK ? 0 : failed(x, "answer", err);
}

/* Without a number of messages to wait for, a signal is how it is meant to end. */
static int cut_short(const struct tool *x)
{
    return x->receive < 0 ? 0 : failed(x, "receive", E_AGAIN);
}

static int receive(struct tool *x)
{
    for (long n = 0; x->receive < 0 || n < x->receive; n++) {
        struct msg m = { 0 };
        enum err err = interrupted ? E_AGAIN : wait_recv(x, &m, x->receive < 0);
        if (err == E_AGAIN && interrupted)
            return cut_short(x);
        if (err != E_OK)
            return failed(x, "receive", err);
        if (!print(x, m.body))
            return interrupted ? cut_short(x) : wrong("standard output", strerror(errno));
        int status = answers(x) ? answer(x, &m) : 0;
        if (status)
            return interrupted && x->receive < 0 ? 0 : status;
    }
    return 0;
}

static int converse(struct tool *x)
{
    struct buf body = { 0 };
    int status = 0;
    for (size_t i = 0; i < x->sends && status == 0; i++) {
        if (!emit(x->send[i], &body)) {
            status = 2;
            break;
        }
        struct msg m = { .body = buf_slice(&body) };
        enum err err = wait_send(x, &m);
        if (err != E_OK)
            status = failed(x, "send", err);
    }
    buf_free(&body);
    if (status)
        return status;
    bool only_sends = x->protocol->self == SP_PUSH || x->protocol->self == SP_PUB;
    if (!x->receive_given)
        x->receive = only_sends ? 0 : 1;
    return receive(x);
}

/* One --set; 0, or the exit status. */
static int set(struct tool *x, const char *setting)
{
    char option[32];
    const char *equals = strchr(setting, '=');
    long long number;
    enum err err;
    if (!equals)
        return wrong("--set takes OPTION=N, not", setting);
    snprintf(option, sizeof option, "%.*s", (int)(equals - setting), setting);
    if (strncmp(option, "tls-", 4) == 0) {
        struct buf room = { 0 };
        const char *pem = credentials_read(equals + 1, &room);
        err = pem ? node_set_text(x->socket, option, pem) : E_OK;
        buf_free(&room);
        if (!pem)
            return wrong(setting, "no such file, or not one of PEM");
    } else if (parse_number(equals + 1, INT64_MIN, INT64_MAX, &number)) {
        err = node_set(x->socket, option, number);
    } else {
        return wrong("--set takes OPTION=N, not", setting);
    }
    return err == E_OK ? 0 : wrong(setting, err_name(err));
}

static int connect_it(struct tool *x)
{
    char actual[160];
    enum err err;
    struct buf topic = { 0 };
    for (size_t i = 0; i < x->setting_count; i++) {
        int status = set(x, x->settings[i]);
        if (status)
            return status;
    }
    if (x->protocol->self == SP_SUB && x->topic_count == 0)
        node_subscribe(x->socket, (struct slice){ 0 }, true);
    for (size_t i = 0; i < x->topic_count; i++) {
        if (!emit(x->topics[i], &topic)) {
            buf_free(&topic);
            return 2;
        }
        node_subscribe(x->socket, buf_slice(&topic), true);
    }
    buf_free(&topic);
    err = x->listen ? node_listen(x->socket, x->listen, actual, sizeof actual)
                    : node_dial(x->socket, x->dial);
    struct url url;
    const char *place = x->listen ? x->listen : x->dial;
    if (err == E_INVAL && url_parse(place, &url) == E_OK && url.tls)
        return wrong(place, x->listen ? "--set tls-cert=FILE and tls-key=FILE, which go together"
                                      : "--set tls-ca=FILE is no certificate");
    if (err != E_OK)
        return wrong(place, err_name(err));
    if (x->listen)
        fprintf(stderr, "listening at %s\n", actual);
    /* PUB and BUS throw away what they send to nobody. */
    msec deadline = msec_after(net_now(x->net), x->timeout);
    while (x->sends > 0 && node_pipes(x->socket) == 0 && net_now(x->net) < deadline && !interrupted)
        net_step(x->net, deadline);
    if (x->sends > 0 && node_pipes(x->socket) == 0)
        return failed(x, "nobody to send to", E_AGAIN);
    return -1;
}

/* What was sent is written before the program ends. */
static void linger(struct tool *x)
{
    node_flush(x->node);
    node_close(x->socket);
    msec until = msec_after(net_now(x->net), 1000);
    while (net_now(x->net) < until && node_lingering(x->node))
        net_step(x->net, until);
}

static const struct option options[] = {
    { "dial", 1, NULL, 'd' }, { "listen", 1, NULL, 'l' },  { "send", 1, NULL, 's' },
    { "recv", 1, NULL, 'r' }, { "answer", 1, NULL, 'a' },  { "subscribe", 1, NULL, 't' },
    { "set", 1, NULL, 'o' },  { "timeout", 1, NULL, 'm' }, { "hex", 0, NULL, 'x' },
    { "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

static int take(struct tool *x, int argc, char **argv)
{
    long long n;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            x->dial = optarg;
            break;
        case 'l':
            x->listen = optarg;
            break;
        case 's':
        case 't':
        case 'o': {
            size_t *count = c == 's' ? &x->sends : c == 't' ? &x->topic_count : &x->setting_count;
            const char **list = c == 's' ? x->send : c == 't' ? x->topics : x->settings;
            if (*count == MANY)
                return wrong(optarg, "too many of these");
            list[(*count)++] = optarg;
            break;
        }
        case 'r':
            if (!parse_number(optarg, -1, 1000000000, &n))
                return wrong("--recv takes a number, not", optarg);
            x->receive = (long)n;
            x->receive_given = true;
            break;
        case 'a':
            x->answer = optarg;
            break;
        case 'm':
            if (!parse_number(optarg, 0, 86400000, &n))
                return wrong("--timeout takes milliseconds, not", optarg);
            x->timeout = n;
            break;
        case 'x':
            x->hex = true;
            break;
        case 'h':
            exit(finish_output(fputs(help, stdout) < 0 ? 2 : 0));
        case ':':
            return wrong("a value must follow", argv[optind - 1]);
        default:
            return wrong("no such option; --help shows them all", argv[optind - 1]);
        }
    }
    if (optind >= argc)
        return wrong("name a PROTOCOL", "spconform peer --help shows how");
    x->protocol = sp_protocol_named(argv[optind]);
    if (!x->protocol)
        return wrong("no such protocol", argv[optind]);
    if (optind + 1 < argc)
        return wrong("what is this argument for", argv[optind + 1]);
    if (!x->dial == !x->listen)
        return wrong("name one of --dial URL and --listen URL", "--help shows how");
    return 0;
}

int cmd_peer(int argc, char **argv)
{
    struct tool x = { .timeout = 5000 };
    uint64_t seed = 0;
    int status = take(&x, argc, argv);
    if (status)
        return status;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = 1;
    x.net = net_os_new();
    const struct node_config config = {
        .net = x.net, .seed = seed, .note = on_note, .note_ctx = &x
    };
    x.node = x.net ? node_new(&config) : NULL;
    x.socket = x.node ? node_open(x.node, x.protocol->self, false) : NULL;
    x.signals = x.socket ? watch_signals(x.net, &interrupted) : NULL;
    if (!x.signals)
        return wrong("cannot start", "out of memory or descriptors");
    status = connect_it(&x);
    if (status < 0)
        status = converse(&x);
    linger(&x);
    node_free(x.node);
    net_free(x.net);
    return status;
}
