/* port_black_box.c -- a running service that only speaks the wire, dressed as an adapter.
 *
 * `hello` and `reset` go out and look: is it there, does it greet, does it answer, does it part
 * when the canary has taken leave.  One that is gone is a dead adapter, and so is one that did all
 * that and does it no more: a kernel still completes connections for a listener that has stopped,
 * and a listener may greet what it never serves.  Verbs that would have to drive it are `na`. */
#include "core/black_box.h"
#include "core/canary.h"
#include "core/credentials.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANARY_MS = 3000, RETRY_MS = 50, ANSWER_MS = 1000, READ_TURN = 16, SETTLE_MS = 5 };

/* What the canaries of this run found out: there is one service, whatever becomes of its ports. */
static struct {
    bool probed;  /* one of them has been to the end; the rest is known only then */
    bool greets;  /* it greeted */
    bool parts;   /* it closes its side when the canary has closed its own */
    bool answers; /* with a message of its own, within ANSWER_MS */
    bool dials;   /* --trigger has brought a connection */
} learned;

struct black_box {
    struct port port;
    struct port_black_box service;
    struct net *net;
    const struct sp_protocol *protocol;
    struct url url;
    struct listener *door; /* it dials us: open as long as the port */
    struct stream *waiting[DOOR_MAX];
    size_t count;
    void (*arrived)(void *ctx);
    void *arrived_ctx;

    /* the canary */
    struct stream *stream;
    struct buf in;
    bool opened; /* the first word, where it is ours */
    struct net_timer timer;
    msec until; /* of a look; since when it is to dial */
    enum { IDLE, LOOKING, ASKING, LEAVING, TRYING } state;
    bool for_hello, probed, answers, restarted, settling;
    pid_t trigger;
    const char *trouble; /* of the last look */
    char why[200];
};

/* ---- commands of the user: --trigger, --restart ---- */

/* The shell's process, which leads a group of its own.  It may be the service itself, so nobody
 * waits for it: it ends with this process at the latest.  Only its errors are shown. */
static pid_t run_command(const char *command)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        int null = open("/dev/null", O_RDWR);
        if (getppid() != parent || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
            _exit(127);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        setpgid(pid, pid);
    return pid;
}

static void end_command(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(-*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

/* What --restart brought back outlives its port, but not the run: its group is ended, for the shell
 * may have left the service to itself. */
static pid_t brought_back;

void black_box_end(void)
{
    end_command(&brought_back);
}

/* ---- what the lane is told ---- */

static void say(struct black_box *b, const char *text)
{
    b->port.answered(b->port.ctx, text, strlen(text));
}

static void drop_canary(struct black_box *b)
{
    if (b->stream)
        stream_close(b->stream);
    b->stream = NULL;
    b->opened = false;
    buf_clear(&b->in);
}

static void tell_end(struct black_box *b)
{
    b->port.dead = true;
    b->port.died(b->port.ctx, b->why);
}

static void end_canary(struct black_box *b)
{
    char text[400];
    drop_canary(b);
    net_arm(b->net, &b->timer, MSEC_NEVER);
    b->state = IDLE;
    b->restarted = b->settling = false;
    if (b->port.hung) { /* --restart has brought it back, but the instance ended it */
        tell_end(b);
        return;
    }
    if (!b->for_hello) {
        say(b, "ok");
        return;
    }
    snprintf(text, sizeof text, "ok %s-at %s tcp tcp6 ipc ws wss tls%s", b->service.protocol,
             b->service.url, b->answers ? " answers" : "");
    say(b, text);
}

static void gone(struct black_box *b, const char *why)
{
    drop_canary(b);
    net_arm(b->net, &b->timer, MSEC_NEVER);
    b->state = IDLE;
    if (!b->port.hung)
        snprintf(b->why, sizeof b->why, "%s", why);
    tell_end(b);
}

/* ---- the canary's connection ---- */

static void look(struct black_box *b);

static void try_later(struct black_box *b, const char *why)
{
    bool reached = b->stream && stream_connected(b->stream);
    drop_canary(b);
    b->trouble = why;
    if (net_now(b->net) >= b->until) {
        if (b->for_hello && reached &&
            !b->port.hung) { /* there is something: the cases say what is wrong with it */
            end_canary(b);
            return;
        }
        if (b->service.restart && !b->restarted && !b->for_hello) {
            b->restarted = true;
            end_command(&brought_back);
            brought_back = run_command(b->service.restart);
            b->until = net_now(b->net) + CANARY_MS;
        } else {
            gone(b, why);
            return;
        }
    }
    b->state = LOOKING;
    net_arm(b->net, &b->timer, net_now(b->net) + RETRY_MS);
}

/* What the service cannot take at once is lost: it is but a few octets. */
static void put(struct black_box *b, struct buf *out)
{
    struct slice all = buf_slice(out);
    if (all.n > 0)
        stream_write(b->stream, &all, 1);
    buf_free(out);
}

/* It was there, and is, but not for us. */
static void found_hung(struct black_box *b, const char *why)
{
    if (!b->port.hung)
        snprintf(b->why, sizeof b->why, "%s", why);
    b->port.hung = true;
    try_later(b, why);
}

static bool is_pair(const struct black_box *b)
{
    return b->protocol->self == SP_PAIR0 || b->protocol->self == SP_PAIR1;
}

/* Half of the close: a service reads it as the end of what it has begun to serve.  One that is
 * known to stay is not waited for, unless it has room for one peer only. */
static void take_leave(struct black_box *b)
{
    bool stays = learned.probed && !learned.parts;
    msec now = net_now(b->net);
    b->probed = true;
    if (stays && !is_pair(b)) {
        end_canary(b);
        return;
    }
    b->state = LEAVING;
    struct buf farewell = { 0 };
    canary_farewell(&b->url, &farewell);
    put(b, &farewell);
    stream_finish(b->stream);
    net_arm(b->net, &b->timer, stays ? now + ANSWER_MS : b->for_hello ? now + CANARY_MS : b->until);
}

static void has_left(struct black_box *b, bool parted)
{
    if (!learned.probed) {
        learned.parts = parted;
        learned.answers = b->answers;
    }
    learned.probed = true;
    end_canary(b);
}

static void send_greeting(struct black_box *b)
{
    struct buf out = { 0 };
    canary_greeting(&b->url, b->protocol, !b->probed, &out);
    put(b, &out);
}

static size_t greeted(struct black_box *b)
{
    return canary_greeted(&b->url, buf_slice(&b->in));
}

/* Says the first word as soon as it can. */
static void open_up(struct black_box *b)
{
    struct buf out = { 0 };
    if (!b->opened && stream_connected(b->stream)) {
        canary_opening(&b->url, b->protocol, &out);
        put(b, &out);
        b->opened = true;
    }
    stream_want(b->stream, STREAM_READABLE | (b->opened ? 0 : STREAM_WRITABLE));
}

static void on_ready(void *ctx, unsigned events)
{
    struct black_box *b = ctx;
    (void)events;
    uint8_t octets[4096];
    for (int i = 0; i < READ_TURN; i++) { /* one that writes without end must not keep us here */
        ptrdiff_t n = stream_read(b->stream, octets, sizeof octets);
        if (n == -E_AGAIN)
            break;
        if (n <= 0) {
            if (b->state == LEAVING)
                has_left(b, true);
            else if (n == 0 && greeted(b) > 0 && b->protocol->self != SP_PAIR0)
                end_canary(b);
            else
                try_later(b, n == -E_REFUSED            ? "nobody listens there"
                             : b->url.ws && b->in.n > 0 ? "it does not upgrade a connection"
                                                        : "it closes every connection at once");
            return;
        }
        if (b->in.n < sizeof octets)
            buf_put(&b->in, octets, (size_t)n); /* the rest is nothing to a canary */
    }
    open_up(b);
    if (b->state == LOOKING && greeted(b) > 0) {
        learned.greets = true;
        send_greeting(b);
        if (b->probed && !is_pair(b)) {
            take_leave(b);
            return;
        }
        b->state = ASKING;
        net_arm(b->net, &b->timer, net_now(b->net) + (b->probed ? 20 : ANSWER_MS));
    }
    if (b->state == ASKING && b->in.n > greeted(b) && b->protocol->self != SP_PAIR0) {
        b->answers = true;
        take_leave(b);
    }
}

/* How long the last trigger gets to bring a connection.  A client that lives may dial again by
 * itself; a command that ended well has told another to; one that failed is run again at once. */
static msec redial_time(pid_t pid)
{
    siginfo_t end = { 0 };
    if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid != pid)
        return 250;
    return end.si_code == CLD_EXITED && end.si_status == 0 ? 1000 : 0;
}

/* Until it has dialled.  What an ended client still had on its way is sent away first. */
static void make_it_dial(struct black_box *b)
{
    msec now = net_now(b->net);
    if (b->trigger > 0 && now >= b->until + redial_time(b->trigger)) {
        end_command(&b->trigger); /* one client at a time */
        net_arm(b->net, &b->timer, now + SETTLE_MS);
        return;
    }
    if (b->trigger == 0) {
        b->trigger = run_command(b->service.trigger);
        b->until = now;
    }
    net_arm(b->net, &b->timer, now + RETRY_MS);
}

/* What the client still had on its way is sent away before hello is answered. */
static void end_trial(struct black_box *b)
{
    b->state = IDLE;
    end_command(&b->trigger);
    b->settling = true;
    net_arm(b->net, &b->timer, net_now(b->net) + SETTLE_MS);
}

static void not_greeted(struct black_box *b)
{
    bool reached = stream_connected(b->stream);
    if (learned.greets && (reached || !b->trouble)) /* else it was refused before */
        found_hung(b, reached ? "it accepts a connection and greets no more"
                              : "it accepts no more connections");
    else if (reached) /* as it always was: the cases say what is wrong with it */
        end_canary(b);
    else
        try_later(b, b->trouble ? b->trouble : "it accepts no connection");
}

/* A command that cannot make the service dial is no failure of the service: found out at the first
 * hello, before there is a case to fail. */
static void try_trigger(struct black_box *b)
{
    siginfo_t end = { 0 };
    msec now = net_now(b->net);
    bool ended = b->trigger > 0 &&
                 waitid(P_PID, (id_t)b->trigger, &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                 end.si_pid == b->trigger;
    bool failed = ended && (end.si_code != CLD_EXITED || end.si_status != 0);
    if (failed)
        snprintf(b->why, sizeof b->why,
                 "the command of --trigger ends with %s %d, and nobody connects",
                 end.si_code == CLD_EXITED ? "status" : "signal", end.si_status);
    if (now >= b->until && b->why[0]) {
        end_command(&b->trigger);
        b->state = IDLE;
        tell_end(b);
        return;
    }
    if (now >= b->until) { /* the cases say that nobody connects */
        end_trial(b);
        return;
    }
    if (failed)
        end_command(&b->trigger);
    if (b->trigger == 0)
        b->trigger = run_command(b->service.trigger);
    net_arm(b->net, &b->timer, now + RETRY_MS);
}

static void on_timer(struct net_timer *timer, msec at)
{
    (void)at;
    struct black_box *b =
        (struct black_box *)(void *)((char *)timer - offsetof(struct black_box, timer));
    switch (b->state) {
    case IDLE:
        if (b->settling)
            end_canary(b);
        else if (b->arrived && b->service.trigger)
            make_it_dial(b);
        break;
    case LOOKING:
        if (b->stream)
            not_greeted(b);
        else
            look(b);
        break;
    case ASKING: /* greeted, and it keeps the pipe; it says nothing by itself */
        take_leave(b);
        break;
    case LEAVING:
        if (learned.probed && learned.parts)
            found_hung(b, "it greets a connection and serves it no more");
        else /* it does not close its side: so be it */
            has_left(b, false);
        break;
    case TRYING:
        try_trigger(b);
        break;
    }
}

static void look(struct black_box *b)
{
    char address[160];
    canary_address(&b->url, address, sizeof address);
    if (net_dial(b->net, address, &b->stream) != E_OK)
        b->stream = NULL;
    else if (b->url.tls)
        b->stream = tls_stream_new(b->net, b->stream, credentials_client(), NULL);
    if (!b->stream) {
        try_later(b, "it cannot be dialled");
        return;
    }
    b->state = LOOKING;
    stream_watch(b->stream, on_ready, b);
    open_up(b);
    net_arm(b->net, &b->timer, b->until);
}

static void start_canary(struct black_box *b, bool for_hello)
{
    b->for_hello = for_hello;
    b->trouble = NULL;
    b->until = net_now(b->net) + CANARY_MS;
    if (b->service.it_listens) {
        look(b);
    } else if (for_hello && b->service.trigger && !learned.dials) {
        b->state = TRYING;
        try_trigger(b);
    } else { /* a dialler shows that it lives by dialling */
        end_canary(b);
    }
}

/* ---- the door: where it dials us ---- */

static void on_accept(void *ctx, struct stream *stream)
{
    struct black_box *b = ctx;
    if (b->state == TRYING) {
        learned.dials = true;
        stream_close(stream);
        end_trial(b);
        return;
    }
    if (b->count == DOOR_MAX || (b->service.trigger && b->trigger == 0)) {
        stream_close(stream);
        return;
    }
    b->waiting[b->count++] = stream;
    if (b->arrived)
        b->arrived(b->arrived_ctx);
}

/* Each instance begins with a connection of its own, and with --trigger with a client of its own:
 * one that has waited may be at its end, and a client may remember. */
static void send_away(struct black_box *b)
{
    for (size_t i = 0; i < b->count; i++)
        stream_close(b->waiting[i]);
    b->count = 0;
}

struct stream *black_box_accept(struct port *port, void (*arrived)(void *), void *ctx)
{
    struct black_box *b = (struct black_box *)port;
    b->arrived = arrived;
    b->arrived_ctx = ctx;
    if (b->count == 0)
        return NULL;
    b->arrived = NULL;
    /* It has one connection at a time: one that came before another has been given up. */
    struct stream *newest = b->waiting[--b->count];
    send_away(b);
    return newest;
}

void black_box_trigger(struct port *port)
{
    struct black_box *b = (struct black_box *)port;
    if (!b->service.trigger || b->count > 0)
        return;
    b->until = net_now(b->net);
    make_it_dial(b);
}

/* ---- the port ---- */

static bool is(const char *line, const char *verb)
{
    size_t n = strlen(verb);
    return strncmp(line, verb, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static void ask(struct port *port, const char *line)
{
    struct black_box *b = (struct black_box *)port;
    char text[300];
    if (is(line, "hello")) {
        start_canary(b, true);
    } else if (is(line, "reset")) {
        b->arrived = NULL;
        send_away(b);
        if (b->trigger > 0) {
            end_command(&b->trigger);
            b->for_hello = false;
            b->settling = true;
            net_arm(b->net, &b->timer, net_now(b->net) + SETTLE_MS);
        } else {
            start_canary(b, false);
        }
    } else if (is(line, "listen")) {
        snprintf(text, sizeof text, "ok %s", b->service.url);
        say(b, text);
    } else {
        say(b, is(line, "open") || is(line, "close") || is(line, "dial") ? "ok" : "na");
    }
}

static void black_box_kill(struct port *port)
{
    struct black_box *b = (struct black_box *)port;
    net_arm(b->net, &b->timer, MSEC_NEVER);
    b->arrived = NULL;
    if (b->stream)
        stream_want(b->stream, 0);
}

static void black_box_free(struct port *port)
{
    struct black_box *b = (struct black_box *)port;
    net_arm(b->net, &b->timer, MSEC_NEVER);
    drop_canary(b);
    end_command(&b->trigger);
    send_away(b);
    if (b->door)
        listener_close(b->door);
    buf_free(&b->in);
    free(b);
}

static long no_pid(struct port *port)
{
    (void)port;
    return -1;
}

static const struct port_ops ops = {
    .ask = ask, .kill = black_box_kill, .free = black_box_free, .pid = no_pid
};

struct port *port_black_box(struct net *net, const struct port_black_box *service, struct buf *why)
{
    struct black_box *b = calloc(1, sizeof *b);
    if (!b) {
        buf_printf(why, "out of memory");
        return NULL;
    }
    b->port.ops = &ops;
    b->service = *service;
    b->net = net;
    b->protocol = sp_protocol_named(service->protocol);
    b->timer.fire = on_timer;
    if (url_parse(service->url, &b->url) != E_OK) {
        buf_printf(why, "no address: %s", service->url);
        free(b);
        return NULL;
    }
    b->probed = learned.probed;
    b->answers = learned.answers;
    if (service->behaviour) {
        b->probed = true;
        b->answers =
            strcmp(service->behaviour, "echo") == 0 || strcmp(service->behaviour, "answer") == 0;
    }
    if (!service->it_listens) {
        char address[160];
        canary_address(&b->url, address, sizeof address);
        enum err err = net_listen(net, address, on_accept, b, &b->door);
        b->answers = !service->behaviour || b->answers;
        if (err != E_OK) {
            buf_printf(why, "cannot listen at %s: %s", service->url, err_name(err));
            free(b);
            return NULL;
        }
    }
    return &b->port;
}
