#include "core/signals.h"
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static struct {
    struct stream *stream;
    bool *interrupted;
} watched;

/* A signal alone would not end the wait for events. */
static void on_signal(void *ctx, unsigned events)
{
    (void)ctx;
    (void)events;
    *watched.interrupted = true;
    stream_want(watched.stream, 0);
}

struct stream *watch_signals(struct net *net, bool *interrupted)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct stream *signals = net_os_adopt(net, fd, -1);
    if (!signals) {
        close(fd);
        return NULL;
    }
    watched.stream = signals;
    watched.interrupted = interrupted;
    stream_watch(signals, on_signal, NULL);
    stream_want(signals, STREAM_READABLE);
    return signals;
}
