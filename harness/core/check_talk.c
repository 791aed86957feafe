/* check_talk.c -- the adapter check: hello, unknown words, order, sockets, reset, end. */
#include "core/check.h"
#include <string.h>
#include <unistd.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Several requests at once: answers in order, one each. */
static void check_order(struct check *c, const char *name)
{
    check_send(c, "hello 1");
    check_send(c, "zqxjkv");
    check_send(c, "reset");
    const char *first = check_fair_next(c, 5000);
    bool hello = first && strstr(first, name) != NULL;
    const char *second = hello ? check_fair_next(c, 5000) : NULL;
    bool na = check_is_na(second);
    const char *third = na ? check_fair_next(c, 5000) : NULL;
    if (!hello || !na || !check_is_ok(third)) {
        check_fault(c, "order",
                    "three requests at once (hello 1, an unknown verb, reset) are not answered in "
                    "order by ok ..., na, ok; read a line, answer it, read the next");
        for (int i = 0; i < 1000 && check_next(c, 500); i++)
            ; /* what is still to come; one that writes without end is caught as chatty */
    } else {
        check_ok(c, "answers in order");
    }
}

void check_conversation(struct check *c)
{
    char name[64], version[64];
    int used = 0;
    const char *answer = check_ask(c, 10000, "hello 1");
    if (!answer)
        return;
    if (sscanf(answer, "ok %63s %63s%n", name, version, &used) != 2) {
        check_fault(c, "banner",
                    "`hello 1` is answered by `%.60s`; the first line on standard output must be "
                    "`ok NAME VERSION FEATURE...`",
                    answer);
        c->over = true;
        return;
    }
    snprintf(c->name, sizeof c->name, "%s %s", name, version);
    buf_printf(&c->features, "%s ", answer + used);
    buf_text(&c->features);
    check_ok(c, "hello");
    if (!check_has(c, "tcp") && !check_has(c, "ipc") && !check_has(c, "ws"))
        check_fault(c, "no-transport",
                    "hello declares neither tcp nor ipc nor ws: nothing can be judged; declare "
                    "what the library has: ok NAME VERSION tcp ipc ...");

    answer = check_ask(c, 5000, "zqxjkv s1 0");
    if (answer && !check_is_na(answer))
        check_fault(c, "unknown-verb", "a verb it cannot know is answered by `%.60s`; answer `na`",
                    answer);
    else if (answer)
        check_ok(c, "unknown verb");
    answer = check_ask(c, 5000, "open s1 nosuchprotocol");
    if (answer && !check_is_na(answer) && !check_is_err(answer, NULL))
        check_fault(c, "unknown-protocol",
                    "`open s1 nosuchprotocol` is answered by `%.60s`; answer `na`", answer);
    else if (answer)
        check_ok(c, "unknown protocol");
    answer = check_ask(c, 5000, "close neveropened");
    if (answer && !check_is_na(answer) && !check_is_err(answer, NULL))
        check_fault(c, "unknown-socket",
                    "`close neveropened` is answered by `%.60s`; answer `err closed`", answer);
    check_ask(c, 5000, "reset");
    if (!c->over)
        check_order(c, name);
}

static bool opened(struct check *c, const char *socket, const char *protocol)
{
    return check_is_ok(check_ask(c, 5000, "open %s %s", socket, protocol));
}

static void check_listen(struct check *c, const char *scheme, const char *url)
{
    struct check_wire w;
    static const char *const protocols[] = { "rep", "pair0", "pull", "bus", "pub", NULL };
    size_t i = 0;
    while (protocols[i] && !c->over && !opened(c, "l1", protocols[i]))
        i++;
    if (c->over)
        return;
    if (!protocols[i]) {
        check_fault(c, "no-protocol",
                    "it opens none of rep pair0 pull bus pub: nothing can be judged");
        return;
    }
    bool ws = strncmp(url, "ws:", 3) == 0;
    const char *answer = check_ask(c, 5000, "listen l1 %s", url);
    if (ws && check_is_na(answer)) { /* a client that is nothing else: a browser */
        check_ask(c, 5000, "reset");
        return;
    }
    char actual[200] = "";
    if (answer && check_is_ok(answer))
        snprintf(actual, sizeof actual, "%s", answer + 2 + strspn(answer + 2, " "));
    if (!actual[0]) {
        if (answer)
            check_fault(c, "listen-url",
                        "`listen l1 %s` is answered by `%.60s`; answer `ok URL` with the actual "
                        "address",
                        url, answer);
    } else if (!check_carrier_dial(c, &w, actual)) {
        check_fault(c, "listen-url",
                    "`listen l1 %s` is answered by `ok %s`, but nobody listens there; answer the "
                    "actual address and port",
                    url, actual);
        check_wire_close(&w);
    } else {
        if (ws) {
            check_wire_close(&w);
            if (!check_ws_dial(c, &w, actual, protocols[i]))
                check_fault(c, "no-upgrade",
                            "%s accepts a connection and does not upgrade it to a WebSocket of "
                            "sub-protocol %s.sp.nanomsg.org",
                            actual, strcmp(protocols[i], "pair0") == 0 ? "pair" : protocols[i]);
            else
                check_ok(c, scheme);
            /* What becomes of a connection that is just being taken in is the library's matter. */
            if (check_has(c, "pipes"))
                check_ask(c, 5000, "pipes l1 1 3000");
        } else if (!check_wire_wait(c, &w, 8, 3000))
            check_fault(c, "no-greeting", "%s accepts a connection and sends no SP greeting",
                        actual);
        else
            check_ok(c, scheme);
        /* close must really close. */
        check_ask(c, 5000, "close l1");
        if (!c->over && !check_wire_ends(c, &w, 5000))
            check_fault(c, "close-leaks",
                        "after `close l1` a connection that it had accepted, and on which nothing "
                        "was sent, is still open");
        check_wire_close(&w);
    }
    check_ask(c, 5000, "reset");
}

static void check_options(struct check *c)
{
    static const char *const options[] = { "resend-ivl", "survey-deadline", "ttl",
                                           "max-recv",   "reconnect-min",   "reconnect-max",
                                           "linger",     "send-buf",        "recv-buf",
                                           NULL };
    static const char *const protocols[] = {
        "req", "surveyor", "rep", "pair0", "push", "pull", NULL
    };
    const char *answer = NULL;
    for (size_t i = 0; options[i] && !c->over; i++) {
        if (!check_has(c, options[i]))
            continue;
        bool taken = false;
        for (size_t k = 0; protocols[k] && !taken && !c->over; k++) {
            if (!opened(c, "o1", protocols[k]))
                continue;
            answer = check_ask(c, 5000, "set o1 %s %s", options[i],
                               strcmp(options[i], "ttl") == 0 ? "5" : "3000");
            taken = check_is_ok(answer);
            check_ask(c, 5000, "reset");
        }
        if (!taken)
            check_fault(
                c, "option",
                "hello declares %s, but no socket takes `set o1 %s ...`: %.60s; declare only "
                "what is there",
                options[i], options[i], answer ? answer : "no answer");
    }
    for (size_t k = 0; protocols[k] && !c->over; k++)
        if (opened(c, "o1", protocols[k])) {
            answer = check_ask(c, 5000, "set o1 nosuchoption 1");
            if (answer && !check_is_na(answer))
                check_fault(c, "unknown-option",
                            "`set o1 nosuchoption 1` is answered by `%.60s`; answer `na`", answer);
            check_ask(c, 5000, "reset");
            break;
        }
}

void check_sockets(struct check *c)
{
    char url[120];
    if (check_has(c, "tcp"))
        check_listen(c, "listens on tcp", "tcp://127.0.0.1:0");
    if (check_has(c, "ipc") && !c->over) {
        snprintf(url, sizeof url, "ipc://%s/check", c->scratch);
        check_listen(c, "listens on ipc", url);
        unlink(url + 6);
    }
    if (check_has(c, "ws") && !c->over)
        check_listen(c, "listens on ws", "ws://127.0.0.1:0/");
    if (!c->over)
        check_options(c);
}

void check_reset(struct check *c)
{
    struct check_wire w = { 0 };
    const char *url = check_has(c, "tcp")  ? "tcp://127.0.0.1:0"
                      : check_has(c, "ws") ? "ws://127.0.0.1:0/"
                                           : NULL;
    if (!url || (!opened(c, "r1", "rep") && !opened(c, "r1", "pair0") && !opened(c, "r1", "pull")))
        return;
    const char *answer = check_ask(c, 5000, "listen r1 %s", url);
    char actual[200] = "";
    if (check_is_ok(answer))
        snprintf(actual, sizeof actual, "%s", answer + 2 + strspn(answer + 2, " "));
    bool there = actual[0] && check_carrier_dial(c, &w, actual);
    int64_t began = net_now(c->net);
    answer = check_ask(c, 5000, "reset");
    int64_t took = net_now(c->net) - began;
    if (!answer)
        return;
    if (!check_is_ok(answer))
        check_fault(c, "reset", "`reset` is answered by `%.60s`; close everything and answer `ok`",
                    answer);
    if (took > 1000)
        check_fault(c, "slow-reset", "`reset` took %" PRId64 " ms; it comes after every case",
                    took);
    if (there && !check_wire_ends(c, &w, 3000))
        check_fault(c, "reset-leaks",
                    "after `reset` a connection of a socket is still open; close every socket");
    check_wire_close(&w);
    if (actual[0] && check_carrier_dial(c, &w, actual) && !check_wire_ends(c, &w, 200))
        check_fault(c, "reset-leaks", "after `reset` a socket still listens; close every socket");
    check_wire_close(&w);
    answer = check_ask(c, 5000, "open r1 rep");
    if (check_is_err(answer, NULL))
        check_fault(c, "reset-leaks", "after `reset` the name r1 cannot be used again: `%.60s`",
                    answer);
    check_ask(c, 5000, "reset");
    check_ok(c, "reset");
}

void check_end(struct check *c)
{
    port_finish(c->port);
    int64_t until = net_now(c->net) + 3000;
    while (!c->dead && net_now(c->net) < until)
        net_step(c->net, until);
    if (!c->dead)
        check_fault(c, "no-end",
                    "its standard input ended, and it runs on; exit 0 at the end of input");
    else if (strcmp(c->died, "it ended with status 0") != 0)
        check_fault(c, "end-status", "its standard input ended: %s; exit 0", c->died);
    else
        check_ok(c, "ends with its input");
}
