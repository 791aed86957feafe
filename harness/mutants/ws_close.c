/* ws_close.c -- faults of Close. */
#include "mutants/ws_control.h"
#include "base/utf8.h"
#include "sp/protocol.h"
#include "ws/close.h"

/* ---- what it takes for one ---- */

WS_MUTANT(ws_close_ignored, "passes over a Close", "", .arg = { WS_CLOSE }, .ws_in = swallow);
WS_MUTANT(ws_close_delivered, "delivers a Close as a message", "nanomsg #443", .arg = { WS_CLOSE },
          .ws_in = deliver);

static bool die_of_close(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == WS_CLOSE && f->self == m->mutant->arg[0])
        mutation_die(m, "Assertion failed: 0 (xpub.c:134)");
    return true;
}

WS_MUTANT(ws_close_to_pub_dies, "a PUB dies of a Close", "nanomsg #443", .arg = { SP_PUB },
          .ws_in = die_of_close);

/* What it takes for a Close it answers with the same, as everybody does.  note[0]: it was one that
 * must not be. */
static bool take_it(struct octet_fault *f, struct ws_seen *s)
{
    buf_clear(&f->kept);
    buf_put_slice(&f->kept, buf_slice(&s->payload));
    f->note[0] = 1;
    buf_clear(&s->payload);
    buf_be16(&s->payload, WS_NORMAL);
    s->frame.length_form = WS_LENGTH_MINIMAL;
    s->frame.more = false;
    return true;
}

static bool answer_with_it(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_CLOSE && f->note[0]) {
        buf_clear(&s->payload);
        buf_put_slice(&s->payload, buf_slice(&f->kept));
    }
    return true;
}

/* arg[0] to arg[1]: codes that must not be sent, and are taken. */
static bool any_code(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == WS_CLOSE && !s->claimed && s->payload.n >= 2 &&
        !ws_close_code_valid((unsigned)ws_code(s)) && ws_code(s) >= m->mutant->arg[0] &&
        ws_code(s) <= m->mutant->arg[1])
        return take_it(f, s);
    return true;
}

WS_MUTANT(ws_close_codes_below_1000, "takes a Close with a code below 1000, and answers with it",
          "", .arg = { 0, 999 }, .ws_in = any_code, .ws_out = answer_with_it);
WS_MUTANT(ws_close_codes_never_sent,
          "takes a Close with 1004, 1005, 1006 or 1015, and answers with it", "",
          .arg = { 1004, 1015 }, .ws_in = any_code, .ws_out = answer_with_it);

static bool half_code(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    return !(ws_opcode(s) == WS_CLOSE && s->payload.n == 1) || take_it(f, s);
}

WS_MUTANT(ws_close_of_one_octet, "takes a Close with half a code, and answers with it", "",
          .ws_in = half_code, .ws_out = answer_with_it);

static bool any_reason(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    struct slice reason = slice_drop(buf_slice(&s->payload), s->payload.n < 2 ? s->payload.n : 2);
    struct utf8 u = { 0 };
    (void)m;
    if (ws_opcode(s) == WS_CLOSE && (!utf8_feed(&u, reason) || !utf8_whole(&u)))
        take_it(f, s);
    return true;
}

WS_MUTANT(ws_close_reason_unchecked, "takes a Close whose reason is not UTF-8, and answers with it",
          "", .ws_in = any_reason, .ws_out = answer_with_it);

static bool long_close(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    return !(ws_opcode(s) == WS_CLOSE && s->payload.n > WS_CONTROL_MAX) || take_it(f, s);
}

WS_MUTANT(ws_long_close_accepted, "takes a Close of more than 125 octets, and answers with it", "",
          .ws_in = long_close, .ws_out = answer_with_it);

static bool torn_close(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    return !(ws_opcode(s) == WS_CLOSE && !s->head.fin);
}

WS_MUTANT(ws_fragmented_close_ignored, "passes over a Close without FIN", "", .ws_in = torn_close);

static bool refuse_code(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (ws_opcode(s) == WS_CLOSE && ws_code(s) >= m->mutant->arg[0] &&
        ws_code(s) <= m->mutant->arg[1]) {
        buf_clear(&s->payload);
        buf_be16(&s->payload, 999);
    }
    return true;
}

WS_MUTANT(ws_close_codes_private_refused, "fails on a Close with a code from 3000 to 4999", "",
          .arg = { 3000, 4999 }, .ws_in = refuse_code);
WS_MUTANT(ws_close_codes_registered_refused, "fails on a Close with a code from 1007 to 1014", "",
          .arg = { 1007, 1014 }, .ws_in = refuse_code);

static bool refuse_reason(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (ws_opcode(s) == WS_CLOSE && s->payload.n > 2) {
        buf_clear(&s->payload);
        buf_u8(&s->payload, 0);
    }
    return true;
}

WS_MUTANT(ws_close_reason_refused, "fails on a Close with a reason", "", .ws_in = refuse_reason);

/* ---- how it answers; note[0]: the peer's has come ---- */

static bool note_close(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    f->note[0] |= ws_opcode(s) == WS_CLOSE;
    return true;
}

static bool no_answer(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    return !(ws_opcode(s) == WS_CLOSE && f->note[0]);
}

WS_MUTANT(ws_close_unanswered, "ends the connection without a Close when one comes", "nng #1735",
          .ws_in = note_close, .ws_out = no_answer);

static bool answer_otherwise(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == WS_CLOSE && f->note[0]) {
        buf_clear(&s->payload);
        if (m->mutant->arg[0])
            buf_be16(&s->payload, (uint16_t)m->mutant->arg[0]);
    }
    return true;
}

WS_MUTANT(ws_close_answered_with_1006, "answers a Close with the code 1006", "", .arg = { 1006 },
          .ws_in = note_close, .ws_out = answer_otherwise);
WS_MUTANT(ws_close_answered_with_1011, "answers every Close with the code 1011", "",
          .arg = { 1011 }, .ws_in = note_close, .ws_out = answer_otherwise);

static bool code_for_none(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_CLOSE && f->note[0] && s->payload.n == 0)
        buf_be16(&s->payload, WS_NO_CODE);
    return true;
}

WS_MUTANT(ws_empty_close_answered_with_1005, "answers a Close without a code with the code 1005",
          "", .ws_in = note_close, .ws_out = code_for_none);

static bool two_more(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (ws_opcode(s) == WS_CLOSE && ws_code(s) == WS_NORMAL)
        buf_be16(&s->after, 0xa5a5);
    return true;
}

WS_MUTANT(ws_close_two_octets_too_long, "sends two octets of its memory behind a Close",
          "nanomsg #810", .ws_out = two_more);

static bool message_after(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_CLOSE && f->note[0])
        ws_put(f, &s->after, true, WS_BINARY, true, slice_text("more"));
    return true;
}

WS_MUTANT(ws_message_behind_close, "sends a message behind its Close", "", .ws_in = note_close,
          .ws_out = message_after);

static bool drops_unread(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_CLOSE)
        buf_clear(&f->in);
    return true;
}

WS_MUTANT(ws_close_drops_unread, "loses messages that it read together with a Close", "",
          .ws_in = drops_unread);

/* A Close waits for what comes behind it. */
static bool close_later(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) != WS_CLOSE || s->claimed)
        return true;
    ws_put(f, &f->kept, false, WS_CLOSE, true, buf_slice(&s->payload));
    octet_fault_alarm(f, 20);
    return false;
}

static void close_now(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    octet_fault_receive(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

WS_MUTANT(ws_message_behind_close_delivered, "delivers messages that come behind a Close", "",
          .ws_in = close_later, .alarm = close_now);

static bool keep_open(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    return f->note[0];
}

WS_MUTANT(ws_close_answered_stays_open, "answers a Close, and leaves the connection open", "",
          .ws_in = note_close, .hides_close = keep_open);

/* ---- what it says by itself ---- */

static bool no_close(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    return ws_opcode(s) != WS_CLOSE || f->note[0];
}

WS_MUTANT(ws_close_not_said, "ends connections without a Close", "nng #1735", .ws_in = note_close,
          .ws_out = no_close);

static bool other_code(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == WS_CLOSE && ws_code(s) == m->mutant->arg[0]) {
        buf_clear(&s->payload);
        buf_be16(&s->payload, (uint16_t)m->mutant->arg[1]);
    }
    (void)f;
    return true;
}

WS_MUTANT(ws_close_says_1005, "says Close with the code 1005 when its application closes", "",
          .arg = { 1000, 1005 }, .ws_out = other_code);
WS_MUTANT(ws_close_says_1006_for_errors, "says Close with the code 1006 when a frame is wrong", "",
          .arg = { 1002, 1006 }, .ws_out = other_code);
WS_MUTANT(ws_close_says_1015_for_size, "says Close with the code 1015 when a message is too large",
          "", .arg = { 1009, 1015 }, .ws_out = other_code);
WS_MUTANT(ws_close_says_0_for_text, "says Close with the code 0 when text is not UTF-8", "",
          .arg = { 1007, 0 }, .ws_out = other_code);

static bool without_fin(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_CLOSE && !f->note[0])
        s->frame.more = true;
    return true;
}

WS_MUTANT(ws_close_without_fin, "says Close without FIN, unless it answers one", "",
          .ws_in = note_close, .ws_out = without_fin);

/* A message is on its way for a millisecond: what ends the connection before overtakes it. */
static bool on_its_way(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_is_message(s) && s->head.fin && !s->head.rsv && !s->claimed) {
        ws_put(f, &f->kept, false, ws_opcode(s), true, buf_slice(&s->payload));
        octet_fault_alarm(f, 1);
        return false;
    }
    if (ws_opcode(s) != WS_CLOSE)
        buf_put_slice(&s->before, buf_slice(&f->kept));
    buf_clear(&f->kept);
    return true;
}

static void arrived(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (f->end == 0 && f->kept.n > 0)
        octet_fault_receive(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

WS_MUTANT(ws_end_overtakes_messages,
          "loses a message behind which a Close or the end of the connection comes at once", "",
          .ws_in = on_its_way, .alarm = arrived);
