/* trace_command.c -- spconform trace: a recording proxy. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "trace/commands.h"
#include "trace/complain.h"
#include "trace/proxy.h"
#include "trace/render.h"

static const char help[] =
    "usage: spconform trace [OPTION]... LISTEN TARGET\n"
    "\n"
    "A recording proxy: listens at LISTEN, dials TARGET once per connection, passes octets, FIN\n"
    "and resets on in both directions, and shows them as they pass, named field by field.\n"
    "\n"
    "  --text FILE    the annotated text goes to FILE; -: standard output (the default)\n"
    "  --jsonl FILE   JSON lines as well, for spconform decode and other programs\n"
    "  --max N        end after N connections; otherwise SIGINT or SIGTERM ends it\n"
    "\n"
    "LISTEN and TARGET are tcp://HOST:PORT, ipc:///PATH or ws://HOST:PORT/PATH, both of the same\n"
    "kind.  Port 0 is any port.  The first line of output is the address to dial instead of "
    "TARGET.  A listener whose\n"
    "dialers are to be watched is TARGET; for a dialer, point it at LISTEN.\n"
    "\n"
    "example: between nngcat and a server at port 5555\n"
    "\n"
    "  $ spconform trace tcp://127.0.0.1:6000 tcp://127.0.0.1:5555 --jsonl seen.jsonl\n"
    "  $ nngcat --req --dial tcp://127.0.0.1:6000 --data ping\n";

struct sink {
    struct render render;
    void (*event)(struct render *, const struct trace_event *);
    const char *path;
    bool lost, standard; /* standard: to standard output */
};

struct tracing {
    struct sink text, jsonl;
    enum trace_framing framing;
    bool stop;
    struct stream *signals;
    int signalled; /* readable when a signal has come; -1: not watched yet */
    bool unread;   /* it came while nobody read our output: the rest is dropped */
};

/* Recording is given up, passing on is not: somebody may depend on it. */
static void give_up(struct sink *s)
{
    complain("trace", "%s: %s: nothing more is recorded there", s->path, strerror(errno));
    s->lost = true;
}

static void record(struct sink *s, enum trace_framing framing, const struct trace_event *e)
{
    if (!s->render.out || s->lost)
        return;
    flows_describe(&s->render.flows, e->conn, &(struct flow_about){ .framing = framing });
    s->event(&s->render, e);
    if (fflush(s->render.out) || ferror(s->render.out))
        give_up(s);
}

static void on_event(void *ctx, const struct trace_event *e)
{
    struct tracing *t = ctx;
    record(&t->text, t->framing, e);
    record(&t->jsonl, t->framing, e);
}

static void on_signal(void *ctx, unsigned events)
{
    struct tracing *t = ctx;
    (void)events;
    stream_want(t->signals, 0);
    t->stop = true;
}

/* Where nobody reads what we print, a signal still ends the program: a pipe that polls writable
 * takes PIPE_BUF octets at once. */
static ssize_t print(void *cookie, const char *octets, size_t n)
{
    struct tracing *t = cookie;
    struct pollfd p[] = { { .fd = STDOUT_FILENO, .events = POLLOUT },
                          { .fd = t->signalled, .events = POLLIN } };
    for (size_t done = 0; done < n && !t->unread;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            return 0;
        if (!p[0].revents) {
            t->unread = p[1].revents != 0;
            continue;
        }
        size_t rest = n - done;
        ssize_t wrote = write(STDOUT_FILENO, octets + done, rest < PIPE_BUF ? rest : PIPE_BUF);
        if (wrote < 0 && errno != EINTR && errno != EAGAIN)
            return 0;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return (ssize_t)n;
}

/* SIGINT and SIGTERM as something to read, so that they end the loop between two events. */
static bool watch_signals(struct tracing *t, struct net *net)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return false;
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    t->signalled = fd < 0 ? -1 : dup(fd);
    t->signals = fd < 0 ? NULL : net_os_adopt(net, fd, -1);
    if (!t->signals)
        return false;
    stream_watch(t->signals, on_signal, t);
    stream_want(t->signals, STREAM_READABLE);
    return true;
}

static int run(struct tracing *t, struct proxy_config *config)
{
    config->net = net_os_new();
    if (!config->net || !watch_signals(t, config->net)) {
        if (config->net)
            net_free(config->net);
        return complain("trace", "no event loop: %s", strerror(errno));
    }
    config->event = on_event;
    config->ctx = t;
    struct proxy *p;
    enum err err = proxy_open(config, &p);
    if (err) {
        net_free(config->net);
        return complain("trace", "cannot listen at %s: %s", config->listen, err_name(err));
    }
    FILE *address = t->jsonl.standard ? stderr : stdout;
    fprintf(address, "%s\n", proxy_url(p));
    fflush(address);
    if (t->jsonl.render.out)
        render_json_head(t->jsonl.render.out, NULL);
    while (!t->stop && !proxy_done(p))
        net_step(config->net, MSEC_NEVER);
    proxy_close(p);
    stream_close(t->signals);
    net_free(config->net);
    return t->text.lost || t->jsonl.lost ? 2 : 0;
}

static bool open_sink(struct tracing *t, struct sink *s, const char *path)
{
    s->standard = strcmp(path, "-") == 0;
    s->path = s->standard ? "standard output" : path;
    s->render.us = "dialer";
    s->render.iut = "target";
    s->render.out = s->standard ? fopencookie(t, "w", (cookie_io_functions_t){ .write = print })
                                : fopen(path, "w");
    if (!s->render.out)
        complain("trace", "%s: %s", path, strerror(errno));
    return s->render.out;
}

static void close_sink(struct sink *s)
{
    render_end(&s->render);
    if (!s->render.out)
        return;
    if (fclose(s->render.out) && !s->lost)
        give_up(s);
}

static int usage(const char *what, const char *word)
{
    return complain("trace", "%s%s (--help shows how)", what, word);
}

static int trace(const char *text, const char *jsonl, struct proxy_config *config)
{
    struct tracing t = { .text.event = render_text, .jsonl.event = render_json, .signalled = -1 };
    t.framing = strncmp(config->listen, "ipc:", 4) == 0  ? TRACE_IPC
                : strncmp(config->listen, "ws:", 3) == 0 ? TRACE_WS
                                                         : TRACE_TCP;
    int status = 2;
    if (!text && !(jsonl && strcmp(jsonl, "-") == 0))
        text = "-";
    if ((!text || open_sink(&t, &t.text, text)) && (!jsonl || open_sink(&t, &t.jsonl, jsonl)))
        status = run(&t, config);
    close_sink(&t.text);
    close_sink(&t.jsonl);
    if (t.signalled >= 0)
        close(t.signalled);
    return t.text.lost || t.jsonl.lost ? 2 : status;
}

static const char *scheme_of(const char *url)
{
    return strncmp(url, "tcp://", 6) == 0   ? "tcp"
           : strncmp(url, "ipc://", 6) == 0 ? "ipc"
           : strncmp(url, "ws://", 5) == 0  ? "ws"
                                            : NULL;
}

int cmd_trace(int argc, char **argv)
{
    static const struct option options[] = { { "text", required_argument, NULL, 't' },
                                             { "jsonl", required_argument, NULL, 'j' },
                                             { "max", required_argument, NULL, 'm' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct proxy_config config = { 0 };
    const char *text = NULL, *jsonl = NULL;
    char *end;
    optind = 1;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        switch (c) {
        case 't':
            text = optarg;
            break;
        case 'j':
            jsonl = optarg;
            break;
        case 'm':
            config.max = strtoul(optarg, &end, 10);
            if (*end || config.max == 0 || *optarg == '-')
                return usage("--max takes a number of connections, not ", optarg);
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        case ':':
            return usage("a value is missing after ", argv[optind - 1]);
        default: /* any character getopt returns */
            return usage("unknown option ", argv[optind - 1]);
        }
    }
    if (argc - optind != 2)
        return usage("LISTEN and TARGET are needed", "");
    config.listen = argv[optind];
    config.target = argv[optind + 1];
    const char *from = scheme_of(config.listen), *to = scheme_of(config.target);
    if (!from || !to)
        return usage("neither tcp://HOST:PORT nor ipc:///PATH nor ws://HOST:PORT/PATH: ",
                     from ? config.target : config.listen);
    if (strcmp(from, to) != 0)
        return usage("LISTEN and TARGET differ in transport, and so in framing", "");
    return trace(text, jsonl, &config);
}
