/* sp/socket.h: what is common to all patterns. */
#include "wire_peer.h"
#include "sp/socket_state.h"
#include <malloc.h>

static void options(void **state)
{
    (void)state;
    struct sp_socket *s = wp_socket(SP_PULL, false);
    static const struct {
        const char *name;
        int64_t value;
        enum err err;
    } rows[] = {
        { "max-recv", 0, E_OK },        { "max-recv", -1, E_INVAL }, { "send-buf", 1, E_OK },
        { "send-buf", 0, E_INVAL },     { "recv-buf", 1, E_OK },     { "recv-buf", 0, E_INVAL },
        { "no-such-one", 1, E_NOTSUP }, { "ttl", 1, E_NOTSUP },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sp_socket_set(s, rows[i].name, rows[i].value), rows[i].err);
    assert_true(sp_socket_deadline(s) == MSEC_NEVER);
    sp_socket_tick(s, 1);
    assert_ptr_equal(sp_socket_pattern(s)->ops, &pull_ops);
    sp_socket_free(s);
    sp_socket_free(NULL);
}

static void a_pipe_from_open_to_free(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PULL, false);
    int user;
    struct sp_pipe *p = sp_pipe_open(s, SP_FRAMING_TCP, now);
    sp_pipe_set_user(p, &user);
    assert_ptr_equal(sp_pipe_user(p), &user);
    assert_true(sp_pipe_greeting(p));
    assert_int_equal(sp_socket_pipes(s), 0);
    assert_ptr_equal(sp_socket_next_dirty(s), p); /* our greeting is to be written */
    assert_null(sp_socket_next_dirty(s));
    FEED(p, "\0SP\0\0\x50\0");
    assert_true(sp_pipe_greeting(p));
    FEED(p, "\0");
    assert_false(sp_pipe_greeting(p));
    assert_int_equal(sp_socket_pipes(s), 1);
    WROTE(p, GREETING("\x51"));
    FEED(p, FRAME("\1", "x") FRAME("\5", "part"));
    sp_pipe_eof(p, now);
    sp_pipe_eof(p, now);
    assert_true(sp_pipe_over(p));
    assert_int_equal(sp_socket_pipes(s), 0);
    RECEIVED(s, "x");
    RECV_FAILS(s, E_AGAIN); /* a part is no message */
    sp_pipe_free(p, now);
    p = sp_pipe_open(s, SP_FRAMING_TCP, now);
    sp_pipe_eof(p, now); /* within the greeting */
    assert_true(sp_pipe_over(p));
    assert_false(sp_pipe_greeting(p));
    sp_pipe_free(p, now);
    sp_socket_free(s);
}

struct notes {
    unsigned closed, dropped;
    const char *why;
};

static void note(void *ctx, enum sp_action_type type, pipe_id id, const char *why)
{
    struct notes *n = ctx;
    assert_true(id != 0);
    n->closed += type == SP_ACT_CLOSE;
    n->dropped += type == SP_ACT_DROP;
    n->why = why;
}

static void a_broken_pipe_harms_no_other(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PULL, false);
    struct notes notes = { 0 };
    sp_socket_set_notes(s, &(struct sp_socket_notes){ note, &notes });
    struct sp_pipe *good = wp_open(s, SP_PULL, SP_PUSH, now);
    struct sp_pipe *bad = sp_pipe_open(s, SP_FRAMING_TCP, now);
    FEED(bad, GREETING("\x51") FRAME("\1", "x"));
    assert_true(sp_pipe_over(bad));
    assert_int_equal(notes.closed, 1);
    assert_string_equal(notes.why, "endpoint type of the peer is not compatible");
    size_t n;
    assert_null(sp_pipe_room(bad, &n));
    assert_int_equal(n, 0);
    sp_pipe_free(bad, now);
    bad = wp_open(s, SP_PULL, SP_PUSH, now);
    FEED(bad, FRAME("\1", "1") "\0\0\0\0\0\x10\0\1"); /* a message, then 1 MiB + 1 */
    FEED(good, FRAME("\1", "2"));
    RECEIVED(s, "1");
    assert_true(sp_pipe_over(bad));
    assert_int_equal(notes.closed, 2);
    assert_int_equal(sp_socket_pipes(s), 1);
    RECEIVED(s, "2");
    sp_pipe_free(bad, now);
    RECV_FAILS(s, E_AGAIN);
    sp_socket_free(s);
}

static void what_arrived_is_delivered_though_the_stream_is_gone(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PULL, false);
    for (int i = 0; i < 100; i++) {
        struct sp_pipe *p = wp_open(s, SP_PULL, SP_PUSH, now);
        FEED(p, FRAME("\1", "1") FRAME("\1", "2") FRAME("\x9", "part"));
        sp_pipe_free(p, now); /* reset: no end of stream was seen */
    }
    for (int i = 0; i < 100; i++)
        RECEIVED(s, "1");
    for (int i = 0; i < 99; i++)
        RECEIVED(s, "2");
    wp_open(s, SP_PULL, SP_PUSH, now);
    RECEIVED(s, "2");
    RECV_FAILS(s, E_AGAIN);
    struct sp_pipe *p = wp_open(s, SP_PULL, SP_PUSH, now);
    FEED(p, FRAME("\1", "1"));
    sp_pipe_free(p, now);
    sp_socket_free(s); /* with one that waits */
}

static size_t allocated(void)
{
    struct mallinfo2 m = mallinfo2(); /* zero under a sanitizer: nothing is measured then */
    return m.uordblks + m.hblkhd;
}

/* What peers that are gone have left is bounded in memory, not in octets sent by them. */
static void little_is_held_of_peers_that_are_gone(void **state)
{
    enum { PEERS = 60000, SLOW_PEERS = 1000 };
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_BUS, false);
    size_t before = allocated();
    for (int i = 0; i < PEERS; i++) {
        struct sp_pipe *p = wp_open(s, SP_BUS, SP_BUS, now);
        FEED(p, FRAME("\0", ""));
        sp_pipe_free(p, now);
    }
    assert_true(allocated() - before < 96 << 20);
    for (int i = 0; i < PEERS; i++)
        RECEIVED(s, "");
    static const uint8_t body[100000];
    for (int i = 0; i < SLOW_PEERS; i++) {
        struct sp_pipe *p = wp_open(s, SP_BUS, SP_BUS, now);
        for (int k = 0; k < 3; k++)
            sp_socket_send(s, &(struct msg){ .body = slice_of(body, sizeof body) }, now);
        FEED(p, FRAME("\0", ""));
        sp_pipe_free(p, now);
    }
    assert_true(allocated() - before < 96 << 20);
    for (int i = 0; i < SLOW_PEERS; i++)
        RECEIVED(s, "");
    sp_socket_free(s);
}

static void reading_stops_and_goes_on(void **state)
{
    (void)state;
    msec now = 0;
    struct sp_socket *s = wp_socket(SP_PULL, false);
    sp_socket_set(s, "recv-buf", 4096);
    struct sp_pipe *p = wp_open(s, SP_PULL, SP_PUSH, now);
    static const char frame[9] = FRAME("\1", "x");
    size_t room, fed = 0, got = 0;
    uint8_t *to;
    while ((to = sp_pipe_room(p, &room)) != NULL) {
        for (size_t i = 0; i < room; i++)
            to[i] = (uint8_t)frame[fed++ % 9];
        sp_pipe_fed(p, room, now);
        assert_true(fed <= 4096);
    }
    while (sp_socket_next_dirty(s) != NULL)
        continue;
    for (; sp_socket_next_dirty(s) == NULL; got++)
        RECEIVED(s, "x");
    assert_in_range(got, 200, 300);
    assert_non_null(sp_pipe_room(p, &room));
    struct msg m;
    while (sp_socket_recv(s, &m, now) == E_OK)
        got++;
    assert_int_equal(got, fed / 9);
    sp_socket_free(s);
}

static void pipe_ids_follow_each_other(void **state)
{
    (void)state;
    struct sp_socket *s = wp_socket(SP_PULL, false), *t = sp_socket_new(&pull_ops, 8);
    struct sp_pipe *p[1000];
    for (int i = 0; i < 1000; i++) {
        p[i] = sp_pipe_open(s, SP_FRAMING_IPC, 0);
        if (i > 0)
            assert_int_equal(sp_pipe_id(p[i]), (sp_pipe_id(p[i - 1]) + 1) & 0x7fffffff);
    }
    assert_int_not_equal(sp_pipe_id(sp_pipe_open(t, SP_FRAMING_IPC, 0)), sp_pipe_id(p[0]));
    for (int i = 0; i < 1000; i += 2)
        sp_pipe_free(p[i], 0);
    for (int i = 1; i < 1000; i += 2)
        sp_pipe_free(p[i], 0);
    sp_socket_free(t);
    sp_socket_free(s);
}

/* A wrapper that delivers twice, and before anybody asks: nothing is lost or torn. */
static void hasty_arrived(struct pattern *p, pipe_id from, const struct msg *msg, msec now)
{
    pull_ops.arrived(p, from, msg, now);
    pull_ops.arrived(p, from, msg, now);
}

static const char *hasty_refuse(const struct pattern *p, pipe_id from, const struct msg *msg)
{
    (void)p;
    (void)from;
    return msg->body.n == 2 ? "at once" : NULL;
}

static void unasked_deliveries_wait(void **state)
{
    (void)state;
    msec now = 0;
    struct pattern_ops ops = pull_ops;
    ops.arrived = hasty_arrived;
    ops.refuse = hasty_refuse;
    struct sp_socket *s = sp_socket_new(&ops, 1);
    struct sp_pipe *p = wp_open(s, SP_PULL, SP_PUSH, now);
    for (int round = 0; round < 3; round++) {
        FEED(p, FRAME("\1", "1") FRAME("\2", "22"));
        RECEIVED(s, "1");
        RECEIVED(s, "1");
        struct msg m;
        assert_int_equal(sp_socket_recv(s, &m, now), E_OK);
        assert_int_equal(m.pipe, sp_pipe_id(p));
        assert_true(slice_equal(m.body, slice_text("22")));
        RECEIVED(s, "22");
        RECV_FAILS(s, E_AGAIN);
    }
    sp_socket_free(s);
}

/* A queue that never falls empty is no longer than what waits in it. */
static void unasked_deliveries_are_bounded(void **state)
{
    (void)state;
    msec now = 0;
    struct pattern_ops ops = pull_ops;
    ops.refuse = hasty_refuse;
    struct sp_socket *s = sp_socket_new(&ops, 1);
    struct sp_pipe *p = wp_open(s, SP_PULL, SP_PUSH, now);
    char expected[3] = "00";
    FEED(p, FRAME("\2", "00"));
    for (unsigned i = 0; i < 10000; i++) {
        char frame[] = FRAME("\2", "00");
        frame[8] = (char)('0' + i % 10);
        wp_feed(p, frame, sizeof frame - 1, now);
        RECEIVED(s, expected);
        expected[0] = frame[8];
        assert_true(s->extra.cap <= 8);
    }
    RECEIVED(s, expected);
    RECV_FAILS(s, E_AGAIN);
    sp_socket_free(s);
}

/* What was received may be sent on, large or small. */
static void echo(size_t size)
{
    msec now = 0;
    struct sp_socket *rep = wp_socket(SP_REP, false);
    struct sp_pipe *p = wp_open(rep, SP_REP, SP_REQ, now);
    struct buf request = { 0 };
    buf_be64(&request, size + 4);
    buf_be32(&request, 0x80000001);
    buf_fill(&request, 'e', size);
    for (int i = 0; i < 3; i++) {
        wp_feed(p, (const char *)request.p, request.n, now);
        struct msg m;
        assert_int_equal(sp_socket_recv(rep, &m, now), E_OK);
        assert_int_equal(sp_socket_send(rep, &m, now), E_OK);
        wp_wrote(p, (const char *)request.p, request.n, now);
    }
    sp_socket_free(rep);

    struct sp_socket *req = wp_socket(SP_REQ, false);
    p = wp_open(req, SP_REQ, SP_REP, now);
    SEND(req, "");
    struct msg m;
    for (int i = 0; i < 3; i++) {
        struct slice out;
        assert_int_equal(sp_pipe_out(p, &out, 1), 1);
        memcpy(request.p + 8, out.p + 8, 4); /* the id */
        struct slice rest[3];
        size_t sum = 0;
        int n = sp_pipe_out(p, rest, 3);
        for (int k = 0; k < n; k++)
            sum += rest[k].n;
        assert_int_equal(sum, i == 0 ? 12 : size + 12);
        sp_pipe_sent(p, sum, now);
        wp_feed(p, (const char *)request.p, request.n, now);
        assert_int_equal(sp_socket_recv(req, &m, now), E_OK);
        assert_int_equal(m.body.n, size);
        assert_int_equal(sp_socket_send(req, &m, now), E_OK);
    }
    sp_socket_free(req);
    buf_free(&request);
}

static void received_messages_are_sent_on(void **state)
{
    (void)state;
    echo(1);
    echo(40000);
    echo(1000000);
}

/* Every protocol under every split of the same octets: what is delivered, dropped and answered
 * does not depend on it. */
static const struct {
    uint16_t self;
    uint8_t peer;
    const char *in;
    size_t n;
    const char *deliveries;
} streams[] = {
    { SP_PAIR0, 0x10, OCTETS(GREETING("\x10") FRAME("\2", "hi") FRAME("\0", "")), "(hi)()" },
    { SP_PAIR1, 0x11, OCTETS(GREETING("\x11") FRAME("\2", "hi") FRAME("\5", "\0\0\0\1x")), "(x)!" },
    { SP_PUB, 0x21, OCTETS(GREETING("\x21") FRAME("\2", "hi") FRAME("\0", "")), "!!" },
    { SP_SUB, 0x20, OCTETS(GREETING("\x20") FRAME("\2", "hi") FRAME("\2", "hx")), "(hi)!" },
    { SP_REQ, 0x31, OCTETS(GREETING("\x31") FRAME("\4", "\x80\0\0\1") FRAME("\1", "x")), "!!" },
    { SP_REP, 0x30, OCTETS(GREETING("\x30") FRAME("\5", "\0\0\0\1x") FRAME("\5", "\x80\0\0\1x")),
      "(x)!" },
    { SP_PUSH, 0x51, OCTETS(GREETING("\x51") FRAME("\0", "") FRAME("\2", "hi")), "!!" },
    { SP_PULL, 0x50, OCTETS(GREETING("\x50") FRAME("\2", "hi") FRAME("\2", "hx")), "(hi)(hx)" },
    { SP_SURVEYOR, 0x63, OCTETS(GREETING("\x63") FRAME("\4", "\x80\0\0\1")), "!" },
    { SP_RESPONDENT, 0x62, OCTETS(GREETING("\x62") FRAME("\1", "x") FRAME("\4", "\x80\0\0\1")),
      "()!" },
    { SP_BUS, 0x70, OCTETS(GREETING("\x70") FRAME("\1", "x") FRAME("\0", "")), "(x)()" },
};

static void run_stream(size_t i, size_t a, size_t b)
{
    msec now = 0;
    struct sp_socket *s = wp_socket(streams[i].self, false);
    struct notes notes = { 0 };
    struct buf log = { 0 };
    struct msg m;
    sp_socket_set_notes(s, &(struct sp_socket_notes){ note, &notes });
    if (streams[i].self == SP_SUB)
        sp_socket_subscribe(s, slice_text("hi"), true);
    struct sp_pipe *p = sp_pipe_open(s, SP_FRAMING_TCP, now);
    wp_feed(p, streams[i].in, a, now);
    wp_feed(p, streams[i].in + a, b - a, now);
    wp_feed(p, streams[i].in + b, streams[i].n - b, now);
    assert_int_equal(sp_socket_pipes(s), 1);
    while (sp_socket_recv(s, &m, now) == E_OK)
        buf_printf(&log, "(%.*s)", (int)m.body.n, (const char *)m.body.p);
    while (notes.dropped-- > 0)
        buf_printf(&log, "!");
    if (strcmp(buf_text(&log), streams[i].deliveries) != 0)
        fail_msg("%02x split at %zu, %zu: %s", streams[i].self, a, b, buf_text(&log));
    assert_false(sp_pipe_over(p));
    buf_free(&log);
    sp_socket_free(s);
}

static void every_protocol_under_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        for (size_t a = 0; a <= streams[i].n; a++)
            for (size_t b = a; b <= streams[i].n; b++)
                run_stream(i, a, b);
}

/* sp-request-reply-01 3: each of the eleven accepts its one counterpart, of all types. */
static void compatibility(void **state)
{
    (void)state;
    for (size_t i = 0; i < sp_protocol_count; i++)
        for (unsigned type = 0; type < 0x100; type++) {
            struct sp_socket *s = wp_socket(sp_protocols[i].self, false);
            struct sp_pipe *p = sp_pipe_open(s, SP_FRAMING_TCP, 0);
            const char greeting[8] = { 0, 'S', 'P', 0, 0, (char)type, 0, 0 };
            wp_feed(p, greeting, 8, 0);
            assert_int_equal(sp_pipe_over(p), type != sp_protocols[i].peer);
            sp_socket_free(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options),
        cmocka_unit_test(a_pipe_from_open_to_free),
        cmocka_unit_test(a_broken_pipe_harms_no_other),
        cmocka_unit_test(what_arrived_is_delivered_though_the_stream_is_gone),
        cmocka_unit_test(little_is_held_of_peers_that_are_gone),
        cmocka_unit_test(reading_stops_and_goes_on),
        cmocka_unit_test(pipe_ids_follow_each_other),
        cmocka_unit_test(unasked_deliveries_wait),
        cmocka_unit_test(unasked_deliveries_are_bounded),
        cmocka_unit_test(received_messages_are_sent_on),
        cmocka_unit_test(every_protocol_under_every_split),
        cmocka_unit_test(compatibility),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
