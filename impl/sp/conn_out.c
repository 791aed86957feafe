/* The output of a connection: frames are staged in one buffer, large bodies stay where they are. */
#include "sp/conn_state.h"
#include <stdlib.h>
#include <string.h>

enum { KEEP_AT_MOST = 4 * 1024 * 1024 }; /* a larger buffer is given back when it falls empty */

static bool room_for_ref(struct sp_conn *c)
{
    if (c->refs_end < c->refs_cap)
        return true;
    if (c->refs_first > c->refs_cap / 2) {
        size_t left = c->refs_end - c->refs_first;
        memmove(c->refs, c->refs + c->refs_first, left * sizeof *c->refs);
        c->refs_first = 0;
        c->refs_end = left;
        return true;
    }
    size_t cap = c->refs_cap == 0 ? 8 : 2 * c->refs_cap;
    struct by_reference *refs = realloc(c->refs, cap * sizeof *refs);
    if (refs == NULL)
        return false;
    c->refs = refs;
    c->refs_cap = cap;
    return true;
}

enum err sp_conn_send(struct sp_conn *c, const struct msg *m)
{
    if (c->state != SP_CONN_OPEN || c->eof || c->no_memory)
        return E_STATE;
    bool by_reference = m->own != NULL && m->body.n >= MSG_LARGE;
    if (by_reference && !room_for_ref(c))
        return E_NOMEM;
    size_t head_size = sp_frame_head_size(c->config.framing);
    size_t staged = head_size + m->head.n + (by_reference ? 0 : m->body.n);
    uint8_t *to = buf_room(&c->out, staged);
    if (to == NULL) {
        c->out.failed = false;
        return E_NOMEM;
    }
    struct sp_frame_head head = { SP_FRAME_TYPE_MESSAGE, m->head.n + m->body.n };
    to += sp_frame_head_put(c->config.framing, to, &head);
    if (m->head.n > 0)
        memcpy(to, m->head.p, m->head.n);
    if (!by_reference && m->body.n > 0)
        memcpy(to + m->head.n, m->body.p, m->body.n);
    buf_grew(&c->out, staged);
    c->staged += staged;
    c->unsent += head_size + (size_t)head.size;
    if (by_reference)
        c->refs[c->refs_end++] = (struct by_reference){ c->staged, m->body, chunk_ref(m->own) };
    return E_OK;
}

int sp_conn_out(const struct sp_conn *c, struct slice *out, int max)
{
    int n = 0;
    uint64_t at = c->gone;
    for (size_t i = c->refs_first; i < c->refs_end && n < max; i++) {
        const struct by_reference *r = &c->refs[i];
        if (r->at > at)
            out[n++] = slice_of(c->out.p + (at - c->gone), (size_t)(r->at - at));
        if (n < max)
            out[n++] = r->body;
        at = r->at;
    }
    if (n < max && c->staged > at)
        out[n++] = slice_of(c->out.p + (at - c->gone), (size_t)(c->staged - at));
    return n;
}

void sp_conn_sent(struct sp_conn *c, size_t n)
{
    c->unsent -= n;
    while (n > 0) {
        struct by_reference *r = c->refs_first < c->refs_end ? &c->refs[c->refs_first] : NULL;
        size_t staged = (size_t)((r != NULL ? r->at : c->staged) - c->gone);
        size_t some = n < staged ? n : staged;
        buf_drop(&c->out, some);
        c->gone += some;
        n -= some;
        if (n == 0 || r == NULL)
            break;
        some = n < r->body.n ? n : r->body.n;
        r->body = slice_drop(r->body, some);
        n -= some;
        if (r->body.n == 0) {
            chunk_unref(r->own);
            if (++c->refs_first == c->refs_end)
                c->refs_first = c->refs_end = 0;
        }
    }
    if (c->out.n == 0 && c->out.cap > KEEP_AT_MOST)
        buf_free(&c->out);
}

void conn_drop_output(struct sp_conn *c)
{
    sp_conn_sent(c, c->unsent);
    buf_free(&c->out);
    free(c->refs);
    c->refs = NULL;
    c->refs_cap = 0;
}

size_t sp_conn_unsent(const struct sp_conn *c)
{
    return c->unsent;
}
