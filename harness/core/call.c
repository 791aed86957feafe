/* call.c -- the one call of the adapter protocol that a case may have running, and what the adapter
 * tells by itself. */
#include "core/call.h"
#include "core/codes.h"
#include "core/payload.h"
#include <stdarg.h>
#include <stdio.h>

void call_begin(struct t *t, struct at at, int64_t ms, struct buf *line)
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
    c->asked = net_now(t->net);
    c->due = msec_after(c->asked, ms);
    c->deadline = msec_after(c->asked, ms + t->on->grace);
    snprintf(c->verb, sizeof c->verb, "%.*s", (int)strcspn(text, " "), text);
    const char *words = text + strlen(c->verb);
    words += *words == ' ' ? 1 + strcspn(words + 1, " ") : 0;
    snprintf(c->words, sizeof c->words, "%s", words);
    buf_clear(&c->answer);
    port_ask(t->port, text);
}

enum { STARVED_MS = 500 }; /* no adapter needs that long to say that time is up */

static bool call_lasts_until(struct t *t, msec until)
{
    bool stalled = t->stalled;
    while (!t->call.answered && t_wait(t, until))
        ;
    t->stalled = stalled; /* that an answer is late measures nothing */
    return !t->call.answered;
}

/* The call is late.  Whatever the script did meanwhile, its answer has the same time to come. */
static void call_is_late(struct t *t, msec since)
{
    struct call *c = &t->call;
    msec now = net_now(t->net);
    starvation_begin(&t->starvation, port_pid(t->port), now);
    c->deadline += now - since;
}

static void call_wait(struct t *t)
{
    struct call *c = &t->call;
    msec late = msec_after(c->due, STARVED_MS);
    if (port_pid(t->port) > 0 && late < c->deadline && call_lasts_until(t, late))
        call_is_late(t, late);
    while (call_lasts_until(t, c->deadline)) {
        msec now = net_now(t->net);
        int64_t more = starvation_extends(&t->starvation, port_pid(t->port), now);
        if (more == 0)
            t_stop(t, HUNG, c->at, "no answer to `%s` within %lld ms", c->verb,
                   (long long)(now - c->asked));
        t_note(t, "no answer yet, from a machine too busy to run it: %lld ms more",
               (long long)more);
        c->deadline = msec_after(now, more);
    }
    c->pending = false;
}

bool call_ends_within(struct t *t, int64_t ms)
{
    peers_settle(t);
    msec until = msec_after(net_now(t->net), ms);
    while (!t->call.answered && t_pause(t, until))
        ;
    return t->call.answered;
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
        size_t n = strcspn(text + 4, " ");
        if (!code_is_one_of(CODES_ALL, text + 4, n))
            t_stop(t, UNFAIR, t->call.at,
                   "the adapter answered `%s` with `%.40s`; err takes one of %s", t->call.verb,
                   text, CODES_ALL);
        snprintf(word, sizeof word, "%.*s", (int)n, text + 4);
        *code = t_keep(t, word);
        return NULL;
    }
    if (strcmp(text, "na") == 0 || strncmp(text, "na ", 3) == 0)
        return *code = "na", NULL;
    t_stop(t, UNFAIR, t->call.at,
           "the adapter answered `%s` with something that is no answer: %.40s", t->call.verb, text);
}

const char *call_take(struct t *t, const char **code)
{
    call_wait(t);
    return call_answer(t, code);
}

const char *call_end(struct t *t, struct at at, const char **code)
{
    const char *rest = call_take(t, code);
    if (!rest && strcmp(*code, "na") == 0)
        t_stop(t, SKIPPED, at, "the adapter answers na to `%s%s`", t->call.verb, t->call.words);
    return rest;
}

const char *call_line(struct t *t, struct at at, int64_t ms, const char **code, struct buf *line)
{
    call_begin(t, at, ms, line);
    return call_end(t, at, code);
}

const char *iut_call(struct t *t, struct at at, int64_t ms, const char **code, const char *format,
                     ...)
{
    char text[512];
    va_list args;
    peers_settle(t);
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        t_stop(t, UNFAIR, at, "the case is broken: a request is too long");
    struct buf *line = t_scratch(t, SCRATCH_LINE);
    buf_put(line, text, (size_t)n);
    return call_line(t, at, ms, code, line);
}

const char *call_must(struct t *t, struct at at, const char *rest, const char *code)
{
    if (!rest)
        t_stop(t, FAILED, at, "`%s` failed: %s", t->call.verb, code);
    return rest;
}
void call_must_fail(struct t *t, struct at at, const char *codes)
{
    const char *code = "";
    const char *rest = call_end(t, at, &code);
    if (rest && strcmp(t->call.verb, "recv") == 0)
        t_stop(t, FAILED, at, "a message was delivered (%.60s), but the receive must fail: %s",
               rest, codes);
    if (rest)
        t_stop(t, FAILED, at, "`%s` succeeded, but must fail: %s", t->call.verb, codes);
    if (!code_is_one_of(codes, code, strlen(code)))
        t_stop(t, FAILED, at, "`%s` failed with %s instead of %s", t->call.verb, code, codes);
}

void call_put_payload(struct t *t, struct at at, struct buf *line, const char *pattern)
{
    struct buf *octets = t_scratch(t, SCRATCH_OCTETS);
    t_emit(t, at, pattern, octets);
    payload_request(line, buf_slice(octets));
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
    t->starved |= net_now(t->net) - t->call.due > STARVED_MS;
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
