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
            for (size_t b = a; b <= rows[i].n; b++)
                run(&rows[i], a, b, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
