/* inproc.c -- two sockets of one process: no wire, the same patterns. */
#include "case.h"

struct link {
    struct iut *bound, *other;
    const char *url;
};

static struct link linked(struct t *t, const char *listens, const char *dials)
{
    struct link l = { .bound = iut_open(t, listens), .other = iut_open(t, dials) };

    l.url = iut_listen(l.bound, NULL);
    iut_dial(l.other, l.url);
    iut_pipes(l.bound, 1);
    iut_pipes(l.other, 1);
    return l;
}

CASE(inproc_exchange, .title = "exchanges messages between two sockets that use one inproc name",
     .covers = "SP-INP-001", .needs = "pipes", .via = INPROC)
{
    struct link l = linked(t, "pair0", "pair0");

    iut_send(l.other, "'there'");
    iut_expect(l.bound, "'there'");
    iut_send(l.bound, "'and back'");
    iut_expect(l.other, "'and back'");
    iut_send(l.other, "");
    iut_expect(l.bound, "");
    iut_send_seq(l.other, 70000);
    iut_expect_seq(l.bound, 70000);
}

CASE(inproc_all_patterns, .title = "carries push, survey and bus messages over inproc",
     .covers = "SP-INP-001", .needs = "pipes", .via = INPROC)
{
    struct link pipeline = linked(t, "pull", "push");
    iut_send(pipeline.other, "'job'");
    iut_expect(pipeline.bound, "'job'");

    struct link survey = linked(t, "surveyor", "respondent");
    iut_send(survey.bound, "'well?'");
    iut_expect(survey.other, "'well?'");
    iut_send(survey.other, "'so so'");
    iut_expect(survey.bound, "'so so'");

    struct link bus = linked(t, "bus", "bus");
    iut_send(bus.bound, "'all'");
    iut_expect(bus.other, "'all'");
}

CASE(inproc_incompatible,
     .title = "never exchanges a message over inproc between incompatible types",
     .covers = "SP-INP-002", .needs = "pipes", .via = INPROC)
{
    static const char *const wrong[] = { "pub", "pair0", "bus" };
    struct iut *pull = iut_open(t, "pull");
    const char *url = iut_listen(pull, NULL);

    for (unsigned i = 0; i < 3; i++) {
        struct iut *s = iut_open(t, wrong[i]);
        iut_dial(s, url);
        iut_try_send(s, 100, "'evil'"); /* it may wait in vain, or be thrown away */
    }
    struct iut *push = iut_open(t, "push");
    iut_dial(push, url);
    iut_pipes(push, 1);
    iut_send(push, "'good'");
    iut_expect(pull, "'good'");
}

CASE(inproc_pair_has_one_peer, .title = "gives a PAIR one peer over inproc as over tcp",
     .covers = "SP-INP-003", .needs = "pipes", .via = INPROC)
{
    struct link l = linked(t, "pair0", "pair0");
    struct iut *third = iut_open(t, "pair0");

    iut_dial(third, l.url);
    iut_try_send(third, 100, "'evil'");
    iut_send(l.other, "'good'");
    iut_expect(l.bound, "'good'");
    iut_send(l.bound, "'and back'");
    iut_expect(l.other, "'and back'");
}

CASE(inproc_reply_answers_its_request,
     .title = "REP sends each reply over inproc to the socket that asked", .covers = "SP-INP-003",
     .needs = "pipes", .via = INPROC)
{
    struct link l = linked(t, "rep", "req");
    struct iut *second = iut_open(t, "req");

    iut_dial(second, l.url);
    iut_pipes(l.bound, 2);
    iut_send(l.other, "'one'");
    iut_expect(l.bound, "'one'");
    iut_send(second, "'two'");
    iut_send(l.bound, "'to one'");
    iut_expect(l.bound, "'two'");
    iut_send(l.bound, "'to two'");
    iut_expect(l.other, "'to one'");
    iut_expect(second, "'to two'");
}

CASE(inproc_subscription_filters,
     .title = "SUB delivers over inproc what it subscribed to, and no more", .covers = "SP-INP-003",
     .needs = "pipes subscribe", .via = INPROC)
{
    struct link l = linked(t, "pub", "sub");

    iut_set(l.other, "subscribe", "'ab'");
    iut_send(l.bound, "'a'");
    iut_send(l.bound, "'ba'");
    iut_send(l.bound, "'abc'");
    iut_expect(l.other, "'abc'");
}

CASE(inproc_limit, .title = "holds the receive limit over inproc as over tcp, or has none there",
     .covers = "SP-INP-004", .needs = "pipes max-recv", .via = INPROC)
{
    struct iut *pull = iut_open(t, "pull", "max-recv=16");
    struct iut *push = iut_open(t, "push");

    iut_dial(push, iut_listen(pull, NULL));
    iut_pipes(push, 1);
    iut_send(push, "'x'*16");
    iut_expect(pull, "'x'*16");
    iut_send(push, "'x'*17");
    if (strcmp(iut_try_recv(pull, 300), "ok") == 0)
        variant(t, "inproc has no receive limit");
    else
        variant(t, "the receive limit holds over inproc");
}
