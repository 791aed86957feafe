#include "sp/msg.h"
#include <string.h>

static enum err hold_body(struct kept_msg *k, const struct msg *m)
{
    if (m->body.n < MSG_LARGE) {
        buf_put_slice(&k->octets, m->body);
        return k->octets.failed ? E_NOMEM : E_OK;
    }
    if (m->own != NULL) {
        k->own = chunk_ref(m->own);
        k->own_body = m->body;
        return E_OK;
    }
    k->own = chunk_new(m->body.n);
    if (k->own == NULL)
        return E_NOMEM;
    memcpy(k->own->p, m->body.p, m->body.n);
    k->own->n = m->body.n;
    k->own_body = slice_of(k->own->p, k->own->n);
    return E_OK;
}

enum err kept_msg_set(struct kept_msg *k, const struct msg *m)
{
    kept_msg_clear(k);
    buf_put_slice(&k->octets, m->head);
    enum err e = hold_body(k, m);
    if (k->octets.failed || e != E_OK) {
        kept_msg_clear(k);
        return E_NOMEM;
    }
    k->head_size = m->head.n;
    k->pipe = m->pipe;
    k->full = true;
    return E_OK;
}

struct msg kept_msg_view(const struct kept_msg *k)
{
    struct slice all = buf_slice(&k->octets);
    return (struct msg){
        .head = slice_of(all.p, k->head_size),
        .body = k->own != NULL ? k->own_body : slice_drop(all, k->head_size),
        .own = k->own,
        .pipe = k->pipe,
    };
}

void kept_msg_clear(struct kept_msg *k)
{
    buf_clear(&k->octets);
    chunk_unref(k->own);
    k->own = NULL;
    k->own_body = (struct slice){ 0 };
    k->head_size = 0;
    k->pipe = 0;
    k->full = false;
}

void kept_msg_free(struct kept_msg *k)
{
    kept_msg_clear(k);
    buf_free(&k->octets);
}
