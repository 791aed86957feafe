/* port.h -- a conversation with an implementation under test in the adapter protocol: one line
 * asked, one line answered.  Implementations: a child process, a connection (--attach), the
 * reference inside this process, a service that only speaks the wire (black box). */
#ifndef HARNESS_PORT_H
#define HARNESS_PORT_H
#include "base/bytes.h"
#include "net/net.h"

struct port;
struct mutant;

struct port_ops {
    void (*ask)(struct port *, const char *line); /* without the newline */
    void (*kill)(struct port *);                  /* no more events; the process is ended */
    void (*free)(struct port *);                  /* not from within an event of its own */
    long (*pid)(struct port *);                   /* -1: none */
    void (*finish)(struct port *);                /* end of its input; NULL: cannot */
};

struct port {
    const struct port_ops *ops;
    /* Events; set before the first ask.  May be called from within ask. */
    void (*answered)(void *ctx, const char *line, size_t n);
    void (*died)(void *ctx, const char *how);  /* "killed by signal 6 (Aborted)", once */
    void (*said)(void *ctx, const char *line); /* a line on its stderr */
    void *ctx;
    bool dead;
    bool hung; /* it died only to us: there, but of no service any more */
};

/* A child of `sh -c "exec COMMAND"` in a process group of its own.  NULL: `why` says what failed.
 */
struct port *port_process(struct net *, const char *command, struct buf *why);
/* The reference, living on `iut_net` (a wrapper or the world itself).  `mutant` may be NULL. */
struct port *port_reference(struct net *, uint64_t seed, const struct mutant *mutant);
/* A service at `url` that we dial (listens true), or that dials us at `url`. */
struct port_black_box {
    const char *url, *protocol;
    const char *behaviour;         /* echo answer drain source none; NULL: a probe finds out */
    const char *trigger, *restart; /* commands, or NULL: make it dial; start it again */
    bool it_listens;
};
struct port *port_black_box(struct net *, const struct port_black_box *, struct buf *why);
/* An adapter that connected to us by itself; owns the stream. */
struct port *port_stream(struct stream *);

static inline void port_ask(struct port *p, const char *line)
{
    p->ops->ask(p, line);
}
static inline void port_kill(struct port *p)
{
    p->dead = true;
    p->ops->kill(p);
}
static inline void port_free(struct port *p)
{
    if (p)
        p->ops->free(p);
}
static inline void port_finish(struct port *p)
{
    if (p->ops->finish)
        p->ops->finish(p);
}
static inline long port_pid(struct port *p)
{
    return p->ops->pid(p);
}

#endif
