/* greeting.c -- greetings accepted that should not be. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "sp/protocol.h"

/* What f's peer should announce; 0: f has announced nothing known. */
static uint16_t due(const struct octet_fault *f)
{
    const struct sp_protocol *self = sp_protocol_numbered(f->self);
    return self ? self->peer : 0;
}

/* The octets of arg[0], one bit each, are taken for right. */
static void forgive(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    const uint8_t good[8] = { 0, 'S', 'P', 0, (uint8_t)(due(f) >> 8), (uint8_t)due(f) };
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *octet = octet_at(data, f->in_position, i);
        if (octet && (m->mutant->arg[0] >> i & 1))
            *octet = good[i];
    }
}

const struct mutant greeting_reserved_ignored = {
    .name = "greeting_reserved_ignored",
    .fault = "accepts a greeting whose reserved octets are not zero",
    .source = "nanomsg 1.1.5 src/transports/utils/streamhdr.c:222",
    .arg = { 0xc0 },
    .octets_in = forgive,
};

const struct mutant greeting_version_ignored = {
    .name = "greeting_version_ignored",
    .fault = "accepts a greeting of any version",
    .source = "",
    .arg = { 0x08 },
    .octets_in = forgive,
};

const struct mutant greeting_first_octet_ignored = {
    .name = "greeting_first_octet_ignored",
    .fault = "does not look at the first octet of a greeting",
    .source = "",
    .arg = { 0x01 },
    .octets_in = forgive,
};

const struct mutant greeting_type_ignored = {
    .name = "greeting_type_ignored",
    .fault = "accepts a peer of any type",
    .source = "",
    .arg = { 0x30 },
    .octets_in = forgive,
};

static void fold_case(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    for (unsigned i = 1; i <= 2; i++) {
        uint8_t *octet = octet_at(data, f->in_position, i);
        if (octet && (*octet == 's' || *octet == 'p'))
            *octet = (uint8_t)(*octet - 'a' + 'A');
    }
}

const struct mutant greeting_magic_in_any_case = {
    .name = "greeting_magic_in_any_case",
    .fault = "compares the letters of the greeting without regard to case",
    .source = "",
    .octets_in = fold_case,
};

/* ---- types ---- */

/* The type, when it came whole in `data`, and where it is there. */
static uint8_t *type_in(const struct octet_fault *f, const struct buf *data, uint16_t *type)
{
    uint8_t *first = octet_at(data, f->in_position, 4);
    if (!first || !octet_at(data, f->in_position, 5))
        return NULL;
    *type = get_be16(first);
    return first;
}

static void accept_own(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint16_t type;
    uint8_t *at = type_in(f, data, &type);
    (void)m;
    if (at && type == f->self)
        set_be16(at, due(f));
}

const struct mutant greeting_own_type_accepted = {
    .name = "greeting_own_type_accepted",
    .fault = "accepts a peer of its own type, whatever the protocol",
    .source = "",
    .octets_in = accept_own,
};

static void accept_unassigned(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint16_t type;
    uint8_t *at = type_in(f, data, &type);
    (void)m;
    if (at && (type == 0 || type >= 0xf000))
        set_be16(at, due(f));
}

const struct mutant greeting_unassigned_type_accepted = {
    .name = "greeting_unassigned_type_accepted",
    .fault = "takes an unassigned endpoint type for one that talks to all",
    .source = "",
    .octets_in = accept_unassigned,
};

static void accept_swapped(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint16_t type;
    uint8_t *at = type_in(f, data, &type);
    (void)m;
    if (at && (uint16_t)(type << 8 | type >> 8) == due(f))
        set_be16(at, due(f));
}

const struct mutant greeting_swapped_type_accepted = {
    .name = "greeting_swapped_type_accepted",
    .fault = "accepts a type also with its octets in the order of a little-endian host",
    .source = "",
    .octets_in = accept_swapped,
};

static void accept_old_survey(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint16_t type;
    uint8_t *at = type_in(f, data, &type);
    (void)m;
    if (at && (type == 0x60 || type == 0x61) && type + 2 == due(f))
        set_be16(at, due(f));
}

const struct mutant greeting_old_survey_accepted = {
    .name = "greeting_old_survey_accepted",
    .fault = "accepts the withdrawn types of the first survey protocol",
    .source = "nanomsg #387",
    .octets_in = accept_old_survey,
};

static void accept_if_message(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (f->in_position == 0 && data->n > SP_GREETING_SIZE)
        forgive(m, f, data);
}

const struct mutant greeting_type_read_behind_message = {
    .name = "greeting_type_read_behind_message",
    .fault = "delivers the message that comes with a greeting before it looks at the type",
    .source = "",
    .arg = { 0x30 },
    .octets_in = accept_if_message,
};

/* ---- not even a greeting ---- */

static void do_without(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint8_t greeting[8] = { 0, 'S', 'P', 0 };
    (void)m;
    set_be16(greeting + 4, due(f));
    const uint8_t *second = octet_at(data, f->in_position, 1);
    if (f->in_position == 0 && second && *second == 0)
        octets_insert(data, 0, slice_of(greeting, sizeof greeting));
}

const struct mutant greeting_optional = {
    .name = "greeting_optional",
    .fault = "takes a length in place of a greeting for the first message of an old peer",
    .source = "",
    .octets_in = do_without,
};

static void answer_http(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->in_position == 0 && slice_starts_with(buf_slice(data), slice_text("GET ")))
        octet_fault_send(f, slice_text("HTTP/1.1 400 Bad Request\r\n\r\n"));
}

const struct mutant greeting_answers_http = {
    .name = "greeting_answers_http",
    .fault = "answers an HTTP request in place of the greeting with a status line",
    .source = "",
    .octets_in = answer_http,
};

static void wait_for_record(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    const uint8_t *first = octet_at(data, f->in_position, 0);
    (void)m;
    if (first && *first == 0x16)
        f->note[0] = 1;
    if (f->note[0])
        buf_clear(data);
}

const struct mutant greeting_waits_for_tls = {
    .name = "greeting_waits_for_tls",
    .fault = "waits for the rest of a TLS record in place of the greeting, and does not close",
    .source = "",
    .octets_in = wait_for_record,
};

static void share_part(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    bool mine = m->note[0] == f->number;
    if (f->in_position == 0 && m->kept.n > 0)
        octets_insert(data, 0, buf_slice(&m->kept));
    if (f->in_position == 0 || !mine)
        buf_clear(&m->kept);
    if (f->in_position < SP_GREETING_SIZE)
        buf_put_slice(&m->kept, buf_slice(data));
    m->note[0] = f->number;
    if (m->kept.n >= SP_GREETING_SIZE)
        buf_clear(&m->kept);
}

const struct mutant greeting_buffer_shared = {
    .name = "greeting_buffer_shared",
    .fault = "gathers the greetings of all connections in one buffer",
    .source = "",
    .octets_in = share_part,
};
