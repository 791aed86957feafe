/* sp_stream.c -- streams of SP's own framing as they pass by, one frame after the other. */
#include "mutants/wrapped.h"

enum { CLAIMED = 1 << 28 }; /* nothing to wait for */

struct passage {
    struct octet_fault *f;
    struct buf *raw, *cooked;
    bool *greeted;
    uint16_t *type; /* that the greeting says; NULL: known already */
    uint64_t *frames;
    bool (*hook)(struct mutation *, struct octet_fault *, struct buf *);
};

static enum sp_framing framing(const struct octet_fault *f)
{
    return f->stream.ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP;
}

static void put_frame(struct octet_fault *f, struct buf *to, uint8_t type, struct slice payload)
{
    struct sp_frame_head head = { .type = f->retyped ? f->type : type,
                                  .size = payload.n + (uint64_t)f->skew };
    sp_frame_head_write(framing(f), to, &head);
    buf_put_slice(to, payload);
}

/* False: more is needed. */
static bool pass_greeting(struct passage *p)
{
    struct slice all = buf_slice(p->raw);
    if (all.n < SP_GREETING_SIZE)
        return false;
    if (p->type)
        *p->type = get_be16(all.p + 4);
    buf_put(p->cooked, all.p, SP_GREETING_SIZE);
    buf_drop(p->raw, SP_GREETING_SIZE);
    return *p->greeted = true;
}

/* Moves whole frames from raw to cooked, each through the hook. */
static void pass(struct passage *p)
{
    struct octet_fault *f = p->f;
    if (!*p->greeted && !pass_greeting(p))
        return;
    for (;;) {
        struct sp_frame_head head;
        struct slice all = buf_slice(p->raw);
        if (sp_frame_head_parse(framing(f), all, &head) > 0 && head.size > CLAIMED) {
            buf_put_slice(p->cooked, all);
            buf_clear(p->raw);
            return;
        }
        size_t whole = sp_frame_parse(framing(f), all, &head);
        if (whole == 0)
            return;
        struct buf payload = { 0 };
        buf_put(&payload, all.p + whole - (size_t)head.size, (size_t)head.size);
        buf_drop(p->raw, whole);
        if (p->hook(f->m, f, &payload))
            put_frame(f, p->cooked, head.type, buf_slice(&payload));
        f->skew = 0;
        f->retyped = false;
        ++*p->frames;
        buf_free(&payload);
    }
}

void sp_pass_in(struct octet_fault *f)
{
    pass(&(struct passage){ f, &f->raw_in, &f->in, &f->greeted_in, &f->peer, &f->frames_in,
                            f->m->mutant->frame_in });
}

void sp_pass_out(struct octet_fault *f)
{
    pass(&(struct passage){ f, &f->raw_out, &f->out, &f->greeted_out, NULL, &f->frames_out,
                            f->m->mutant->frame_out });
}
