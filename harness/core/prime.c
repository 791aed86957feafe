/* prime.c -- pipes of an implementation that cannot tell which it has.
 *
 * That the greetings are complete does not mean that the other side has a pipe: a PUB that sends at
 * once sends to nobody, and a PAIR may take the second peer for the first.  Where the adapter has
 * no `pipes`, the implementation is made to send probes until every peer has had the latest. */
#include "core/ws_peer.h"
#include "sp/wire.h"
#include "ws/frame.h"
#include "ws/mask.h"
#include <inttypes.h>
#include <stdio.h>

enum {
    ARRIVAL_MS = 10, /* then the next probe: the one before may have been sent to nobody */
    SEND_MS = 100,
};
static const char mark[] = "spconform probe ";

/* Protocols whose application may send at any time, and all of whose peers (or only peer) get what
 * it sends. */
static bool can_prime(const struct iut *s, size_t peers)
{
    const char *p = s->protocol;
    if (s->raw || !s->open || s->t->on->black_box)
        return false;
    return strcmp(p, "pub") == 0 || strcmp(p, "bus") == 0 ||
           (strncmp(p, "pair", 4) == 0 && peers == 1);
}

static bool listens_to(const struct peer *p, const struct iut *s)
{
    return p->iut == s && p->counted && !p->paused && !is_closed(p);
}

enum { PROBE_MAX = 32 }; /* octets of a probe and the header in front of it */

/* The frame at the front, if it is whole: its octets, or 0; `plain` gets what it carries, unless
 * that is too long for a probe. */
static size_t whole_frame(const struct peer *p, struct slice in, uint8_t plain[PROBE_MAX],
                          uint64_t *size)
{
    struct ws_head w = { 0 };
    struct sp_frame_head h = { 0 };
    size_t n = p->ws ? ws_frame_parse(in, &w)
                     : sp_frame_parse(p->ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP, in, &h);
    if (n == 0)
        return 0;
    *size = p->ws ? w.length : h.size;
    if (*size <= PROBE_MAX)
        memcpy(plain, in.p + n - (size_t)*size, (size_t)*size);
    if (*size <= PROBE_MAX && w.masked)
        ws_mask(plain, (size_t)*size, w.key, 0);
    return n;
}

/* Takes every probe out of what has come; true: `number` was among them. */
static bool take_probes(struct peer *p, unsigned number)
{
    struct slice in = buf_slice(&p->in);
    struct buf rest = { 0 };
    char wanted[32];
    uint8_t plain[PROBE_MAX];
    uint64_t size;
    size_t length = (size_t)snprintf(wanted, sizeof wanted, "%s%08x", mark, number), whole;
    size_t before = in.n;
    bool found = false;
    while ((whole = whole_frame(p, in, plain, &size)) > 0) {
        size_t header = size > length ? (size_t)size - length : 0; /* PAIR v1: a hop count */
        bool probe = size >= length && header <= 4 && size <= PROBE_MAX &&
                     memcmp(plain + header, mark, strlen(mark)) == 0;
        if (!probe)
            buf_put(&rest, in.p, whole);
        found |= probe && memcmp(plain + header, wanted, length) == 0;
        in = slice_drop(in, whole);
    }
    buf_put_slice(&rest, in);
    buf_free(&p->in);
    p->in = rest;
    if (p->ws)
        ws_side_dropped(p, before - rest.n);
    return found;
}

static bool everybody_has(struct iut *s, unsigned number, bool *had, size_t room)
{
    bool all = true;
    size_t i = 0;
    for (struct peer *p = s->t->peers; p && i < room; p = p->next, i++) {
        if (p->iut == s && !p->paused)
            had[i] |= take_probes(p, number);
        all &= had[i] || !listens_to(p, s);
    }
    return all;
}

void prime(struct iut *s, struct at at)
{
    struct t *t = s->t;
    size_t peers = 0;
    for (struct peer *p = t->peers; p; p = p->next)
        peers += listens_to(p, s);
    if (peers == 0 || !can_prime(s, peers))
        return;
    msec deadline = t_patience(t);
    for (unsigned number = 1;; number++) {
        bool had[64] = { false };
        char text[64], hex[2 * sizeof text];
        snprintf(text, sizeof text, "%s%08x", mark, number);
        size_t n = 0;
        for (const char *c = text; *c; c++)
            n += (size_t)snprintf(hex + n, sizeof hex - n, "%02x", (unsigned)(uint8_t)*c);
        const char *code = "";
        iut_call(t, at, SEND_MS, &code, "send %s %d %s", s->name, SEND_MS, hex);
        msec next = msec_after(net_now(t->net), ARRIVAL_MS);
        bool all;
        while (!(all = everybody_has(s, number, had, sizeof had / sizeof had[0])) &&
               t_pause(t, next))
            ;
        if (all)
            return;
        if (net_now(t->net) >= deadline)
            t_stop(t, FAILED, at, "it exchanged greetings, but what it sends does not come: %s",
                   code);
    }
}
