/* ws_stream.c -- WebSockets as they pass by, one frame after the other. */
#include "mutants/ws_stream.h"
#include <string.h>
#include "ws/close.h"
#include "ws/mask.h"

enum {
    CLAIMED = 1 << 28, /* nothing to wait for */
    HEAD_MAX = 16 * 1024,
    PATIENCE_MS = 50, /* for the rest of a head or a frame */
};

/* ---- frames ---- */

static void set_opcode(struct ws_frame *f, unsigned opcode)
{
    f->continuation = opcode == WS_CONTINUATION;
    f->reserved_opcode = 0;
    f->opcode = (enum ws_opcode)0;
    switch (opcode) {
    case WS_TEXT:
    case WS_BINARY:
    case WS_CLOSE:
    case WS_PING:
    case WS_PONG:
        f->opcode = (enum ws_opcode)opcode;
        break;
    default:
        f->reserved_opcode = (uint8_t)opcode;
    }
}

void ws_set_opcode(struct ws_seen *s, unsigned opcode)
{
    set_opcode(&s->frame, opcode);
}

int ws_code(const struct ws_seen *s)
{
    return s->payload.n < 2 ? -1 : get_be16(buf_slice(&s->payload).p);
}

static void come_by(struct ws_seen *s, const struct ws_head *h, struct slice payload)
{
    *s = (struct ws_seen){ .head = *h };
    s->frame = (struct ws_frame){
        .more = !h->fin,
        .masked = h->masked,
        .rsv = h->rsv,
        .length_form = h->minimal            ? WS_LENGTH_MINIMAL
                       : h->length_form == 3 ? WS_LENGTH_16
                                             : WS_LENGTH_64,
    };
    memcpy(s->frame.key, h->key, sizeof h->key);
    set_opcode(&s->frame, h->opcode);
    buf_put_slice(&s->payload, payload);
    if (h->masked && payload.n > 0)
        ws_mask((uint8_t *)(uintptr_t)buf_slice(&s->payload).p, payload.n, h->key, 0);
}

void ws_put(struct octet_fault *f, struct buf *to, bool out, unsigned opcode, bool fin,
            struct slice payload)
{
    struct ws_frame frame = { .payload = payload, .more = !fin, .masked = f->dialled == out };
    uint32_t key = (uint32_t)(0x6d757461 + 0x9e3779b9 * (f->frames_in + f->frames_out + to->n));
    memcpy(frame.key, &key, sizeof key);
    set_opcode(&frame, opcode);
    ws_frame_write(to, &frame);
}

void ws_say(struct octet_fault *f, unsigned opcode, struct slice payload)
{
    struct buf frame = { 0 };
    ws_put(f, &frame, true, opcode, true, payload);
    octet_fault_send(f, buf_slice(&frame));
    buf_free(&frame);
}

void ws_hear(struct octet_fault *f, unsigned opcode, struct slice payload)
{
    struct buf frame = { 0 };
    ws_put(f, &frame, false, opcode, true, payload);
    octet_fault_receive(f, buf_slice(&frame));
    buf_free(&frame);
}

void ws_end(struct octet_fault *f, unsigned code)
{
    uint8_t body[WS_CONTROL_MAX];
    ws_say(f, WS_CLOSE, slice_of(body, ws_close_put(body, code, slice_text(""))));
    octet_fault_close(f, false);
}

/* ---- what passes ---- */

struct passage {
    struct octet_fault *f;
    struct ws_way *way;
    struct buf *raw, *cooked;
    bool in;
};

static void let_all_pass(struct passage *p)
{
    buf_put_slice(p->cooked, buf_slice(p->raw));
    buf_clear(p->raw);
}

/* Octets up to and with the empty line; 0: there is none yet. */
static size_t head_size(struct slice in)
{
    size_t i = 0;
    while (i < in.n && (in.p[i] == '\r' || in.p[i] == '\n'))
        i++;
    for (; i + 1 < in.n; i++) {
        if (in.p[i] != '\n')
            continue;
        if (in.p[i + 1] == '\n')
            return i + 2;
        if (i + 2 < in.n && in.p[i + 1] == '\r' && in.p[i + 2] == '\n')
            return i + 3;
    }
    return 0;
}

static void note_head(struct octet_fault *f, const struct buf *text, bool request)
{
    if (request) {
        http_get(text, "Sec-WebSocket-Key", f->ws.key, sizeof f->ws.key);
        http_get(text, "Sec-WebSocket-Protocol", f->ws.protocols, sizeof f->ws.protocols);
    } else {
        f->ws.status = http_status(text);
        f->ws.in.lost |= f->ws.status != 101;
        f->ws.out.lost |= f->ws.status != 101;
    }
}

/* False: more is needed; `all`: no more will come. */
static bool pass_head(struct passage *p, bool all)
{
    struct octet_fault *f = p->f;
    const struct mutant *m = f->m->mutant;
    size_t n = head_size(buf_slice(p->raw));
    bool request = p->in != f->dialled;
    struct buf text = { 0 };
    if (n == 0 && p->raw->n <= HEAD_MAX && !all)
        return false;
    if (n == 0) { /* no head of HTTP, or none that would be taken */
        p->way->lost = true;
        n = p->raw->n;
    }
    buf_put(&text, buf_slice(p->raw).p, n);
    buf_drop(p->raw, n);
    p->way->begun = true;
    /* What matters is what the reference says, and what it is told. */
    if (request || !p->in)
        note_head(f, &text, request);
    bool (*hook)(struct mutation *, struct octet_fault *, struct buf *) =
        p->in ? m->http_in : m->http_out;
    bool goes_on = !hook || hook(f->m, f, &text);
    if (!request && p->in)
        note_head(f, &text, false);
    if (goes_on)
        buf_put_slice(p->cooked, buf_slice(&text));
    buf_free(&text);
    return true;
}

/* What there is of it goes on, or not. */
static void pass_claim(struct passage *p, const struct ws_head *h)
{
    const struct mutant *m = p->f->m->mutant;
    struct ws_seen seen = { .head = *h, .claimed = true };
    size_t head = h->length_form + (h->masked ? 5U : 1U);
    p->way->nowhere = p->in && m->ws_in && !m->ws_in(p->f->m, p->f, &seen);
    p->way->left = h->length > UINT64_MAX - head ? UINT64_MAX : h->length + head;
}

static bool pass_frame(struct passage *p)
{
    struct octet_fault *f = p->f;
    const struct mutant *m = f->m->mutant;
    struct slice all = buf_slice(p->raw);
    struct ws_head h;
    if (ws_head_parse(all, &h) > 0 && h.length > CLAIMED) {
        pass_claim(p, &h);
        return true;
    }
    size_t whole = ws_frame_parse(all, &h);
    if (whole == 0)
        return false;
    struct ws_seen seen;
    come_by(&seen, &h, slice_of(all.p + whole - (size_t)h.length, (size_t)h.length));
    buf_drop(p->raw, whole);
    bool (*hook)(struct mutation *, struct octet_fault *, struct ws_seen *) =
        p->in ? m->ws_in : m->ws_out;
    bool goes_on = !hook || hook(f->m, f, &seen);
    buf_put_slice(p->cooked, buf_slice(&seen.before));
    if (goes_on) {
        seen.frame.payload = buf_slice(&seen.payload);
        ws_frame_write(p->cooked, &seen.frame);
    }
    buf_put_slice(p->cooked, buf_slice(&seen.after));
    buf_free(&seen.before);
    buf_free(&seen.after);
    buf_free(&seen.payload);
    ++*(p->in ? &f->frames_in : &f->frames_out);
    return true;
}

static void pass(struct passage *p)
{
    while (p->raw->n > 0) {
        if (p->way->lost) {
            let_all_pass(p);
        } else if (p->way->left > 0) {
            size_t n = p->raw->n < p->way->left ? p->raw->n : (size_t)p->way->left;
            if (!p->way->nowhere)
                buf_put(p->cooked, buf_slice(p->raw).p, n);
            buf_drop(p->raw, n);
            p->way->left -= n;
        } else if (p->way->begun ? !pass_frame(p) : !pass_head(p, false)) {
            p->way->pieces++;
            break;
        } else {
            p->way->pieces = 0;
        }
    }
}

void ws_pass_in(struct octet_fault *f)
{
    struct net *net = f->m->inner;
    pass(&(struct passage){ f, &f->ws.in, &f->raw_in, &f->in, true });
    net_arm(net, &f->ws.impatient,
            f->raw_in.n > 0 ? msec_after(net_now(net), PATIENCE_MS) : MSEC_NEVER);
}

void ws_pass_out(struct octet_fault *f)
{
    pass(&(struct passage){ f, &f->ws.out, &f->raw_out, &f->out, false });
}

void ws_release(struct octet_fault *f)
{
    struct passage p = { f, &f->ws.in, &f->raw_in, &f->in, true };
    struct ws_head h;
    size_t used = f->ws.in.begun ? ws_head_parse(buf_slice(p.raw), &h) : 0;
    if (!f->is_ws || f->below || p.raw->n == 0)
        return;
    if (used > 0)
        pass_claim(&p, &h);
    else if (!p.way->begun)
        pass_head(&p, true);
    else
        p.way->lost = true;
    pass(&p);
}

static void on_impatient(struct net_timer *timer, msec now)
{
    struct octet_fault *f =
        (struct octet_fault *)(void *)((char *)timer - offsetof(struct octet_fault, ws.impatient));
    (void)now;
    ws_release(f);
    octet_fault_receive(f, slice_of(NULL, 0));
}

void ws_watch(struct octet_fault *f)
{
    f->ws.impatient.fire = on_impatient;
}
