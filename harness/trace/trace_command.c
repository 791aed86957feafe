/* trace_command.c -- spconform trace: a recording proxy. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
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
    "LISTEN and TARGET are tcp://HOST:PORT or ipc:///PATH, both of the same kind.  Port 0 is any\n"
    "port.  The first line of output is the address to dial instead of TARGET.  A listener whose\n"
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
    bool lost;
};

struct tracing {
    struct sink text, jsonl;
    enum sp_framing framing;
    bool stop;
    struct stream *signals;
};

/* Recording is given up, passing on is not: somebody may depend on it. */
static void give_up(struct sink *s)
{
    complain("trace", "%s: %s: nothing more is recorded there", s->path, strerror(errno));
    s->lost = true;
}

static void record(struct sink *s, enum sp_framing framing, const struct trace_event *e)
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
    FILE *address = t->jsonl.render.out == stdout ? stderr : stdout;
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

static bool open_sink(struct sink *s, const char *path)
{
    s->path = strcmp(path, "-") == 0 ? "standard output" : path;
    s->render.us = "dialer";
    s->render.iut = "target";
    s->render.out = s->path == path ? fopen(path, "w") : stdout;
    if (!s->render.out)
        complain("trace", "%s: %s", path, strerror(errno));
    return s->render.out;
}

static void close_sink(struct sink *s)
{
    render_end(&s->render);
    if (!s->render.out || s->render.out == stdout)
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
    struct tracing t = { .text.event = render_text, .jsonl.event = render_json };
    t.framing = strncmp(config->listen, "ipc:", 4) == 0 ? SP_FRAMING_IPC : SP_FRAMING_TCP;
    int status = 2;
    if (!text && !(jsonl && strcmp(jsonl, "-") == 0))
        text = "-";
    if ((!text || open_sink(&t.text, text)) && (!jsonl || open_sink(&t.jsonl, jsonl)))
        status = run(&t, config);
    close_sink(&t.text);
    close_sink(&t.jsonl);
    return t.text.lost || t.jsonl.lost ? 2 : status;
}

static const char *scheme_of(const char *url)
{
    return strncmp(url, "tcp://", 6) == 0 ? "tcp" : strncmp(url, "ipc://", 6) == 0 ? "ipc" : NULL;
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
        return usage("neither tcp://HOST:PORT nor ipc:///PATH: ",
                     from ? config.target : config.listen);
    if (strcmp(from, to) != 0)
        return usage("LISTEN and TARGET differ in transport, and so in framing", "");
    return trace(text, jsonl, &config);
}
