/* Frames in (RFC 6455 5): judges them, answers control frames, gathers messages. */
#include "ws/conn_state.h"
#include <string.h>
#include "ws/mask.h"

enum { FIRST_PART = 4 * 1024 };

static bool fail(struct ws_conn *c, unsigned code, const char *why)
{
    ws_fail(c, code == WS_TOO_LARGE ? E_TOOLONG : E_PROTO, code, why);
    return false;
}

static bool no_memory(struct ws_conn *c)
{
    ws_fail(c, E_NOMEM, WS_INTERNAL, "out of memory");
    return false;
}

/* ---- is the head right? ---- */

/* What the first two octets tell. */
static bool judge_start(struct ws_conn *c, const struct ws_head *h)
{
    bool control = h->opcode >= WS_CLOSE;
    if (h->rsv != 0) /* 5.2: no extension was agreed on */
        return fail(c, WS_PROTOCOL_ERROR, "a reserved bit is set");
    if (h->opcode > WS_PONG || (h->opcode > WS_BINARY && !control))
        return fail(c, WS_PROTOCOL_ERROR, "reserved opcode");
    if (c->config.role == WS_SERVER && !h->masked) /* 5.1 */
        return fail(c, WS_PROTOCOL_ERROR, "a frame of a client is not masked");
    if (c->config.role == WS_CLIENT && h->masked)
        return fail(c, WS_PROTOCOL_ERROR, "a frame of a server is masked");
    if (control && !h->fin) /* 5.5 */
        return fail(c, WS_PROTOCOL_ERROR, "a control frame is fragmented");
    if (control && h->length_form != 1)
        return fail(c, WS_PROTOCOL_ERROR, "a control frame is longer than 125 octets");
    if (h->opcode == WS_CONTINUATION && !c->fragmented) /* 5.4 */
        return fail(c, WS_PROTOCOL_ERROR, "nothing to continue");
    if (h->opcode != WS_CONTINUATION && !control && c->fragmented)
        return fail(c, WS_PROTOCOL_ERROR, "a new message inside a fragmented one");
    if (h->opcode == WS_TEXT && !c->config.accept_text)
        return fail(c, WS_UNSUPPORTED, "text is not accepted");
    return true;
}

static bool judge_length(struct ws_conn *c, const struct ws_head *h)
{
    size_t before = c->fragmented && !c->discarding ? c->whole->n : 0;
    if (h->length >> 63 != 0) /* 5.2 */
        return fail(c, WS_PROTOCOL_ERROR, "the top bit of the length is set");
    if (!h->minimal)
        return fail(c, WS_PROTOCOL_ERROR, "the length is not in its shortest form");
    if (h->opcode < WS_CLOSE && h->length > c->config.max_payload - before)
        return fail(c, WS_TOO_LARGE, "the message is longer than the receive limit");
    return true;
}

/* ---- payloads ---- */

static bool look_at_text(struct ws_conn *c, const uint8_t *p, size_t n)
{
    return utf8_feed(&c->utf8, slice_of(p, n)) || fail(c, WS_NOT_UTF8, "text is not UTF-8");
}

static bool text_may_end(struct ws_conn *c)
{
    return utf8_whole(&c->utf8) || fail(c, WS_NOT_UTF8, "text ends inside a character");
}

static bool control(struct ws_conn *c, const struct ws_head *h, size_t head)
{
    size_t n = (size_t)h->length;
    uint8_t *p = c->in->p + c->scan + head;
    struct slice reason;
    unsigned code, wrong;
    if (ws_unread(c).n - head < n)
        return false;
    if (h->masked)
        ws_mask(p, n, h->key, 0);
    if (h->opcode == WS_PING && c->state == WS_CONN_OPEN)
        ws_pong(c, slice_of(p, n));
    if (h->opcode == WS_CLOSE) {
        wrong = ws_close_parse(slice_of(p, n), &code, &reason);
        if (wrong != 0)
            return fail(c, wrong, "a Close that must not be");
        if (c->state == WS_CONN_OPEN) /* 5.5.1: the same code back */
            ws_put_close(c, code, slice_of(NULL, 0));
        ws_ended(c, code, reason);
    }
    ws_skip(c, head + n);
    return true;
}

/* ---- messages of one frame that stay in the buffer ---- */

static void keep(struct ws_conn *c, size_t n)
{
    if (c->kept != c->scan)
        memmove(c->in->p + c->kept, c->in->p + c->scan, n);
    c->kept += n;
    c->scan += n;
}

static bool single(struct ws_conn *c, const struct ws_head *h, size_t head)
{
    uint8_t *p = c->in->p + c->scan + head;
    size_t n = ws_unread(c).n - head;
    if (n > h->length)
        n = (size_t)h->length;
    if (h->masked)
        ws_mask(p + c->done, n - c->done, h->key, c->done);
    if (h->opcode == WS_TEXT) {
        if (c->done == 0)
            c->utf8 = (struct utf8){ 0 };
        if (!look_at_text(c, p + c->done, n - c->done))
            return false;
    }
    c->done = n;
    if (n < h->length)
        return false;
    c->done = 0;
    if (h->opcode == WS_TEXT && !text_may_end(c))
        return false;
    keep(c, head + n);
    return true;
}

/* ---- messages that are gathered ---- */

/* Memory doubles as octets arrive, whatever length was announced. */
bool ws_grow_whole(struct ws_conn *c, size_t more)
{
    struct chunk *w = c->whole;
    size_t want = w->n + more, cap = w->cap;
    if (want <= cap)
        return true;
    cap = 2 * cap > want ? 2 * cap : want;
    if (c->fin && cap - w->n > c->left)
        cap = w->n + (size_t)c->left;
    return chunk_grow(w, cap) == 0;
}

static bool begin_whole(struct ws_conn *c, const struct ws_head *h)
{
    if (c->taken != NULL && !c->lent && c->taken->refs == 1) {
        c->whole = c->taken;
        c->whole->n = 0;
    } else {
        size_t most = h->fin ? WS_RECEIVE_LARGE : FIRST_PART;
        if (!c->lent)
            chunk_unref(c->taken);
        c->whole = chunk_new(h->length < most && h->fin ? (size_t)h->length : most);
    }
    if (!c->lent)
        c->taken = NULL;
    return c->whole != NULL;
}

static bool gather(struct ws_conn *c, const struct ws_head *h, size_t head)
{
    if (h->opcode != WS_CONTINUATION) {
        if (c->assembled && c->state == WS_CONN_OPEN)
            return false; /* one at a time */
        c->text = c->assembled ? c->text : h->opcode == WS_TEXT;
        c->utf8 = (struct utf8){ 0 };
        c->discarding = c->state == WS_CONN_CLOSING;
        if (!c->discarding && !begin_whole(c, h))
            return no_memory(c);
        c->fragmented = !h->fin;
    }
    c->done = 0; /* it may have been looked at before our Close */
    c->in_frame = true;
    c->fin = h->fin;
    c->masked = h->masked;
    memcpy(c->mask, h->key, sizeof c->mask);
    c->left = h->length;
    c->offset = 0;
    ws_skip(c, head);
    return true;
}

static bool end_frame(struct ws_conn *c)
{
    c->in_frame = false;
    if (!c->fin)
        return true;
    c->fragmented = false;
    if (c->discarding)
        return true;
    if (c->text && !text_may_end(c))
        return false;
    c->assembled = true;
    c->before = c->kept - c->begin;
    return true;
}

/* `n` octets more stand unmasked at the end of `whole`. */
static bool grew(struct ws_conn *c, size_t n)
{
    const uint8_t *p = c->whole->p + c->whole->n;
    c->whole->n += n;
    c->left -= n;
    c->offset += n;
    return !c->text || look_at_text(c, p, n);
}

void ws_took(struct ws_conn *c, size_t n)
{
    if (c->masked)
        ws_mask(c->whole->p + c->whole->n, n, c->mask, c->offset);
    grew(c, n);
}

static bool go_on(struct ws_conn *c)
{
    struct slice in = ws_unread(c);
    size_t n = in.n < c->left ? in.n : (size_t)c->left;
    if (n > 0 && c->discarding) {
        c->left -= n;
        ws_skip(c, n);
    } else if (n > 0) {
        if (!ws_grow_whole(c, n))
            return no_memory(c);
        uint8_t *to = c->whole->p + c->whole->n;
        if (c->masked)
            ws_mask_copy(to, in.p, n, c->mask, c->offset);
        else
            memcpy(to, in.p, n);
        ws_skip(c, n);
        if (!grew(c, n))
            return false;
    }
    return c->left == 0 && end_frame(c);
}

/* ---- all together ---- */

static bool step(struct ws_conn *c)
{
    struct ws_head h;
    if (c->in_frame)
        return go_on(c);
    struct slice in = ws_unread(c);
    size_t head = ws_head_parse(in, &h);
    if (in.n < 2 || !judge_start(c, &h) || head == 0 || !judge_length(c, &h))
        return false;
    if (h.opcode >= WS_CLOSE)
        return control(c, &h, head);
    bool there = in.n - head >= h.length;
    bool large = h.length >= WS_RECEIVE_LARGE || head + h.length > c->config.read_ahead;
    bool alone = h.fin && h.opcode != WS_CONTINUATION && (there || !large);
    if (alone && c->state == WS_CONN_OPEN)
        return single(c, &h, head);
    return gather(c, &h, head);
}

void ws_scan(struct ws_conn *c)
{
    while ((c->state == WS_CONN_OPEN || c->state == WS_CONN_CLOSING) && step(c))
        continue;
    /* What came before the end may be stuck behind a message that waits. */
    if (c->eof && c->state < WS_CONN_CLOSED && !c->assembled)
        ws_ended(c, WS_ABNORMAL, slice_of(NULL, 0));
}
