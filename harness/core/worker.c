/* worker.c -- a forked worker: takes orders from the runner, gives records back. */
#include "core/run.h"
#include "core/attach.h"
#include "core/black_box.h"
#include "core/habits.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void settle_in(pid_t runner)
{
    signal(SIGINT, SIG_IGN); /* the runner decides when to stop */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != runner)
        _exit(1); /* it died before that took effect */
}

static struct record record_of(const struct lane_result *r, uint32_t job)
{
    return (struct record){ .job = job,
                            .outcome = r->outcome,
                            .timing = r->timing,
                            .silent = r->silent,
                            .stalled = r->stalled,
                            .adapter_failed = r->adapter_failed,
                            .line = r->line,
                            .ms = r->ms,
                            .file = r->file,
                            .script = r->script,
                            .why = r->why,
                            .detail = r->detail,
                            .variant = r->variant,
                            .trace = "",
                            .name = "" };
}

static bool give(int fd, const struct record *r)
{
    static char packet[PACKET_MAX];
    size_t n = record_pack(r, packet);
    ssize_t sent;
    do
        sent = send(fd, packet, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)n;
}

/* ---- the reference in simulated worlds: one instance after another ---- */

enum { SIMULATED_S = 60, HASTY_MS = 300 };

int worker_simulated(const struct run_options *o, const struct instance *instances, int fd,
                     pid_t runner)
{
    settle_in(runner);
    simulate_many();
    for (;;) {
        struct order order;
        ssize_t n = recv(fd, &order, sizeof order, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != sizeof order)
            return 0;
        const struct instance *i = &instances[order.instance];
        alarm(SIMULATED_S); /* one that goes round for ever is ended as if it had crashed */
        struct simulated s = { .mutant = o->mutant };
        char path[600];
        if (!simulate(&s, o, i, &order))
            return 1;
        struct record r = record_of(&s.result, order.job);
        r.name = s.lane.name.n ? buf_text(&s.lane.name) : "reference";
        r.trace = write_trace(o, i, lane_trace(&s.lane), &r, path, sizeof path);
        bool given = give(fd, &r);
        simulated_free(&s);
        if (!given)
            return 1;
    }
}

/* ---- live: several adapters in one loop ---- */

enum { LIGHT_MS = 50, CALM_MS = 250 };

struct live_lane {
    struct lane lane;
    struct live *live;
    struct order order;
    bool busy, warming; /* warming: the instance before runs first */
    uint32_t previous;
    struct live_lane *next_runnable;
    bool in_queue;
};

struct live {
    const struct run_options *options;
    const struct instance *instances;
    struct net *net;
    int fd;
    int listening; /* --attach: where adapters come in; -1: not yet */
    struct stream *orders;
    struct live_lane *lanes;
    unsigned count, always;
    bool light;                      /* an adapter starts at once: more of them are no burden */
    struct live_lane *first, **last; /* lanes that can go on */
    struct order waiting[256];
    size_t waiting_count;
    struct pulse pulse; /* beats while a lane is busy */
    struct habits habits;
    bool over;
};

static struct port *start_live(struct lane *l, struct buf *why)
{
    struct live_lane *ll = l->owner;
    const struct run_options *o = ll->live->options;
    if (o->target == TARGET_CONNECT || o->target == TARGET_LISTEN)
        return port_black_box(l->net,
                              &(struct port_black_box){ .url = o->url,
                                                        .protocol = o->protocol,
                                                        .behaviour = o->behaviour,
                                                        .trigger = o->trigger,
                                                        .restart = o->restart,
                                                        .it_listens = o->target == TARGET_CONNECT },
                              why);
    if (o->target == TARGET_ATTACH)
        return attach_adapter(l->net, o->url, &ll->live->listening, ll->live->fd, why);
    return port_process(l->net, o->command, why);
}

static void live_runnable(struct lane *l)
{
    struct live_lane *ll = l->owner;
    if (ll->in_queue)
        return;
    ll->in_queue = true;
    ll->next_runnable = NULL;
    *ll->live->last = ll;
    ll->live->last = &ll->next_runnable;
}

static const char *live_unfit(struct lane *l, const char *features, char *why, size_t cap)
{
    struct live_lane *ll = l->owner;
    uint32_t i = ll->warming ? ll->order.before - 1 : ll->order.instance;
    return lacks(&ll->live->instances[i], ll->live->options, features, why, cap);
}

static void start_instance(struct live_lane *ll, uint32_t index)
{
    const struct instance *i = &ll->live->instances[index];
    ll->lane.on.segmentation = (enum segmentation)ll->order.segmentation;
    ll->lane.on.cut = ll->order.cut;
    lane_start(&ll->lane, i->c, i->via, i->name);
}

static void live_finished(struct lane *l, const struct lane_result *result)
{
    struct live_lane *ll = l->owner;
    struct live *w = ll->live;
    if (ll->warming && !result->adapter_failed) {
        /* The next starts from the loop: this is called from within the lane. */
        live_runnable(l);
        return;
    }
    char path[600];
    struct record r = record_of(result, ll->order.job);
    r.previous = ll->previous;
    r.name = l->name.n ? buf_text(&l->name) : "";
    r.trace = write_trace(w->options, &w->instances[ll->order.instance], lane_trace(l), &r, path,
                          sizeof path);
    if (!give(w->fd, &r))
        w->over = true;
    ll->busy = false;
    if (l->start_took > 0)
        w->light = l->start_took <= LIGHT_MS;
    l->start_took = 0;
    bool busy = false;
    for (unsigned i = 0; i < w->count; i++)
        busy = busy || w->lanes[i].busy;
    if (!busy)
        pulse_stop(&w->pulse);
    ll->previous = l->port ? ll->order.instance + 1 : 0;
    live_runnable(l); /* it may take the next order */
}

/* Most of a run is waiting, which more adapters share; but what keeps the machine from keeping time
 * costs more than it gains. */
static bool spared(const struct live_lane *ll)
{
    const struct live *w = ll->live;
    bool spare = ll >= w->lanes + w->always;
    return spare && (!w->light || pulse_stalled_since(&w->pulse, net_now(w->net) - CALM_MS));
}

static void take_up(struct live_lane *ll)
{
    struct live *w = ll->live;
    if (ll->busy && ll->warming && ll->lane.state != LANE_RUNNING && lane_idle(&ll->lane)) {
        ll->warming = false;
        start_instance(ll, ll->order.instance);
        return;
    }
    if (ll->busy || w->waiting_count == 0 || spared(ll))
        return;
    ll->order = w->waiting[0];
    w->waiting_count--;
    memmove(&w->waiting[0], &w->waiting[1], w->waiting_count * sizeof w->waiting[0]);
    ll->busy = true;
    int64_t patience = w->options->patience;
    ll->lane.on.patience = ll->order.hasty && patience > HASTY_MS ? HASTY_MS : patience;
    pulse_start(&w->pulse, w->net);
    if (ll->order.fresh || ll->lane.state == LANE_BROKEN) {
        lane_drop_adapter(&ll->lane);
        ll->previous = 0;
    }
    ll->warming = ll->order.before != 0;
    start_instance(ll, ll->warming ? ll->order.before - 1 : ll->order.instance);
}

static void on_order(void *ctx, unsigned events)
{
    struct live *w = ctx;
    (void)events;
    struct order order;
    for (;;) {
        ssize_t n = recv(w->fd, &order, sizeof order, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n != sizeof order) {
            w->over = true;
            break;
        }
        if (w->waiting_count < sizeof w->waiting / sizeof w->waiting[0])
            w->waiting[w->waiting_count++] = order;
    }
    for (unsigned i = 0; i < w->count; i++)
        take_up(&w->lanes[i]);
}

int worker_live(const struct run_options *o, const struct instance *instances, int fd,
                unsigned first_lane, unsigned always, unsigned lanes, const char *scratch,
                pid_t runner)
{
    settle_in(runner);
    struct live w = {
        .options = o,
        .instances = instances,
        .fd = fd,
        .listening = -1,
        .count = lanes,
        .always = always,
    };
    bool black_box = o->target == TARGET_CONNECT || o->target == TARGET_LISTEN;
    w.last = &w.first;
    w.net = net_os_new();
    w.lanes = calloc(lanes, sizeof *w.lanes);
    w.orders = w.net ? net_os_adopt(w.net, dup(fd), -1) : NULL;
    if (!w.net || !w.lanes || !w.orders)
        return 1;
    for (unsigned i = 0; i < lanes; i++) {
        struct live_lane *ll = &w.lanes[i];
        ll->live = &w;
        ll->lane.net = w.net;
        ll->lane.owner = ll;
        ll->lane.start = start_live;
        ll->lane.unfit = live_unfit;
        ll->lane.runnable = live_runnable;
        ll->lane.finished = live_finished;
        ll->lane.on = (struct conditions){
            .patience = o->patience,
            .grace = o->target == TARGET_REFERENCE ? 0 : o->patience + 3000,
            .seed = o->seed,
            .scratch = scratch,
            .pid = (unsigned)runner,
            .lane = first_lane + i,
            .black_box = black_box,
            .habits = black_box ? &w.habits : NULL,
            .black_box_protocol = o->protocol,
            .black_box_url = o->url,
            .no_deadlines = o->target == TARGET_ATTACH,
            .pulse = &w.pulse,
        };
        lane_init(&ll->lane);
    }
    stream_watch(w.orders, on_order, &w);
    stream_want(w.orders, STREAM_READABLE);
    while (!w.over) {
        while (w.first) {
            struct live_lane *ll = w.first;
            w.first = ll->next_runnable;
            if (!w.first)
                w.last = &w.first;
            ll->in_queue = false;
            lane_run(&ll->lane);
            take_up(ll);
        }
        if (!w.over)
            net_step(w.net, MSEC_NEVER);
    }
    for (unsigned i = 0; i < lanes; i++)
        lane_free(&w.lanes[i].lane);
    black_box_end();
    stream_close(w.orders);
    net_free(w.net);
    free(w.lanes);
    return 0;
}
