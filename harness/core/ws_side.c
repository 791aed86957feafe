/* ws_side.c -- our end of a WebSocket as the pattern cases see it: the opening handshake, whole
 * messages, and the answers that keep a connection going. */
#include "core/habits.h"
#include "core/ws_peer.h"
#include <stdlib.h>
#include "ws/close.h"
#include "ws/mask.h"
#include "ws/sp_mapping.h"

struct ws_side *ws_side_new(void)
{
    return calloc(1, sizeof(struct ws_side));
}

void ws_side_free(struct ws_side *w)
{
    if (!w)
        return;
    buf_free(&w->message);
    buf_free(&w->text);
    buf_free(&w->said);
    free(w);
}

/* ---- frames in ---- */

static bool is_control(const struct ws_head *h)
{
    return h->opcode & 8;
}

static void unmask(struct ws_head *h, uint8_t *p, size_t n)
{
    if (h->masked)
        ws_mask(p, n, h->key, 0);
}

/* At most as much as a control frame may hold. */
static struct slice control_body(struct slice frame, struct ws_head *h,
                                 uint8_t room[WS_CONTROL_MAX])
{
    size_t n = (size_t)h->length < WS_CONTROL_MAX ? (size_t)h->length : WS_CONTROL_MAX;
    memcpy(room, frame.p + frame.n - (size_t)h->length, n);
    unmask(h, room, n);
    return slice_of(room, n);
}

static void put_control(struct peer *p, enum ws_opcode opcode, struct slice body)
{
    struct buf *whole = t_scratch(p->t, SCRATCH_HEAD);
    struct ws_frame f = { .payload = body, .opcode = opcode, .masked = p->we_dialled };
    uint32_t key = (uint32_t)rng_next(&p->t->rng);
    memcpy(f.key, &key, sizeof f.key);
    ws_frame_write(whole, &f);
    peer_put(p, buf_slice(whole));
}

static void answer(struct peer *p, struct slice frame, struct ws_head *h)
{
    struct ws_side *w = p->ws;
    uint8_t room[WS_CONTROL_MAX];
    struct slice body = control_body(frame, h, room);
    if (h->opcode == WS_CLOSE)
        w->close_seen = true;
    if (w->manual || w->close_sent || p->we_closed)
        return;
    if (h->opcode == WS_PING)
        put_control(p, WS_PONG, body);
    if (h->opcode == WS_CLOSE) {
        put_control(p, WS_CLOSE, slice_of(body.p, body.n < 2 ? 0 : 2));
        w->close_sent = true;
    }
}

void ws_side_look(struct peer *p)
{
    struct ws_side *w = p->ws;
    struct ws_head h;
    size_t n;
    if (!w->open)
        return;
    for (struct slice in = slice_drop(buf_slice(&p->in), w->scanned);
         (n = ws_frame_parse(in, &h)) > 0 && !w->close_seen; in = slice_drop(in, n)) {
        w->scanned += n;
        if (is_control(&h))
            answer(p, slice_of(in.p, n), &h);
    }
    if (w->close_seen && w->close_sent && !w->manual && !p->we_dialled && p->end == STREAM_OPEN)
        p->finish = true; /* RFC 6455 7.1.1: the server closes the connection */
}

void ws_side_dropped(struct peer *p, size_t n)
{
    struct ws_side *w = p->ws;
    w->scanned -= n < w->scanned ? n : w->scanned;
    w->covered = 0;
}

void ws_side_skip_control(struct peer *p)
{
    struct ws_head h;
    size_t n;
    if (!p->ws || !p->ws->open || p->ws->covered)
        return;
    while ((n = ws_frame_parse(buf_slice(&p->in), &h)) > 0 && is_control(&h)) {
        ws_side_look(p);
        peer_consume(p, n);
    }
}

bool ws_side_control_begins(struct peer *p)
{
    struct ws_head h;
    struct slice in = buf_slice(&p->in);
    return p->ws && p->ws->open && !p->ws->covered && in.n > 0 && in.p[0] & 8 &&
           ws_frame_parse(in, &h) == 0;
}

/* Octets up to the end of the first whole message, or 0. */
static size_t message_end(struct slice all)
{
    struct ws_head h;
    size_t n;
    for (struct slice in = all; (n = ws_frame_parse(in, &h)) > 0; in = slice_drop(in, n))
        if (!is_control(&h) && h.fin)
            return (size_t)(in.p - all.p) + n;
    return 0;
}

bool ws_side_message(struct peer *p, struct at at, struct slice *payload)
{
    struct ws_side *w = p->ws;
    struct slice all = buf_slice(&p->in);
    struct ws_head h;
    size_t end = w->covered ? w->covered : message_end(all), n;
    if (!w->open || end == 0)
        return false;
    if (!w->covered) {
        buf_clear(&w->message);
        for (struct slice in = slice_of(all.p, end); (n = ws_frame_parse(in, &h)) > 0;
             in = slice_drop(in, n)) {
            if (is_control(&h))
                continue;
            size_t before = w->message.n, length = (size_t)h.length;
            if (h.rsv || h.masked == p->we_dialled || h.opcode > WS_BINARY)
                t_mismatch(p->t, at, p->we_dialled ? "82 *" : "82 %1....... *",
                           slice_of(in.p, n < 16 ? n : 16), "not a frame of data, or masked wrong");
            buf_put(&w->message, in.p + n - length, length);
            if (w->message.failed)
                cannot_judge(p->t, "out of memory");
            unmask(&h, (uint8_t *)(uintptr_t)buf_slice(&w->message).p + before, length);
        }
        w->covered = end;
    }
    *payload = buf_slice(&w->message);
    return true;
}

void ws_side_take(struct peer *p)
{
    peer_consume(p, p->ws->covered);
}

size_t ws_side_waiting(struct peer *p)
{
    struct slice in = buf_slice(&p->in);
    size_t n = 0, end;
    while (p->ws->open && (end = message_end(in)) > 0) {
        in = slice_drop(in, end);
        n++;
    }
    return n;
}

/* ---- frames out ---- */

void ws_side_put(struct peer *p, struct slice payload, const uint64_t *claimed)
{
    struct buf *whole = t_scratch(p->t, SCRATCH_LINE);
    struct ws_frame f = { .payload = payload, .masked = p->we_dialled };
    uint32_t key = (uint32_t)rng_next(&p->t->rng);
    memcpy(f.key, &key, sizeof f.key);
    if (claimed) {
        f.length_declared = true;
        f.declared = *claimed;
    }
    ws_own_said(p, payload);
    ws_frame_write(whole, &f);
    peer_put(p, buf_slice(whole));
}

/* ---- the opening handshake, done right ---- */

static bool open_as_client(struct peer *p, struct at at, const char *as, bool checked)
{
    msec since = net_now(p->t->net);
    ws_send_request_(at, p, &(struct ws_request){ .protocols = ws_offer_of(p->t, as) });
    int status = ws_expect_response_(at, p);
    habit_opened(p->t, since);
    p->ws->refused = status != 101;
    if (checked && status == 0)
        t_stop(p->t, FAILED, at, "it closed the connection instead of upgrading it");
    if (checked && status != 101)
        t_stop(p->t, FAILED, at, "it refused the upgrade with status %d", status);
    return status == 101;
}

bool ws_side_open(struct peer *p, struct at at, const char *as, bool checked)
{
    if (p->we_dialled) {
        if (!open_as_client(p, at, as, checked))
            return false;
    } else {
        ws_expect_request_(at, p);
        ws_send_response_(at, p, &(struct ws_response){ .status = 101 });
    }
    ws_upgraded(p);
    return true;
}
