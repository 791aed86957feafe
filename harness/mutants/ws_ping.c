/* ws_ping.c -- faults of Ping and Pong. */
#include "mutants/ws_control.h"
#include "sp/protocol.h"
#include "ws/close.h"

/* arg[0]: the opcode. */
static bool end_of_it(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == (unsigned)m->mutant->arg[0]) {
        ws_end(f, WS_PROTOCOL_ERROR);
        return false;
    }
    return true;
}

WS_MUTANT(ws_ping_delivered, "delivers a Ping as a message, and does not answer it", "",
          .arg = { WS_PING }, .ws_in = deliver);
WS_MUTANT(ws_ping_unanswered, "does not answer a Ping", "", .arg = { WS_PING }, .ws_in = swallow);
WS_MUTANT(ws_pong_delivered, "delivers a Pong as a message", "", .arg = { WS_PONG },
          .ws_in = deliver);
WS_MUTANT(ws_pong_ends, "closes when a Pong comes that it has not asked for", "",
          .arg = { WS_PONG }, .ws_in = end_of_it);

static bool deliver_too(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_PING && s->head.fin && !s->head.rsv)
        ws_put(f, &s->after, false, WS_BINARY, true, buf_slice(&s->payload));
    return true;
}

WS_MUTANT(ws_ping_answered_and_delivered, "answers a Ping, and delivers it as a message too", "",
          .ws_in = deliver_too);

static bool any_fin(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (ws_opcode(s) == (unsigned)m->mutant->arg[0])
        s->frame.more = false;
    return true;
}

WS_MUTANT(ws_fragmented_ping_answered, "answers a Ping without FIN", "", .arg = { WS_PING },
          .ws_in = any_fin);
WS_MUTANT(ws_fragmented_pong_accepted, "passes over a Pong without FIN", "", .arg = { WS_PONG },
          .ws_in = any_fin);

static bool any_length(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    struct slice all = buf_slice(&s->payload);
    (void)f;
    if (ws_opcode(s) == (unsigned)m->mutant->arg[0] && all.n > WS_CONTROL_MAX) {
        struct buf part = { 0 };
        buf_put(&part, all.p, WS_CONTROL_MAX);
        buf_clear(&s->payload);
        buf_put_slice(&s->payload, buf_slice(&part));
        buf_free(&part);
        s->frame.length_form = WS_LENGTH_MINIMAL;
    }
    return true;
}

WS_MUTANT(ws_long_ping_accepted, "takes a Ping of more than 125 octets", "", .arg = { WS_PING },
          .ws_in = any_length);
WS_MUTANT(ws_long_pong_accepted, "takes a Pong of more than 125 octets", "", .arg = { WS_PONG },
          .ws_in = any_length);

static bool die_of_ping(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == WS_PING && f->self == m->mutant->arg[0])
        mutation_die(m, "Assertion failed: 0 (xpub.c:134)");
    return true;
}

WS_MUTANT(ws_ping_to_pub_dies, "a PUB dies of a Ping", "nanomsg #443", .arg = { SP_PUB },
          .ws_in = die_of_ping);
WS_MUTANT(ws_ping_to_push_dies, "a PUSH dies of a Ping", "node-nanomsg #146", .arg = { SP_PUSH },
          .ws_in = die_of_ping);

static bool other_pong(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (ws_opcode(s) == WS_PONG && (int64_t)s->payload.n > m->mutant->arg[0])
        buf_clear(&s->payload);
    return true;
}

WS_MUTANT(ws_pong_empty, "answers a Ping with an empty Pong", "", .arg = { 0 },
          .ws_out = other_pong);
WS_MUTANT(ws_pong_empty_for_longest, "answers a Ping of 125 octets with an empty Pong", "",
          .arg = { 124 }, .ws_out = other_pong);

static bool pong_again(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_PING)
        buf_fill(&s->payload, 0, s->payload.n == 0);
    (void)f;
    return true;
}

WS_MUTANT(ws_empty_ping_answered_with_octet, "answers an empty Ping with a Pong of one octet", "",
          .ws_in = pong_again);

static bool late_pong(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    bool part = ws_opcode(s) != WS_PING && !ws_is_control(s);
    if (part)
        f->note[0] = !s->head.fin;
    if (ws_opcode(s) == WS_PING && f->note[0] && !s->claimed) {
        ws_put(f, &f->kept, false, WS_PING, true, buf_slice(&s->payload));
        return false;
    }
    if (part && s->head.fin) {
        buf_put_slice(&s->after, buf_slice(&f->kept));
        buf_clear(&f->kept);
    }
    return true;
}

WS_MUTANT(ws_pong_waits_for_message,
          "answers a Ping within a message in fragments when that is whole", "",
          .ws_in = late_pong);

static bool mask_of_pong(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (ws_opcode(s) == WS_PONG)
        s->frame.masked = !s->frame.masked;
    return true;
}

WS_MUTANT(ws_pong_masked_wrongly, "masks a Pong as server, and as client does not", "",
          .ws_out = mask_of_pong);
