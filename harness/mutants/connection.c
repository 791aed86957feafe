/* connection.c -- faults of dialling, of dialling again and of listening. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "mutants/ws_stream.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* note[0]: what the mutant waits for has happened; note[1]: the application dials; note[2]: how
 * often it was dialled again. */

static bool note_dial(struct mutation *m, struct buf *line)
{
    m->note[1] |= line_is(line, "dial");
    return true;
}

/* True: not the application's own dial. */
static bool dials_again(struct mutation *m)
{
    bool again = !m->note[1];
    m->note[1] = 0;
    m->note[2] += again;
    return again;
}

static bool three_times(struct mutation *m, const char *url)
{
    (void)url;
    return !dials_again(m) || m->note[2] <= 3;
}

const struct mutant dial_given_up_after_three = {
    .name = "dial_given_up_after_three",
    .fault = "dials again three times only",
    .source = "",
    .about = "dial ",
    .ask = note_dial,
    .dials = three_times,
};

static bool unless_noted(struct mutation *m, const char *url)
{
    (void)url;
    return !dials_again(m) || m->note[0] == 0;
}

static bool note_refused(struct mutation *m, struct octet_fault *f)
{
    m->note[0] |= f->dialled && f->out_position == 0;
    return false;
}

const struct mutant dial_given_up_when_refused = {
    .name = "dial_given_up_when_refused",
    .fault = "does not dial again where its first dial was refused",
    .source = "",
    .about = "dial ",
    .ask = note_dial,
    .dials = unless_noted,
    .hides_close = note_refused, /* it never came to a greeting */
};

static bool note_silent_end(struct mutation *m, struct octet_fault *f)
{
    m->note[0] |= f->dialled && f->in_position == 0 && f->end != -E_REFUSED;
    return false;
}

const struct mutant dial_given_up_when_closed = {
    .name = "dial_given_up_when_closed",
    .fault = "does not dial again when the peer closes without a greeting",
    .source = "",
    .about = "dial ",
    .ask = note_dial,
    .dials = unless_noted,
    .hides_end = note_silent_end,
};

static bool note_reset(struct mutation *m, struct octet_fault *f)
{
    m->note[0] |= f->dialled && f->end == -E_CLOSED;
    return false;
}

const struct mutant dial_given_up_after_reset = {
    .name = "dial_given_up_after_reset",
    .fault = "does not dial again when the peer has reset the connection",
    .source = "",
    .about = "dial ",
    .ask = note_dial,
    .dials = unless_noted,
    .hides_end = note_reset,
};

static bool begins_well(const struct octet_fault *f, const struct buf *data)
{
    const uint8_t *first = octet_at(data, f->in_position, 0);
    return !first || *first == 0;
}

static void note_bad_greeting(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    m->note[0] |= f->dialled && !begins_well(f, data);
}

const struct mutant dial_given_up_after_bad_greeting = {
    .name = "dial_given_up_after_bad_greeting",
    .fault = "does not dial again where it was greeted badly",
    .source = "",
    .about = "dial ",
    .ask = note_dial,
    .dials = unless_noted,
    .octets_in = note_bad_greeting,
};

static void keep_the_rest(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (f->dialled && f->in_position == 0 && m->kept.n > 0) {
        octets_insert(data, 0, buf_slice(&m->kept));
        buf_clear(&m->kept);
    } else if (f->dialled && !begins_well(f, data) && data->n > SP_GREETING_SIZE) {
        buf_put_slice(&m->kept, slice_drop(buf_slice(data), SP_GREETING_SIZE));
    }
}

const struct mutant dial_reads_old_octets = {
    .name = "dial_reads_old_octets",
    .fault = "reads what came behind a bad greeting as the greeting of the next connection",
    .source = "",
    .about = "dial ",
    .octets_in = keep_the_rest,
};

static bool die_of_flash(struct mutation *m, struct octet_fault *f)
{
    if (f->dialled && f->in_position == SP_GREETING_SIZE && (f->end == 0) == m->mutant->arg[0])
        mutation_die(m, "Assertion failed: the socket is active");
    return false;
}

const struct mutant dial_dies_of_flash = {
    .name = "dial_dies_of_flash",
    .fault = "dies when the peer it dialled greets and closes",
    .source = "nanomsg #603",
    .arg = { true },
    .about = "dial ",
    .hides_end = die_of_flash,
};

const struct mutant dial_dies_of_reset_flash = {
    .name = "dial_dies_of_reset_flash",
    .fault = "dies when the peer it dialled greets and resets the connection",
    .source = "nanomsg #663",
    .arg = { false },
    .about = "dial ",
    .hides_end = die_of_flash,
};

static bool dial_once_each(struct mutation *m, struct buf *line)
{
    char name[32], url[160];
    if (sscanf(buf_text(line), "dial %31s %159s", name, url) != 2)
        return true;
    if (m->kept.n > 0 && strcmp((const char *)m->kept.p, url) == 0) {
        buf_clear(line);
        buf_printf(line, "set %s linger 1000", name);
    } else {
        buf_clear(&m->kept);
        buf_put(&m->kept, url, strlen(url) + 1);
    }
    return true;
}

const struct mutant dial_shared_by_sockets = {
    .name = "dial_shared_by_sockets",
    .fault = "does not dial where another of its sockets has dialled",
    .source = "",
    .about = "dial ",
    .ask = dial_once_each,
};

/* ---- pace: what the application sets is another time than it thinks ---- */

static bool time_set(struct buf *line, const char *option, char name[32], int64_t *ms)
{
    char which[32];
    return sscanf(buf_text(line), "set %31s %31s %" SCNd64, name, which, ms) == 3 &&
           strcmp(which, option) == 0;
}

static void set_time(struct buf *line, const char *option, const char *name, int64_t ms)
{
    buf_clear(line);
    buf_printf(line, "set %s %s %" PRId64, name, option, ms);
}

/* A largest time above 0 is multiplied by arg[0]; 0 is arg[1]. */
static bool other_largest(struct mutation *m, struct buf *line)
{
    char name[32];
    int64_t ms;
    if (time_set(line, "reconnect-max", name, &ms))
        set_time(line, "reconnect-max", name, ms > 0 ? ms * m->mutant->arg[0] : m->mutant->arg[1]);
    return true;
}

const struct mutant reconnect_max_ignored = {
    .name = "reconnect_max_ignored",
    .fault = "dials at the same pace whatever the largest reconnect time",
    .source = "",
    .about = "reconnect-max",
    .ask = other_largest,
};

const struct mutant reconnect_max_exceeded = {
    .name = "reconnect_max_exceeded",
    .fault = "waits longer than the largest reconnect time",
    .source = "",
    .arg = { 16 },
    .about = "reconnect-max",
    .ask = other_largest,
};

const struct mutant reconnect_max_0_grows = {
    .name = "reconnect_max_0_grows",
    .fault = "waits longer after each failure when the largest reconnect time is 0",
    .source = "nng #1230",
    .arg = { 1, 60000 },
    .about = "reconnect-max",
    .ask = other_largest,
};

static bool hurry(struct mutation *m, struct buf *line)
{
    char name[32];
    if (sscanf(buf_text(line), "open %31s", name) == 1)
        mutation_aside(m, "set %s reconnect-min 1", name);
    return true;
}

const struct mutant reconnect_without_delay = {
    .name = "reconnect_without_delay",
    .fault = "dials again at once when a dial has failed",
    .source = "nng #693",
    .ask = hurry,
};

/* ---- listening ---- */

static bool few(struct mutation *m, struct octet_fault *f)
{
    unsigned open = 0;
    for (const struct octet_fault *other = m->all; other; other = other->next)
        open += !other->dialled && other->inner;
    return f->dialled || open < 64;
}

const struct mutant listen_takes_63_peers = {
    .name = "listen_takes_63_peers",
    .fault = "closes a connection at once when it has 63 others",
    .source = "",
    .admits = few,
};

static bool keep_on(struct mutation *m)
{
    (void)m;
    return true;
}

const struct mutant listen_outlives_socket = {
    .name = "listen_outlives_socket",
    .fault = "goes on listening when the socket is closed",
    .source = "",
    .keeps_listening = keep_on,
};

static bool one_transport(struct mutation *m, struct octet_fault *f)
{
    for (const struct octet_fault *other = m->all; other; other = other->next)
        if (other != f && other->stream.ipc != f->stream.ipc)
            return false;
    return true;
}

const struct mutant one_transport_a_socket = {
    .name = "one_transport_a_socket",
    .fault = "closes connections of another transport than that of its first",
    .source = "",
    .admits = one_transport,
};

static bool fail_alone(struct mutation *m, struct buf *line)
{
    if (m->streams == 0 && strcmp(buf_text(line), "err timedout") == 0) {
        buf_clear(line);
        buf_printf(line, "err %s", "state");
    }
    return true;
}

const struct mutant send_before_any_peer_fails = {
    .name = "send_before_any_peer_fails",
    .fault = "fails a send while no peer has ever been there, and does not wait",
    .source = "nanomsg #887",
    .answer = fail_alone,
};

/* ---- closing ---- */

static bool note_close(struct mutation *m, struct buf *line)
{
    m->note[0] = line_is(line, "close");
    return true;
}

static bool note_closed(struct mutation *m, struct buf *line)
{
    (void)line;
    m->note[0] = 0;
    return true;
}

static bool keep_connection(struct mutation *m, struct octet_fault *f)
{
    (void)f;
    return m->note[0] != 0;
}

const struct mutant close_keeps_connections = {
    .name = "close_keeps_connections",
    .fault = "leaves its connections open when the socket is closed",
    .source = "",
    .ask = note_close,
    .answer = note_closed,
    .hides_close = keep_connection,
};

static bool take_leave(struct mutation *m, struct buf *line)
{
    for (struct octet_fault *f = m->all; f && line_is(line, "close"); f = f->next) {
        struct buf head = { 0 };
        if (f->is_ws) {
            ws_say(f, WS_BINARY, slice_of(NULL, 0));
            continue;
        }
        octets_head(f, &head, 0);
        octet_fault_send(f, buf_slice(&head));
        buf_free(&head);
    }
    return true;
}

const struct mutant close_sends_empty_message = {
    .name = "close_sends_empty_message",
    .fault = "sends an empty message to say that it closes",
    .source = "",
    .ask = take_leave,
};
