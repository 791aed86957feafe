/* ws_octets.c -- messages that are read wrongly by their length, their mask or their octets. */
#include "mutants/ws_families.h"
#include "mutants/ws_stream.h"
#include <string.h>
#include "sp/protocol.h"
#include "ws/mask.h"

static uint8_t *octets(struct ws_seen *s)
{
    return (uint8_t *)(uintptr_t)buf_slice(&s->payload).p;
}

/* ---- lengths ---- */

static bool lose_size(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    return s->claimed || !ws_is_message(s) || (int64_t)s->payload.n != m->mutant->arg[0];
}

WS_MUTANT(ws_one_octet_swallowed, "delivers no message of one octet", "", .arg = { 1 },
          .ws_in = lose_size);

static bool off_by_one(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (!s->claimed && ws_is_message(s) && (int64_t)s->head.length == m->mutant->arg[0]) {
        ws_end(f, 1002);
        return false;
    }
    return true;
}

WS_MUTANT(ws_124_octets_refused, "takes a length of 124 for one in 16 bits", "", .arg = { 124 },
          .ws_in = off_by_one);
WS_MUTANT(ws_125_octets_refused, "takes a length of 125 for one in 16 bits", "", .arg = { 125 },
          .ws_in = off_by_one);

static void resize(struct buf *payload, size_t n)
{
    struct slice all = buf_slice(payload);
    struct buf other = { 0 };
    buf_put(&other, all.p, all.n < n ? all.n : n);
    if (all.n < n)
        buf_fill(&other, 0, n - all.n);
    buf_clear(payload);
    buf_put_slice(payload, buf_slice(&other));
    buf_free(&other);
}

static bool host_order(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    size_t n = s->payload.n;
    if (!s->claimed && s->head.length_form == 3 && s->head.minimal && ws_is_message(s))
        resize(&s->payload, (n & 0xff) << 8 | n >> 8);
    return true;
}

WS_MUTANT(ws_16_bit_length_in_host_order, "reads 16-bit lengths with the lowest octet first", "",
          .ws_in = host_order);

static bool negative(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (!s->claimed && s->head.length_form == 3 && s->head.length >= 0x8000 && ws_is_message(s)) {
        ws_end(f, 1009);
        return false;
    }
    return true;
}

WS_MUTANT(ws_16_bit_length_is_signed, "takes 16-bit lengths from 32768 on for negative ones", "",
          .ws_in = negative);

static bool misframe(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (!s->claimed && !s->head.minimal) {
        resize(&s->payload, s->payload.n + s->head.length_form - 1U);
        s->frame.length_form = WS_LENGTH_MINIMAL;
    }
    return true;
}

WS_MUTANT(ws_long_length_shifts_payload, "reads a length in more octets than needed as payload", "",
          .ws_in = misframe);

/* ---- masks ---- */

static bool tail(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    size_t n = s->payload.n;
    if (!s->claimed && ws_is_message(s) && s->head.masked && n % 4 == 1 && n > 4)
        octets(s)[n - 1] ^= s->head.key[0];
    (void)f;
    return true;
}

WS_MUTANT(ws_mask_leaves_tail, "does not unmask a single octet behind whole words", "",
          .ws_in = tail);

static bool eight(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (!s->claimed && ws_is_message(s) && s->head.masked && s->payload.n == 8) {
        const uint8_t *k = s->head.key, reversed[4] = { k[3], k[2], k[1], k[0] };
        ws_mask(octets(s), 8, k, 0);
        ws_mask(octets(s), 8, reversed, 0);
    }
    return true;
}

WS_MUTANT(ws_mask_of_eight_reversed, "unmasks eight octets at once in the wrong byte order", "",
          .ws_in = eight);

/* arg[0]: each octet of the key that is not taken. */
static bool refuse_key(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    uint8_t all[4];
    memset(all, (int)m->mutant->arg[0], sizeof all);
    if (s->head.masked && memcmp(s->head.key, all, sizeof all) == 0) {
        ws_end(f, 1002);
        return false;
    }
    return true;
}

WS_MUTANT(ws_mask_of_zeros_refused, "takes a key of zeros for no mask, and fails", "", .arg = { 0 },
          .ws_in = refuse_key);

/* note[0], note[1]: there is a key; which. */
static bool first_key(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    uint8_t key[4];
    uint32_t kept = (uint32_t)f->note[1];
    if (s->claimed || !s->head.masked || !ws_is_message(s) || s->payload.n > 2)
        return true;
    if (!f->note[0]) {
        memcpy(&kept, s->head.key, sizeof kept);
        f->note[0] = 1;
        f->note[1] = kept;
    }
    memcpy(key, &kept, sizeof key);
    ws_mask(octets(s), s->payload.n, s->head.key, 0);
    ws_mask(octets(s), s->payload.n, key, 0);
    return true;
}

WS_MUTANT(ws_mask_of_first_kept, "unmasks short messages with the key of the first", "",
          .ws_in = first_key);

/* ---- octets ---- */

static bool swallow_greeting(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    return s->claimed || !ws_is_message(s) || s->payload.n != 8 ||
           !slice_starts_with(buf_slice(&s->payload), slice_of("\0SP", 3));
}

WS_MUTANT(ws_greeting_swallowed, "takes a message that looks like an SP greeting for one", "",
          .ws_in = swallow_greeting);

static bool reverse_id(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    if (f->self == m->mutant->arg[0] && ws_is_message(s) && s->payload.n >= 4) {
        uint8_t *p = octets(s);
        set_be32(p, (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0]);
    }
    return true;
}

WS_MUTANT(ws_survey_id_in_host_order, "a SURVEYOR writes its id with the lowest octet first", "",
          .arg = { SP_SURVEYOR }, .ws_out = reverse_id);

/* ---- text that is right ---- */

static bool is_text(const struct ws_seen *s)
{
    return !s->claimed && ws_opcode(s) == WS_TEXT;
}

static void spoil(struct ws_seen *s)
{
    buf_clear(&s->payload);
    buf_u8(&s->payload, 0xff);
}

static bool holds(struct slice text, uint8_t from, uint8_t to)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= from && text.p[i] <= to)
            return true;
    return false;
}

/* arg[0] to arg[1]: first octets of characters that it does not know. */
static bool refuse_characters(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)f;
    if (is_text(s) &&
        holds(buf_slice(&s->payload), (uint8_t)m->mutant->arg[0], (uint8_t)m->mutant->arg[1]))
        spoil(s);
    return true;
}

WS_MUTANT(ws_text_of_two_refused, "refuses characters of two octets", "", .arg = { 0xc2, 0xdf },
          .ws_in = refuse_characters);
WS_MUTANT(ws_text_of_three_refused, "refuses characters of three octets", "", .arg = { 0xe0, 0xef },
          .ws_in = refuse_characters);
WS_MUTANT(ws_text_of_four_refused, "refuses characters of four octets", "", .arg = { 0xf0, 0xf4 },
          .ws_in = refuse_characters);

static bool long_ascii(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    (void)f;
    if (is_text(s) && s->payload.n > 4 && !holds(buf_slice(&s->payload), 0x80, 0xff))
        spoil(s);
    return true;
}

WS_MUTANT(ws_text_of_ascii_refused, "refuses text of more than four octets of ASCII", "",
          .ws_in = long_ascii);

/* note[0]: text has come in fragments; note[1]: what comes in fragments now is binary. */
static bool continues_as_text(struct mutation *m, struct octet_fault *f, struct ws_seen *s)
{
    (void)m;
    if (ws_is_message(s) && !s->head.fin) {
        f->note[0] |= ws_opcode(s) == WS_TEXT;
        f->note[1] = ws_opcode(s) == WS_BINARY;
    }
    if (ws_opcode(s) == WS_CONTINUATION && f->note[0] && f->note[1] && !s->claimed &&
        holds(buf_slice(&s->payload), 0x80, 0xff))
        ws_set_opcode(s, 0x3);
    return true;
}

WS_MUTANT(ws_continuations_stay_text, "takes fragments of binary for text once text came in them",
          "", .ws_in = continues_as_text);
