/* simulate.c -- one instance against the reference in process: a world of its own, where time
 * jumps to the next deadline as soon as nothing can run. */
#include "core/run.h"
#include <malloc.h>

/* A case takes some thousand turns of its world, the largest under a hundred thousand. */
enum { TURNS_MAX = 1000 * 1000 };

/* Worlds come and go by the thousand, some with messages of megabytes.  What one has freed goes to
 * the next, not to the kernel, which would hand it out again page by page, cleared. */
void simulate_many(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 * 1024 * 1024); /* the most it takes */
    mallopt(M_TRIM_THRESHOLD, 512 * 1024 * 1024);
#endif
}

static struct port *start_reference(struct lane *l, struct buf *why)
{
    struct simulated *s = l->owner;
    struct port *port = port_reference(l->net, l->instance_seed, s->mutant);
    if (!port)
        buf_printf(why, "out of memory");
    return port;
}

static void runnable(struct lane *l)
{
    struct simulated *s = l->owner;
    s->runnable = true;
}

static void finished(struct lane *l, const struct lane_result *r)
{
    struct simulated *s = l->owner;
    s->done = true;
    s->result = *r;
}

struct unfit {
    const struct run_options *options;
    const struct instance *instance;
};
static struct unfit asked; /* of the instance that runs: one at a time in this process */

static const char *unfit(struct lane *l, const char *features, char *why, size_t cap)
{
    (void)l;
    return lacks(asked.instance, asked.options, features, why, cap);
}

static void stop_with(struct simulated *s, enum outcome outcome, const char *why)
{
    s->done = true;
    s->result = (struct lane_result){
        .outcome = outcome, .why = why, .file = "", .script = "", .detail = "", .variant = ""
    };
}

bool simulate(struct simulated *s, const struct run_options *o, const struct instance *i,
              const struct order *order)
{
    const struct mutant *mutant = s->mutant;
    memset(s, 0, sizeof *s);
    s->mutant = mutant;
    s->net = net_sim_new(1000);
    if (!s->net)
        return false;
    asked = (struct unfit){ o, i };
    struct lane *l = &s->lane;
    l->net = s->net;
    l->owner = s;
    l->start = start_reference;
    l->unfit = unfit;
    l->runnable = runnable;
    l->finished = finished;
    l->on = (struct conditions){ .patience = o->patience,
                                 .grace = 5000,
                                 .seed = o->seed,
                                 .segmentation = (enum segmentation)order->segmentation,
                                 .cut = order->cut,
                                 .scratch = "/sim" };
    lane_init(l);
    lane_start(l, i->c, i->via, i->name);
    for (uint64_t turns = 0; !s->done; turns++) {
        if (turns > TURNS_MAX) {
            stop_with(s, HUNG, "it never comes to rest: millions of events, and no end");
        } else if (s->runnable) {
            s->runnable = false;
            lane_run(l);
        } else if (net_step(s->net, MSEC_NEVER) == 0 && !s->runnable && !s->done) {
            stop_with(s, UNFAIR, "nothing can ever happen, and the script still waits");
        }
    }
    return true;
}

void simulated_free(struct simulated *s)
{
    if (!s->net)
        return;
    lane_free(&s->lane);
    net_free(s->net);
    s->net = NULL;
}
