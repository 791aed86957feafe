/* What goes out. */
#include "ws/conn_state.h"
#include <string.h>
#include "ws/mask.h"

enum { PONGS_MOST = 16 * 1024 };

/* Writes the head of a frame and the parts of its payload that are to be copied. */
static bool put_frame(struct ws_conn *c, enum ws_opcode opcode, uint64_t length,
                      const struct slice *parts, int count)
{
    struct ws_frame f = {
        .opcode = opcode,
        .masked = c->config.role == WS_CLIENT,
        .length_declared = true,
        .declared = length,
    };
    size_t n = WS_HEAD_MAX;
    for (int i = 0; i < count; i++)
        n += parts[i].n;
    uint8_t *to = outq_room(&c->out, n);
    if (to == NULL)
        return false;
    if (f.masked) /* 5.3: fresh for every frame */
        c->config.random(c->config.random_ctx, f.key, sizeof f.key);
    n = ws_head_put(to, &f);
    size_t offset = 0;
    for (int i = 0; i < count; i++) {
        if (f.masked)
            ws_mask_copy(to + n + offset, parts[i].p, parts[i].n, f.key, offset);
        else if (parts[i].n > 0)
            memcpy(to + n + offset, parts[i].p, parts[i].n);
        offset += parts[i].n;
    }
    outq_grew(&c->out, n + offset);
    return true;
}

bool ws_put_control(struct ws_conn *c, enum ws_opcode opcode, struct slice body)
{
    return put_frame(c, opcode, body.n, &body, 1);
}

/* Without memory it is not sent: the peer sees the connection end. */
void ws_put_close(struct ws_conn *c, unsigned code, struct slice reason)
{
    uint8_t body[WS_CONTROL_MAX];
    ws_put_control(c, WS_CLOSE, slice_of(body, ws_close_put(body, code, reason)));
    c->late = -1;
}

/* 5.5.3: of several pings only the latest has to be answered; so a peer that sends but does not
 * read makes us hold only so many. */
void ws_pong(struct ws_conn *c, struct slice body)
{
    if (c->pongs > PONGS_MOST) {
        c->late = (int)body.n;
        if (body.n > 0)
            memcpy(c->late_ping, body.p, body.n);
        return;
    }
    c->pongs += WS_HEAD_MAX + body.n;
    if (!ws_put_control(c, WS_PONG, body))
        ws_fail(c, E_NOMEM, WS_INTERNAL, "out of memory");
    c->pongs_end = c->out.staged;
}

static bool is_text(const struct ws_message *m)
{
    struct utf8 u = { 0 };
    return utf8_feed(&u, m->head) && utf8_feed(&u, m->body) && utf8_whole(&u);
}

enum err ws_conn_send(struct ws_conn *c, const struct ws_message *m)
{
    if (ws_conn_state(c) != WS_CONN_OPEN)
        return E_STATE;
    if (m->text && !is_text(m))
        return E_INVAL;
    bool refer = c->config.role == WS_SERVER && m->own != NULL && m->body.n >= WS_LARGE;
    if (refer && !outq_reserve(&c->out))
        return E_NOMEM;
    const struct slice parts[2] = { m->head, m->body };
    uint64_t length = (uint64_t)m->head.n + m->body.n;
    if (!put_frame(c, m->text ? WS_TEXT : WS_BINARY, length, parts, refer ? 1 : 2))
        return E_NOMEM;
    if (refer)
        outq_refer(&c->out, m->body, m->own);
    return E_OK;
}

enum err ws_conn_ping(struct ws_conn *c, struct slice body)
{
    if (ws_conn_state(c) != WS_CONN_OPEN)
        return E_STATE;
    if (body.n > WS_CONTROL_MAX)
        return E_INVAL;
    return ws_put_control(c, WS_PING, body) ? E_OK : E_NOMEM;
}

int ws_conn_out(const struct ws_conn *c, struct slice *out, int max)
{
    return outq_slices(&c->out, out, max);
}

void ws_conn_sent(struct ws_conn *c, size_t n)
{
    outq_sent(&c->out, n);
    if (c->out.gone < c->pongs_end) /* not the whole output: it may never fall empty */
        return;
    c->pongs = 0;
    if (c->late >= 0 && c->state == WS_CONN_OPEN) {
        struct slice body = slice_of(c->late_ping, (size_t)c->late);
        c->late = -1;
        ws_pong(c, body);
    }
}

size_t ws_conn_unsent(const struct ws_conn *c)
{
    return c->out.unsent;
}
