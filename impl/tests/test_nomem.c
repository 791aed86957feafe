/* Each allocation failing in turn, through everything: no crash, no leak, and whole messages or
 * none.  Linked with malloc, calloc, realloc and free wrapped
 * (a compiler makes calloc of malloc and memset). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "sp/protocol.h"
#include "sp/socket.h"

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);

static long until_failure = -1; /* allocations that still succeed; -1: all */
static bool failed_once, keeps_failing;
static long live;

static bool fails(void)
{
    if (until_failure < 0)
        return false;
    if (until_failure > 0) {
        until_failure--;
        return false;
    }
    bool now = !failed_once || keeps_failing;
    failed_once = true;
    return now;
}

void *__wrap_malloc(size_t n)
{
    if (fails())
        return NULL;
    live++;
    return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    if (fails())
        return NULL;
    live++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    if (fails())
        return NULL;
    live += p == NULL;
    return __real_realloc(p, n);
}

void __wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}

enum { LARGE_BODY = 150000 };
static uint8_t large_body[LARGE_BODY];

static bool feed(struct sp_pipe *p, const void *octets, size_t n)
{
    const uint8_t *from = octets;
    while (p != NULL && n > 0) {
        size_t room;
        uint8_t *to = sp_pipe_room(p, &room);
        if (to == NULL)
            return false;
        size_t some = room < n ? room : n;
        memcpy(to, from, some);
        sp_pipe_fed(p, some, 0);
        from += some;
        n -= some;
    }
    return true;
}

/* A frame that this pattern delivers, behind header octets that make it so. */
static void feed_message(struct sp_pipe *p, uint16_t self, uint32_t id, const uint8_t *body,
                         size_t n)
{
    uint8_t head[12];
    size_t header = 0;
    if (self == SP_REQ || self == SP_REP || self == SP_SURVEYOR || self == SP_RESPONDENT)
        set_be32(head + 8, id), header = 4;
    if (self == SP_PAIR1)
        set_be32(head + 8, 1), header = 4;
    set_be64(head, header + n);
    if (feed(p, head, 8 + header))
        feed(p, body, n);
}

static void write_all(struct sp_pipe *p, uint32_t *id)
{
    struct slice out[8];
    int n;
    while (p != NULL && (n = sp_pipe_out(p, out, 8)) > 0) {
        size_t sum = 0;
        if (out[0].n >= 12)
            *id = get_be32(out[0].p + 8);
        for (int i = 0; i < n; i++)
            sum += out[i].n;
        sp_pipe_sent(p, sum, 0);
    }
}

static void receive_all(struct sp_socket *s, struct context *c)
{
    struct msg m;
    while (sp_context_recv(s, c, &m, 0) == E_OK) {
        assert_true(m.body.n == 2 || m.body.n == LARGE_BODY);
        assert_memory_equal(m.body.p, large_body, m.body.n);
        sp_context_send(s, c, &m, 0);
    }
}

/* A second context asks, and has its answer while the socket receives. */
static void in_a_context(struct sp_socket *s, uint16_t self, struct sp_pipe *p,
                         const struct msg *msg)
{
    struct context *c;
    uint32_t id = 0x80000001;
    if (sp_context_open(s, &c) != E_OK)
        return;
    sp_context_send(s, c, msg, 0);
    write_all(p, &id);
    feed_message(p, self, id, large_body, 2);
    feed_message(p, self, id, large_body, LARGE_BODY);
    receive_all(s, NULL);
    receive_all(s, c);
    if (id % 2 == 0)
        sp_context_close(s, c, 0);
}

static struct sp_pipe *open_pipe(struct sp_socket *s, const struct sp_protocol *protocol)
{
    const uint8_t greeting[8] = { 0, 'S', 'P', 0, 0, (uint8_t)protocol->peer, 0, 0 };
    struct sp_pipe *p = sp_pipe_open(s, SP_FRAMING_TCP, 0);
    uint32_t unused;
    if (p != NULL && !feed(p, greeting, 8)) {
        assert_true(sp_pipe_over(p));
        sp_pipe_free(p, 0);
        return NULL;
    }
    write_all(p, &unused);
    return p;
}

static void everything(const struct sp_protocol *protocol, bool raw)
{
    const struct msg small = { .head = slice_text("\x80\0\0\1"), .body = slice_of(large_body, 2) };
    const struct msg large = { .body = slice_of(large_body, LARGE_BODY) };
    uint32_t id = 0x80000001;
    struct sp_socket *s = sp_socket_new(pattern_find(protocol->self, raw), 1);
    if (s == NULL)
        return;
    sp_socket_subscribe(s, slice_text(""), true);
    sp_socket_set(s, "polyamorous", 1);
    struct sp_pipe *p[10];
    for (int i = 0; i < 10; i++)
        p[i] = open_pipe(s, protocol);
    sp_socket_send(s, &small, 0);
    for (int i = 0; i < 10; i++)
        write_all(p[i], &id);
    for (int i = 0; i < 10; i++) {
        feed_message(p[i], protocol->self, id, large_body, 2);
        if (i % 4 == 0)
            feed_message(p[i], protocol->self, id, large_body, LARGE_BODY);
        feed_message(p[i], protocol->self, id, large_body, 2);
    }
    receive_all(s, NULL);
    in_a_context(s, protocol->self, p[9], &small);
    sp_socket_send(s, &large, 0);
    sp_socket_tick(s, 60000);
    for (int i = 0; i < 5; i++) {
        if (p[i] == NULL)
            continue;
        feed_message(p[i], protocol->self, id, large_body, 2);
        sp_pipe_eof(p[i], 0);
        sp_pipe_free(p[i], 0);
    }
    receive_all(s, NULL);
    sp_socket_free(s);
}

static void each_allocation_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < LARGE_BODY; i++)
        large_body[i] = (uint8_t)(i * 7 + (i >> 8));
    for (size_t i = 0; i < 2 * sp_protocol_count; i++)
        for (int keep = 0; keep < 2; keep++) {
            keeps_failing = keep != 0;
            for (long k = 0;; k++) {
                until_failure = k;
                failed_once = false;
                everything(&sp_protocols[i / 2], i % 2 != 0);
                until_failure = -1;
                assert_int_equal(live, 0);
                if (!failed_once)
                    break; /* there are fewer than k */
                assert_true(k < 2000);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
