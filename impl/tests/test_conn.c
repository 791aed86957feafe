/* sp/conn.h: every input under every split, with any read-ahead, against literal octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sp/conn.h"
#include "sp/protocol.h"

#define GREETING(type)  "\0SP\0\0" type "\0\0"
#define FRAME(n, text)  "\0\0\0\0\0\0\0" n text
#define TYPED(n, text)  "\1" FRAME(n, text)
#define OCTETS(literal) literal, sizeof literal - 1

struct row {
    const char *name;
    const char *in;
    size_t n;
    const char *events; /* G greeting, (text) a message, E error, $ closed at the end */
    enum sp_framing framing;
    enum err err;
};

static const struct row rows[] = {
    { "greeting", OCTETS(GREETING("\x10")), "G$", SP_FRAMING_TCP, E_OK },
    { "message", OCTETS(GREETING("\x10") FRAME("\2", "hi")), "G(hi)$", SP_FRAMING_TCP, E_OK },
    { "empty", OCTETS(GREETING("\x10") FRAME("\0", "")), "G()$", SP_FRAMING_TCP, E_OK },
    { "three", OCTETS(GREETING("\x10") FRAME("\1", "a") FRAME("\0", "") FRAME("\3", "bcd")),
      "G(a)()(bcd)$", SP_FRAMING_TCP, E_OK },
    { "partial frame", OCTETS(GREETING("\x10") FRAME("\1", "a") FRAME("\5", "bcd")), "G(a)$",
      SP_FRAMING_TCP, E_OK },
    { "partial greeting", OCTETS("\0SP\0\0\x10\0"), "$", SP_FRAMING_TCP, E_OK },
    { "at the limit", OCTETS(GREETING("\x10") FRAME("\x8", "12345678")), "G(12345678)$",
      SP_FRAMING_TCP, E_OK },
    { "over the limit", OCTETS(GREETING("\x10") FRAME("\0", "") FRAME("\x9", "")), "G()E",
      SP_FRAMING_TCP, E_TOOLONG },
    { "2^64 - 1", OCTETS(GREETING("\x10") "\377\377\377\377\377\377\377\377"), "GE", SP_FRAMING_TCP,
      E_TOOLONG },
    { "first octet", OCTETS("\1SP\0\0\x10\0\0"), "E", SP_FRAMING_TCP, E_PROTO },
    { "second octet", OCTETS("\0sP\0\0\x10\0\0"), "E", SP_FRAMING_TCP, E_PROTO },
    { "third octet", OCTETS("\0Sp\0\0\x10\0\0"), "E", SP_FRAMING_TCP, E_PROTO },
    { "version", OCTETS("\0SP\1\0\x10\0\0"), "E", SP_FRAMING_TCP, E_PROTO },
    { "type", OCTETS(GREETING("\x11") FRAME("\2", "hi")), "E", SP_FRAMING_TCP, E_PROTO },
    { "type, swapped", OCTETS("\0SP\0\x10\0\0\0"), "E", SP_FRAMING_TCP, E_PROTO },
    { "reserved", OCTETS("\0SP\0\0\x10\0\1"), "E", SP_FRAMING_TCP, E_PROTO },
    { "reserved, first", OCTETS("\0SP\0\0\x10\1\0"), "E", SP_FRAMING_TCP, E_PROTO },
    { "not SP at all", OCTETS("GET / HTTP/1.1\r\n\r\n"), "E", SP_FRAMING_TCP, E_PROTO },
    { "typed", OCTETS(GREETING("\x10") TYPED("\2", "hi") TYPED("\0", "")), "G(hi)()$",
      SP_FRAMING_IPC, E_OK },
    { "type 0", OCTETS(GREETING("\x10") TYPED("\1", "a") "\0" FRAME("\2", "hi")), "G(a)E",
      SP_FRAMING_IPC, E_PROTO },
    { "type 2 alone", OCTETS(GREETING("\x10") "\2"), "GE", SP_FRAMING_IPC, E_PROTO },
};

static struct sp_conn *open_conn(enum sp_framing framing, uint64_t max, size_t read_ahead)
{
    struct sp_conn_config config = { framing, SP_PAIR0, SP_PAIR0, max, read_ahead };
    struct sp_conn *c = sp_conn_new(&config);
    assert_non_null(c);
    return c;
}

static void collect(struct sp_conn *c, struct buf *log, enum err *err)
{
    struct sp_event ev;
    bool ready = sp_conn_ready(c);
    while (sp_conn_next(c, &ev) != SP_EV_NONE) {
        assert_true(ready);
        if (ev.type == SP_EV_GREETING)
            buf_printf(log, "G");
        if (ev.type == SP_EV_MESSAGE)
            buf_printf(log, "(%.*s)", (int)ev.payload.n, (const char *)ev.payload.p);
        if (ev.type == SP_EV_ERROR) {
            buf_printf(log, "E");
            *err = ev.err;
            assert_non_null(ev.why);
        }
        ready = sp_conn_ready(c);
    }
    assert_false(ready);
}

static void feed(struct sp_conn *c, const char *p, size_t n, struct buf *log, enum err *err)
{
    while (n > 0) {
        size_t room;
        uint8_t *to = sp_conn_room(c, &room);
        if (to == NULL)
            return; /* over, or full: the caller takes events */
        size_t some = room < n ? room : n;
        memcpy(to, p, some);
        sp_conn_fed(c, some);
        collect(c, log, err);
        p += some;
        n -= some;
    }
}

static void run(const struct row *row, size_t a, size_t b, size_t read_ahead)
{
    struct sp_conn *c = open_conn(row->framing, 8, read_ahead);
    struct buf log = { 0 };
    enum err err = E_OK;
    feed(c, row->in, a, &log, &err);
    feed(c, row->in + a, b - a, &log, &err);
    feed(c, row->in + b, row->n - b, &log, &err);
    sp_conn_eof(c);
    collect(c, &log, &err);
    if (sp_conn_state(c) == SP_CONN_CLOSED)
        buf_printf(&log, "$");
    if (strcmp(buf_text(&log), row->events) != 0)
        fail_msg("%s split at %zu, %zu: %s, not %s", row->name, a, b, buf_text(&log), row->events);
    assert_int_equal(err, row->err);
    buf_free(&log);
    sp_conn_free(c);
}

static void every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t a = 0; a <= rows[i].n; a++)
            for (size_t b = a; b <= rows[i].n; b++) {
                run(&rows[i], a, b, 0);
                run(&rows[i], a, b, 1); /* the least that is possible */
            }
}

/* Octet i of message m. */
static uint8_t octet(size_t m, size_t i)
{
    return (uint8_t)(m * 31 + i + (i >> 8));
}

static void put_frame(struct buf *b, size_t m, size_t n)
{
    buf_be64(b, n);
    for (size_t i = 0; i < n; i++)
        buf_u8(b, octet(m, i));
}

static void check_payload(struct slice payload, size_t m, size_t n)
{
    assert_int_equal(payload.n, n);
    for (size_t i = 0; i < n; i++)
        if (payload.p[i] != octet(m, i))
            fail_msg("message %zu, octet %zu", m, i);
}

static const size_t sizes[] = { 0, 1,     5000,    65535, 65536,  65537,  0, 100,   40000, 64,
                                7, 70000, 1048576, 3,     300000, 300000, 1, 65527, 65528 };
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void greet(struct sp_conn *c)
{
    struct buf log = { 0 };
    enum err err = E_OK;
    feed(c, GREETING("\x10"), 8, &log, &err);
    assert_int_equal(sp_conn_state(c), SP_CONN_OPEN);
    buf_free(&log);
}

/* All sizes, read `step` octets at a time, taken only when no more can be read ("full") or when
 * there is something. */
static void receive_sizes(size_t read_ahead, size_t step, bool eager)
{
    struct sp_conn *c = open_conn(SP_FRAMING_TCP, 0, read_ahead);
    struct buf in = { 0 };
    size_t at = 0, taken = 0;
    for (size_t m = 0; m < SIZES; m++)
        put_frame(&in, m, sizes[m]);
    greet(c);
    while (taken < SIZES) {
        size_t room;
        uint8_t *to = at == in.n ? NULL : sp_conn_room(c, &room);
        if (to != NULL) {
            size_t some = room < step ? room : step;
            some = some < in.n - at ? some : in.n - at;
            memcpy(to, in.p + at, some);
            sp_conn_fed(c, some);
            at += some;
        }
        struct sp_event ev;
        if (to != NULL && !eager)
            continue;
        while (sp_conn_next(c, &ev) != SP_EV_NONE) {
            assert_int_equal(ev.type, SP_EV_MESSAGE);
            check_payload(ev.payload, taken, sizes[taken]);
            if (ev.own != NULL)
                assert_true(ev.payload.p >= ev.own->p);
            taken++;
            if (!eager)
                break;
        }
        if (!eager && to == NULL)
            assert_true(ev.type == SP_EV_MESSAGE || at < in.n);
    }
    assert_false(sp_conn_ready(c));
    buf_free(&in);
    sp_conn_free(c);
}

static void sizes_and_read_ahead(void **state)
{
    (void)state;
    static const size_t read_aheads[] = { 1, 4096, 0 }, steps[] = { 1009, 65536, 1 << 20 };
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int eager = 0; eager < 2; eager++)
                receive_sizes(read_aheads[i], steps[j], eager != 0);
}

static void holds_no_more_than_it_may(void **state)
{
    (void)state;
    struct sp_conn *c = open_conn(SP_FRAMING_TCP, 0, 0);
    struct buf frame = { 0 };
    size_t room, fed = 0, got = 0;
    uint8_t *to;
    put_frame(&frame, 0, 1000);
    greet(c);
    while ((to = sp_conn_room(c, &room)) != NULL) {
        for (size_t i = 0; i < room; i++)
            to[i] = frame.p[fed++ % frame.n];
        sp_conn_fed(c, room);
    }
    assert_true(sp_conn_full(c));
    assert_int_equal(fed, 256 * 1024);
    assert_in_range(sp_conn_memory(c), fed, fed + 4096);
    struct sp_event ev;
    for (; sp_conn_full(c); got++) {
        assert_int_equal(sp_conn_next(c, &ev), SP_EV_MESSAGE);
        check_payload(ev.payload, 0, 1000);
    }
    assert_true(sp_conn_room(c, &room) != NULL); /* half is free: reading goes on */
    assert_in_range(room, 100 * 1024, 200 * 1024);
    while (sp_conn_next(c, &ev) == SP_EV_MESSAGE)
        got++;
    assert_int_equal(got, fed / frame.n);
    buf_free(&frame);
    sp_conn_free(c);
}

/* A claim of much memory commits little. */
static void claims(void **state)
{
    (void)state;
    struct sp_conn *c = open_conn(SP_FRAMING_TCP, 0, 0);
    size_t room;
    greet(c);
    uint8_t *to = sp_conn_room(c, &room);
    memcpy(to, "\0\0\1\0\0\0\0\0abc", 11); /* 2^40 */
    sp_conn_fed(c, 11);
    to = sp_conn_room(c, &room);
    assert_non_null(to);
    assert_in_range(room, 1, 64 * 1024);
    memset(to, 0, room);
    sp_conn_fed(c, room);
    assert_non_null(sp_conn_room(c, &room));
    assert_in_range(room, 1, 128 * 1024);
    assert_false(sp_conn_ready(c));
    sp_conn_free(c);
}

static void large_payloads_are_kept_by_reference(void **state)
{
    (void)state;
    struct sp_conn *c = open_conn(SP_FRAMING_TCP, 0, 0);
    struct buf in = { 0 };
    struct chunk *kept = NULL;
    greet(c);
    put_frame(&in, 0, 200000);
    put_frame(&in, 1, 200000);
    put_frame(&in, 2, 200000);
    size_t at = 0, taken = 0;
    while (at < in.n) {
        size_t room;
        uint8_t *to = sp_conn_room(c, &room);
        size_t some = room < in.n - at ? room : in.n - at;
        memcpy(to, in.p + at, some);
        sp_conn_fed(c, some);
        at += some;
        struct sp_event ev;
        while (sp_conn_next(c, &ev) == SP_EV_MESSAGE) {
            check_payload(ev.payload, taken, 200000);
            assert_non_null(ev.own);
            assert_int_equal((uintptr_t)ev.payload.p % 64, 0);
            if (taken++ == 0)
                kept = chunk_ref(ev.own);
        }
    }
    assert_int_equal(taken, 3);
    check_payload(slice_of(kept->p, kept->n), 0, 200000);
    chunk_unref(kept);
    buf_free(&in);
    sp_conn_free(c);
}

/* What is written does not depend on how much is taken at a time. */
/* Takes `most` octets of what waits, as a stream does that takes any part of what it is offered. */
static void write_some(struct sp_conn *c, size_t most, int slices, struct buf *got)
{
    struct slice out[100];
    while (most > 0 && sp_conn_unsent(c) > 0) {
        int count = sp_conn_out(c, out, slices);
        size_t some = 0;
        assert_in_range(count, 1, slices);
        for (int k = 0; k < count && some < most; k++) {
            assert_true(out[k].n > 0);
            struct slice part = out[k];
            if (part.n > most - some)
                part.n = most - some;
            buf_put_slice(got, part);
            some += part.n;
        }
        sp_conn_sent(c, some);
        most -= some;
    }
}

static void send_frame(struct sp_conn *c, enum sp_framing framing, const struct msg *m,
                       struct buf *want)
{
    assert_int_equal(sp_conn_send(c, m), E_OK);
    if (framing == SP_FRAMING_IPC)
        buf_u8(want, 1);
    buf_be64(want, m->head.n + m->body.n);
    buf_put_slice(want, m->head);
    buf_put_slice(want, m->body);
}

static void output(size_t step, enum sp_framing framing)
{
    struct sp_conn *c = open_conn(framing, 0, 0);
    struct buf want = { 0 }, got = { 0 };
    struct chunk *big = chunk_new(100000);
    memset(big->p, 'B', big->n = 100000);
    const struct msg messages[] = {
        { .head = slice_text("head"), .body = slice_text("body") },
        { .body = { 0 } },
        { .head = slice_text("hd"), .body = slice_of(big->p, 50000), .own = big },
        { .body = slice_of(big->p, 32768), .own = big },
        { .body = slice_of(big->p + 9, 32767), .own = big },
        { .body = slice_of(big->p, 100000) },
        { .head = slice_text("last"), .body = slice_of(big->p, 40000), .own = big },
    };
    assert_int_equal(sp_conn_send(c, &messages[0]), E_STATE); /* the greeting is awaited */
    greet(c);
    struct sp_greeting greeting = sp_greeting_of(0x10);
    sp_greeting_write(&want, &greeting);
    for (int round = 0; round < 30; round++)
        for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
            send_frame(c, framing, &messages[i], &want);
            write_some(c, round % 3 == 0 ? 0 : step, 3, &got);
            assert_int_equal(sp_conn_unsent(c), want.n - got.n);
        }
    write_some(c, SIZE_MAX, 100, &got);
    struct slice none;
    assert_int_equal(sp_conn_out(c, &none, 1), 0);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, got.n);
    assert_int_equal(big->refs, 1);
    assert_int_equal(sp_conn_send(c, &messages[2]), E_OK);
    sp_conn_eof(c);
    assert_int_equal(sp_conn_send(c, &messages[0]), E_STATE);
    sp_conn_free(c); /* with a reference in the output */
    assert_int_equal(big->refs, 1);
    chunk_unref(big);
    buf_free(&want);
    buf_free(&got);
}

static void output_in_any_portion(void **state)
{
    (void)state;
    static const size_t steps[] = { 1, 7, 9, 4096, 65536, 1 << 20 };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        output(steps[i], SP_FRAMING_TCP);
        output(steps[i], SP_FRAMING_IPC);
    }
}

static void the_greeting_is_sent_at_once(void **state)
{
    (void)state;
    struct sp_conn *c = open_conn(SP_FRAMING_IPC, 0, 0);
    struct slice out[2];
    assert_int_equal(sp_conn_out(c, out, 2), 1);
    assert_int_equal(out[0].n, 8);
    assert_memory_equal(out[0].p, GREETING("\x10"), 8);
    assert_int_equal(sp_conn_state(c), SP_CONN_GREETING);
    sp_conn_eof(c);
    assert_int_equal(sp_conn_state(c), SP_CONN_CLOSED);
    size_t room;
    assert_null(sp_conn_room(c, &room));
    sp_conn_free(c);
    sp_conn_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split),
        cmocka_unit_test(sizes_and_read_ahead),
        cmocka_unit_test(holds_no_more_than_it_may),
        cmocka_unit_test(claims),
        cmocka_unit_test(large_payloads_are_kept_by_reference),
        cmocka_unit_test(output_in_any_portion),
        cmocka_unit_test(the_greeting_is_sent_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
