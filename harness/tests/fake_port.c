/* fake_port.c -- see fake_port.h; a fault of the test itself fails the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef skip /* a word of the scripts too */
#include <stdlib.h>
#include <string.h>
#include "core/payload.h"
#include "core/peer.h"
#include "fake_port.h"

struct fake {
    struct port port;
    struct net_timer later;
    struct net *net;
    char due[200]; /* the answer that is on its way */
    bool dies, reports, busy;
    char next[100]; /* asked while the call before is still running */
};

struct fake_plan plan;

static void fake_ask(struct port *port, const char *line);

static void fake_send(const char *line)
{
    const char *payload = strrchr(line, ' ') + 1;
    struct buf body = { 0 }, frame = { 0 };
    assert_true(payload_decode(payload, strlen(payload), &body, 1000));
    buf_be64(&frame, body.n);
    buf_put_slice(&frame, buf_slice(&body));
    if (plan.sent++ > 0)
        peer_put(plan.far, buf_slice(&frame));
    buf_free(&body);
    buf_free(&frame);
}

static void fake_later(struct net_timer *timer, msec at)
{
    (void)at;
    struct fake *f = (struct fake *)(void *)((char *)timer - offsetof(struct fake, later));
    if (f->port.dead)
        return;
    if (f->reports)
        f->port.said(f->port.ctx, "==1==ERROR: AddressSanitizer: heap-use-after-free");
    if (f->port.dead)
        return;
    if (f->dies) {
        f->port.dead = true;
        f->port.died(f->port.ctx, "killed by signal 11 (SIGSEGV)");
        return;
    }
    char line[sizeof f->next];
    memcpy(line, f->next, sizeof line);
    f->busy = false;
    f->next[0] = '\0';
    f->port.answered(f->port.ctx, f->due, strlen(f->due));
    if (line[0] && !f->port.dead)
        fake_ask(&f->port, line);
}

static void fake_ask(struct port *port, const char *line)
{
    struct fake *f = (struct fake *)port;
    if (f->busy) {
        snprintf(f->next, sizeof f->next, "%s", line);
        return;
    }
    f->busy = true;
    size_t n = strcspn(line, " ");
    bool here = plan.verb && strlen(plan.verb) == n && memcmp(plan.verb, line, n) == 0;
    static const char *const known[] = { "open", "close", "reset", "set", "send" };
    snprintf(f->due, sizeof f->due, "na");
    if (strncmp(line, "hello", 5) == 0)
        snprintf(f->due, sizeof f->due, "ok fake 1 tcp ipc inproc");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(line, known[i], strlen(known[i])) == 0)
            snprintf(f->due, sizeof f->due, "ok");
    if (strncmp(line, "recv", 4) == 0)
        snprintf(f->due, sizeof f->due, "err timedout");
    if (plan.far && strncmp(line, "send", 4) == 0)
        fake_send(line);
    if (plan.wake && plan.started == 2)
        t_wake(&plan.wake->t);
    if (here && plan.fault == SILENT)
        return;
    f->dies = here && plan.fault == DIES;
    f->reports = here && plan.fault == REPORTS;
    if (here && plan.fault == GARBAGE)
        snprintf(f->due, sizeof f->due, "\x01\xff perhaps");
    if (here && plan.fault == ANSWERS)
        snprintf(f->due, sizeof f->due, "%s", plan.answer);
    net_arm(f->net, &f->later, net_now(f->net) + 1 + (here ? plan.delay : 0));
}

static void fake_kill(struct port *port)
{
    struct fake *f = (struct fake *)port;
    net_arm(f->net, &f->later, MSEC_NEVER);
}

static void fake_free(struct port *port)
{
    fake_kill(port);
    plan.freed++;
    free(port);
}

static long fake_pid(struct port *port)
{
    (void)port;
    return plan.pid ? plan.pid : -1;
}

static const struct port_ops fake_ops = {
    .ask = fake_ask, .kill = fake_kill, .free = fake_free, .pid = fake_pid
};

struct port *fake_port_new(struct net *net)
{
    struct fake *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->port.ops = &fake_ops;
    f->net = net;
    f->later.fire = fake_later;
    plan.started++;
    return &f->port;
}
