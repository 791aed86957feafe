/* iut.c -- what a script says to the implementation under test of its sockets: open, set, listen,
 * dial. */
#include "core/call.h"
#include "core/credentials.h"
#include "core/codes.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The answer's code: "ok" where it was taken. */
static const char *set_option(struct t *t, struct at at, struct iut *s, const char *option,
                              const char *setting)
{
    peers_settle(t);
    struct buf *line = t_scratch(t, SCRATCH_LINE);
    buf_printf(line, "set %s %s ", s->name, option);
    if (strcmp(option, "subscribe") == 0 || strcmp(option, "unsubscribe") == 0)
        call_put_payload(t, at, line, setting);
    else
        buf_printf(line, "%s", setting);
    const char *code = "";
    call_begin(t, at, VERB_MS, line);
    const char *rest = call_take(t, &code);
    if (!rest && strcmp(code, "na") == 0)
        t_stop(t, SKIPPED, at, "option %s is not available", option);
    return rest ? "ok" : code;
}

static void must_set(struct t *t, struct at at, struct iut *s, const char *option,
                     const char *setting)
{
    const char *code = set_option(t, at, s, option, setting);
    if (strcmp(code, "ok") != 0)
        t_stop(t, FAILED, at, "set %s %s failed: %s", option, setting, code);
}

/* A protocol may have two names: pair, pair0. */
static bool same_protocol(const char *a, const char *b)
{
    const struct sp_protocol *of_a = sp_protocol_named(a), *of_b = sp_protocol_named(b);
    return of_a && of_b ? of_a->self == of_b->self : strcmp(a, b) == 0;
}

/* It trusts the authority of the suite when it dials, and shows a certificate of it when it
 * listens; a socket may do both, but one that is never asked to need not be able to. */
static void give_credentials(struct t *t, struct at at, struct iut *s)
{
    static const char *const options[CREDENTIALS] = { "tls-ca", "tls-cert", "tls-key" };
    for (int i = 0; i < CREDENTIALS; i++) {
        char path[1024];
        bool needed = t->via & (i == CREDENTIAL_CA ? DIALS : LISTENS);
        if (!needed && !iut_has(t, options[i]))
            continue;
        credentials_path((enum credential)i, t->net->simulated ? "" : t->on->scratch, path,
                         sizeof path);
        must_set(t, at, s, options[i], path);
    }
}

static struct iut *new_iut(struct t *t, char letter)
{
    struct iut *s = calloc(1, sizeof *s);
    if (!s)
        cannot_judge(t, "out of memory");
    s->t = t;
    snprintf(s->name, sizeof s->name, "%c%u", letter, ++t->iut_count);
    s->next = t->iuts;
    t->iuts = s;
    return s;
}

struct iut *iut_open_(struct at at, struct t *t, const char *const *words)
{
    struct iut *s = new_iut(t, 's');
    snprintf(s->protocol, sizeof s->protocol, "%.*s", (int)strcspn(words[0], " "), words[0]);
    s->raw = strstr(words[0], " raw") != NULL;
    const char *code = "";
    if (t->on->black_box && !same_protocol(s->protocol, t->on->black_box_protocol))
        t_stop(t, SKIPPED, at, "the service is a %s, not a %s", t->on->black_box_protocol,
               s->protocol);
    const struct sp_protocol *known = sp_protocol_named(s->protocol); /* "pair" has another name */
    call_must(t, at,
              iut_call(t, at, VERB_MS, &code, "open %s %s%s", s->name,
                       known ? known->name : s->protocol, s->raw ? " raw" : ""),
              code);
    s->open = true;
    for (size_t i = 1; words[i]; i++) {
        char option[32];
        const char *equals = strchr(words[i], '=');
        if (!equals)
            t_stop(t, UNFAIR, at, "the case is broken: option without value: %s", words[i]);
        snprintf(option, sizeof option, "%.*s", (int)(equals - words[i]), words[i]);
        must_set(t, at, s, option, equals + 1);
    }
    if (over_tls(t) && !t->on->black_box)
        give_credentials(t, at, s);
    if (dials(t) && !t->c->own_pace && iut_has(t, "reconnect-min"))
        must_set(t, at, s, "reconnect-min", "10");
    return s;
}

struct iut *iut_context_(struct at at, struct iut *of)
{
    struct t *t = of->t;
    struct iut *c = new_iut(t, 'c');
    const char *code = "";
    memcpy(c->protocol, of->protocol, sizeof c->protocol);
    call_must(t, at, iut_call(t, at, VERB_MS, &code, "ctx %s %s", of->name, c->name), code);
    c->open = true;
    return c;
}

void iut_set_(struct at at, struct iut *s, const char *option, const char *setting)
{
    must_set(s->t, at, s, option, setting);
}

const char *iut_try_set_(struct at at, struct iut *s, const char *option, const char *setting)
{
    return set_option(s->t, at, s, option, setting);
}

void iut_close_(struct at at, struct iut *s)
{
    const char *code = "";
    call_must(s->t, at, iut_call(s->t, at, VERB_MS, &code, "close %s", s->name), code);
    s->open = false;
}

const char *iut_listen_(struct at at, struct iut *s, const char *url)
{
    struct t *t = s->t;
    char place[160];
    if (!url)
        url = t_place(t, via_scheme(t->via), place, sizeof place);
    const char *code = "";
    const char *rest =
        call_must(t, at, iut_call(t, at, VERB_MS, &code, "listen %s %s", s->name, url), code);
    return t_keep(t, *rest ? rest : url);
}

void iut_listen_fails_(struct at at, struct iut *s, const char *url, const char *codes)
{
    const char *code = "";
    if (iut_call(s->t, at, VERB_MS, &code, "listen %s %s", s->name, url))
        t_stop(s->t, FAILED, at, "listen succeeded, but must fail: %s", codes);
    if (!code_is_one_of(codes, code, strlen(code)))
        t_stop(s->t, FAILED, at, "listen failed with %s instead of %s", code, codes);
}

void iut_dial_(struct at at, struct iut *s, const char *url)
{
    const char *code = "";
    call_must(s->t, at, iut_call(s->t, at, VERB_MS, &code, "dial %s %s", s->name, url), code);
}

void iut_pipes_(struct at at, struct iut *s, size_t n)
{
    struct t *t = s->t;
    const char *code = "";
    if (!iut_call(t, at, t->on->patience, &code, "pipes %s %zu %" PRId64, s->name, n,
                  t->on->patience))
        t_stop(t, FAILED, at, "it does not reach %zu usable pipe%s: %s", n, n == 1 ? "" : "s",
               code);
}

void iut_device_(struct at at, struct iut *a, struct iut *b)
{
    const char *code = "";
    call_must(a->t, at, iut_call(a->t, at, VERB_MS, &code, "device %s %s", a->name, b->name), code);
}
void iut_fresh_(struct at at, struct t *t)
{
    peers_settle(t);
    if (t->on->black_box)
        t_stop(t, SKIPPED, at, "a fresh process cannot be had of a running service");
    if (t->on->no_deadlines)
        t_stop(t, SKIPPED, at, "a fresh process cannot be had of an attached adapter");
    t_expect(t, at);
    t->wants_fresh = true;
    for (struct iut *s = t->iuts; s; s = s->next)
        s->open = false;
    t->runnable(
        t); /* the scheduler sees wants_fresh, and wakes us when the new one has said hello */
    msec deadline = msec_after(net_now(t->net), 3 * VERB_MS); /* the scheduler has a nearer one */
    while (t->wants_fresh)
        if (!t_wait(t, deadline) && t->wants_fresh)
            t_stop(t, HUNG, at, "a fresh process did not answer hello");
}
