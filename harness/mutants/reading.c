/* reading.c -- frames and segments misread. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "sp/protocol.h"
#include <string.h>

static bool swallow_empty(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)f;
    return payload->n > 0;
}

const struct mutant read_empty_swallowed = {
    .name = "read_empty_swallowed",
    .fault = "does not deliver a message that is empty",
    .source = "",
    .frame_in = swallow_empty,
};

static bool die_of_empty(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)f;
    if (payload->n == 0)
        mutation_die(m, "Assertion failed: increment > 0");
    return payload->n > 0;
}

const struct mutant read_empty_dies = {
    .name = "read_empty_dies",
    .fault = "counts octets with an assertion that an empty message violates",
    .source = "nanomsg #196",
    .frame_in = die_of_empty,
};

static bool skip_greeting(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)f;
    return payload->n < 4 || memcmp(payload->p, "\0SP", 4) != 0;
}

const struct mutant read_body_taken_for_greeting = {
    .name = "read_body_taken_for_greeting",
    .fault = "takes a body that begins like a greeting for one, and ignores it",
    .source = "",
    .frame_in = skip_greeting,
};

/* ---- segments ---- */

/* A length of which a part has come is completed with zeros; what follows is the next. */
static void complete_length(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    for (size_t i = 0; i < data->n; i++)
        scan_in(f, f->in_position + i, data->p[i]);
    if (f->in_scan.n > 0) {
        buf_fill(data, 0, (f->stream.ipc ? 9 : 8) - f->in_scan.n);
        f->in_scan.n = 0;
    }
}

const struct mutant read_length_in_one_read = {
    .name = "read_length_in_one_read",
    .fault = "takes what one read gets of a length for the whole",
    .source = "",
    .octets_in = complete_length,
};

/* A short payload of which a part has come is completed with zeros, and the rest ignored. */
static void complete_payload(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    bool short_one = scan_length(f) <= 64;
    while (f->note[0] > 0 && data->n > 0) {
        octets_cut(data, 0, 1);
        f->note[0]--;
    }
    for (size_t i = 0; i < data->n; i++)
        if (scan_in(f, f->in_position + i, data->p[i]) == ENDS_HEAD)
            short_one = scan_length(f) <= 64;
    if (f->in_scan.left > 0 && short_one && data->n > 0) {
        f->note[0] = (int64_t)f->in_scan.left;
        buf_fill(data, 0, f->in_scan.left);
        f->in_scan.left = 0;
    }
}

const struct mutant read_body_in_one_read = {
    .name = "read_body_in_one_read",
    .fault = "takes what one read gets of a short message for the whole",
    .source = "",
    .octets_in = complete_payload,
};

static void count_none(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    (void)data;
    f->note[0] = 0;
}

static bool take_512(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)payload;
    return ++f->note[0] <= 512;
}

const struct mutant read_takes_512_messages = {
    .name = "read_takes_512_messages",
    .fault = "takes 512 messages out of one read, and loses the others",
    .source = "",
    .octets_in = count_none,
    .frame_in = take_512,
};

static bool wrap_wrongly(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (f->self == SP_PAIR0 && f->frames_in == 600) {
        buf_clear(payload);
        buf_put_slice(payload, buf_slice(&f->kept));
    } else if (f->frames_in == 599) {
        buf_put_slice(&f->kept, buf_slice(payload));
    }
    return true;
}

const struct mutant read_queue_wraps_wrongly = {
    .name = "read_queue_wraps_wrongly",
    .fault = "a PAIR delivers a message twice, in place of the next, when its queue wraps",
    .source = "nng #1132",
    .frame_in = wrap_wrongly,
};

/* ---- ends ---- */

static void see_message(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    (void)data;
    for (size_t i = 0; i < data->n; i++)
        scan_in(f, f->in_position + i, data->p[i]);
}

/* The end completes what is there of a message: see pass_frames, which waits for it. */
static bool deliver_part(struct mutation *m, struct octet_fault *f)
{
    if (m->mutant->arg[0] != (f->end == 0) || f->in_scan.left == 0 || f->in_scan.left > 4096)
        return false;
    buf_fill(&f->in, 0, f->in_scan.left);
    f->in_scan.left = 0;
    return false;
}

const struct mutant read_end_completes_message = {
    .name = "read_end_completes_message",
    .fault = "delivers what has come of a message when the peer closes within it",
    .source = "nanomsg #239",
    .arg = { true },
    .octets_in = see_message,
    .hides_end = deliver_part,
};

const struct mutant read_reset_completes_message = {
    .name = "read_reset_completes_message",
    .fault = "delivers what has come of a message when the peer resets within it",
    .source = "nanomsg #239",
    .arg = { false },
    .octets_in = see_message,
    .hides_end = deliver_part,
};
