/* iut_messages.c -- what a script says to the implementation under test of messages: send, receive,
 * and what must fail. */
#include "core/call.h"
#include "core/payload.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAYLOAD_MAX = 64 * 1024 * 1024 }; /* an answer may claim more than it has: fill:LEN:HH */

static void begin_send(struct at at, struct iut *s, int64_t ms, const char *pattern)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "send %s %" PRId64 " ", s->name, ms);
    call_put_payload(s->t, at, line, pattern);
    call_begin(s->t, at, ms, line);
}

static void begin_recv(struct at at, struct iut *s, int64_t ms)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "recv %s %" PRId64, s->name, ms);
    call_begin(s->t, at, ms, line);
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
    const char *rest = call_end(s->t, at, &code);
    call_must(s->t, at, rest, code);
}

static const char *received(struct at at, struct iut *s)
{
    const char *code = "";
    begin_recv(at, s, s->t->on->patience);
    const char *rest = call_end(s->t, at, &code);
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

static const char *send_raw(struct at at, struct iut *s, int64_t ms, const char *head,
                            const char *body, const char **code)
{
    peers_settle(s->t);
    struct buf *line = t_scratch(s->t, SCRATCH_LINE);
    buf_printf(line, "send %s %" PRId64 " ", s->name, ms);
    call_put_payload(s->t, at, line, head);
    buf_u8(line, '|');
    call_put_payload(s->t, at, line, body);
    return call_line(s->t, at, ms, code, line);
}

void iut_send_raw_(struct at at, struct iut *s, const char *head, const char *body)
{
    const char *code = "";
    const char *rest = send_raw(at, s, s->t->on->patience, head, body, &code);
    call_must(s->t, at, rest, code);
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
    buf_printf(line, "send %s %" PRId64 " ", s->name, s->t->on->patience);
    call_put_payload(s->t, at, line, pattern);
    buf_printf(line, " pipe=%" PRIu32, pipe);
    const char *code = "";
    const char *rest = call_line(s->t, at, s->t->on->patience, &code, line);
    call_must(s->t, at, rest, code);
}

void iut_send_seq_(struct at at, struct iut *s, size_t n)
{
    const char *code = "";
    const char *rest = iut_call(s->t, at, s->t->on->patience, &code, "send %s %" PRId64 " seq:%zu",
                                s->name, s->t->on->patience, n);
    call_must(s->t, at, rest, code);
}

void iut_expect_seq_(struct at at, struct iut *s, size_t n)
{
    struct t *t = s->t;
    struct buf *head = t_scratch(t, SCRATCH_HEAD);
    struct buf *body = t_scratch(t, SCRATCH_BODY);
    struct buf *want = t_scratch(t, SCRATCH_WANT);
    bool digest;
    split(t, at, received(at, s), head, body, &digest);
    payload_seq(want, n);
    bool same = digest ? digest_is(buf_text(body), buf_slice(want))
                       : slice_equal(buf_slice(body), buf_slice(want));
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
    call_must_fail(s->t, at, codes);
}

void iut_recv_fails_(struct at at, struct iut *s, int64_t ms, const char *codes)
{
    begin_recv(at, s, ms);
    call_must_fail(s->t, at, codes);
}

void iut_begin_recv_(struct at at, struct iut *s, int64_t ms)
{
    begin_recv(at, s, ms);
}

void iut_begin_send_(struct at at, struct iut *s, int64_t ms, const char *pattern)
{
    begin_send(at, s, ms, pattern);
}

bool iut_ends_within_(struct at at, struct iut *s, int64_t ms)
{
    t_expect(s->t, at);
    return call_ends_within(s->t, ms);
}

void iut_end_expect_(struct at at, struct iut *s, const char *pattern)
{
    const char *code = "";
    t_expect(s->t, at);
    const char *rest = call_end(s->t, at, &code);
    call_must(s->t, at, rest, code);
    expect_payload(s->t, at, rest, NULL, pattern);
}

void iut_end_ok_(struct at at, struct iut *s)
{
    const char *code = "";
    t_expect(s->t, at);
    const char *rest = call_end(s->t, at, &code);
    call_must(s->t, at, rest, code);
}

void iut_end_fails_(struct at at, struct iut *s, const char *codes)
{
    t_expect(s->t, at);
    call_must_fail(s->t, at, codes);
}

const char *iut_try_send_(struct at at, struct iut *s, int64_t ms, const char *pattern)
{
    const char *code = "";
    begin_send(at, s, ms, pattern);
    return call_end(s->t, at, &code) ? "ok" : code;
}

const char *iut_try_send_raw_(struct at at, struct iut *s, int64_t ms, const char *head,
                              const char *body)
{
    const char *code = "";
    return send_raw(at, s, ms, head, body, &code) ? "ok" : code;
}

const char *iut_try_send_seq_(struct at at, struct iut *s, int64_t ms, size_t n)
{
    const char *code = "";
    const char *rest = iut_call(s->t, at, ms, &code, "send %s %" PRId64 " seq:%zu", s->name, ms, n);
    return rest ? "ok" : code;
}

const char *iut_try_recv_(struct at at, struct iut *s, int64_t ms)
{
    const char *code = "";
    begin_recv(at, s, ms);
    const char *rest = call_end(s->t, at, &code);
    if (!rest)
        return code;
    struct buf *head = t_scratch(s->t, SCRATCH_HEAD);
    struct buf *body = t_scratch(s->t, SCRATCH_BODY);
    bool digest;
    split(s->t, at, rest, head, body, &digest);
    captures_set(s->t->captures, "got", buf_slice(body));
    return "ok";
}
