/* framing.c -- messages framed wrongly on their way out. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "sp/protocol.h"

static bool host_order(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (payload->n > 255 && payload->n < 65536)
        f->skew = (int64_t)((payload->n & 255) << 8 | payload->n >> 8) - (int64_t)payload->n;
    return true;
}

const struct mutant frame_length_in_host_order = {
    .name = "frame_length_in_host_order",
    .fault = "writes a length over 255 with its low octets in the order of a little-endian host",
    .source = "",
    .frame_out = host_order,
};

static bool pad_reply(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (f->self == SP_REP && payload->n == 7)
        buf_fill(payload, 0, (4 - payload->n % 4) % 4);
    return true;
}

const struct mutant frame_reply_padded = {
    .name = "frame_reply_padded",
    .fault = "pads a reply of seven octets to eight",
    .source = "",
    .frame_out = pad_reply,
};

static bool count_one_word(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (f->self == SP_REP && payload->n >= 8 && !(payload->p[0] & 0x80))
        f->skew = -4;
    return true;
}

const struct mutant frame_length_counts_one_word = {
    .name = "frame_length_counts_one_word",
    .fault = "counts one word of the header in the length of a reply that has several",
    .source = "",
    .frame_out = count_one_word,
};

static bool skip_empty(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)f;
    return payload->n > 0;
}

const struct mutant frame_empty_not_sent = {
    .name = "frame_empty_not_sent",
    .fault = "does not send a message that is empty",
    .source = "",
    .frame_out = skip_empty,
};

static bool fill_empty(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)f;
    if (payload->n == 0)
        buf_u8(payload, 0);
    return true;
}

const struct mutant frame_empty_sent_as_zero = {
    .name = "frame_empty_sent_as_zero",
    .fault = "sends an empty message as one octet of zero",
    .source = "",
    .frame_out = fill_empty,
};

/* ---- sizes ---- */

static void shorten(struct buf *payload, size_t n)
{
    if (payload->n > n)
        octets_cut(payload, n, payload->n - n);
}

static bool cut_at(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)f;
    shorten(payload, (size_t)m->mutant->arg[0]);
    return true;
}

const struct mutant frame_sent_cut_at_64k = {
    .name = "frame_sent_cut_at_64k",
    .fault = "sends no more than 65536 octets of a message",
    .source = "mangos-v1 #213",
    .arg = { 65536 },
    .frame_out = cut_at,
};

const struct mutant frame_read_cut_at_64k = {
    .name = "frame_read_cut_at_64k",
    .fault = "delivers no more than 65536 octets of a message",
    .source = "mangos-v1 #213",
    .arg = { 65536 },
    .frame_in = cut_at,
};

static bool power_of_two(size_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

static bool one_over(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)f;
    if (payload->n > 16 && power_of_two(payload->n - 1))
        payload->p[payload->n - 1] = 0;
    return true;
}

const struct mutant frame_sent_without_last_octet = {
    .name = "frame_sent_without_last_octet",
    .fault = "sends zero for the last octet of a message one longer than a buffer of its pool",
    .source = "",
    .frame_out = one_over,
};

const struct mutant frame_read_without_last_octet = {
    .name = "frame_read_without_last_octet",
    .fault = "delivers zero for the last octet of a message one longer than a buffer of its pool",
    .source = "",
    .frame_in = one_over,
};

static bool move_wrongly(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (f->self == SP_REP && payload->n > 24 && power_of_two(payload->n - 8))
        payload->p[8] = payload->p[9];
    return true;
}

const struct mutant frame_header_moves_body = {
    .name = "frame_header_moves_body",
    .fault = "spoils the body of a reply that leaves no room for the header in its buffer",
    .source = "nng #1541",
    .frame_out = move_wrongly,
};

/* ---- one within another ---- */

/* Holds a long message for the one behind it to come into its middle. */
static bool interleave(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    struct buf out = { 0 };
    struct slice held = buf_slice(&f->kept);
    if (held.n == 0 && payload->n > 20000) {
        buf_put_slice(&f->kept, buf_slice(payload));
        octet_fault_alarm(f, 1);
        return false;
    }
    if (held.n == 0)
        return true;
    octets_head(f, &out, held.n);
    buf_put(&out, held.p, held.n / 2);
    octets_head(f, &out, payload->n);
    buf_put_slice(&out, buf_slice(payload));
    buf_put_slice(&out, slice_drop(held, held.n / 2));
    octet_fault_send(f, buf_slice(&out));
    buf_free(&out);
    buf_clear(&f->kept);
    octet_fault_alarm(f, -1);
    return false;
}

static void alone(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    struct buf out = { 0 };
    octets_head(f, &out, f->kept.n);
    buf_put_slice(&out, buf_slice(&f->kept));
    octet_fault_send(f, buf_slice(&out));
    buf_free(&out);
    buf_clear(&f->kept);
}

const struct mutant frames_interleaved = {
    .name = "frames_interleaved",
    .fault = "sends a message in the middle of a long one that is still on its way",
    .source = "nng #315",
    .frame_out = interleave,
    .alarm = alone,
};

/* ---- when ---- */

static bool nagle(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (f->frames_out < 8 || payload->n > 64)
        return true;
    octets_head(f, &f->kept, payload->n);
    buf_put_slice(&f->kept, buf_slice(payload));
    octet_fault_alarm(f, 40);
    return false;
}

static void send_held(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    octet_fault_send(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

const struct mutant frame_held_back = {
    .name = "frame_held_back",
    .fault = "holds small messages back for 40 ms to send more at once",
    .source = "nanomsg #118",
    .frame_out = nagle,
    .alarm = send_held,
};
