#include "net_node.h"

struct world w;

static void changed(void *ctx)
{
    (void)ctx;
    w.changes++;
}

static void note(void *ctx, const char *text)
{
    (void)ctx;
    snprintf(w.noted, sizeof w.noted, "%s", text);
}

int node_world_up(void **state)
{
    const char *dir = getenv("TMPDIR");
    memset(&w, 0, sizeof w);
    snprintf(w.ipc_url, sizeof w.ipc_url, "ipc://%s/spc-node.%ld", dir ? dir : "/tmp",
             (long)getpid());
    w.net = *state ? net_os_new() : net_sim_new(1000);
    w.node = w.net ? node_new(&(struct node_config){
                         .net = w.net, .seed = 7, .changed = changed, .note = note })
                   : NULL;
    return w.node ? 0 : -1;
}

int node_world_down(void **state)
{
    (void)state;
    node_free(w.node);
    net_free(w.net);
    return 0;
}
