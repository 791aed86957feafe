/* The pipes of a socket: between a connection and the pattern. */
#include "sp/socket_state.h"
#include <stdlib.h>
#include <string.h>

enum { ORPHAN_OCTETS = 64 * 1024 * 1024 };

/* ---- the table by id ---- */

static struct sp_pipe **slot_of(struct sp_socket *s, pipe_id id)
{
    return &s->table[id & (s->slots - 1)];
}

struct sp_pipe *socket_find(struct sp_socket *s, pipe_id id)
{
    if (s->slots == 0)
        return NULL;
    struct sp_pipe *p = *slot_of(s, id);
    while (p != NULL && p->id != id)
        p = p->same_slot;
    return p;
}

static bool widen_table(struct sp_socket *s)
{
    size_t slots = s->slots == 0 ? 8 : 2 * s->slots;
    struct sp_pipe **table = realloc(s->table, slots * sizeof *table);
    if (table == NULL)
        return false;
    memset(table, 0, slots * sizeof *table);
    s->table = table;
    s->slots = slots;
    for (struct link *k = list_first(&s->all); k; k = list_next(&s->all, k)) {
        struct sp_pipe *p = container_of(k, struct sp_pipe, all);
        p->same_slot = *slot_of(s, p->id);
        *slot_of(s, p->id) = p;
    }
    return true;
}

/* sp-request-reply-01 5.2: 31 bits, the next is one more.  Zero names no pipe. */
static pipe_id next_id(struct sp_socket *s)
{
    do
        s->last_id = (s->last_id + 1) & 0x7fffffff;
    while (s->last_id == 0 || socket_find(s, s->last_id) != NULL);
    return s->last_id;
}

struct sp_conn_config sp_socket_conn_config(const struct sp_socket *s, enum sp_framing framing)
{
    return (struct sp_conn_config){ framing, s->pattern->ops->self, s->peer, s->max_recv,
                                    s->recv_buf };
}

struct sp_pipe *sp_pipe_open(struct sp_socket *s, enum sp_framing framing, msec now)
{
    struct sp_conn_config config = sp_socket_conn_config(s, framing);
    struct sp_conn *conn = sp_conn_new(&config);
    return conn ? sp_pipe_carried(s, sp_conn_carrier(conn), now) : NULL;
}

struct sp_pipe *sp_pipe_carried(struct sp_socket *s, struct carrier *carrier, msec now)
{
    (void)now;
    struct sp_pipe *p = NULL;
    if (s->opened < s->slots || widen_table(s))
        p = malloc(sizeof *p);
    if (p == NULL) {
        carrier_free(carrier);
        return NULL;
    }
    *p = (struct sp_pipe){ .socket = s, .carrier = carrier, .send_buf = s->send_buf };
    p->id = next_id(s);
    p->same_slot = *slot_of(s, p->id);
    *slot_of(s, p->id) = p;
    s->opened++;
    list_append(&s->all, &p->all);
    pipe_mark(p); /* our greeting */
    return p;
}

void pipe_destroy(struct sp_pipe *p)
{
    struct sp_socket *s = p->socket;
    struct sp_pipe **at = slot_of(s, p->id);
    while (*at != p)
        at = &(*at)->same_slot;
    *at = p->same_slot;
    s->opened--;
    s->orphan_octets -= p->orphan_octets;
    link_remove(&p->all);
    link_remove(&p->ready);
    link_remove(&p->dirty);
    if (p->carrier)
        carrier_free(p->carrier);
    free(p);
}

void sp_pipe_set_user(struct sp_pipe *p, void *user)
{
    p->user = user;
}

void *sp_pipe_user(const struct sp_pipe *p)
{
    return p->user;
}

pipe_id sp_pipe_id(const struct sp_pipe *p)
{
    return p->id;
}

void pipe_mark(struct sp_pipe *p)
{
    if (!p->orphan && !link_in(&p->dirty))
        list_append(&p->socket->dirty, &p->dirty);
}

/* ---- what arrives ---- */

static void set_writable(struct sp_pipe *p, bool yes, msec now)
{
    struct sp_socket *s = p->socket;
    p->writable = yes;
    if (yes)
        s->writable++;
    else
        s->writable--;
    s->pattern->ops->pipe_writable(s->pattern, p->id, yes, now);
}

/* The pattern loses the pipe; what waits in it is kept. */
static void leave(struct sp_pipe *p, msec now)
{
    struct sp_socket *s = p->socket;
    if (!p->live)
        return;
    p->live = false;
    s->live--;
    s->writable -= p->writable;
    p->writable = false;
    s->pattern->ops->pipe_del(s->pattern, p->id, now);
    socket_drain(s, now);
}

void pipe_end(struct sp_pipe *p, msec now)
{
    p->over = p->dead = true;
    pipe_mark(p);
    link_remove(&p->ready);
    leave(p, now);
}

static void greeted(struct sp_pipe *p, msec now)
{
    struct sp_socket *s = p->socket;
    if (!s->pattern->ops->pipe_add(s->pattern, p->id, now)) {
        socket_note(s, SP_ACT_CLOSE, p->id, "the pattern takes no further peer");
        pipe_end(p, now);
        return;
    }
    p->live = true;
    s->live++;
    pipe_mark(p);
    set_writable(p, true, now);
    socket_drain(s, now);
}

void pipe_offer(struct sp_pipe *p, msec now)
{
    struct sp_socket *s = p->socket;
    struct sp_event ev;
    if (carrier_next(p->carrier, &ev) != SP_EV_MESSAGE)
        return;
    const struct msg msg = { .body = ev.payload, .own = ev.own, .pipe = p->id };
    s->pattern->ops->arrived(s->pattern, p->id, &msg, now);
    socket_drain(s, now);
}

/* True if it may wait until the application receives. */
static bool may_wait(const struct sp_pipe *p, struct slice payload)
{
    const struct pattern *pattern = p->socket->pattern;
    const struct msg msg = { .body = payload, .pipe = p->id };
    return pattern->ops->lazy &&
           (pattern->ops->refuse == NULL || pattern->ops->refuse(pattern, p->id, &msg) == NULL);
}

void pipe_pump(struct sp_pipe *p, msec now)
{
    struct slice payload;
    struct sp_event ev;
    while (!p->over) {
        switch (carrier_peek(p->carrier, &payload)) {
        case SP_EV_NONE:
            link_remove(&p->ready);
            return;
        case SP_EV_GREETING:
            carrier_next(p->carrier, &ev);
            greeted(p, now);
            break;
        case SP_EV_MESSAGE:
            if (may_wait(p, payload)) {
                if (!link_in(&p->ready))
                    list_append(&p->socket->ready, &p->ready);
                return;
            }
            pipe_offer(p, now);
            break;
        case SP_EV_ERROR:
            carrier_next(p->carrier, &ev);
            socket_note(p->socket, SP_ACT_CLOSE, p->id, ev.why);
            pipe_end(p, now);
            break;
        }
    }
}

uint8_t *sp_pipe_room(struct sp_pipe *p, size_t *n)
{
    *n = 0;
    if (p->over)
        return NULL;
    uint8_t *room = carrier_room(p->carrier, n);
    p->stalled = room == NULL;
    if (room == NULL && sp_pipe_over(p))
        pipe_mark(p); /* out of memory, and nothing whole is left */
    return room;
}

void sp_pipe_fed(struct sp_pipe *p, size_t n, msec now)
{
    socket_bury(p->socket);
    carrier_fed(p->carrier, n);
    if (carrier_unsent(p->carrier) > 0)
        pipe_mark(p); /* reading may write: it answers */
    pipe_pump(p, now);
    if (!p->over && p->carrier->ops->over && p->carrier->ops->over(p->carrier))
        sp_pipe_eof(p, now); /* behind messages that wait */
}

void sp_pipe_eof(struct sp_pipe *p, msec now)
{
    if (p->over)
        return;
    carrier_eof(p->carrier);
    p->over = true;
    pipe_mark(p);
    leave(p, now);
}

/* ---- what goes out ---- */

int sp_pipe_out(const struct sp_pipe *p, struct slice *out, int max)
{
    return carrier_out(p->carrier, out, max);
}

void pipe_wrote(struct sp_pipe *p, msec now)
{
    pipe_mark(p);
    if (p->writable && carrier_unsent(p->carrier) >= p->send_buf)
        set_writable(p, false, now);
}

void sp_pipe_sent(struct sp_pipe *p, size_t n, msec now)
{
    carrier_sent(p->carrier, n);
    if (p->live && !p->writable && carrier_unsent(p->carrier) < p->send_buf) {
        set_writable(p, true, now);
        socket_drain(p->socket, now);
    }
}

bool sp_pipe_full(const struct sp_pipe *p)
{
    return p->live && !p->writable;
}

/* ---- its end ---- */

bool sp_pipe_greeting(const struct sp_pipe *p)
{
    return carrier_opening(p->carrier);
}

static bool out_of_memory(const struct sp_pipe *p)
{
    struct slice unused;
    return carrier_peek(p->carrier, &unused) == SP_EV_ERROR;
}

bool sp_pipe_over(const struct sp_pipe *p)
{
    return p->over || out_of_memory(p);
}

void sp_pipe_free(struct sp_pipe *p, msec now)
{
    struct sp_socket *s = p->socket;
    socket_bury(s);
    p->over = true;
    leave(p, now);
    link_remove(&p->dirty);
    p->user = NULL;
    if (link_in(&p->ready))
        p->carrier->ops->shrink(p->carrier);
    size_t held = sizeof *p + p->carrier->ops->memory(p->carrier);
    if (link_in(&p->ready) && held <= ORPHAN_OCTETS - s->orphan_octets) {
        p->orphan = true;
        p->orphan_octets = held;
        s->orphan_octets += held;
        return;
    }
    if (link_in(&p->ready))
        socket_note(s, SP_ACT_DROP, p->id, "too much is held of peers that are gone");
    pipe_destroy(p);
}

struct carrier *sp_pipe_release(struct sp_pipe *p, bool drop, msec now)
{
    struct carrier *carrier = p->carrier;
    if (link_in(&p->ready) && !drop) {
        sp_pipe_free(p, now);
        return NULL;
    }
    socket_bury(p->socket);
    p->over = true;
    leave(p, now);
    p->carrier = NULL;
    pipe_destroy(p);
    return carrier;
}

struct sp_pipe *sp_socket_next_dirty(struct sp_socket *s)
{
    struct link *k = list_first(&s->dirty);
    if (k == NULL)
        return NULL;
    link_remove(k);
    return container_of(k, struct sp_pipe, dirty);
}
