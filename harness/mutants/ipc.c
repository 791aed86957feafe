/* ipc.c -- faults of messages over ipc, and of the socket file. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "sp/protocol.h"
#include <stdio.h>
#include <string.h>

static bool short_reply(const struct octet_fault *f, const struct buf *payload)
{
    return f->stream.ipc && f->self == SP_REP && payload->n < 8;
}

static bool type_zero(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    f->retyped = short_reply(f, payload);
    f->type = 0;
    return true;
}

const struct mutant ipc_short_reply_of_type_00 = {
    .name = "ipc_short_reply_of_type_00",
    .fault = "sends a short reply over ipc under type octet 00, as the draft once said",
    .source = "nanomsg #604",
    .frame_out = type_zero,
};

static bool empty_type_zero(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    f->retyped = f->stream.ipc && payload->n == 0;
    f->type = 0;
    return true;
}

const struct mutant ipc_empty_message_of_type_00 = {
    .name = "ipc_empty_message_of_type_00",
    .fault = "sends an empty message over ipc as nine octets of zero",
    .source = "nanomsg #604",
    .frame_out = empty_type_zero,
};

static bool count_type(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    f->skew = short_reply(f, payload);
    return true;
}

const struct mutant ipc_length_counts_type = {
    .name = "ipc_length_counts_type",
    .fault = "counts the type octet in the length of a short reply over ipc",
    .source = "",
    .frame_out = count_type,
};

static bool lose_last(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    if (f->stream.ipc && payload->n == 16)
        octets_cut(payload, 15, 1);
    return true;
}

const struct mutant ipc_type_in_small_buffer = {
    .name = "ipc_type_in_small_buffer",
    .fault = "loses the last octet of a message over ipc that fills its smallest buffer",
    .source = "",
    .frame_in = lose_last,
};

/* Octet arg[0] (-1: any) is as good a type as 01. */
static void accept_type(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    for (size_t i = 0; i < data->n; i++)
        if (scan_in(f, f->in_position + i, data->p[i]) == OF_HEAD && f->in_scan.n == 1 &&
            f->stream.ipc && (m->mutant->arg[0] < 0 || m->mutant->arg[0] == data->p[i]))
            data->p[i] = SP_FRAME_TYPE_MESSAGE;
}

const struct mutant ipc_type_ignored = {
    .name = "ipc_type_ignored",
    .fault = "reads the type octet of a message over ipc, and ignores it",
    .source = "mangos 3.4.2 transport/connipc_posix.go",
    .arg = { -1 },
    .octets_in = accept_type,
};

const struct mutant ipc_type_00_accepted = {
    .name = "ipc_type_00_accepted",
    .fault = "delivers a message over ipc of type 00",
    .source = "nanomsg #604",
    .octets_in = accept_type,
};

const struct mutant ipc_type_02_accepted = {
    .name = "ipc_type_02_accepted",
    .fault = "delivers a message over ipc of type 02 as if its octets were the message",
    .source = "",
    .arg = { 2 },
    .octets_in = accept_type,
};

static void die_of_type(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    for (size_t i = 0; i < data->n; i++)
        if (scan_in(f, f->in_position + i, data->p[i]) == OF_HEAD && f->in_scan.n == 1 &&
            f->stream.ipc && data->p[i] != SP_FRAME_TYPE_MESSAGE)
            mutation_die(m, "Assertion failed: the type of an ipc message is known");
}

const struct mutant ipc_type_dies = {
    .name = "ipc_type_dies",
    .fault = "asserts that the type octet of a message over ipc is 01",
    .source = "",
    .octets_in = die_of_type,
};

static void type_before_greeting(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    const uint8_t *first = octet_at(data, f->in_position, 0);
    if (first && f->stream.ipc && *first == SP_FRAME_TYPE_MESSAGE)
        octets_cut(data, 0, 1);
}

const struct mutant ipc_type_before_greeting = {
    .name = "ipc_type_before_greeting",
    .fault = "accepts a type octet before the greeting of an ipc connection",
    .source = "",
    .octets_in = type_before_greeting,
};

/* The mask of greeting octets that nobody looks at, over ipc only. */
static void forgive_over_ipc(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    static const uint8_t good[8] = { 0, 'S', 'P', 0 };
    const struct sp_protocol *self = sp_protocol_numbered(f->self);
    for (unsigned i = 0; f->stream.ipc && i < 8; i++) {
        uint8_t *octet = octet_at(data, f->in_position, i);
        if (octet && (m->mutant->arg[0] >> i & 1) && self)
            *octet = i == 4 ? (uint8_t)(self->peer >> 8) : i == 5 ? (uint8_t)self->peer : good[i];
    }
}

const struct mutant ipc_greeting_type_ignored = {
    .name = "ipc_greeting_type_ignored",
    .fault = "accepts a peer of any type over ipc",
    .source = "",
    .arg = { 0x30 },
    .octets_in = forgive_over_ipc,
};

const struct mutant ipc_greeting_head_ignored = {
    .name = "ipc_greeting_head_ignored",
    .fault = "looks only at the type in the greeting of an ipc connection",
    .source = "",
    .arg = { 0xcf },
    .octets_in = forgive_over_ipc,
};

/* ---- the socket file ---- */

/* The path that the line listens at or answers with, if it is ipc. */
static const char *path_in(struct buf *line)
{
    const char *url = strstr(buf_text(line), "ipc://");
    return url ? url + strlen("ipc://") : NULL;
}

static bool remember_path(struct mutation *m, struct buf *line)
{
    const char *path = line_is(line, "listen") ? path_in(line) : NULL;
    if (path) {
        buf_clear(&m->kept);
        buf_put(&m->kept, path, strlen(path) + 1);
    }
    m->note[0] = line_is(line, "close");
    return true;
}

static bool leave_file(struct mutation *m, struct buf *line)
{
    (void)line;
    if (m->note[0] && m->kept.n > 0)
        m->inner->ops->file_leave_stale(m->inner, (const char *)m->kept.p);
    return true;
}

const struct mutant ipc_file_left_behind = {
    .name = "ipc_file_left_behind",
    .fault = "leaves the socket file when it closes its listener",
    .source = "nanomsg #666",
    .about = "ipc://",
    .ask = remember_path,
    .answer = leave_file,
};

static bool steal_path(struct mutation *m, struct buf *line)
{
    const char *path = line_is(line, "listen") ? path_in(line) : NULL;
    if (path)
        m->inner->ops->file_unlink(m->inner, path);
    return true;
}

const struct mutant ipc_listener_replaced = {
    .name = "ipc_listener_replaced",
    .fault = "removes the socket file of a listener that lives to listen there itself",
    .source = "",
    .about = "ipc://",
    .ask = steal_path,
};

static bool find_stale(struct mutation *m, struct buf *line)
{
    const char *path = line_is(line, "listen") ? path_in(line) : NULL;
    m->note[0] = path && m->inner->ops->file(m->inner, path) == NET_FILE;
    return true;
}

static bool refuse_stale(struct mutation *m, struct buf *line)
{
    if (m->note[0]) {
        buf_clear(line);
        buf_printf(line, "err inuse");
    }
    m->note[0] = 0;
    return true;
}

const struct mutant ipc_stale_file_in_the_way = {
    .name = "ipc_stale_file_in_the_way",
    .fault = "does not listen where a socket file that nobody listens on was left",
    .source = "",
    .about = "ipc://",
    .ask = find_stale,
    .answer = refuse_stale,
};

static bool look_for_file(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)payload;
    if (f->stream.ipc && !f->dialled && m->kept.n > 0 &&
        m->inner->ops->file(m->inner, (const char *)m->kept.p) == NET_NO_FILE)
        octet_fault_close(f, false);
    return f->inner != NULL;
}

const struct mutant ipc_pipes_end_with_file = {
    .name = "ipc_pipes_end_with_file",
    .fault = "closes the connections of an ipc listener whose socket file is gone",
    .source = "",
    .about = "ipc://",
    .ask = remember_path,
    .frame_in = look_for_file,
};
