/* robust_random.c -- octets that mean nothing. */
#include "any.h"

enum { MOST = 4096 };

static size_t random_octets(struct t *t, uint8_t *out, size_t least, size_t most)
{
    size_t n = least + random_below(t, most - least + 1);

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)random_below(t, 256);
    return n;
}

/* A dialer comes back to each place that it was once told of, and a handshake of TLS costs both
 * sides milliseconds of work: fewer of them. */
static unsigned seeds(struct t *t)
{
    return dials(t) ? 30 : over_tls(t) ? 50 : 200;
}

CASE(
    robust_random_after_greeting,
    .title = "goes on running after random octets behind a good greeting, and serves the next peer",
    .covers = "SP-ROB-003", .needs = "wire", .via = ANY, .fragile = true)
{
    static uint8_t octets[MOST];
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (unsigned i = 0; i < seeds(t); i++) {
        struct peer *us = attach_unchecked(s, type_of(protocol)->peer);
        size_t n = random_octets(t, octets, 1, MOST);
        if (over_ipc(t))
            octets[0] = 1; /* other types have cases of their own */
        if (over_ws(t)) /* one of the reserved bits: by chance it would be a message now and then */
            octets[0] |= (uint8_t)(0x10 << random_below(t, 3));
        wire_send_octets(us, octets, n);
        wire_close(us);
    }
    serves_next(t, s, protocol);
}

CASE(robust_random_headers,
     .title = "goes on running after messages of random octets, and serves the next peer",
     .covers = "SP-ROB-003", .needs = "wire", .via = STREAM, .fragile = true)
{
    static uint8_t octets[64];
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (unsigned i = 0; i < seeds(t); i++) {
        struct peer *us = attach_unchecked(s, type_of(protocol)->peer);
        size_t n = random_octets(t, octets, 1, sizeof octets);
        for (size_t k = 0; k < n; k += 4)
            octets[k] &= 0x7f; /* tags without an id: a REP never has anything to deliver */
        wire_send(us, value(t, "%s u64:%zu", over_ipc(t) ? "01" : "", n));
        wire_send_octets(us, octets, n);
        wire_close(us);
    }
    serves_next(t, s, protocol);
}

CASE(robust_random_greeting,
     .title = "closes a connection that begins with random octets, and goes on running",
     .covers = "SP-ROB-004", .needs = "wire", .via = STREAM, .fragile = true)
{
    uint8_t octets[64];
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);

    for (unsigned i = 0; i < seeds(t); i++) {
        struct peer *us = attach_ungreeted(t, s, protocol);
        size_t n = random_octets(t, octets, 8, sizeof octets);
        octets[random_below(t, 3)] = 0x7f; /* of 00 53 50: never right by chance */
        wire_send_octets(us, octets, n);
        expect_closed(us);
    }
    serves_next(t, s, protocol);
}
