/* ws_fragments.c -- faults with messages in several frames.  note[0]: we are between the first and
 * the last one. */
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"
#include "ws/close.h"

static bool fragment(struct octet_fault *f, const struct ws_seen *s)
{
    bool within = f->note[0];
    if (!ws_is_control(s))
        f->note[0] = !s->head.fin;
    return within;
}

static bool apart(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (!ws_is_control(s) && !ws_is_reserved(s)) {
        s->frame.more = false;
        ws_set_opcode(s, WS_BINARY);
    }
    return true;
}

WS_MUTANT(ws_fragments_delivered_apart, "delivers each fragment as a message of its own", "",
          .ws_in = apart);

static bool first_only(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (ws_opcode(s) == WS_CONTINUATION && s->head.fin)
        buf_clear(&s->payload);
    return true;
}

WS_MUTANT(ws_last_fragment_lost, "leaves the last fragment out of a message", "",
          .ws_in = first_only);

static bool no_start(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    bool within = fragment(f, s);
    if (ws_opcode(s) == WS_CONTINUATION && !within) {
        ws_set_opcode(s, WS_BINARY);
        return !m->mutant->arg[0];
    }
    return true;
}

WS_MUTANT(ws_continuation_without_start_delivered, "takes a continuation of nothing for a message",
          "", .ws_in = no_start);
WS_MUTANT(ws_continuation_without_start_ignored, "passes over a continuation of nothing", "",
          .arg = { true }, .ws_in = no_start);

static bool new_start(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    bool within = fragment(f, s);
    if (ws_is_message(s) && within && m->mutant->arg[0]) {
        ws_put(f, &s->before, false, WS_CONTINUATION, true, slice_of(NULL, 0));
    } else if (ws_is_message(s) && within) {
        ws_set_opcode(s, WS_CONTINUATION);
    }
    return true;
}

WS_MUTANT(ws_start_within_message_joined, "takes a new message for the rest of one begun before",
          "", .ws_in = new_start);
WS_MUTANT(ws_start_within_message_ends_it, "takes a new message for the end of one begun before",
          "", .arg = { true }, .ws_in = new_start);

static bool empty_fragment(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    bool within = fragment(f, s);
    bool part = !ws_is_control(s) && (within || !s->head.fin);
    if (part && s->payload.n == 0) {
        ws_end(f, WS_PROTOCOL_ERROR);
        return false;
    }
    return true;
}

WS_MUTANT(ws_empty_fragment_refused, "fails on a fragment without octets", "",
          .ws_in = empty_fragment);

static bool header_whole(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (ws_is_message(s) && !s->head.fin && s->payload.n > 0 && s->payload.n < 4) {
        buf_clear(&s->payload);
        buf_fill(&s->payload, 0, 4);
    }
    return true;
}

WS_MUTANT(ws_header_within_first_fragment, "wants the SP header whole in the first fragment", "",
          .ws_in = header_whole);

static bool control_breaks(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (fragment(f, s) && ws_is_control(s) && ws_opcode(s) != WS_CLOSE)
        ws_put(f, &s->before, false, WS_CONTINUATION, true, slice_of(NULL, 0));
    if (ws_opcode(s) == WS_CONTINUATION && f->note[1])
        ws_set_opcode(s, WS_BINARY);
    f->note[1] = f->note[0] && (ws_is_control(s) || f->note[1]);
    return true;
}

WS_MUTANT(ws_ping_ends_message, "ends a message in fragments when a Ping comes in between", "",
          .ws_in = control_breaks);

static bool ping_joins(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (fragment(f, s) && ws_opcode(s) == WS_PING)
        ws_put(f, &s->after, false, WS_CONTINUATION, false, buf_slice(&s->payload));
    return true;
}

WS_MUTANT(ws_ping_joins_message, "puts the payload of a Ping in the message around it", "",
          .ws_in = ping_joins);
