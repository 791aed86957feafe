/* Anything in any order: sockets, endpoints, messages, devices, and streams of strangers, by a
 * seeded hand.  Sanitizers judge; here it must only end, and leave nothing open. */
#include "net_node.h"
#include "base/rng.h"

enum { SOCKETS = 8, STRANGERS = 6, ROUNDS = 1500 };

static const uint16_t kinds[] = { SP_PAIR0, SP_PAIR1, SP_PUB,      SP_SUB,        SP_REQ, SP_REP,
                                  SP_PUSH,  SP_PULL,  SP_SURVEYOR, SP_RESPONDENT, SP_BUS };
static const char *const places[] = { "tcp://127.0.0.1:1000",
                                      "tcp://127.0.0.1:1001",
                                      "tcp://[::1]:1000",
                                      "ipc://a",
                                      "ipc://b",
                                      "inproc://a",
                                      "inproc://b" };
static struct rng rng;
static struct node_socket *sockets[SOCKETS];
static struct end *strangers[STRANGERS];

#define PICK(list) ((list)[rng_below(&rng, sizeof(list) / sizeof((list)[0]))])

static void send_something(struct node_socket *s)
{
    static uint8_t octets[40000];
    uint8_t tag[8] = { 0x80, 0, 0, (uint8_t)rng_below(&rng, 4) };
    struct msg m = { .body = slice_of(octets, rng_below(&rng, rng_below(&rng, 2) ? 64 : 40000)) };
    if (rng_below(&rng, 2))
        m.head = slice_of(tag, 4 * rng_below(&rng, 3));
    node_send(s, &m);
}

static void echo_something(struct node_socket *s)
{
    struct msg m;
    if (node_recv(s, &m) == E_OK && rng_below(&rng, 2))
        node_send(s, &m);
}

static void act_on(struct node_socket **at)
{
    struct node_socket *s = *at;
    if (!s) {
        *at = node_open(w.node, PICK(kinds), rng_below(&rng, 3) == 0);
        node_set(*at, "linger", rng_below(&rng, 3) * 50);
        node_set(*at, "handshake", 200);
        node_set(*at, "reconnect-min", 1 + rng_below(&rng, 50));
        node_set(*at, "reconnect-max", rng_below(&rng, 500));
        node_set(*at, "recv-buf", 1 + rng_below(&rng, 100000));
        node_subscribe(*at, slice_text(""), true);
        return;
    }
    struct node_socket *other = sockets[rng_below(&rng, SOCKETS)];
    switch (rng_below(&rng, 14)) {
    case 0:
        node_close(s);
        *at = NULL;
        break;
    case 1:
        node_listen(s, PICK(places), NULL, 0);
        break;
    case 2:
    case 3:
        node_dial(s, PICK(places));
        break;
    case 4:
        if (other)
            node_device(s, other == s ? NULL : other);
        break;
    case 5:
        node_flush(w.node);
        break;
    case 6:
    case 7:
    case 8:
    case 9:
        echo_something(s);
        break;
    default:
        send_something(s);
        break;
    }
}

static void act_as_stranger(struct end **at)
{
    struct stream *s;
    uint8_t octets[64];
    if (!*at) {
        const char *place = PICK(places);
        if (net_dial(w.net, place, &s))
            return;
        *at = malloc(sizeof **at);
        end_set(*at, s);
        uint16_t kind = PICK(kinds);
        const uint8_t hello[8] = { 0, 'S', 'P', 0, 0, (uint8_t)kind, 0, 0 };
        put(*at, hello, rng_below(&rng, 4) ? 8 : rng_below(&rng, 9));
        return;
    }
    s = (*at)->s;
    memset(octets, 0, sizeof octets);
    octets[0] = s->ipc;
    octets[7] = octets[8] = (uint8_t)rng_below(&rng, 20);
    switch (rng_below(&rng, 8)) {
    case 0:
        stream_close(s);
        free(*at);
        *at = NULL;
        break;
    case 1:
        stream_reset(s);
        free(*at);
        *at = NULL;
        break;
    case 2:
        stream_finish(s);
        break;
    case 3:
        stream_read(s, octets, sizeof octets);
        break;
    default:
        put(*at, octets, rng_below(&rng, sizeof octets));
        break;
    }
}

static void storm(uint64_t seed)
{
    void *simulated = NULL;
    rng_seed(&rng, seed);
    node_world_up(&simulated);
    memset(sockets, 0, sizeof sockets);
    for (int i = 0; i < ROUNDS; i++) {
        if (rng_below(&rng, 4))
            act_on(&sockets[rng_below(&rng, SOCKETS)]);
        else
            act_as_stranger(&strangers[rng_below(&rng, STRANGERS)]);
        unsigned steps = rng_below(&rng, 20);
        while (steps--)
            net_step(w.net, net_now(w.net) + rng_below(&rng, 30));
    }
    for (int i = 0; i < SOCKETS; i++)
        if (sockets[i])
            node_close(sockets[i]);
    let_pass(200); /* longer than any linger */
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct stream *s;
        if (net_dial(w.net, places[i], &s) == E_OK) {
            assert_false(stream_connected(s));
            stream_close(s);
        }
    }
    for (int i = 0; i < STRANGERS; i++) {
        if (strangers[i]) {
            while (stream_read(strangers[i]->s, strangers[i]->got, sizeof strangers[i]->got) > 0)
                continue;
            assert_int_not_equal(stream_read(strangers[i]->s, strangers[i]->got, 1), -E_AGAIN);
            stream_close(strangers[i]->s);
            free(strangers[i]);
            strangers[i] = NULL;
        }
    }
    node_world_down(NULL);
}

static void storms(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++)
        storm(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(storms) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
