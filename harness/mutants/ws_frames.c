/* ws_frames.c -- faults in frames of data: what is to fail the connection and does not, and what is
 * misread or written wrongly. */
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"
#include <string.h>
#include "base/utf8.h"
#include "sp/protocol.h"
#include "ws/close.h"
#include "ws/mask.h"

/* ---- heads that are wrong, and accepted ---- */

static const uint8_t some_mask[4] = { 0x6d, 0x75, 0x74, 0x21 };

static bool any_mask(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (f->dialled == m->mutant->arg[0] && ws_is_control(s) == m->mutant->arg[1]) {
        s->frame.masked = !f->dialled;
        memcpy(s->frame.key, some_mask, sizeof some_mask);
    }
    return true;
}

WS_MUTANT(ws_unmasked_accepted, "as server, takes messages that are not masked", "",
          .arg = { false, false }, .ws_in = any_mask);
WS_MUTANT(ws_unmasked_control_accepted, "as server, takes control frames that are not masked", "",
          .arg = { false, true }, .ws_in = any_mask);
WS_MUTANT(ws_masked_accepted, "as client, takes messages that are masked", "",
          .arg = { true, false }, .ws_in = any_mask);
WS_MUTANT(ws_masked_control_accepted, "as client, takes control frames that are masked", "",
          .arg = { true, true }, .ws_in = any_mask);

static bool any_rsv(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (ws_is_control(s) == m->mutant->arg[1])
        s->frame.rsv &= (uint8_t)~m->mutant->arg[0];
    return true;
}

WS_MUTANT(ws_rsv1_ignored, "ignores RSV1 in messages", "", .arg = { WS_RSV1, false },
          .ws_in = any_rsv);
WS_MUTANT(ws_rsv2_ignored, "ignores RSV2 in messages", "", .arg = { WS_RSV2, false },
          .ws_in = any_rsv);
WS_MUTANT(ws_rsv3_ignored, "ignores RSV3 in messages", "", .arg = { WS_RSV3, false },
          .ws_in = any_rsv);
WS_MUTANT(ws_control_rsv_ignored, "ignores the reserved bits in control frames", "",
          .arg = { WS_RSV, true }, .ws_in = any_rsv);

static bool any_opcode(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (ws_is_reserved(s) && ws_is_control(s) == m->mutant->arg[0])
        ws_set_opcode(s, WS_BINARY);
    return true;
}

static bool no_opcode(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    return !(ws_is_reserved(s) && ws_is_control(s) == m->mutant->arg[0]);
}

WS_MUTANT(ws_reserved_data_delivered, "delivers frames of the reserved opcodes 3 to 7", "",
          .arg = { false }, .ws_in = any_opcode);
WS_MUTANT(ws_reserved_data_ignored, "passes over frames of the reserved opcodes 3 to 7", "",
          .arg = { false }, .ws_in = no_opcode);
WS_MUTANT(ws_reserved_control_delivered, "delivers frames of the reserved opcodes 11 to 15", "",
          .arg = { true }, .ws_in = any_opcode);
WS_MUTANT(ws_reserved_control_ignored, "passes over frames of the reserved opcodes 11 to 15", "",
          .arg = { true }, .ws_in = no_opcode);

static bool empty_before(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (s->head.rsv || ws_is_reserved(s))
        ws_put(f, &s->before, false, WS_BINARY, true, slice_of(NULL, 0));
    return true;
}

WS_MUTANT(ws_wrong_frame_delivered_empty,
          "hands an empty message to the application for a frame it fails on", "nanomsg #489",
          .ws_in = empty_before);

static bool said_and_ignored(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    uint8_t body[WS_CONTROL_MAX];
    (void)m;
    if (s->claimed || !(s->head.rsv || ws_is_reserved(s)))
        return true;
    ws_say(f, WS_CLOSE, slice_of(body, ws_close_put(body, WS_PROTOCOL_ERROR, slice_text(""))));
    return false;
}

WS_MUTANT(ws_goes_on_after_failing, "says Close for a wrong frame, and then goes on", "",
          .ws_in = said_and_ignored);

/* ---- lengths that are only claimed ---- */

static bool wait_for_it(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    return !s->claimed || (s->head.length >> 63) != (uint64_t)m->mutant->arg[0];
}

WS_MUTANT(ws_length_2_63_awaited, "waits for the octets of a length with its highest bit set", "",
          .arg = { 1 }, .ws_in = wait_for_it);
WS_MUTANT(ws_large_claim_awaited, "waits for the octets of a frame over its limit", "",
          .arg = { 0 }, .ws_in = wait_for_it);

static bool die_of_claim(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    bool huge = s->claimed && s->head.length >> 62;
    bool later = s->head.opcode == WS_CONTINUATION;
    if (huge && later == m->mutant->arg[0])
        mutation_die(m, "Out of memory (chunkref.c:55)");
    return true;
}

WS_MUTANT(ws_huge_claim_dies, "dies of a frame that claims 2^62 octets or more", "",
          .arg = { false }, .ws_in = die_of_claim);
WS_MUTANT(ws_sum_of_fragments_wraps, "adds up the lengths of fragments in 64 bits, and dies of it",
          "", .arg = { true }, .ws_in = die_of_claim);

/* ---- text ---- */

static bool any_text(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (ws_opcode(s) == WS_TEXT)
        ws_set_opcode(s, WS_BINARY);
    return true;
}

WS_MUTANT(ws_text_unchecked, "delivers text that is not UTF-8", "", .ws_in = any_text);

static bool text_also(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_opcode(s) == WS_TEXT && s->head.fin) {
        struct utf8 u = { 0 };
        if (!utf8_feed(&u, buf_slice(&s->payload)) || !utf8_whole(&u))
            ws_put(f, &s->before, false, WS_BINARY, true, buf_slice(&s->payload));
    }
    return true;
}

WS_MUTANT(ws_text_delivered_and_refused, "refuses text that is not UTF-8, and delivers it too",
          "nng #2289", .ws_in = text_also);

static bool sent_as_text(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (ws_opcode(s) == WS_BINARY && f->self == m->mutant->arg[0])
        ws_set_opcode(s, WS_TEXT);
    return true;
}

WS_MUTANT(ws_pair_sends_text, "a PAIR sends its messages as text", "", .arg = { SP_PAIR0 },
          .ws_out = sent_as_text);

/* ---- how messages are read ---- */

static bool swallow_empty(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    return !(ws_is_message(s) && s->head.fin && s->payload.n == 0) || s->claimed;
}

WS_MUTANT(ws_empty_message_swallowed, "delivers no message for one without octets", "",
          .ws_in = swallow_empty);

static bool head_in_one_read(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (!s->claimed && f->ws.in.pieces > 1) {
        ws_end(f, WS_PROTOCOL_ERROR);
        return false;
    }
    return true;
}

WS_MUTANT(ws_frame_in_two_reads, "fails on a frame that comes in more than two segments", "",
          .over_tls = true, .ws_in = head_in_one_read);

static bool mask_slips(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (s->payload.n > 65536 && s->head.masked && !f->dialled) {
        uint8_t *p = (uint8_t *)(uintptr_t)buf_slice(&s->payload).p;
        size_t n = s->payload.n - 65536;
        ws_mask(p + 65536, n, s->head.key, 0);
        ws_mask(p + 65536, n, s->head.key, 1);
    }
    return true;
}

WS_MUTANT(ws_mask_slips, "unmasks what is behind the first 64 KiB of a message wrongly", "",
          .ws_in = mask_slips);

static bool cut_at_64k(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (s->payload.n > 65535 && !ws_is_control(s)) {
        struct slice all = buf_slice(&s->payload);
        struct buf most = { 0 };
        buf_put(&most, all.p, all.n & 0xffff);
        buf_clear(&s->payload);
        buf_put_slice(&s->payload, buf_slice(&most));
        buf_free(&most);
    }
    (void)m;
    return true;
}

WS_MUTANT(ws_received_cut_to_16_bits, "reads messages of 64 KiB or more short", "",
          .ws_in = cut_at_64k);
WS_MUTANT(ws_sent_cut_to_16_bits, "sends messages of 64 KiB or more short", "",
          .ws_out = cut_at_64k);

/* ---- how messages are written ---- */

static bool form_too_long(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if ((int64_t)s->payload.n == m->mutant->arg[0])
        s->frame.length_form = m->mutant->arg[0] > 125 ? WS_LENGTH_64 : WS_LENGTH_16;
    return true;
}

WS_MUTANT(ws_125_octets_in_16_bits, "says the length 125 in 16 bits", "", .arg = { 125 },
          .ws_out = form_too_long);
WS_MUTANT(ws_65535_octets_in_64_bits, "says the length 65535 in 64 bits", "", .arg = { 65535 },
          .ws_out = form_too_long);

static bool always_16(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (f->self == SP_PAIR0 && s->payload.n < 126 && !ws_is_control(s))
        s->frame.length_form = WS_LENGTH_16;
    return true;
}

WS_MUTANT(ws_lengths_never_in_7_bits, "a PAIR says the length of a message in 16 bits at least", "",
          .ws_out = always_16);

static bool one_mask(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (!f->dialled)
        return true;
    if (m->mutant->arg[0])
        memset(s->frame.key, 0, sizeof s->frame.key);
    else
        memcpy(s->frame.key, some_mask, sizeof some_mask);
    return true;
}

WS_MUTANT(ws_one_mask_for_all, "masks all frames with the same key", "", .ws_out = one_mask);
WS_MUTANT(ws_mask_of_zeros, "masks with zeros, which leaves the payload as it is", "",
          .arg = { true }, .ws_out = one_mask);

static bool wrong_mask(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (f->dialled == m->mutant->arg[0] && f->self == SP_PAIR0 && !ws_is_control(s)) {
        s->frame.masked = !f->dialled;
        memcpy(s->frame.key, some_mask, sizeof some_mask);
    }
    return true;
}

WS_MUTANT(ws_server_masks, "masks messages as server", "", .arg = { false }, .ws_out = wrong_mask);
WS_MUTANT(ws_client_does_not_mask, "does not mask messages as client", "", .arg = { true },
          .ws_out = wrong_mask);

static bool in_parts(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    struct slice all = buf_slice(&s->payload);
    if (all.n <= 65536 || ws_is_control(s))
        return true;
    ws_put(f, &s->before, true, WS_BINARY, false, slice_of(all.p, 65536));
    ws_put(f, &s->before, true, (unsigned)m->mutant->arg[0], true, slice_drop(all, 65536));
    return false;
}

WS_MUTANT(ws_fragments_all_binary, "sends each fragment of a large message as a binary frame", "",
          .arg = { WS_BINARY }, .ws_out = in_parts);

static bool reserved_out(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (f->self == SP_PAIR0 && !ws_is_control(s))
        s->frame.rsv = WS_RSV1;
    return true;
}

WS_MUTANT(ws_rsv1_set, "a PAIR sets RSV1 in its messages", "", .ws_out = reserved_out);

static bool header_apart(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    struct slice all = buf_slice(&s->payload);
    if (f->self != SP_REQ || ws_is_control(s) || all.n < 4)
        return true;
    ws_put(f, &s->before, true, WS_BINARY, true, slice_of(all.p, 4));
    ws_put(f, &s->before, true, WS_BINARY, true, slice_drop(all, 4));
    return false;
}

WS_MUTANT(ws_header_in_its_own_message, "a REQ sends the SP header and the body as two messages",
          "nng #315", .ws_out = header_apart);
