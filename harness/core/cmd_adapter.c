/* cmd_adapter.c -- `spconform adapter`: the reference as an adapter program, on stdin and stdout.
 */
#include "core/commands.h"
#include "core/lines.h"
#include "core/output.h"
#include "core/shim.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct program {
    struct shim *shim;
    struct stream *stdio;
    struct buf in, out;
    bool over;
};

static void flush(struct program *p)
{
    while (p->out.n > 0) {
        struct slice all = buf_slice(&p->out);
        ptrdiff_t n = stream_write(p->stdio, &all, 1);
        if (n == -E_AGAIN)
            break;
        if (n < 0) {
            p->over = true;
            return;
        }
        buf_drop(&p->out, (size_t)n);
    }
    stream_want(p->stdio, STREAM_READABLE | (p->out.n > 0 ? STREAM_WRITABLE : 0u));
}

static void on_answer(void *ctx, const char *line)
{
    struct program *p = ctx;
    buf_put(&p->out, line, strlen(line));
    buf_u8(&p->out, '\n');
    flush(p);
}

static void on_ready(void *ctx, unsigned events)
{
    struct program *p = ctx;
    if (events & STREAM_WRITABLE)
        flush(p);
    for (;;) {
        uint8_t *room = buf_room(&p->in, 64 * 1024);
        ptrdiff_t n = room ? stream_read(p->stdio, room, 64 * 1024) : -E_AGAIN;
        if (n == -E_AGAIN)
            break;
        if (n <= 0) {
            p->over = true;
            return;
        }
        buf_grew(&p->in, (size_t)n);
        size_t length;
        for (char *line; (line = line_first(&p->in, &length));) {
            shim_ask(p->shim, line);
            buf_drop(&p->in, length + 1);
        }
    }
}

int cmd_adapter(int argc, char **argv)
{
    if (argc > 1) {
        bool help = asks_for_help(argc, argv);
        fputs("usage: spconform adapter\n"
              "The reference implementation as an adapter: speaks the adapter protocol, version 1, "
              "on\n"
              "standard input and output.  `spconform run --iut 'spconform adapter'` judges it.\n",
              help ? stdout : stderr);
        return help ? finish_output(0) : 2;
    }
    uint64_t seed = 0;
    struct program p = { 0 };
    struct net *net = net_os_new();
    if (!net || getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return usage_error(argv[0], "no event loop: %s", strerror(errno));
    p.stdio = net_os_adopt(net, dup(0), dup(1));
    p.shim =
        shim_new(&(struct shim_config){ .net = net, .seed = seed, .answer = on_answer, .ctx = &p });
    if (!p.stdio || !p.shim)
        return usage_error(argv[0], "out of memory or descriptors");
    stream_watch(p.stdio, on_ready, &p);
    stream_want(p.stdio, STREAM_READABLE);
    while (!p.over)
        net_step(net, MSEC_NEVER);
    shim_free(p.shim);
    stream_close(p.stdio);
    buf_free(&p.in);
    buf_free(&p.out);
    net_free(net);
    return 0;
}
