/* Each allocation failing in turn, through everything: no crash, no leak, and whole messages or
 * none.  Linked with malloc, realloc and free wrapped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <stdlib.h>
#include "ws/conn.h"
#include "ws/frame.h"
#include "ws/handshake.h"

void *__real_malloc(size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
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

static void same_octets(void *ctx, void *to, size_t n)
{
    (void)ctx;
    memset(to, 0x5a, n);
}

/* Everything one has to say, to the other. */
static void carry(struct ws_conn *from, struct ws_conn *to)
{
    struct slice v;
    while (ws_conn_out(from, &v, 1) > 0) {
        size_t room, gone = v.n;
        uint8_t *p = ws_conn_over(to) ? NULL : ws_conn_room(to, &room);
        if (p != NULL) {
            gone = v.n < room ? v.n : room;
            memcpy(p, v.p, gone);
            ws_conn_fed(to, gone);
        }
        ws_conn_sent(from, gone);
        struct ws_event ev;
        while (ws_conn_next(to, &ev) != WS_EV_NONE) {
            if (ev.type == WS_EV_MESSAGE) {
                assert_true(ev.payload.n == 2 || ev.payload.n == LARGE_BODY);
                assert_memory_equal(ev.payload.p, large_body, ev.payload.n);
            }
            if (ev.type == WS_EV_ERROR)
                assert_true(ev.err == E_NOMEM || ev.status == 0);
        }
    }
}

static void both_ways(struct ws_conn *a, struct ws_conn *b)
{
    for (int i = 0; i < 3; i++) {
        carry(a, b);
        carry(b, a);
    }
}

static void send_all(struct ws_conn *c)
{
    struct chunk *own = chunk_new(LARGE_BODY);
    const struct ws_message small = { .body = slice_of(large_body, 2) };
    const struct ws_message large = { .body = slice_of(large_body, LARGE_BODY) };
    ws_conn_send(c, &small);
    ws_conn_send(c, &large);
    ws_conn_ping(c, slice_text("p"));
    for (int i = 0; i < 10 && own != NULL; i++) {
        memcpy(own->p, large_body, LARGE_BODY);
        own->n = LARGE_BODY;
        const struct ws_message m = { .body = slice_of(own->p, LARGE_BODY), .own = own };
        ws_conn_send(c, &m);
    }
    chunk_unref(own);
}

/* The large one in fragments, which ws_conn does not send by itself. */
static void feed_fragments(struct ws_conn *server)
{
    uint8_t head[WS_HEAD_MAX];
    for (size_t at = 0; at < LARGE_BODY; at += 10000) {
        const struct ws_frame f = {
            .continuation = at > 0,
            .more = at + 10000 < LARGE_BODY,
            .masked = true,
            .length_declared = true,
            .declared = 10000,
        };
        struct slice parts[2] = { slice_of(head, ws_head_put(head, &f)),
                                  slice_of(large_body + at, 10000) };
        for (int i = 0; i < 2; i++)
            while (parts[i].n > 0) {
                size_t room;
                uint8_t *p = ws_conn_room(server, &room);
                if (p == NULL)
                    return;
                size_t some = parts[i].n < room ? parts[i].n : room;
                memcpy(p, parts[i].p, some);
                ws_conn_fed(server, some);
                parts[i] = slice_drop(parts[i], some);
            }
    }
}

static void everything(void)
{
    const struct ws_conn_config config[2] = {
        { .role = WS_SERVER, .rules = { .without_protocol = true } },
        { .role = WS_CLIENT, .random = same_octets },
    };
    struct ws_conn *server = ws_conn_new(&config[0]), *client = ws_conn_new(&config[1]);
    if (server != NULL && client != NULL) {
        both_ways(client, server);
        send_all(client);
        send_all(server);
        both_ways(client, server);
        feed_fragments(server);
        both_ways(client, server);
        ws_conn_close(client, WS_NORMAL, slice_text("bye"));
        both_ways(client, server);
        ws_conn_eof(client);
        ws_conn_eof(server);
        assert_true(ws_conn_over(client) && ws_conn_over(server));
    }
    ws_conn_free(server);
    ws_conn_free(client);
}

static void each_allocation_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < LARGE_BODY; i++)
        large_body[i] = (uint8_t)(i * 7 + (i >> 8));
    for (int keep = 0; keep < 2; keep++) {
        keeps_failing = keep != 0;
        for (long k = 0;; k++) {
            until_failure = k;
            failed_once = false;
            everything();
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
