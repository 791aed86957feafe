/* announce.c -- faults of the greeting that is sent, and of when it is. */
#include "mutants/families.h"
#include "mutants/octets.h"
#include "sp/protocol.h"

/* Where a mutant is at work: only where it dials, only where it accepts, only over tcp. */
enum { EVERYWHERE, DIALLING = 1, ACCEPTING = 2, OVER_TCP = 4 };

static bool here(const struct octet_fault *f, int64_t where)
{
    return !(where & DIALLING && !f->dialled) && !(where & ACCEPTING && f->dialled) &&
           !(where & OVER_TCP && f->stream.ipc);
}

/* A socket of type arg[0] announces arg[1], where arg[2] says. */
static void announce(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    const int64_t *arg = m->mutant->arg;
    uint8_t *at = octet_at(data, f->out_position, 4);
    if (at && f->self == arg[0] && here(f, arg[2]))
        set_be16(at, (uint16_t)arg[1]);
}

#define ANNOUNCES(name_, fault_, source_, ...)                                                     \
    const struct mutant name_ = {                                                                  \
        .name = #name_,                                                                            \
        .fault = fault_,                                                                           \
        .source = source_,                                                                         \
        .arg = { __VA_ARGS__ },                                                                    \
        .octets_out = announce,                                                                    \
    }

ANNOUNCES(pair0_announces_pair1, "announces PAIR v1 for a PAIR v0", "jeikabu/nng.NETCore #71",
          SP_PAIR0, SP_PAIR1);
ANNOUNCES(pair1_announces_pair0, "announces PAIR v0 for a PAIR v1", "nanomsg/mangos #71", SP_PAIR1,
          SP_PAIR0);
ANNOUNCES(pub_announces_type_swapped, "announces PUB with its octets swapped", "", SP_PUB, 0x2000);
ANNOUNCES(sub_announces_pub, "a SUB announces the type that it wants", "", SP_SUB, SP_PUB);
ANNOUNCES(req_dialler_announces_rep, "a REQ that dials over tcp announces what it wants", "",
          SP_REQ, SP_REP, DIALLING | OVER_TCP);
ANNOUNCES(rep_dialler_announces_req, "a REP that dials over tcp announces REQ", "", SP_REP, SP_REQ,
          DIALLING | OVER_TCP);
ANNOUNCES(push_announces_pull, "a PUSH announces the type that it wants", "", SP_PUSH, SP_PULL);
ANNOUNCES(pull_listener_announces_push, "a PULL that listens announces PUSH", "", SP_PULL, SP_PUSH,
          ACCEPTING);
ANNOUNCES(surveyor_announces_first_version,
          "a SURVEYOR that dials over tcp announces the withdrawn type 0060", "nanomsg #387",
          SP_SURVEYOR, 0x60, DIALLING | OVER_TCP);
ANNOUNCES(respondent_announces_first_version,
          "a RESPONDENT that listens on tcp announces the withdrawn type 0061", "mangos-v1 #25",
          SP_RESPONDENT, 0x61, ACCEPTING | OVER_TCP);
ANNOUNCES(bus_announces_version_one, "announces 0071 for a BUS", "", SP_BUS, 0x71);

static void announce_version(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint8_t *at = octet_at(data, f->out_position, 3);
    (void)m;
    if (at && f->self == SP_PAIR0 && f->dialled)
        *at = 1;
}

const struct mutant pair_dialler_announces_version_one = {
    .name = "pair_dialler_announces_version_one",
    .fault = "a PAIR that dials has 1 for the version in its greeting",
    .source = "",
    .octets_out = announce_version,
};

static void dirty_reserved(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    uint8_t *at = octet_at(data, f->out_position, 7);
    (void)m;
    if (at && f->dialled && !f->stream.ipc && f->number == 3)
        *at = 1;
}

const struct mutant greeting_reserved_is_stale = {
    .name = "greeting_reserved_is_stale",
    .fault = "leaves what was there in the reserved octets of its third greeting over tcp",
    .source = "",
    .octets_out = dirty_reserved,
};

/* ---- when ---- */

static void hold_greeting(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    const int64_t *arg = m->mutant->arg;
    if (f->out_position > 0 || f->self != arg[0] || !here(f, arg[2]))
        return;
    buf_put_slice(&f->kept, buf_slice(data));
    buf_clear(data);
}

static void release_greeting(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    (void)data;
    octet_fault_send(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

const struct mutant req_dialler_greets_last = {
    .name = "req_dialler_greets_last",
    .fault = "a REQ that dials over tcp sends its greeting only when it has seen the peer's",
    .source = "",
    .arg = { SP_REQ, 0, DIALLING | OVER_TCP },
    .octets_out = hold_greeting,
    .octets_in = release_greeting,
};

static void wait_for_answer(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->out_position == 0) {
        buf_put_slice(&f->kept, buf_slice(data));
        octet_fault_alarm(f, 100);
    }
}

static void greet_again(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (f->in_position == 0)
        octet_fault_send(f, buf_slice(&f->kept));
}

const struct mutant greeting_sent_again = {
    .name = "greeting_sent_again",
    .fault = "sends its greeting again when none has come after 100 ms",
    .source = "",
    .octets_out = wait_for_answer,
    .alarm = greet_again,
};

static void rest(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    (void)data;
    octet_fault_alarm(f, 2000);
}

static void keep_alive(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    struct buf head = { 0 };
    octets_head(f, &head, 0);
    if (f->in_position >= SP_GREETING_SIZE)
        octet_fault_send(f, buf_slice(&head));
    buf_free(&head);
}

const struct mutant keepalive_messages = {
    .name = "keepalive_messages",
    .fault = "sends an empty message on a connection that was silent for two seconds",
    .source = "",
    .octets_in = rest,
    .octets_out = rest,
    .alarm = keep_alive,
};

/* ---- how it is read ---- */

static void take_seven(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->note[0]) { /* the eighth is here already */
        octets_cut(data, 0, 1);
        f->note[0] = 0;
    } else if (f->in_position + data->n == SP_GREETING_SIZE - 1) {
        buf_u8(data, 0);
        f->note[0] = 1;
    }
}

const struct mutant greeting_of_seven_octets = {
    .name = "greeting_of_seven_octets",
    .fault = "takes seven octets for a whole greeting",
    .source = "",
    .octets_in = take_seven,
};

static void demand_whole(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->in_position == 0 && data->n < SP_GREETING_SIZE)
        octet_fault_close(f, false);
}

const struct mutant greeting_in_one_read = {
    .name = "greeting_in_one_read",
    .fault = "closes a connection unless one read gets the whole greeting",
    .source = "",
    .octets_in = demand_whole,
};

static void read_too_much(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    size_t most = (size_t)m->mutant->arg[0];
    if (f->in_position == 0 && data->n > SP_GREETING_SIZE && data->n <= most)
        octets_cut(data, SP_GREETING_SIZE, data->n - SP_GREETING_SIZE);
}

const struct mutant greeting_read_drops_the_rest = {
    .name = "greeting_read_drops_the_rest",
    .fault = "throws away what came in the same read as the greeting",
    .source = "",
    .arg = { 1 << 20 },
    .octets_in = read_too_much,
};

const struct mutant greeting_read_drops_part_of_length = {
    .name = "greeting_read_drops_part_of_length",
    .fault = "throws away a part of a length that came in the same read as the greeting",
    .source = "",
    .arg = { 15 },
    .octets_in = read_too_much,
};

/* ---- what one connection does to others ---- */

static void end_all(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    const uint8_t *first = octet_at(data, f->in_position, 0);
    if (!first || *first == 0)
        return;
    for (struct octet_fault *other = m->all; other; other = other->next)
        if (other != f)
            octet_fault_close(other, true);
}

const struct mutant greeting_failure_ends_all = {
    .name = "greeting_failure_ends_all",
    .fault = "closes all connections when something else than a greeting comes on one",
    .source = "",
    .octets_in = end_all,
};

static bool stalled_before(const struct octet_fault *f)
{
    for (const struct octet_fault *other = f->next; other; other = other->next)
        if (!other->dialled && other->in_position < SP_GREETING_SIZE && other->inner)
            return true;
    return false;
}

static void greet_in_turn(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->out_position > 0 || f->dialled || !stalled_before(f))
        return;
    buf_put_slice(&f->kept, buf_slice(data));
    buf_clear(data);
    octet_fault_alarm(f, 20);
}

static void greet_if_free(struct mutation *m, struct octet_fault *f)
{
    if (stalled_before(f))
        octet_fault_alarm(f, 20);
    else
        release_greeting(m, f, NULL);
}

const struct mutant greetings_one_after_another = {
    .name = "greetings_one_after_another",
    .fault = "greets an accepted connection only when those before have greeted",
    .source = "nng #848",
    .octets_out = greet_in_turn,
    .alarm = greet_if_free,
};
