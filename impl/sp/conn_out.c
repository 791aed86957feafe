/* The output of a connection: greeting and frames; large bodies stay where they are. */
#include "sp/conn_state.h"
#include <string.h>

enum err sp_conn_send(struct sp_conn *c, const struct msg *m)
{
    if (c->state != SP_CONN_OPEN || c->eof || c->no_memory)
        return E_STATE;
    bool by_reference = m->own != NULL && m->body.n >= MSG_LARGE;
    if (by_reference && !outq_reserve(&c->out))
        return E_NOMEM;
    size_t head_size = sp_frame_head_size(c->config.framing);
    size_t staged = head_size + m->head.n + (by_reference ? 0 : m->body.n);
    uint8_t *to = outq_room(&c->out, staged);
    if (to == NULL)
        return E_NOMEM;
    struct sp_frame_head head = { SP_FRAME_TYPE_MESSAGE, m->head.n + m->body.n };
    to += sp_frame_head_put(c->config.framing, to, &head);
    if (m->head.n > 0)
        memcpy(to, m->head.p, m->head.n);
    if (!by_reference && m->body.n > 0)
        memcpy(to + m->head.n, m->body.p, m->body.n);
    outq_grew(&c->out, staged);
    if (by_reference)
        outq_refer(&c->out, m->body, m->own);
    return E_OK;
}

int sp_conn_out(const struct sp_conn *c, struct slice *out, int max)
{
    return outq_slices(&c->out, out, max);
}

void sp_conn_sent(struct sp_conn *c, size_t n)
{
    outq_sent(&c->out, n);
}

size_t sp_conn_unsent(const struct sp_conn *c)
{
    return c->out.unsent;
}
