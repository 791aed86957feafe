/* wire_peer.h -- for tests of sockets: a pipe driven by literal octets, no codec of ours. */
#ifndef TESTS_WIRE_PEER_H
#define TESTS_WIRE_PEER_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "sp/protocol.h"
#include "sp/socket.h"

#define OCTETS(literal) (literal), sizeof(literal) - 1
#define GREETING(type)  "\0SP\0\0" type "\0\0"
#define FRAME(n, text)  "\0\0\0\0\0\0\0" n text

static inline struct sp_socket *wp_socket(uint16_t self, bool raw)
{
    struct sp_socket *s = sp_socket_new(pattern_find(self, raw), 7);
    assert_non_null(s);
    return s;
}

static inline void wp_feed(struct sp_pipe *p, const char *octets, size_t n, msec now)
{
    while (n > 0) {
        size_t room;
        uint8_t *to = sp_pipe_room(p, &room);
        assert_non_null(to);
        size_t some = room < n ? room : n;
        memcpy(to, octets, some);
        sp_pipe_fed(p, some, now);
        octets += some;
        n -= some;
    }
}

/* Everything that waits in the output is `octets`; takes it. */
static inline void wp_wrote(struct sp_pipe *p, const char *octets, size_t n, msec now)
{
    struct slice v[64];
    struct buf all = { 0 };
    int count;
    while ((count = sp_pipe_out(p, v, 64)) > 0) {
        size_t sum = 0;
        for (int i = 0; i < count; i++) {
            buf_put_slice(&all, v[i]);
            sum += v[i].n;
        }
        sp_pipe_sent(p, sum, now);
    }
    assert_int_equal(all.n, n);
    if (n > 0)
        assert_memory_equal(all.p, octets, n);
    buf_free(&all);
}

static inline struct sp_pipe *wp_open(struct sp_socket *s, uint8_t self, uint8_t peer, msec now)
{
    struct sp_pipe *p = sp_pipe_open(s, SP_FRAMING_TCP, now);
    assert_non_null(p);
    const char ours[8] = { 0, 'S', 'P', 0, 0, (char)self, 0, 0 };
    const char theirs[8] = { 0, 'S', 'P', 0, 0, (char)peer, 0, 0 };
    wp_feed(p, theirs, 8, now);
    struct slice out;
    assert_true(sp_pipe_out(p, &out, 1) == 1 && out.n >= 8);
    assert_memory_equal(out.p, ours, 8);
    sp_pipe_sent(p, 8, now);
    return p;
}

static inline enum err wp_send(struct sp_socket *s, const char *head, size_t head_size,
                               const char *body, msec now)
{
    struct msg m = { .head = slice_of(head, head_size), .body = slice_text(body) };
    return sp_socket_send(s, &m, now);
}

static inline void wp_received(struct sp_socket *s, const char *head, size_t head_size,
                               const char *body, msec now)
{
    struct msg m;
    assert_int_equal(sp_socket_recv(s, &m, now), E_OK);
    assert_true(slice_equal(m.body, slice_text(body)));
    assert_true(slice_equal(m.head, slice_of(head, head_size)));
}

#define FEED(pipe, literal)       wp_feed(pipe, OCTETS(literal), now)
#define WROTE(pipe, literal)      wp_wrote(pipe, OCTETS(literal), now)
#define SEND(socket, text)        assert_int_equal(wp_send(socket, NULL, 0, text, now), E_OK)
#define SEND_FAILS(socket, error) assert_int_equal(wp_send(socket, NULL, 0, "x", now), error)
#define RECEIVED(socket, text)    wp_received(socket, NULL, 0, text, now)
#define RECV_FAILS(socket, error)                                                                  \
    do {                                                                                           \
        struct msg unused_;                                                                        \
        assert_int_equal(sp_socket_recv(socket, &unused_, now), error);                            \
    } while (0)

#endif
