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

struct sp_pipe *sp_pipe_open(struct sp_socket *s, enum sp_framing framing, msec now)
{
    (void)now;
    if (s->opened == s->slots && !widen_table(s))
        return NULL;
    struct sp_pipe *p = malloc(sizeof *p);
    if (p == NULL)
        return NULL;
    const struct sp_conn_config config = { framing, s->pattern->ops->self, s->peer, s->max_recv,
                                           s->recv_buf };
    *p = (struct sp_pipe){ .socket = s, .conn = sp_conn_new(&config), .send_buf = s->send_buf };
    if (p->conn == NULL) {
        free(p);
        return NULL;
    }
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
    sp_conn_free(p->conn);
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
    if (sp_conn_next(p->conn, &ev) != SP_EV_MESSAGE)
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
        switch (sp_conn_peek(p->conn, &payload)) {
        case SP_EV_NONE:
            link_remove(&p->ready);
            return;
        case SP_EV_GREETING:
            sp_conn_next(p->conn, &ev);
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
            sp_conn_next(p->conn, &ev);
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
    uint8_t *room = sp_conn_room(p->conn, n);
    p->stalled = room == NULL;
    if (room == NULL && sp_pipe_over(p))
        pipe_mark(p); /* out of memory, and nothing whole is left */
    return room;
}

void sp_pipe_fed(struct sp_pipe *p, size_t n, msec now)
{
    socket_bury(p->socket);
    sp_conn_fed(p->conn, n);
    pipe_pump(p, now);
}

void sp_pipe_eof(struct sp_pipe *p, msec now)
{
    if (p->over)
        return;
    sp_conn_eof(p->conn);
    p->over = true;
    pipe_mark(p);
    leave(p, now);
}

/* ---- what goes out ---- */

int sp_pipe_out(const struct sp_pipe *p, struct slice *out, int max)
{
    return sp_conn_out(p->conn, out, max);
}

void pipe_wrote(struct sp_pipe *p, msec now)
{
    pipe_mark(p);
    if (p->writable && sp_conn_unsent(p->conn) >= p->send_buf)
        set_writable(p, false, now);
}

void sp_pipe_sent(struct sp_pipe *p, size_t n, msec now)
{
    sp_conn_sent(p->conn, n);
    if (p->live && !p->writable && sp_conn_unsent(p->conn) < p->send_buf) {
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
    return sp_conn_state(p->conn) == SP_CONN_GREETING;
}

static bool out_of_memory(const struct sp_pipe *p)
{
    struct slice unused;
    return sp_conn_peek(p->conn, &unused) == SP_EV_ERROR;
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
        sp_conn_shrink(p->conn);
    size_t held = sizeof *p + sp_conn_memory(p->conn);
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

struct sp_pipe *sp_socket_next_dirty(struct sp_socket *s)
{
    struct link *k = list_first(&s->dirty);
    if (k == NULL)
        return NULL;
    link_remove(k);
    return container_of(k, struct sp_pipe, dirty);
}
