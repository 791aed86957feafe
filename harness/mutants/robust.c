/* robust.c -- what broken, rude and unlucky peers do to an implementation. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "sp/protocol.h"

static void watch(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    for (size_t i = 0; i < data->n; i++)
        scan_in(f, f->in_position + i, data->p[i]);
}

static bool within_message(const struct octet_fault *f)
{
    return f->in_scan.n > 0 || f->in_scan.left > 0;
}

static bool within_greeting(const struct octet_fault *f)
{
    return f->in_position > 0 && f->in_position < SP_GREETING_SIZE;
}

static void end_others(struct mutation *m, const struct octet_fault *f)
{
    for (struct octet_fault *other = m->all; other; other = other->next)
        if (other != f)
            octet_fault_close(other, true);
}

/* ---- ends within a greeting ---- */

static bool note_abort(struct mutation *m, struct octet_fault *f)
{
    m->note[0] |= !f->dialled && f->in_position < SP_GREETING_SIZE;
    return false;
}

static bool accept_unless_aborted(struct mutation *m, struct octet_fault *f)
{
    return f->dialled || m->note[0] == 0;
}

const struct mutant abort_in_greeting_ends_accepting = {
    .name = "abort_in_greeting_ends_accepting",
    .fault = "accepts no other connection when a peer has ended one without a greeting",
    .source = "nng #1518",
    .hides_end = note_abort,
    .admits = accept_unless_aborted,
};

static bool die_in_greeting(struct mutation *m, struct octet_fault *f)
{
    if (within_greeting(f) && (f->end == 0) == m->mutant->arg[0])
        mutation_die(m, "Assertion failed: type == NN_USOCK_ERROR");
    return false;
}

const struct mutant reset_in_greeting_dies = {
    .name = "reset_in_greeting_dies",
    .fault = "dies when a peer resets the connection within its greeting",
    .source = "nanomsg #870",
    .arg = { false },
    .hides_end = die_in_greeting,
};

const struct mutant close_in_greeting_dies = {
    .name = "close_in_greeting_dies",
    .fault = "makes a pipe of a connection that ended within its greeting, and dies of it",
    .source = "mangos #118",
    .arg = { true },
    .hides_end = die_in_greeting,
};

static void count_strangers(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (f->in_position == 0 && slice_starts_with(buf_slice(data), slice_text("GET ")))
        m->note[0]++;
    if (m->note[0] > 50)
        mutation_die(m, "Unexpected action: state=2 source=1 action=5 (atcp.c:228)");
}

const struct mutant http_load_dies = {
    .name = "http_load_dies",
    .fault = "dies under the load of many connections that send HTTP",
    .source = "nanomsg #956",
    .octets_in = count_strangers,
};

/* ---- ends within a message, or behind it ---- */

static bool end_all_in_message(struct mutation *m, struct octet_fault *f)
{
    if (within_message(f) && f->end != 0)
        end_others(m, f);
    return false;
}

const struct mutant reset_in_message_ends_all = {
    .name = "reset_in_message_ends_all",
    .fault = "closes all connections when one is reset within a message",
    .source = "",
    .octets_in = watch,
    .hides_end = end_all_in_message,
};

static bool die_in_message(struct mutation *m, struct octet_fault *f)
{
    if (within_message(f) && (f->end == 0) == m->mutant->arg[0])
        mutation_die(m, "Assertion failed: the message is complete");
    return false;
}

const struct mutant reset_in_message_dies = {
    .name = "reset_in_message_dies",
    .fault = "dies when a connection is reset within a message",
    .source = "",
    .arg = { false },
    .octets_in = watch,
    .hides_end = die_in_message,
};

const struct mutant close_in_message_dies = {
    .name = "close_in_message_dies",
    .fault = "dies when a peer closes within a message",
    .source = "",
    .arg = { true },
    .octets_in = watch,
    .hides_end = die_in_message,
};

static bool drop_unread(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (f->end == 0)
        buf_clear(&f->in);
    return false;
}

const struct mutant end_drops_unread = {
    .name = "end_drops_unread",
    .fault = "loses messages that arrive together with the end of the connection",
    .source = "",
    .hides_end = drop_unread,
};

static bool go_on(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    f->note[0] = f->end == 0 && f->in_position == SP_GREETING_SIZE;
    return f->note[0] != 0;
}

static bool lose_if_ended(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)m;
    (void)payload;
    return f->note[0] == 0;
}

const struct mutant half_closed_swallows = {
    .name = "half_closed_swallows",
    .fault = "gives messages to a pipe whose peer stopped sending behind its greeting, in vain",
    .source = "",
    .hides_end = go_on,
    .frame_out = lose_if_ended,
};

/* ---- one peer and the others ---- */

static bool another_stalls(const struct octet_fault *f)
{
    for (const struct octet_fault *other = f->m->all; other; other = other->next)
        if (other != f && other->inner && within_message(other))
            return true;
    return false;
}

static void wait_for_others(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (f->in_position >= SP_GREETING_SIZE && !within_message(f) && another_stalls(f)) {
        buf_put_slice(&f->kept, buf_slice(data));
        buf_clear(data);
        octet_fault_alarm(f, 10);
    } else {
        watch(m, f, data);
    }
}

static void stop_waiting(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (another_stalls(f)) {
        octet_fault_alarm(f, 10);
        return;
    }
    octet_fault_receive(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

const struct mutant stall_in_message_stalls_all = {
    .name = "stall_in_message_stalls_all",
    .fault = "reads a message to its end before it reads from another connection",
    .source = "",
    .octets_in = wait_for_others,
    .alarm = stop_waiting,
};

static bool another_blocks(const struct octet_fault *f)
{
    for (const struct octet_fault *other = f->m->all; other; other = other->next)
        if (other != f && other->inner && other->out.n > 0)
            return true;
    return false;
}

static void write_in_turn(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->out_position < SP_GREETING_SIZE || (f->kept.n == 0 && !another_blocks(f)))
        return;
    buf_put_slice(&f->kept, buf_slice(data));
    buf_clear(data);
    octet_fault_alarm(f, 10);
}

static void write_kept(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (another_blocks(f)) {
        octet_fault_alarm(f, 10);
        return;
    }
    octet_fault_send(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

const struct mutant blocked_peer_blocks_all = {
    .name = "blocked_peer_blocks_all",
    .fault = "writes to no connection while a peer does not read from another",
    .source = "",
    .octets_out = write_in_turn,
    .alarm = write_kept,
};

/* ---- a peer lost while messages are being sent ---- */

static bool keep_last(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    if (f->self == SP_PUSH) {
        buf_clear(&m->kept);
        octets_head(f, &m->kept, payload->n);
        buf_put_slice(&m->kept, buf_slice(payload));
    }
    return true;
}

static bool note_loss(struct mutation *m, struct octet_fault *f)
{
    m->note[0] |= f->self == SP_PUSH && f->in_position >= SP_GREETING_SIZE;
    return false;
}

static void send_last_again(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (m->note[0] && f->in_position < SP_GREETING_SIZE &&
        f->in_position + data->n >= SP_GREETING_SIZE) {
        octet_fault_send(f, buf_slice(&m->kept));
        m->note[0] = 0;
    }
}

const struct mutant lost_peer_last_message_again = {
    .name = "lost_peer_last_message_again",
    .fault = "sends the last message that a lost peer was sent to the next one again",
    .source = "",
    .frame_out = keep_last,
    .hides_end = note_loss,
    .octets_in = send_last_again,
};

static bool keep_tail(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    if (f->self == SP_PUSH && payload->n > 100000) {
        buf_clear(&m->kept);
        buf_put_slice(&m->kept, slice_drop(buf_slice(payload), payload->n - 100));
    }
    return true;
}

static bool note_reset(struct mutation *m, struct octet_fault *f)
{
    m->note[0] |= f->end != 0 && m->kept.n > 0;
    return false;
}

const struct mutant lost_peer_leaves_torn_message = {
    .name = "lost_peer_leaves_torn_message",
    .fault = "sends the rest of a message that was cut off by a lost peer to the next one",
    .source = "",
    .frame_out = keep_tail,
    .hides_end = note_reset,
    .octets_in = send_last_again,
};

/* ---- the wrong direction ---- */

static bool die_of_message(struct mutation *m, struct octet_fault *f, struct buf *payload)
{
    (void)payload;
    if (f->self == m->mutant->arg[0])
        mutation_die(m, "Assertion failed: 0 (xpub.c:134)");
    return true;
}

const struct mutant message_to_pub_dies = {
    .name = "message_to_pub_dies",
    .fault = "dies of a message that a subscriber sends to a PUB",
    .source = "nanomsg #443",
    .arg = { SP_PUB },
    .frame_in = die_of_message,
};

const struct mutant message_to_push_dies = {
    .name = "message_to_push_dies",
    .fault = "dies of a message that a PULL sends to a PUSH",
    .source = "",
    .arg = { SP_PUSH },
    .frame_in = die_of_message,
};

/* ---- closing in the middle ---- */

static bool hang_in_middle(struct mutation *m, struct buf *line)
{
    for (const struct octet_fault *f = m->all; f && line_is(line, "close"); f = f->next)
        if (f->inner && (within_greeting(f) || within_message(f)))
            return false;
    return true;
}

const struct mutant close_waits_for_message = {
    .name = "close_waits_for_message",
    .fault = "waits for the rest of a greeting or message before a close returns",
    .source = "nanomsg #65",
    .octets_in = watch,
    .ask = hang_in_middle,
};
