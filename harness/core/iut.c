/* iut.c -- what a script says to the implementation under test, as calls of the adapter protocol.
 */
#include "core/context.h"
#include "core/payload.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VERB_MS = 5000,                 /* verbs without a time of their own */
    PAYLOAD_MAX = 64 * 1024 * 1024, /* an answer may claim more than it has: fill:LEN:HH */
};

/* ---- one call ---- */

static void call_begin(struct t *t, struct at at, struct iut *s, int64_t ms, struct buf *line)
{
    if (t->call.pending && !t->call.answered)
        t_stop(t, UNFAIR, at, "the case is broken: a call is still running");
    const char *text = buf_text(line);
    if (!text)
        cannot_judge(t, "out of memory");
    t_expect(t, at);
    trace_add(t->trace, &(struct trace_event){
                            .kind = TRACE_CALL, .at = net_now(t->net) - t->started, .note = text });
    struct call *c = &t->call;
    c->pending = true;
    c->answered = false;
    c->at = at;
    c->iut = s;
    c->asked = net_now(t->net);
    c->deadline = msec_after(c->asked, ms + t->on->grace);
    snprintf(c->verb, sizeof c->verb, "%.*s", (int)strcspn(text, " "), text);
    buf_clear(&c->answer);
    port_ask(t->port, text);
}

static void call_wait(struct t *t)
{
    struct call *c = &t->call;
    while (!c->answered)
        if (!t_wait(t, c->deadline) && !c->answered)
            t_stop(t, HUNG, c->at, "no answer to `%s` within %lld ms", c->verb,
                   (long long)(net_now(t->net) - c->asked));
    c->pending = false;
}

/* Splits the answer.  NULL: err, and *code is its code. */
static const char *call_answer(struct t *t, const char **code)
{
    const char *text = buf_text(&t->call.answer);
    if (!text)
        cannot_judge(t, "out of memory");
    if (strncmp(text, "ok", 2) == 0 && (text[2] == '\0' || text[2] == ' '))
        return text[2] ? text + 3 : text + 2;
    if (strncmp(text, "err ", 4) == 0) {
        char word[16];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(text + 4, " "), text + 4);
        *code = t_keep(t, word);
        return NULL;
    }
    if (strcmp(text, "na") == 0 || strncmp(text, "na ", 3) == 0)
        return *code = "na", NULL;
    t_stop(t, UNFAIR, t->call.at,
           "the adapter answered `%s` with something that is no answer: %.40s", t->call.verb, text);
}

static const char *call_line(struct t *t, struct at at, struct iut *s, int64_t ms,
                             const char **code, struct buf *line)
{
    peers_settle(t);
    call_begin(t, at, s, ms, line);
    buf_free(line);
    call_wait(t);
    const char *rest = call_answer(t, code);
    if (!rest && strcmp(*code, "na") == 0)
        t_stop(t, SKIPPED, at, "not available in this implementation or adapter: %s", at.text);
    return rest;
}

const char *iut_call(struct t *t, struct at at, struct iut *s, int64_t ms, const char **code,
                     const char *format, ...)
{
    char text[512];
    va_list args;
    peers_settle(t);
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buf *line = t_scratch(t, SCRATCH_LINE);
    buf_put(line, text, strlen(text));
    return call_line(t, at, s, ms, code, line);
}

/* A call that must succeed. */
static const char *must(struct t *t, struct at at, const char *rest, const char *code)
{
    if (!rest)
        t_stop(t, FAILED, at, "`%s` failed: %s", t->call.verb, code);
    return rest;
}

/* ---- the adapter's events ---- */

void iut_answered(void *ctx, const char *line, size_t n)
{
    struct t *t = ctx;
    char shown[200];
    snprintf(shown, sizeof shown, "%.*s%s", (int)(n < 160 ? n : 160), line, n < 160 ? "" : "...");
    trace_add(t->trace, &(struct trace_event){ .kind = TRACE_RESULT,
                                               .at = net_now(t->net) - t->started,
                                               .note = shown });
    if (!t->call.pending || t->call.answered) {
        t_end(t, UNFAIR, t->call.at, "the adapter answered what nobody asked: %.60s", line);
        return;
    }
    buf_put(&t->call.answer, line, n);
    t->call.answered = true;
    t_wake(t);
}

void iut_died(void *ctx, const char *how)
{
    struct t *t = ctx;
    t_end(t, DIED, t->call.pending ? t->call.at : (struct at){ t->c->file, "", t->c->line },
          "the implementation died: %s", how);
}

bool is_sanitizer_report(const char *line)
{
    static const char *const marks[] = { "ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                                         "WARNING: ThreadSanitizer", "WARNING: MemorySanitizer",
                                         ": runtime error: " };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strstr(line, marks[i]))
            return true;
    return false;
}

/* An implementation may write without end: the trace keeps this much of it for each case. */
enum { SAID_MAX = 64 * 1024 };

void iut_said(void *ctx, const char *line)
{
    struct t *t = ctx;
    if (t->said <= SAID_MAX) {
        t->said += strlen(line) + 1;
        trace_add(t->trace,
                  &(struct trace_event){ .kind = TRACE_STDERR,
                                         .at = net_now(t->net) - t->started,
                                         .note = t->said <= SAID_MAX ? line : "(and on)" });
    }
    if (is_sanitizer_report(line))
        t_end(t, DIED, t->call.at, "a sanitizer reported: %.200s", line);
}

bool iut_has(struct t *t, const char *feature)
{
    char word[64];
    snprintf(word, sizeof word, " %s ", feature);
    return strstr(t->features, word) != NULL;
}

/* ---- sockets ---- */

static void put_payload(struct t *t, struct at at, struct buf *line, const char *pattern)
{
    struct buf *octets = t_scratch(t, SCRATCH_OCTETS);
    t_emit(t, at, pattern, octets);
    payload_hex(line, buf_slice(octets));
}

static void set_option(struct t *t, struct at at, struct iut *s, const char *option,
                       const char *setting, const char *codes)
{
    peers_settle(t);
    struct buf *line = t_scratch(t, SCRATCH_LINE);
    buf_printf(line, "set s%u %s ", s->number, option);
    if (strcmp(option, "subscribe") == 0 || strcmp(option, "unsubscribe") == 0)
        put_payload(t, at, line, setting);
    else
        buf_printf(line, "%s", setting);
    const char *code = "";
    call_begin(t, at, s, VERB_MS, line);
    call_wait(t);
    const char *rest = call_answer(t, &code);
    if (!rest && strcmp(code, "na") == 0)
        t_stop(t, SKIPPED, at, "option %s is not available", option);
    if (!codes)
        must(t, at, rest, code);
    else if (rest)
        t_stop(t, FAILED, at, "set %s %s succeeded, but must fail: %s", option, setting, codes);
    else if (!strstr(codes, code))
        t_stop(t, FAILED, at, "set %s %s failed with %s instead of %s", option, setting, code,
               codes);
}

/* A protocol may have two names: pair, pair0. */
static bool same_protocol(const char *a, const char *b)
{
    const struct sp_protocol *of_a = sp_protocol_named(a), *of_b = sp_protocol_named(b);
    return of_a && of_b ? of_a->self == of_b->self : strcmp(a, b) == 0;
}

struct iut *iut_open_(struct at at, struct t *t, const char *const *words)
{
    struct iut *s = calloc(1, sizeof *s);
    if (!s)
        cannot_judge(t, "out of memory");
    s->t = t;
    s->number = ++t->iut_count;
    s->next = t->iuts;
    t->iuts = s;
    snprintf(s->protocol, sizeof s->protocol, "%.*s", (int)strcspn(words[0], " "), words[0]);
    s->raw = strstr(words[0], " raw") != NULL;
    const char *code = "";
    if (t->on->black_box && !same_protocol(s->protocol, t->on->black_box_protocol))
        t_stop(t, SKIPPED, at, "the service is a %s, not a %s", t->on->black_box_protocol,
               s->protocol);
    must(t, at, iut_call(t, at, s, VERB_MS, &code, "open s%u %s", s->number, words[0]), code);
    s->open = true;
    for (size_t i = 1; words[i]; i++) {
        char option[32];
        const char *equals = strchr(words[i], '=');
        if (!equals)
            t_stop(t, UNFAIR, at, "the case is broken: option without value: %s", words[i]);
        snprintf(option, sizeof option, "%.*s", (int)(equals - words[i]), words[i]);
        set_option(t, at, s, option, equals + 1, NULL);
    }
    if (dials(t) && !t->c->own_pace && iut_has(t, "reconnect-min"))
        set_option(t, at, s, "reconnect-min", "10", NULL);
    return s;
}

void iut_set_(struct at at, struct iut *s, const char *option, const char *setting)
{
    set_option(s->t, at, s, option, setting, NULL);
}

void iut_set_fails_(struct at at, struct iut *s, const char *option, const char *setting,
                    const char *codes)
{
    set_option(s->t, at, s, option, setting, codes);
}

void iut_close_(struct at at, struct iut *s)
{
    const char *code = "";
    must(s->t, at, iut_call(s->t, at, s, VERB_MS, &code, "close s%u", s->number), code);
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
        must(t, at, iut_call(t, at, s, VERB_MS, &code, "listen s%u %s", s->number, url), code);
    return t_keep(t, *rest ? rest : url);
}

void iut_listen_fails_(struct at at, struct iut *s, const char *url, const char *codes)
{
    const char *code = "";
    if (iut_call(s->t, at, s, VERB_MS, &code, "listen s%u %s", s->number, url))
        t_stop(s->t, FAILED, at, "listen succeeded, but must fail: %s", codes);
    if (!strstr(codes, code))
        t_stop(s->t, FAILED, at, "listen failed with %s instead of %s", code, codes);
}

void iut_dial_(struct at at, struct iut *s, const char *url)
{
    const char *code = "";
    must(s->t, at, iut_call(s->t, at, s, VERB_MS, &code, "dial s%u %s", s->number, url), code);
}

void iut_pipes_(struct at at, struct iut *s, size_t n)
{
    struct t *t = s->t;
    const char *code = "";
    if (!iut_call(t, at, s, t->on->patience, &code, "pipes s%u %zu %" PRId64, s->number, n,
                  t->on->patience))
        t_stop(t, FAILED, at, "it does not reach %zu usable pipe%s: %s", n, n == 1 ? "" : "s",
               code);
}

void iut_device_(struct at at, struct iut *a, struct iut *b)
{
    const char *code = "";
    must(a->t, at, iut_call(a->t, at, a, VERB_MS, &code, "device s%u s%u", a->number, b->number),
         code);
}

/* ---- messages ---- */

static void begin_send(struct at at, struct iut *s, int64_t ms, const char *pattern)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "send s%u %" PRId64 " ", s->number, ms);
    put_payload(s->t, at, line, pattern);
    call_begin(s->t, at, s, ms, line);
}

static void begin_recv(struct at at, struct iut *s, int64_t ms)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "recv s%u %" PRId64, s->number, ms);
    call_begin(s->t, at, s, ms, line);
}

static const char *finish(struct t *t, struct at at, const char **code)
{
    call_wait(t);
    const char *rest = call_answer(t, code);
    if (!rest && strcmp(*code, "na") == 0)
        t_stop(t, SKIPPED, at, "not available in this implementation or adapter: %s", at.text);
    return rest;
}

static void must_fail(struct t *t, struct at at, const char *codes)
{
    const char *code = "";
    const char *rest = finish(t, at, &code);
    if (rest && strcmp(t->call.verb, "recv") == 0)
        t_stop(t, FAILED, at, "a message was delivered (%.60s), but the receive must fail: %s",
               rest, codes);
    if (rest)
        t_stop(t, FAILED, at, "`%s` succeeded, but must fail: %s", t->call.verb, codes);
    const char *found = strstr(codes, code);
    if (!found)
        t_stop(t, FAILED, at, "`%s` failed with %s instead of %s", t->call.verb, code, codes);
}

/* What was received, split into header (raw sockets) and body. */
static void split(struct t *t, struct at at, const char *rest, struct buf *head, struct buf *body,
                  bool *digest)
{
    size_t n = strcspn(rest, " ");
    const char *bar = memchr(rest, '|', n);
    const char *b = bar ? bar + 1 : rest;
    size_t bn = n - (size_t)(b - rest);
    *digest = strncmp(b, "fnv:", 4) == 0;
    bool ok = !bar || payload_decode(rest, (size_t)(bar - rest), head, PAYLOAD_MAX);
    if (*digest)
        buf_put(body, b, bn);
    else
        ok = ok && payload_decode(b, bn, body, PAYLOAD_MAX);
    if (!ok)
        t_stop(t, UNFAIR, at, "the adapter's payload is malformed: %.60s", rest);
}

static void compare(struct t *t, struct at at, const char *pattern, struct slice got,
                    const char *what)
{
    struct notation_match m;
    struct buf *why = t_scratch(t, SCRATCH_WHY);
    if (!notation_match(pattern, t->captures, got, &m, why))
        t_stop(t, UNFAIR, at, "the case is broken: %s: %s", pattern, buf_text(why));
    if (!m.matched)
        t_mismatch(t, at, pattern, got, what);
}

static bool digest_is(const char *digest, struct slice want)
{
    char text[48];
    snprintf(text, sizeof text, "fnv:%zu:%08x", want.n, payload_fnv(want));
    return strcmp(text, digest) == 0;
}

static void expect_payload(struct t *t, struct at at, const char *rest, const char *head_pattern,
                           const char *pattern)
{
    struct buf *head = t_scratch(t, SCRATCH_HEAD);
    struct buf *body = t_scratch(t, SCRATCH_BODY);
    bool digest;
    split(t, at, rest, head, body, &digest);
    if (head_pattern)
        compare(t, at, head_pattern, buf_slice(head),
                "the protocol header delivered is not what was due");
    if (digest) {
        struct buf *want = t_scratch(t, SCRATCH_WANT);
        t_emit(t, at, pattern, want);
        if (!digest_is(buf_text(body), buf_slice(want)))
            t_stop(t, FAILED, at, "the message delivered is not the one sent: %s", buf_text(body));
    } else {
        compare(t, at, pattern, buf_slice(body), "the message delivered is not the one due");
    }
}

void iut_send_(struct at at, struct iut *s, const char *pattern)
{
    const char *code = "";
    begin_send(at, s, s->t->on->patience, pattern);
    const char *rest = finish(s->t, at, &code);
    must(s->t, at, rest, code);
}

static const char *received(struct at at, struct iut *s)
{
    const char *code = "";
    begin_recv(at, s, s->t->on->patience);
    const char *rest = finish(s->t, at, &code);
    if (!rest && strcmp(code, "timedout") == 0)
        t_stop(s->t, FAILED, at, "nothing was delivered within %" PRId64 " ms", s->t->on->patience);
    if (!rest)
        t_stop(s->t, FAILED, at, "the receive failed: %s", code);
    return rest;
}

void iut_expect_(struct at at, struct iut *s, const char *pattern)
{
    expect_payload(s->t, at, received(at, s), NULL, pattern);
}

void iut_expect_raw_(struct at at, struct iut *s, const char *head, const char *body)
{
    expect_payload(s->t, at, received(at, s), head, body);
}

void iut_send_raw_(struct at at, struct iut *s, const char *head, const char *body)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "send s%u %" PRId64 " ", s->number, s->t->on->patience);
    put_payload(s->t, at, line, head);
    buf_u8(line, '|');
    put_payload(s->t, at, line, body);
    const char *code = "";
    const char *rest = call_line(s->t, at, s, s->t->on->patience, &code, line);
    must(s->t, at, rest, code);
}

uint32_t iut_expect_from_(struct at at, struct iut *s, const char *pattern)
{
    const char *rest = received(at, s);
    const char *word = strstr(rest, " pipe=");
    uint32_t pipe = word ? (uint32_t)strtoul(word + strlen(" pipe="), NULL, 10) : 0;
    expect_payload(s->t, at, rest, NULL, pattern);
    return pipe;
}

void iut_send_to_(struct at at, struct iut *s, uint32_t pipe, const char *pattern)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "send s%u %" PRId64 " ", s->number, s->t->on->patience);
    put_payload(s->t, at, line, pattern);
    buf_printf(line, " pipe=%" PRIu32, pipe);
    const char *code = "";
    const char *rest = call_line(s->t, at, s, s->t->on->patience, &code, line);
    must(s->t, at, rest, code);
}

void iut_send_seq_(struct at at, struct iut *s, size_t n)
{
    const char *code = "";
    const char *rest = iut_call(s->t, at, s, s->t->on->patience, &code,
                                "send s%u %" PRId64 " seq:%zu", s->number, s->t->on->patience, n);
    must(s->t, at, rest, code);
}

/* The digest of seq:N: computed once, since the same lengths come again in every instance. */
static uint32_t seq_digest(struct buf *scratch, size_t n)
{
    static struct {
        size_t n;
        uint32_t digest;
    } known[64];
    size_t slot = (n ^ n >> 6 ^ n >> 12) % 64;
    if (known[slot].n != n || n == 0) {
        payload_seq(scratch, n);
        known[slot].n = n;
        known[slot].digest = payload_fnv(buf_slice(scratch));
    }
    return known[slot].digest;
}

void iut_expect_seq_(struct at at, struct iut *s, size_t n)
{
    struct t *t = s->t;
    struct buf *head = t_scratch(t, SCRATCH_HEAD);
    struct buf *body = t_scratch(t, SCRATCH_BODY);
    struct buf *want = t_scratch(t, SCRATCH_WANT);
    bool digest;
    split(t, at, received(at, s), head, body, &digest);
    bool same;
    if (digest) {
        char due[48];
        snprintf(due, sizeof due, "fnv:%zu:%08x", n, seq_digest(want, n));
        same = strcmp(buf_text(body), due) == 0;
    } else {
        payload_seq(want, n);
        same = slice_equal(buf_slice(body), buf_slice(want));
    }
    if (!same && digest)
        t_stop(t, FAILED, at, "the %zu octets delivered are not those sent: %s", n, buf_text(body));
    if (!same)
        t_stop(t, FAILED, at,
               "the message delivered is not the %zu octets sent: %zu octets came, or other ones",
               n, body->n);
}

void iut_send_fails_(struct at at, struct iut *s, int64_t ms, const char *pattern,
                     const char *codes)
{
    begin_send(at, s, ms, pattern);
    must_fail(s->t, at, codes);
}

void iut_recv_fails_(struct at at, struct iut *s, int64_t ms, const char *codes)
{
    begin_recv(at, s, ms);
    must_fail(s->t, at, codes);
}

void iut_begin_recv_(struct at at, struct iut *s, int64_t ms)
{
    begin_recv(at, s, ms);
}

void iut_begin_send_(struct at at, struct iut *s, int64_t ms, const char *pattern)
{
    begin_send(at, s, ms, pattern);
}

void iut_end_expect_(struct at at, struct iut *s, const char *pattern)
{
    const char *code = "";
    t_expect(s->t, at);
    const char *rest = finish(s->t, at, &code);
    must(s->t, at, rest, code);
    expect_payload(s->t, at, rest, NULL, pattern);
}

void iut_end_ok_(struct at at, struct iut *s)
{
    const char *code = "";
    t_expect(s->t, at);
    const char *rest = finish(s->t, at, &code);
    must(s->t, at, rest, code);
}

void iut_end_fails_(struct at at, struct iut *s, const char *codes)
{
    t_expect(s->t, at);
    must_fail(s->t, at, codes);
}

const char *iut_try_send_(struct at at, struct iut *s, int64_t ms, const char *pattern)
{
    const char *code = "";
    begin_send(at, s, ms, pattern);
    return finish(s->t, at, &code) ? "ok" : code;
}

const char *iut_try_send_seq_(struct at at, struct iut *s, int64_t ms, size_t n)
{
    const char *code = "";
    const char *rest =
        iut_call(s->t, at, s, ms, &code, "send s%u %" PRId64 " seq:%zu", s->number, ms, n);
    return rest ? "ok" : code;
}

const char *iut_try_recv_(struct at at, struct iut *s, int64_t ms)
{
    const char *code = "";
    begin_recv(at, s, ms);
    const char *rest = finish(s->t, at, &code);
    if (!rest)
        return code;
    struct buf *head = t_scratch(s->t, SCRATCH_HEAD);
    struct buf *body = t_scratch(s->t, SCRATCH_BODY);
    bool digest;
    split(s->t, at, rest, head, body, &digest);
    captures_set(s->t->captures, "got", buf_slice(body));
    return "ok";
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
