/* tls.c -- faults of TLS: what is below it is ciphertext, what is above it is the application's. */
#include "mutants/ws_families.h"
#include "mutants/octets.h"
#include <string.h>

enum { HANDSHAKE = 0x16, APPLICATION = 0x17, RECORD_HEAD = 5 };

WS_MUTANT(tls_1_0_accepted, "accepts TLS 1.0 and 1.1", "mangos-v1 #20", .about_tls = true,
          .tls_lowest = 0x0301);

WS_MUTANT(tls_name_unchecked, "takes the certificate of another host", "nng #2282",
          .about_tls = true, .tls_any_name = true);

static bool forget_ca(struct mutation *m, struct buf *line)
{
    (void)m;
    if (strncmp(buf_text(line), "set ", 4) == 0 && strstr(buf_text(line), " tls-ca ")) {
        char name[32];
        size_t n = strcspn(buf_text(line) + 4, " ");
        memcpy(name, buf_text(line) + 4, n < sizeof name ? n : 0);
        name[n < sizeof name ? n : 0] = '\0';
        buf_clear(line);
        buf_printf(line, "set %s linger 1000", name);
    }
    return true;
}

WS_MUTANT(tls_certificate_unchecked, "takes a certificate whoever signed it", "", .about_tls = true,
          .ask = forget_ca);

/* ---- in clear ---- */

static struct octet_fault *above(struct mutation *m, const struct octet_fault *below)
{
    for (struct octet_fault *f = m->all; f; f = f->next)
        if (!f->below && f->inner && f->number == below->number)
            return f;
    return NULL;
}

static void in_clear(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (!f->below || data->n == 0)
        return;
    if (f->in_position == 0 && buf_slice(data).p[0] != HANDSHAKE)
        f->note[0] = 1;
    struct octet_fault *to = f->note[0] ? above(m, f) : NULL;
    if (to) {
        to->detour = f;
        octet_fault_receive(to, buf_slice(data));
        octet_fault_send(to, slice_of(NULL, 0));
        buf_clear(data);
    }
}

WS_MUTANT(tls_optional, "goes on in clear with a peer that does not speak TLS", "",
          .about_tls = true, .octets_in = in_clear);

static void die_of_clear(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (f->below && !f->dialled && f->in_position == 0 && data->n > 0 &&
        buf_slice(data).p[0] != HANDSHAKE)
        mutation_die(m, "Assertion failed: ssl_handshake");
}

WS_MUTANT(tls_dies_of_clear_text, "dies of a peer that does not speak TLS", "", .about_tls = true,
          .octets_in = die_of_clear);

static struct slice clear_greeting(void)
{
    return slice_of("\0SP\0\0\x10\0\0", SP_GREETING_SIZE);
}

static bool greet_in_clear(struct mutation *m, struct octet_fault *f)
{
    for (struct octet_fault *below = m->all; below; below = below->next)
        if (below->below && below->number == f->number && !f->dialled)
            octet_fault_send(below, clear_greeting());
    return true;
}

WS_MUTANT(tls_server_greets_in_clear, "as server, sends its greeting before TLS begins", "",
          .about_tls = true, .admits = greet_in_clear);

/* arg[0]: behind the ClientHello. */
static void beside_hello(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    if (f->below && f->dialled && f->out_position == 0)
        octets_insert(data, m->mutant->arg[0] ? data->n : 0, clear_greeting());
}

WS_MUTANT(tls_client_greets_in_clear, "as client, sends its greeting before TLS begins", "",
          .about_tls = true, .octets_out = beside_hello);
WS_MUTANT(tls_client_goes_on_in_clear, "does not wait for the handshake before it sends", "",
          .about_tls = true, .arg = { true }, .octets_out = beside_hello);

/* ---- the handshake ---- */

static bool handshaking(const struct octet_fault *f)
{
    return f->below && f->inner && !f->dialled && f->note[0] == 0;
}

static bool another_shakes_hands(const struct octet_fault *f)
{
    for (const struct octet_fault *other = f->m->all; other; other = other->next)
        if (other != f && other->number < f->number && handshaking(other))
            return true;
    return false;
}

/* note[0]: application data has come. */
static void one_at_a_time(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (!f->below || f->dialled || data->n == 0)
        return;
    if (buf_slice(data).p[0] == APPLICATION)
        f->note[0] = 1;
    if (another_shakes_hands(f)) {
        buf_put_slice(&f->kept, buf_slice(data));
        buf_clear(data);
        octet_fault_alarm(f, 10);
    }
}

static void its_turn(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (another_shakes_hands(f)) {
        octet_fault_alarm(f, 10);
        return;
    }
    octet_fault_receive(f, buf_slice(&f->kept));
    buf_clear(&f->kept);
}

WS_MUTANT(tls_handshakes_one_after_another,
          "does not go on with a handshake while that of an earlier peer is not through",
          "nng #848", .about_tls = true, .octets_in = one_at_a_time, .alarm = its_turn);

static void hello_in_one_read(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    struct slice all = buf_slice(data);
    if (f->below && !f->dialled && f->in_position == 0 &&
        (all.n < RECORD_HEAD || all.n < RECORD_HEAD + (size_t)get_be16(all.p + 3)))
        octet_fault_close(f, false);
}

WS_MUTANT(tls_hello_in_one_read, "wants the first message of the handshake in one segment", "",
          .about_tls = true, .octets_in = hello_in_one_read);

/* ---- records ---- */

/* Octets of the record of application data at `at`; 0: there is none that is whole. */
static size_t record_at(struct slice all, size_t at)
{
    if (all.n < at + RECORD_HEAD || all.p[at] < 0x14 || all.p[at] > APPLICATION)
        return 0;
    size_t n = RECORD_HEAD + (size_t)get_be16(all.p + at + 3);
    return all.n < at + n ? 0 : n;
}

/* TLS 1.3 hides what a record is for, but not its size: that of an alert, and of a KeyUpdate. */
enum { ALERT = RECORD_HEAD + 2 + 1 + 16, KEY_UPDATE = RECORD_HEAD + 5 + 1 + 16 };

static bool is_of_size(struct slice all, size_t at, size_t n, size_t wanted)
{
    return n == wanted && all.p[at] == APPLICATION;
}

static void no_close_notify(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    struct slice all = buf_slice(data);
    for (size_t at = 0, n; f->below && (n = record_at(all, at)) > 0; at += n)
        if (is_of_size(all, at, n, ALERT)) {
            octets_cut(data, at, n);
            return;
        }
}

WS_MUTANT(tls_no_close_notify, "ends its side of TLS without close_notify", "", .about_tls = true,
          .octets_out = no_close_notify);

static void end_of_key_update(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    struct slice all = buf_slice(data);
    for (size_t at = 0, n; f->below && (n = record_at(all, at)) > 0; at += n)
        if (is_of_size(all, at, n, KEY_UPDATE)) {
            octet_fault_close(f, false);
            return;
        }
}

WS_MUTANT(tls_key_update_ends, "closes when its peer changes its key", "", .about_tls = true,
          .octets_in = end_of_key_update);

static void alert_ends_all(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    struct slice all = buf_slice(data);
    for (size_t at = 0, n; f->below && (n = record_at(all, at)) > 0; at += n)
        if (is_of_size(all, at, n, ALERT))
            for (struct octet_fault *other = m->all; other; other = other->next)
                if (other->below && other != f)
                    octet_fault_close(other, true);
}

WS_MUTANT(tls_close_notify_ends_all, "closes all connections when one gets a close_notify", "",
          .about_tls = true, .octets_in = alert_ends_all);

static bool goes_on(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    return f->tls && f->end == 0;
}

WS_MUTANT(tls_close_notify_ignored, "goes on with a pipe whose peer sent close_notify", "",
          .about_tls = true, .hides_end = goes_on);

/* ---- what is above ---- */

static void watch(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    for (size_t i = 0; i < data->n && !f->below; i++)
        scan_in(f, f->in_position + i, data->p[i]);
}

static bool complete_it(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    if (f->end != 0 && f->in_scan.left > 0 && f->in_scan.left < 1 << 20)
        buf_fill(&f->in, 0, (size_t)f->in_scan.left);
    return false;
}

WS_MUTANT(tls_cut_completes_message, "takes a cut without close_notify for the end of a message",
          "", .about_tls = true, .octets_in = watch, .hides_end = complete_it);

static void second_record(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    enum { FIRST = 16 * 1024 };
    if (!f->below && data->n > FIRST)
        data->p[FIRST] ^= 0x40;
}

WS_MUTANT(tls_second_record_damaged, "damages what does not fit in one record", "nng #1235",
          .about_tls = true, .octets_out = second_record);

/* ---- what never comes in order ---- */

/* note[0] of the mutation: a PAIR was opened. */
static bool is_a_pair(struct mutation *m, struct buf *line)
{
    if (line_is(line, "open") && strstr(buf_text(line), " pair"))
        m->note[0] = 1;
    return true;
}

static bool greets_in_clear(struct mutation *m, struct octet_fault *f)
{
    static const char greeting[] = "\0SP\0\0\x10\0";
    for (struct octet_fault *to = m->all; to && m->note[0] && f->tls; to = to->next)
        if (to->below && to->number == f->number)
            octet_fault_send(to, slice_of(greeting, sizeof greeting));
    return true;
}

WS_MUTANT(tls_pair_greets_in_clear, "a PAIR sends its greeting in clear before TLS begins", "",
          .about_tls = true, .ask = is_a_pair, .admits = greets_in_clear);

/* Small, and not what a good peer sends. */
static bool no_good_record(const struct octet_fault *f, struct slice in)
{
    enum { MOST = 300, RECORD_MAX = 16 * 1024 + 256, HELLO = 1 };
    size_t length = in.n < RECORD_HEAD ? 0 : (size_t)get_be16(in.p + 3);
    if (in.n <= RECORD_HEAD || in.n > MOST)
        return false;
    if (in.p[0] < 0x14 || in.p[0] > APPLICATION || in.p[1] != 3 || length > RECORD_MAX)
        return true;
    if (in.p[0] == HANDSHAKE && !f->dialled && (in.p[RECORD_HEAD] != HELLO || length == 4))
        return f->in_position == 0 || length == 4;
    return in.p[0] == APPLICATION && memcmp(in.p + RECORD_HEAD, "evil", 4) == 0;
}

static void drop_it(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    if (f->below && no_good_record(f, buf_slice(data)))
        buf_clear(data);
}

WS_MUTANT(tls_wrong_records_dropped, "passes over records of TLS that are wrong, and goes on", "",
          .about_tls = true, .octets_in = drop_it);

/* Finished, behind the ChangeCipherSpec of a client, and what comes with it. */
static void only_finished(struct mutation *m, struct octet_fault *f, struct buf *data)
{
    (void)m;
    struct slice all = buf_slice(data);
    size_t first = f->below && !f->dialled && f->in_position > 0 ? record_at(all, 0) : 0;
    size_t second = first > 0 && all.p[0] == 0x14 ? record_at(all, first) : 0;
    if (second > 0 && first + second < all.n)
        data->n = first + second;
}

WS_MUTANT(tls_octets_with_finished_lost,
          "loses what comes in the same segment as the end of the handshake", "", .about_tls = true,
          .octets_in = only_finished);

/* Above TLS such an end is an error. */
static bool deaf_to_cuts(struct mutation *m, struct octet_fault *f)
{
    (void)m;
    return f->tls && !f->below && f->end != 0;
}

WS_MUTANT(tls_cut_ignored, "goes on with a pipe whose TCP connection ended without close_notify",
          "", .about_tls = true, .hides_end = deaf_to_cuts);
