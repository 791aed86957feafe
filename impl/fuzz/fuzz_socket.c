/* A socket of any pattern, driven by a sequence of steps: its invariants hold throughout. */
#include "fuzz.h"
#include <string.h>
#include "sp/protocol.h"
#include "sp/socket.h"

enum { PIPES = 4, CONTEXTS = 4 };

struct world {
    struct sp_socket *s;
    const struct sp_protocol *protocol;
    struct sp_pipe *pipes[PIPES];
    struct context *contexts[CONTEXTS]; /* NULL: the socket's own */
    msec now;
    uint8_t id[4]; /* of the last request or survey seen */
};

static void feed(struct world *w, struct sp_pipe *p, struct slice in)
{
    while (in.n > 0) {
        size_t room;
        uint8_t *to = sp_pipe_room(p, &room);
        if (to == NULL)
            return;
        MUST(room > 0);
        struct slice part = take(&in, room);
        memcpy(to, part.p, part.n);
        sp_pipe_fed(p, part.n, w->now);
    }
}

static void open_pipe(struct world *w, struct sp_pipe **p, bool greet)
{
    const uint8_t greeting[8] = { 0, 'S', 'P', 0, 0, (uint8_t)w->protocol->peer, 0, 0 };
    if (*p != NULL)
        sp_pipe_free(*p, w->now);
    *p = sp_pipe_open(w->s, SP_FRAMING_TCP, w->now);
    MUST(*p != NULL);
    if (greet)
        feed(w, *p, slice_of(greeting, 8));
}

/* A whole frame; half of them in answer to the last request seen. */
static void feed_frame(struct world *w, struct sp_pipe *p, struct slice payload, bool answer)
{
    uint8_t head[8];
    set_be64(head, payload.n + (answer ? 4 : 0));
    feed(w, p, slice_of(head, 8));
    if (answer)
        feed(w, p, slice_of(w->id, 4));
    feed(w, p, payload);
}

static void write_some(struct world *w, struct sp_pipe *p, size_t most)
{
    struct slice out[2];
    size_t sum = 0;
    int n = sp_pipe_out(p, out, 2);
    for (int i = 0; i < n; i++)
        sum += out[i].n;
    if (n > 0 && out[0].n >= 12)
        memcpy(w->id, out[0].p + out[0].n % 4 + 8, 4 - out[0].n % 4);
    sp_pipe_sent(p, sum < most ? sum : most, w->now);
}

static void turn_context(struct world *w, struct context **c)
{
    if (*c != NULL)
        sp_context_close(w->s, *c, w->now);
    if (*c != NULL || sp_context_open(w->s, c) != E_OK)
        *c = NULL;
}

static void step(struct world *w, struct slice *in)
{
    uint8_t what = take_u8(in);
    struct sp_pipe **p = &w->pipes[what / 16 % PIPES];
    struct context **c = &w->contexts[what / 64 % CONTEXTS];
    struct msg m = { 0 };
    if (*p == NULL && what % 16 < 7)
        open_pipe(w, p, true);
    switch (what % 16) {
    case 0:
        open_pipe(w, p, take_u8(in) % 4 != 0);
        break;
    case 1:
        feed(w, *p, take(in, take_u8(in)));
        break;
    case 2:
    case 3:
        feed_frame(w, *p, take(in, take_u8(in) % 64), what % 2 != 0);
        break;
    case 4:
        write_some(w, *p, take_u8(in));
        break;
    case 5:
        write_some(w, *p, SIZE_MAX);
        break;
    case 6:
        sp_pipe_eof(*p, w->now);
        break;
    case 7:
        if (*p != NULL)
            sp_pipe_free(*p, w->now);
        *p = NULL;
        break;
    case 8:
    case 9:
        m.head = take(in, take_u8(in) % 16);
        m.body = take(in, take_u8(in) % 64);
        m.pipe = take_u8(in) % 2 != 0 && *p != NULL ? sp_pipe_id(*p) : 0;
        sp_context_send(w->s, *c, &m, w->now);
        break;
    case 10:
        if (sp_context_recv(w->s, *c, &m, w->now) == E_OK)
            sp_context_send(w->s, *c, &m, w->now); /* as a device does */
        break;
    case 11:
    case 12:
        if (sp_context_recv(w->s, *c, &m, w->now) == E_OK)
            MUST(m.pipe != 0);
        break;
    case 13:
        w->now = msec_earlier(sp_socket_deadline(w->s), w->now + 100000);
        sp_socket_tick(w->s, w->now);
        break;
    case 14:
        while (sp_socket_next_dirty(w->s) != NULL)
            continue;
        break;
    case 15:
        if (w->protocol->self == SP_SUB)
            sp_socket_subscribe(w->s, take(in, take_u8(in) % 4), what / 16 % 2 == 0);
        else
            turn_context(w, c);
        break;
    }
    MUST(sp_socket_pipes(w->s) <= PIPES);
    MUST(!sp_socket_can_send(w->s) || sp_socket_pipes(w->s) > 0);
    MUST(sp_socket_pattern(w->s)->out.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = slice_of(data, size);
    uint8_t flags = take_u8(&in);
    struct world w = { .protocol = &sp_protocols[flags % sp_protocol_count] };
    w.s = sp_socket_new(pattern_find(w.protocol->self, flags >= 128), flags);
    MUST(w.s != NULL);
    sp_socket_set(w.s, "polyamorous", flags % 2);
    sp_socket_set(w.s, "send-buf", 100);
    sp_socket_set(w.s, "recv-buf", 200);
    sp_socket_set(w.s, "max-recv", 1000);
    while (in.n > 0)
        step(&w, &in);
    for (int i = 0; i < PIPES; i++)
        if (w.pipes[i] != NULL && i % 2 == 0)
            sp_pipe_free(w.pipes[i], w.now);
    sp_socket_free(w.s);
    return 0;
}
