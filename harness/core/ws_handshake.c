/* ws_handshake.c -- what scripts say about the opening handshake. */
#include <stdio.h>
#include <stdlib.h>
#include "core/habits.h"
#include "core/ws_peer.h"
#include "net/url.h"
#include "sp/protocol.h"
#include "ws/sp_mapping.h"

static struct ws_side *ws_of(struct peer *p)
{
    if (!p->ws)
        t_stop(p->t, UNFAIR, (struct at){ p->t->c->file, "", p->t->c->line },
               "the case is broken: not a WebSocket");
    return p->ws;
}

static void ours(struct peer *p, struct at at)
{
    t_expect(p->t, at);
    ws_of(p);
    if (!p->stream)
        t_stop(p->t, UNFAIR, at, "the case is broken: we closed this connection");
    peer_settle_others(p);
}

void ws_upgraded(struct peer *p)
{
    struct ws_side *w = ws_of(p);
    w->open = true;
    w->scanned = 0;
    ws_side_look(p);
}

/* ---- out ---- */

static const char *authority(struct peer *p)
{
    struct url url;
    char text[160];
    if (url_parse(p->url, &url) != E_OK)
        return "localhost";
    url_authority(&url, text, sizeof text);
    return t_keep(p->t, text);
}

static const char *target(struct peer *p)
{
    struct url url;
    return url_parse(p->url, &url) == E_OK && url.ws ? t_keep(p->t, url.target) : "/";
}

/* 16 octets nobody chose, as the key has to be. */
static const char *random_key(struct peer *p)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char key[WS_KEY_SIZE + 1];
    for (int i = 0; i < 21; i++)
        key[i] = digits[rng_below(&p->t->rng, 64)];
    key[21] = digits[rng_below(&p->t->rng, 4) * 16]; /* 16 octets end after two bits of it */
    memcpy(key + 22, "==", 3);
    return t_keep(p->t, key);
}

const char *ws_request_text_(struct peer *p, const struct ws_request *request)
{
    struct ws_request r = *request;
    struct buf text = { 0 };
    if (!r.host)
        r.host = authority(p);
    if (!r.target)
        r.target = target(p);
    if (!r.key)
        r.key = random_key(p);
    snprintf(ws_of(p)->key, sizeof p->ws->key, "%s", r.key);
    ws_request_write(&text, &r);
    const char *kept = t_keep(p->t, buf_text(&text));
    buf_free(&text);
    return kept;
}

void wire_send_text_(struct at at, struct peer *p, const char *text)
{
    t_expect(p->t, at);
    if (!p->stream)
        t_stop(p->t, UNFAIR, at, "the case is broken: we closed this connection");
    peer_settle_others(p);
    peer_put(p, slice_text(text));
    peer_sent(p);
}

void ws_send_request_(struct at at, struct peer *p, const struct ws_request *request)
{
    ours(p, at);
    peer_put(p, slice_text(ws_request_text_(p, request)));
}

const char *ws_response_text_(struct peer *p, const struct ws_response *response)
{
    struct ws_response r = *response;
    struct buf text = { 0 };
    const char *key = ws_header(p, "Sec-WebSocket-Key");
    const char *offered = ws_header(p, "Sec-WebSocket-Protocol");
    r.key = slice_text(key ? key : "");
    if (!r.protocol.p && offered && r.status == 101)
        r.protocol = slice_text(offered);
    ws_response_write(&text, &r);
    const char *kept = t_keep(p->t, buf_text(&text));
    buf_free(&text);
    return kept;
}

void ws_send_response_(struct at at, struct peer *p, const struct ws_response *response)
{
    ours(p, at);
    peer_put(p, slice_text(ws_response_text_(p, response)));
}

/* ---- in ---- */

/* The status, once its line is whole; 0: it is not, or is none. */
static int status_of(struct slice in)
{
    struct buf line = { 0 };
    struct http_head head = { 0 };
    const uint8_t *end = in.n == 0 ? NULL : memchr(in.p, '\n', in.n);
    if (end) {
        buf_put(&line, in.p, (size_t)(end - in.p) + 1);
        buf_put_slice(&line, slice_text("\r\n"));
        if (line.failed || http_response_parse(buf_slice(&line), 0, &head) <= 0)
            head.status = 0;
    }
    buf_free(&line);
    return head.status;
}

/* Of a response that refuses, a part has come, and how long the rest may take. */
struct rest {
    msec since, until; /* MSEC_NEVER: nothing of it has come */
};

static msec rest_until(struct peer *p, struct rest *r)
{
    int status = r->until == MSEC_NEVER ? status_of(buf_slice(&p->in)) : 0;
    if (status != 0 && status != 101) {
        r->since = net_now(p->t->net);
        r->until = habit_patience(p->t, HABIT_REFUSAL_END);
    }
    return r->until;
}

typedef ptrdiff_t parse_fn(struct slice, size_t, struct http_head *);

/* Waits for a whole head.  False: the connection ended before one began. */
static bool head_comes(struct peer *p, struct at at, parse_fn *parse, const char *what)
{
    struct t *t = p->t;
    struct ws_side *w = ws_of(p);
    enum { LIMIT = 64 * 1024 };
    t_expect(t, at);
    peers_settle(t);
    msec deadline = t_patience(t);
    struct rest rest = { .until = MSEC_NEVER };
    for (;;) {
        struct slice in = buf_slice(&p->in);
        struct http_head head;
        ptrdiff_t n = parse(in, LIMIT, &head);
        if (n > 0) {
            buf_clear(&w->text);
            buf_put(&w->text, in.p, (size_t)n);
            if (w->text.failed || parse(buf_slice(&w->text), LIMIT, &w->head) != n)
                cannot_judge(t, "out of memory");
            if (parse == http_response_parse && w->head.status != 101)
                habit_seen(t, HABIT_REFUSAL_END);
            peer_consume(p, (size_t)n);
            return true;
        }
        if (n < 0)
            t_mismatch(t, at, "'HTTP/1.1 ' *", slice_of(in.p, in.n < 64 ? in.n : 64), what);
        if (p->end != STREAM_OPEN && in.n == 0)
            return false;
        if (p->end != STREAM_OPEN)
            t_mismatch(t, at, "* 0d 0a 0d 0a", in, "the connection ended within a head of HTTP");
        if (!t_wait(t, rest_until(p, &rest) == MSEC_NEVER ? deadline : rest.until) &&
            parse(buf_slice(&p->in), LIMIT, &head) == 0) {
            if (rest.until != MSEC_NEVER)
                habit_missed(t, HABIT_REFUSAL_END, rest.since);
            if (in.n > 0)
                t_mismatch(t, at, "* 0d 0a 0d 0a", in,
                           "a head of HTTP came without its end, an empty line");
            t_stop(t, FAILED, at, "nothing came where a head of HTTP was due");
        }
    }
}

int ws_expect_response_(struct at at, struct peer *p)
{
    return head_comes(p, at, http_response_parse, "what came is no response of HTTP")
               ? p->ws->head.status
               : 0;
}

void ws_expect_request_(struct at at, struct peer *p)
{
    if (!head_comes(p, at, http_request_parse, "what came is no request of HTTP"))
        t_stop(p->t, FAILED, at, "the connection ended, and no request had come");
}

bool ws_answers_within_(struct at at, struct peer *p, int64_t ms)
{
    struct t *t = p->t;
    struct http_head head;
    t_expect(t, at);
    ws_of(p);
    peers_settle(t);
    msec since = net_now(t->net), until = msec_after(since, ms);
    struct rest rest = { .until = MSEC_NEVER };
    while (http_response_parse(buf_slice(&p->in), 64 * 1024, &head) == 0 && p->end == STREAM_OPEN)
        if (!t_pause(t, rest_until(p, &rest) < until ? rest.until : until)) {
            t_passed(t, since, ms);
            break;
        }
    return http_response_parse(buf_slice(&p->in), 64 * 1024, &head) != 0 || p->end != STREAM_OPEN;
}

const char *ws_accept_for(struct t *t, const char *key)
{
    char accept[WS_ACCEPT_SIZE + 1];
    ws_accept_key(slice_text(key), accept);
    return t_keep(t, accept);
}

void ws_expect_upgraded_(struct at at, struct peer *p)
{
    int status = ws_expect_response_(at, p);
    if (status == 0)
        t_stop(p->t, FAILED, at, "it closed the connection instead of upgrading it");
    if (status != 101)
        t_stop(p->t, FAILED, at, "it refused the upgrade with status %d", status);
    const char *accept = ws_header(p, "Sec-WebSocket-Accept");
    const char *due = ws_accept_for(p->t, p->ws->key);
    if (!accept || strcmp(accept, due) != 0)
        t_stop(p->t, FAILED, at, "Sec-WebSocket-Accept is %s, not %s", accept ? accept : "missing",
               due);
    ws_upgraded(p);
}

/* Takes a head that has no empty line as if it had one. */
static void take_unfinished(struct peer *p)
{
    struct ws_side *w = p->ws;
    struct slice in = buf_slice(&p->in);
    buf_clear(&w->text);
    buf_put_slice(&w->text, in);
    if (in.p[in.n - 1] != '\n')
        buf_put_slice(&w->text, slice_text("\r\n"));
    buf_put_slice(&w->text, slice_text("\r\n"));
    if (w->text.failed)
        cannot_judge(p->t, "out of memory");
    if (http_response_parse(buf_slice(&w->text), 64 * 1024, &w->head) <= 0)
        w->head = (struct http_head){ 0 };
    peer_consume(p, in.n);
    variant(p->t, "its response has no end: the empty line is missing");
}

/* As ws_expect_response; but that a refusal is told from its first line, and the rest is not
 * waited for, is nobody's fault: an answer without an end is one. */
static int refusal_comes(struct peer *p, struct at at)
{
    enum { REST_MS = 100, NO_REST_MS = 10 };
    struct t *t = p->t;
    struct http_head head;
    int status;
    t_expect(t, at);
    ws_of(p);
    peers_settle(t);
    msec deadline = t_patience(t), rest = MSEC_NEVER;
    for (;;) {
        struct slice in = buf_slice(&p->in);
        if (http_response_parse(in, 64 * 1024, &head) != 0)
            break;
        status = status_of(in);
        if (status != 0 && status != 101 && (p->end != STREAM_OPEN || net_now(t->net) >= rest)) {
            take_unfinished(p);
            return status;
        }
        if (status != 0 && status != 101 && rest == MSEC_NEVER)
            rest = msec_after(net_now(t->net),
                              habit_is_none(t, HABIT_REFUSAL_END) ? NO_REST_MS : REST_MS);
        if (p->end != STREAM_OPEN)
            break;
        if (rest != MSEC_NEVER)
            t_pause(t, rest);
        else if (!t_wait(t, deadline) && p->in.n == in.n && p->end == STREAM_OPEN)
            t_stop(t, FAILED, at, "%s, where the end of a head of HTTP was due",
                   in.n > 0 ? "only a part came" : "nothing came");
    }
    return ws_expect_response_(at, p);
}

int expect_ws_not_upgraded_(struct at at, struct peer *p)
{
    int status = refusal_comes(p, at);
    if (status == 101)
        t_stop(p->t, FAILED, at, "it upgraded what it was to refuse");
    if (status == 0)
        variant(p->t, "the connection was closed without a response");
    else if (status < 400)
        variant(p->t, "it answers with status %d, as if no upgrade was asked for", status);
    return status;
}

int expect_ws_refused_(struct at at, struct peer *p)
{
    struct t *t = p->t;
    int status = refusal_comes(p, at);
    if (status >= 400 && status <= 599)
        return status;
    if (status == 0) {
        variant(t, "the connection was closed without a response");
        return 0;
    }
    if (status != 101)
        t_stop(t, FAILED, at, "status %d is no refusal", status);
    ws_upgraded(p);
    msec deadline = t_patience(t);
    while (!is_closed(p)) {
        ws_side_skip_control(p);
        if (p->in.n > 0 && !ws_side_control_begins(p))
            t_mismatch(t, at, "88 *", buf_slice(&p->in), "it upgraded what it was to refuse");
        if (!t_wait(t, deadline) && !is_closed(p))
            t_stop(t, FAILED, at, "it upgraded what it was to refuse, and keeps it open");
    }
    variant(t, "upgraded, then closed at once");
    return 101;
}

/* ---- of the head that came ---- */

static const char *text_of(struct peer *p, struct slice s)
{
    return value(p->t, "%.*s", (int)s.n, (const char *)s.p);
}

const char *ws_header(struct peer *p, const char *name)
{
    const struct http_head *h = &ws_of(p)->head;
    struct buf joined = { 0 };
    bool any = false;
    for (size_t i = 0; i < h->count; i++) {
        if (!http_same(h->headers[i].name, name))
            continue;
        buf_printf(&joined, "%s%.*s", any ? ", " : "", (int)h->headers[i].value.n,
                   (const char *)h->headers[i].value.p);
        any = true;
    }
    const char *kept = any ? t_keep(p->t, buf_text(&joined)) : NULL;
    buf_free(&joined);
    return kept;
}

size_t ws_header_count(struct peer *p, const char *name)
{
    size_t n;
    http_find(&ws_of(p)->head, name, &n);
    return n;
}

const char *ws_method(struct peer *p)
{
    return text_of(p, ws_of(p)->head.method);
}

const char *ws_target(struct peer *p)
{
    return text_of(p, ws_of(p)->head.target);
}

const char *ws_http_version(struct peer *p)
{
    return value(p->t, "HTTP/%d.%d", ws_of(p)->head.major, ws_of(p)->head.minor);
}

/* ---- names ---- */

static uint16_t type_of(struct t *t, const char *protocol)
{
    const struct sp_protocol *p = sp_protocol_named(protocol);
    if (!p)
        t_stop(t, UNFAIR, (struct at){ t->c->file, "", t->c->line },
               "the case is broken: no protocol is called %s", protocol);
    return p->self;
}

const char *ws_name_for(struct t *t, const char *protocol)
{
    return ws_sp_accepts(type_of(t, protocol));
}

const char *ws_offer_of(struct t *t, const char *as)
{
    return ws_sp_offers(type_of(t, as));
}

void ws_open_(struct at at, struct peer *p, const char *as)
{
    ours(p, at);
    ws_side_open(p, at, as, true);
}
