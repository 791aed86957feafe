/* cmd_serve.c -- `spconform serve`: SP stories that a web page takes part in. */
#include "core/beside.h"
#include "core/credentials.h"
#include "core/folder.h"
#include "core/options.h"
#include "core/output.h"
#include "core/signals.h"
#include "serve/chat.h"
#include "serve/commands.h"
#include "serve/http.h"
#include "serve/stage.h"
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: spconform serve [STORY] [OPTION]...\n"
    "Stories in which a web page is a peer, by nothing but `new WebSocket`: the pages are in\n"
    "interop/browser, what they talk to is a socket of the reference or of a library.  Without a\n"
    "STORY all of them; the first line of the output is the address to open.\n"
    "\n";

static const char options_help[] =
    "\n"
    "  --peer NAME      whose sockets: interop/adapters/NAME (nanomsg, nng, node-nanomsg, ...);\n"
    "                   default: reference\n"
    "  --iut CMD        those of the adapter that CMD starts (interop/README.md)\n"
    "  --host ADDRESS   where to listen: an IPv4 address; default 127.0.0.1.  0.0.0.0: for "
    "everybody\n"
    "  --port N         of the pages; default 0: any that is free.  The sockets are at ports of "
    "their own\n"
    "  --tls            the sockets are at wss.  Their certificate is made for this run; the last "
    "line\n"
    "                   before the messages names the file of its authority, for the browser to "
    "trust\n"
    "\n"
    "It serves until SIGINT (Ctrl-C) or SIGTERM, and prints what the sockets receive.\n"
    "Exit status: 0 ended by a signal; 1 the peer failed; 2 usage, or it cannot start.\n"
    "\n"
    "Examples\n"
    "  spconform serve                        then open the address that it prints\n"
    "  spconform serve chat --port 8080       http://127.0.0.1:8080/chat.html, in several windows\n"
    "  spconform serve pair --peer nng        the same page, and a socket of libnng\n"
    "  spconform serve pair --tls             and one of the reference, over wss\n";

enum { START_TICKS = 15000 / SERVE_TICK_MS, STORIES_MAX = 8 };

struct server {
    struct cast cast;
    struct http *http;
    struct stage stages[STORIES_MAX];
    size_t stage_count, ready, left_out;
    struct chat chat;
    int ticks;
    bool open, over;
    int status;
    char folder[1200], command[1300];
    bool tls;
    char credentials[FOLDER_PATH]; /* their folder; empty: none is there */
    const char *host;
    int port;
    const struct story *only;
};

static bool interrupted;

/* Nobody may be reading, or no more: what cannot be written at once is lost, and not waited for. */
static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    char line[512];
    struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (n < 0)
        return;
    size_t length = strlen(line);
    line[length++] = '\n';
    if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) && write(STDOUT_FILENO, line, length) < 0)
        return;
}

static void end(struct server *s, int status, const char *why)
{
    if (s->over)
        return;
    s->over = true;
    s->status = usage_error("serve", "%s", why) && status == 1 ? 1 : 2;
}

/* ---- stories ---- */

static struct server *the_server;

static void open_house(struct server *s)
{
    s->open = true;
    bool everywhere = strcmp(s->host, "0.0.0.0") == 0;
    say("http://%s:%d/%s%s", everywhere ? "127.0.0.1" : s->host, http_port(s->http),
        s->only ? s->only->name : "", s->only ? ".html" : "");
    for (size_t i = 0; i < s->stage_count; i++)
        if (!s->stages[i].left_out)
            say("%s: %s listens at %s", s->stages[i].story->name, s->stages[i].actors[0].name,
                s->stages[i].url);
    char path[1024];
    if (s->tls)
        say("trust %s", credentials_path(CREDENTIAL_CA, s->credentials, path, sizeof path));
}

static void story_ready(struct stage *stage)
{
    struct server *s = the_server;
    (void)stage;
    if (++s->ready + s->left_out == s->stage_count)
        open_house(s);
}

/* Of all stories, those that the peer is able to. */
static void leave_out(struct server *s, struct stage *stage, const char *why)
{
    if (stage->left_out)
        return;
    stage->left_out = true;
    for (size_t i = 0; i < stage->actor_count; i++)
        actor_kill(&stage->actors[i]);
    if (++s->left_out == s->stage_count) {
        end(s, 2, why);
        return;
    }
    fprintf(stderr, "spconform serve: left out: %s\n", why);
    if (s->ready + s->left_out == s->stage_count)
        open_house(s);
}

static void peer_failed(void *ctx, struct actor *a, const char *why, bool lacks)
{
    struct server *s = ctx;
    if (lacks && !s->open)
        leave_out(s, a->stage, why);
    else
        end(s, s->open ? 1 : 2, why);
}

static void story_tells(struct stage *stage, const char *line)
{
    (void)stage;
    say("%s", line);
}

static void start_stories(struct server *s)
{
    for (size_t i = 0; i < story_count; i++)
        if (!s->only || s->only == &stories[i])
            s->stages[s->stage_count++] = (struct stage){ .story = &stories[i],
                                                          .cast = &s->cast,
                                                          .host = s->host,
                                                          .tls = s->tls ? s->credentials : NULL,
                                                          .ready = story_ready,
                                                          .tell = story_tells };
    for (size_t i = 0; i < s->stage_count && !s->over; i++)
        stage_actor(&s->stages[i], s->stages[i].story->script, s->stages[i].story->name);
}

static struct stage *stage_named(struct server *s, const char *name)
{
    for (size_t i = 0; i < s->stage_count; i++)
        if (strcmp(s->stages[i].story->name, name) == 0 && s->stages[i].url[0] &&
            !s->stages[i].left_out)
            return &s->stages[i];
    return NULL;
}

/* ---- what the pages ask for ---- */

static json_t *get_stories(struct server *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->stage_count; i++) {
        const struct stage *stage = &s->stages[i];
        if (stage->left_out)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", stage->story->name,
                                              "title", stage->story->title, "url", stage->url));
    }
    return json_pack("{s:s, s:o}", "peer", s->stages[0].actors[0].name, "stories", list);
}

static json_t *get(void *ctx, const char *name)
{
    struct server *s = ctx;
    if (strcmp(name, "stories") == 0)
        return get_stories(s);
    if (strcmp(name, "chat") == 0 && stage_named(s, "chat"))
        return chat_log(&s->chat);
    return NULL;
}

static int post(void *ctx, const char *name, const json_t *body)
{
    struct server *s = ctx;
    struct stage *stage = strcmp(name, "chat") == 0 ? stage_named(s, "chat") : NULL;
    if (!stage)
        return 404;
    json_t *message = chat_take(&s->chat, body);
    char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    if (!text)
        return 400;
    stage_publish(stage, slice_text(text));
    free(text);
    return 204;
}

static void tick(void *ctx)
{
    struct server *s = ctx;
    if (!s->open) {
        if (++s->ticks == START_TICKS)
            end(s, 2, "the adapter does not answer");
        return;
    }
    for (size_t i = 0; i < s->stage_count; i++)
        if (s->stages[i].story->tick && !s->stages[i].left_out)
            s->stages[i].story->tick(&s->stages[i]);
}

/* ---- the command ---- */

static const struct option options[] = {
    { "peer", 1, NULL, 'p' }, { "iut", 1, NULL, 'i' }, { "host", 1, NULL, 'a' },
    { "port", 1, NULL, 'n' }, { "tls", 0, NULL, 't' }, { "help", 0, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static int print_help(void)
{
    fputs(help, stdout);
    for (size_t i = 0; i < story_count; i++)
        printf("  %-10s %s\n", stories[i].name, stories[i].title);
    fputs(options_help, stdout);
    return finish_output(0);
}

static int find_target(struct server *s, const char *peer, const char *iut)
{
    struct buf why = { 0 };
    if (peer && iut)
        return usage_error("serve", "--peer and --iut: one of them");
    if (iut)
        snprintf(s->command, sizeof s->command, "%s", iut);
    else if (!peer_command(peer ? peer : "reference", s->command, sizeof s->command, &why)) {
        int status = usage_error("serve", "%s", buf_text(&why));
        buf_free(&why);
        return status;
    }
    if (!find_beside("share/spconform/browser", s->folder, sizeof s->folder) &&
        !find_beside("interop/browser", s->folder, sizeof s->folder))
        return usage_error("serve", "no interop/browser beside the program or above it");
    return 0;
}

/* -1: go on. */
static int take(struct server *s, int argc, char **argv)
{
    const char *peer = NULL, *iut = NULL;
    long long n;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        switch (c) {
        case 'p':
            peer = optarg;
            break;
        case 'i':
            iut = optarg;
            break;
        case 'a':
            s->host = optarg;
            break;
        case 'n':
            if (!parse_number(optarg, 0, 65535, &n))
                return usage_error("serve", "--port takes a number up to 65535, not: %s", optarg);
            s->port = (int)n;
            break;
        case 't':
            s->tls = true;
            break;
        case 'h':
            return print_help();
        case ':':
            return usage_error("serve", "a value must follow: %s", argv[optind - 1]);
        default:
            return usage_error("serve", "no such option; --help shows them all: %s",
                               argv[optind - 1]);
        }
    }
    if (optind + 1 < argc)
        return usage_error("serve", "one STORY, or none for all; what is this for: %s",
                           argv[optind + 1]);
    if (optind < argc) {
        s->only = story_named(argv[optind]);
        if (!s->only)
            return usage_error("serve", "no story `%s`; --help lists them", argv[optind]);
    }
    if (s->tls && strcmp(s->host, "127.0.0.1") != 0)
        return usage_error(
            "serve", "--tls: the certificate is for 127.0.0.1 and localhost, not: %s", s->host);
    int status = find_target(s, peer, iut);
    return status ? status : -1;
}

static bool make_credentials(struct server *s)
{
    if (!make_folder(s->credentials)) {
        usage_error("serve", "%s cannot be made: %s", s->credentials, strerror(errno));
        s->credentials[0] = '\0';
        return false;
    }
    if (credentials_make() && credentials_write(s->credentials))
        return true;
    usage_error("serve", "no certificate can be made below %s: %s", s->credentials,
                strerror(errno));
    return false;
}

static int serve(struct server *s)
{
    struct buf why = { 0 };
    s->cast = (struct cast){ .command = s->command, .failed = peer_failed, .ctx = s };
    s->cast.net = net_os_new();
    if (!s->cast.net || !watch_signals(s->cast.net, &interrupted))
        return usage_error("serve", "out of memory or descriptors");
    if (s->tls && !make_credentials(s))
        return 2;
    s->http = http_new(&(struct http_config){ .host = s->host,
                                              .port = s->port,
                                              .folder = s->folder,
                                              .net = s->cast.net,
                                              .get = get,
                                              .post = post,
                                              .tick = tick,
                                              .ctx = s },
                       &why);
    if (!s->http) {
        usage_error("serve", "%s", buf_text(&why));
        buf_free(&why);
        return 2;
    }
    start_stories(s);
    while (!s->over && !interrupted)
        http_turn(s->http);
    return s->status;
}

int cmd_serve(int argc, char **argv)
{
    static struct server s = { .host = "127.0.0.1" };
    the_server = &s;
    int status = take(&s, argc, argv);
    if (status >= 0)
        return status;
    status = serve(&s);
    for (size_t i = 0; i < s.stage_count; i++)
        stage_free(&s.stages[i]);
    http_free(s.http);
    if (s.credentials[0])
        remove_folder(s.credentials);
    chat_free(&s.chat);
    if (s.cast.net)
        net_free(s.cast.net);
    return status;
}
