/* ws_own.c -- what a running service sends by itself: a publisher publishes, whatever a script is
 * about.  With an adapter nothing comes but what the script has asked for. */
#include "core/ws_peer.h"

enum { SAID_MAX = 4096, ECHO_MIN = 4 };

bool ws_own_data(struct peer *p, struct at at, const struct ws_head *h)
{
    struct ws_side *w = p->ws;
    struct slice in = buf_slice(&p->in);
    if (!p->t->on->black_box || h->opcode & 8)
        return false;
    bool begins = h->opcode == WS_BINARY || h->opcode == WS_TEXT;
    if (h->rsv || !h->minimal || h->masked == p->we_dialled ||
        (w->own_more ? h->opcode != WS_CONTINUATION : !begins))
        t_mismatch(p->t, at, p->we_dialled ? "%.000..... %0....... *" : "%.000..... %1....... *",
                   slice_of(in.p, in.n < 16 ? in.n : 16),
                   "a message of its own is not framed as it must be");
    w->own_more = !h->fin;
    return true;
}

void ws_own_said(struct peer *p, struct slice payload)
{
    struct buf *said = &p->ws->said;
    if (p->t->on->black_box && said->n + payload.n <= SAID_MAX)
        buf_put_slice(said, payload);
}

bool ws_own_echo(const struct peer *p, struct slice payload)
{
    struct slice said = buf_slice(&p->ws->said);
    for (size_t i = 0; payload.n >= ECHO_MIN && i + payload.n <= said.n; i++)
        if (memcmp(said.p + i, payload.p, payload.n) == 0)
            return true;
    return false;
}
