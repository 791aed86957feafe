/* peer.c -- our end of the wire: connections, octets, segmentation.  What SP makes of them is in
 * sp_peer.c. */
#include "core/peer.h"
#include "core/credentials.h"
#include "core/ws_peer.h"
#include "net/url.h"
#include "core/black_box.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    READ_STEP = 64 * 1024,
    READ_TURN = 16,            /* steps in a row: then others have their turn */
    IN_MAX = 64 * 1024 * 1024, /* octets no expect has consumed: more stays with the sender */
};

static msec stamp(struct t *t)
{
    return net_now(t->net) - t->started;
}

void peer_trace(struct peer *p, enum trace_kind kind, struct slice octets, const char *note)
{
    trace_add(
        p->t->trace,
        &(struct trace_event){
            .kind = kind, .at = stamp(p->t), .conn = p->number, .octets = octets, .note = note });
}

/* ---- reading ---- */

static void ended(struct peer *p, enum stream_end end)
{
    if (p->end != STREAM_OPEN)
        return;
    p->end = end;
    if (p->tls && tls_stream_why(p->stream)[0])
        peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, tls_stream_why(p->stream));
    peer_trace(p, TRACE_END, (struct slice){ 0 },
               end == STREAM_FIN   ? "fin"
               : end == STREAM_RST ? "rst"
                                   : "refused");
}

static bool reads(const struct peer *p)
{
    return p->end == STREAM_OPEN && !p->paused && p->in.n < IN_MAX;
}

static void read_all(struct peer *p)
{
    for (int i = 0; i < READ_TURN && reads(p); i++) {
        uint8_t *room = buf_room(&p->in, READ_STEP);
        if (!room) {
            t_end(p->t, UNFAIR, (struct at){ p->t->c->file, "", p->t->c->line }, "out of memory");
            return;
        }
        ptrdiff_t n = stream_read(p->stream, room, READ_STEP);
        if (n > 0) {
            peer_trace(p, TRACE_IN, slice_of(room, (size_t)n), NULL);
            buf_grew(&p->in, (size_t)n);
            if (p->ws)
                ws_side_look(p);
            if (p->t->net->simulated && (size_t)n < READ_STEP)
                return;
        } else if (n == 0) {
            ended(p, STREAM_FIN);
        } else if (n == -E_AGAIN) {
            return;
        } else {
            ended(p, n == -E_REFUSED ? STREAM_REFUSED : STREAM_RST);
        }
    }
}

void peer_rewant(struct peer *p)
{
    unsigned want = 0;
    if (reads(p))
        want |= STREAM_READABLE;
    if (p->out.n > 0 || (p->finish && p->end == STREAM_OPEN))
        want |= STREAM_WRITABLE;
    stream_want(p->stream, want);
}

void peer_consume(struct peer *p, size_t n)
{
    buf_drop(&p->in, n);
    if (p->ws)
        ws_side_dropped(p, n);
    if (p->stream)
        peer_rewant(p);
}

/* ---- writing and its segmentation ---- */

/* How many octets may go now: up to the next cut; 0 when the octets before the cut have not been
 * read yet. */
static size_t may_write(struct peer *p, bool *at_cut)
{
    const struct conditions *on = p->t->on;
    size_t n = p->out.n;
    uint64_t head_end =
        SP_GREETING_SIZE + sp_frame_head_size(p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP);
    *at_cut = false;
    if (p->ws)
        return n; /* cases of its own cut the handshake and the frames */
    if (on->segmentation == SEGMENT_OCTETS && p->sent_before < head_end) {
        *at_cut = p->sent_before > 0;
        n = 1;
    } else if (on->segmentation == SEGMENT_SPLIT && p->sent_before <= on->cut) {
        *at_cut = p->sent_before == on->cut;
        if (p->sent_before < on->cut && n > on->cut - p->sent_before)
            n = (size_t)(on->cut - p->sent_before);
    }
    return n;
}

static void recheck(struct net_timer *timer, msec at)
{
    (void)at;
    struct peer_timer *pt = (struct peer_timer *)(void *)timer;
    peer_flush(pt->peer);
}

static void write_out(struct peer *p)
{
    while (p->out.n > 0 && !p->unsettled) {
        bool at_cut;
        size_t n = may_write(p, &at_cut);
        if (at_cut && stream_unread(p->stream) > 0) {
            /* The kernel has no event for "the other side has read": ask again in a moment. */
            net_arm(p->t->net, &p->recheck->timer, net_now(p->t->net) + 1);
            return;
        }
        struct slice part = { .p = buf_slice(&p->out).p, .n = n };
        ptrdiff_t wrote = stream_write(p->stream, &part, 1);
        if (wrote == -E_AGAIN)
            return;
        if (wrote < 0) {
            /* It closed while we wrote.  What it sent before that is still read. */
            buf_clear(&p->out);
            for (size_t before = SIZE_MAX; before != p->in.n && reads(p);) {
                before = p->in.n;
                read_all(p);
            }
            if (!p->paused)
                ended(p, wrote == -E_REFUSED ? STREAM_REFUSED : STREAM_RST);
            return;
        }
        p->sent_before += (uint64_t)wrote;
        buf_drop(&p->out, (size_t)wrote);
    }
    if (p->out.n == 0 && p->finish) {
        p->finish = false;
        stream_finish(p->stream);
    }
}

void peer_flush(struct peer *p)
{
    if (!p->stream || !stream_connected(p->stream))
        return;
    write_out(p);
    peer_rewant(p);
    t_wake(p->t);
}

static void on_ready(void *ctx, unsigned events)
{
    struct peer *p = ctx;
    if (events & STREAM_READABLE)
        read_all(p);
    if (events & STREAM_WRITABLE)
        write_out(p);
    peer_rewant(p);
    t_wake(p->t);
}

void peer_put(struct peer *p, struct slice octets)
{
    peer_trace(p, TRACE_OUT, octets, NULL);
    p->t->put += octets.n;
    buf_put_slice(&p->out, octets);
    if (p->out.failed)
        cannot_judge(p->t, "out of memory");
    if (p->stream && stream_connected(p->stream))
        write_out(p);
    if (p->stream)
        peer_rewant(p);
}

/* ---- connections ---- */

static enum trace_framing trace_framing(const struct peer *p)
{
    return p->ws ? TRACE_WS : p->ipc ? TRACE_IPC : TRACE_TCP;
}

struct peer *peer_new(struct t *t, struct at at, struct stream *stream, const char *url,
                      struct endpoint *endpoint)
{
    struct peer *p = calloc(1, sizeof *p);
    struct peer_timer *pt = calloc(1, sizeof *pt);
    if (!p || !pt) {
        free(p);
        free(pt);
        stream_close(stream);
        t_stop(t, UNFAIR, at, "out of memory");
    }
    p->t = t;
    p->number = ++t->peer_count;
    p->stream = stream;
    p->ipc = strncmp(url, "ipc:", 4) == 0;
    if (strncmp(url, "ws:", 3) == 0 || strncmp(url, "wss:", 4) == 0)
        p->ws = ws_side_new();
    p->endpoint = endpoint;
    p->we_dialled = !endpoint && !(t->on->black_box && dials(t));
    p->recheck = pt;
    pt->peer = p;
    pt->timer.fire = recheck;
    snprintf(p->url, sizeof p->url, "%s", url);
    p->next = t->peers;
    t->peers = p;
    char note[240];
    snprintf(note, sizeof note, "%s, %s", p->we_dialled ? "we dialled" : "it dialled", url);
    peer_trace(p, TRACE_OPEN, (struct slice){ 0 }, note);
    trace_describe(t->trace, p->number, trace_framing(p), 0);
    stream_watch(stream, on_ready, p);
    peer_rewant(p);
    return p;
}

void peer_drop(struct peer *p, bool reset, const char *note)
{
    if (!p->stream)
        return;
    peer_trace(p, TRACE_END, (struct slice){ 0 }, note);
    net_arm(p->t->net, &p->recheck->timer, MSEC_NEVER);
    if (reset)
        stream_reset(p->stream);
    else
        stream_close(p->stream);
    p->stream = NULL;
    if (p->end == STREAM_OPEN)
        p->end = STREAM_FIN;
    p->we_closed = true;
}

static void on_accept(void *ctx, struct stream *stream)
{
    struct endpoint *e = ctx;
    e->seen++;
    size_t room = sizeof e->waiting / sizeof e->waiting[0];
    if (e->count == room) {
        stream_close(stream);
        return;
    }
    e->waiting[(e->first + e->count++) % room] = stream;
    t_wake(e->t);
}

struct endpoint *endpoint_find(struct t *t, const char *url)
{
    for (struct endpoint *e = t->endpoints; e; e = e->next)
        if (strcmp(e->url, url) == 0)
            return e;
    return NULL;
}

/* The address of what tls and ws are carried by. */
static const char *below(struct t *t, struct at at, const char *url, char *text, size_t cap)
{
    struct url u;
    if (url_parse(url, &u) != E_OK)
        t_stop(t, UNFAIR, at, "not an address: %s", url);
    u = url_below(&u);
    url_text(&u, text, cap);
    return text;
}

static struct endpoint *endpoint_listen(struct t *t, struct at at, const char *url)
{
    char address[160];
    struct endpoint *e = calloc(1, sizeof *e);
    if (!e)
        cannot_judge(t, "out of memory");
    e->t = t;
    e->next = t->endpoints;
    t->endpoints = e;
    enum err err =
        net_listen(t->net, below(t, at, url, address, sizeof address), on_accept, e, &e->listener);
    if (err != E_OK)
        t_stop(t, UNFAIR, at, "we cannot listen at %s: %s", url, err_name(err));
    url_with_port(url, e->listener->url, e->url, sizeof e->url);
    return e;
}

static bool needs_tls(const char *url)
{
    return strncmp(url, "tls+tcp:", 8) == 0 || strncmp(url, "wss:", 4) == 0;
}

void peer_secure(struct peer *p, struct at at, struct tls_context *context)
{
    struct t *t = p->t;
    struct stream *stream = p->stream;
    if (!context)
        cannot_judge(t, "no TLS to be had");
    p->stream = NULL; /* taken, whatever comes of it */
    p->stream = tls_stream_new(t->net, stream, context, NULL);
    if (!p->stream)
        t_stop(t, UNFAIR, at, "out of memory");
    p->tls = true;
    stream_watch(p->stream, on_ready, p);
    peer_trace(p, TRACE_NOTE, (struct slice){ 0 }, "TLS; what follows is what it carries");
    peer_rewant(p);
}

struct peer *endpoint_accept(struct endpoint *e, struct at at)
{
    struct t *t = e->t;
    msec deadline = t_patience(t);
    while (e->count == 0)
        if (!t_wait(t, deadline) && e->count == 0)
            t_stop(t, FAILED, at, "it does not connect to %s", e->url);
    struct stream *stream = e->waiting[e->first];
    e->first = (e->first + 1) % (sizeof e->waiting / sizeof e->waiting[0]);
    e->count--;
    struct peer *p = peer_new(t, at, stream, e->url, e);
    if (needs_tls(e->url) && !e->plain)
        peer_secure(p, at, credentials_server());
    return p;
}

static void await_connected(struct peer *p)
{
    msec deadline = t_patience(p->t);
    while (!stream_connected(p->stream) && p->end == STREAM_OPEN) {
        stream_want(p->stream, STREAM_WRITABLE | STREAM_READABLE);
        if (!t_wait(p->t, deadline))
            return;
    }
}

struct peer *peer_dial(struct t *t, struct at at, const char *url, unsigned how)
{
    char address[160];
    struct stream *stream;
    enum err err = net_dial(t->net, below(t, at, url, address, sizeof address), &stream);
    if (err != E_OK)
        t_stop(t, UNFAIR, at, "we cannot dial %s: %s", url, err_name(err));
    struct peer *p = peer_new(t, at, stream, url, NULL);
    await_connected(p);
    if (!stream_connected(p->stream) && p->end == STREAM_OPEN)
        t_stop(t, FAILED, at, "%s does not accept a connection", url);
    if (p->end == STREAM_REFUSED && !(how & DIAL_MAY_FAIL))
        t_stop(t, FAILED, at, "%s refuses the connection", url);
    if (p->end != STREAM_OPEN || !needs_tls(url) || (how & DIAL_PLAIN))
        return p;
    peer_secure(p, at, credentials_client());
    await_connected(p);
    if (!stream_connected(p->stream) && !(how & DIAL_MAY_FAIL))
        t_stop(t, FAILED, at, "the TLS handshake does not come through: %s",
               tls_stream_why(p->stream));
    return p;
}

char *t_place(struct t *t, const char *scheme, char *url, size_t cap)
{
    unsigned n = ++t->place_count;
    unsigned pid = t->on->pid;
    if (strcmp(scheme, "ipc") == 0)
        snprintf(url, cap, "ipc://%s/%u.%u", t->net->simulated ? "/sim" : t->on->scratch,
                 t->on->lane, n);
    else if (strcmp(scheme, "tcp6") == 0)
        snprintf(url, cap, "tcp://[::1]:0");
    else if (strcmp(scheme, "tls") == 0)
        snprintf(url, cap, "tls+tcp://127.0.0.1:0"); /* what the certificate says */
    else if (strcmp(scheme, "wss") == 0)
        snprintf(url, cap, "wss://127.0.0.1:0/");
    else if (strcmp(scheme, "inproc") == 0)
        snprintf(url, cap, "inproc://place-%u", n);
    else
        snprintf(url, cap, "%s://127.%u.%u.%u:0%s", scheme, 16 + pid % 200, pid / 200 % 250,
                 1 + t->on->lane % 250, strcmp(scheme, "ws") == 0 ? "/" : "");
    return url;
}

void t_close_wire(struct t *t)
{
    for (struct peer *p = t->peers, *next; p; p = next) {
        next = p->next;
        peer_drop(p, false, "the case is over");
        buf_free(&p->in);
        buf_free(&p->out);
        ws_side_free(p->ws);
        free(p->recheck);
        free(p);
    }
    t->peers = NULL;
    for (struct endpoint *e = t->endpoints, *next; e; e = next) {
        next = e->next;
        for (size_t i = 0; i < e->count; i++)
            stream_close(e->waiting[(e->first + i) % (sizeof e->waiting / sizeof e->waiting[0])]);
        if (e->listener)
            listener_close(e->listener);
        free(e);
    }
    t->endpoints = NULL;
}

/* ---- a service that dials us ---- */

static void it_arrived(void *ctx)
{
    t_wake(ctx);
}

static struct peer *accept_service(struct t *t, struct at at, bool plain)
{
    msec deadline = t_patience(t);
    struct stream *stream;
    black_box_trigger(t->port);
    while (!(stream = black_box_accept(t->port, it_arrived, t)))
        if (!t_wait(t, deadline))
            t_stop(t, FAILED, at, "it does not connect to %s", t->on->black_box_url);
    struct peer *p = peer_new(t, at, stream, t->on->black_box_url, NULL);
    if (needs_tls(p->url) && !plain)
        peer_secure(p, at, credentials_server());
    return p;
}

/* ---- what scripts say: connections ---- */

struct peer *attach_raw_(struct at at, struct iut *s)
{
    return peer_attach(s, at, false);
}

struct peer *peer_attach(struct iut *s, struct at at, bool plain)
{
    struct t *t = s->t;
    t_expect(t, at);
    peers_settle(t);
    if (t->via & (INPROC | LOCAL))
        t_stop(t, UNFAIR, at, "the case is broken: attach without a wire");
    struct peer *p;
    if (dials(t) && t->on->black_box) {
        for (p = t->peers; p; p = p->next)
            if (p->end == STREAM_OPEN)
                t_stop(t, SKIPPED, at, "a service that dials makes one connection at a time");
        p = accept_service(t, at, plain);
    } else if (dials(t)) {
        char place[160];
        struct endpoint *e =
            endpoint_listen(t, at, t_place(t, via_scheme(t->via), place, sizeof place));
        e->plain = plain;
        iut_dial_(at, s, e->url);
        p = endpoint_accept(e, at);
    } else {
        if (!s->listen_url[0])
            snprintf(s->listen_url, sizeof s->listen_url, "%s", iut_listen_(at, s, NULL));
        p = peer_dial(t, at, s->listen_url, plain ? DIAL_PLAIN : 0);
    }
    p->iut = s;
    const struct sp_protocol *protocol = sp_protocol_named(s->protocol);
    trace_describe(t->trace, p->number, trace_framing(p), protocol ? protocol->self : 0);
    return p;
}

struct peer *reattach_raw_(struct at at, struct peer *old)
{
    struct t *t = old->t;
    t_expect(t, at);
    peers_settle(t);
    struct peer *p = old->endpoint     ? endpoint_accept(old->endpoint, at)
                     : old->we_dialled ? peer_dial(t, at, old->url, 0)
                                       : accept_service(t, at, false);
    p->iut = old->iut;
    const struct sp_protocol *protocol = p->iut ? sp_protocol_named(p->iut->protocol) : NULL;
    trace_describe(t->trace, p->number, trace_framing(p), protocol ? protocol->self : 0);
    return p;
}

const char *our_listener(struct t *t)
{
    char place[160];
    struct at at = HERE("our_listener(t)");
    return endpoint_listen(t, at, t_place(t, via_scheme(t->via), place, sizeof place))->url;
}

const char *nobody_there(struct t *t)
{
    char place[160];
    struct at at = HERE("nobody_there(t)");
    t_place(t, via_scheme(t->via), place, sizeof place);
    if (t->via & IPC)
        return t_keep(t, place);
    /* A port that was free a moment ago, on an address of ours alone. */
    struct endpoint *e = endpoint_listen(t, at, place);
    listener_close(e->listener);
    e->listener = NULL;
    const char *url = t_keep(t, e->url);
    e->url[0] = '\0';
    return url;
}

const char *free_place_over(struct t *t, const char *scheme)
{
    char place[160];
    return t_keep(t, t_place(t, scheme, place, sizeof place));
}

const char *free_place(struct t *t)
{
    return free_place_over(t, via_scheme(t->via));
}

static const char *path_of(const char *url)
{
    return strncmp(url, "ipc://", 6) == 0 ? url + 6 : url;
}

bool socket_file_at(struct t *t, const char *url)
{
    return t->net->ops->file(t->net, path_of(url)) == NET_FILE;
}

void leave_stale_file(struct t *t, const char *url)
{
    t_note(t, "a socket file that nobody listens on is left at %s", url);
    t->net->ops->file_leave_stale(t->net, path_of(url));
}

void unlink_file(struct t *t, const char *url)
{
    t_note(t, "%s is unlinked", url);
    t->net->ops->file_unlink(t->net, path_of(url));
}

void start_listening_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    endpoint_listen(t, at, url);
}

void stop_listening_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    struct endpoint *e = endpoint_find(t, url);
    if (!e || !e->listener)
        t_stop(t, UNFAIR, at, "the case is broken: nobody listens at %s", url);
    listener_close(e->listener);
    e->listener = NULL;
    e->url[0] = '\0';
}

struct peer *accept_raw_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    peers_settle(t);
    struct endpoint *e = endpoint_find(t, url);
    if (!e)
        t_stop(t, UNFAIR, at, "the case is broken: nobody listens at %s", url);
    return endpoint_accept(e, at);
}

struct peer *dial_raw_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    peers_settle(t);
    return peer_dial(t, at, url, 0);
}

void expect_refused_(struct at at, struct t *t, const char *url)
{
    t_expect(t, at);
    msec deadline = t_patience(t);
    for (;;) {
        struct peer *p = peer_dial(t, at, url, DIAL_MAY_FAIL);
        if (p->end == STREAM_REFUSED)
            return;
        peer_drop(p, false, "we closed");
        if (net_now(t->net) >= deadline)
            t_stop(t, FAILED, at, "%s still accepts connections", url);
        t_pause(t, net_now(t->net) + 10);
    }
}

size_t connections_seen(struct t *t, const char *url)
{
    struct endpoint *e = endpoint_find(t, url);
    return e ? e->seen : 0;
}
