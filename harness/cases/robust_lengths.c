/* robust_lengths.c -- lengths that do not fit where an implementation may put them. */
#include "any.h"

enum { CLOSE_MS = 200 };

CASE(robust_lengths_over_31_bits,
     .title = "survives lengths of 2^31, 2^32 and 2^40 with little behind them, and serves others",
     .covers = "SP-ROB-011", .why = "as a signed or a 32-bit number each is something else",
     .needs = "wire", .via = TCP, .fragile = true)
{
    static const char *const lengths[] = { "0000000080000000", "0000000100000000",
                                           "0000010000000000" };
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *good = attach(s, type_of(protocol)->peer);

    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct peer *us = attach(s, type_of(protocol)->peer);
        wire_send(us, value(t, "%s 80000001", lengths[i]));
        if (!closes_within(us, CLOSE_MS))
            wire_close(us);
        still_works(t, s, protocol, good);
    }
}

CASE(tcp_length_of_64_bits,
     .title = "takes a length of 2^32 + 8 for what it is: nothing comes of its first eight octets",
     .covers = "SP-TCP-049", .why = "a length cut to 32 bits makes two messages of one",
     .needs = "wire", .via = TCP, .fragile = true)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *good = attach(s, type_of(protocol)->peer);
    struct peer *us = attach(s, type_of(protocol)->peer);

    wire_send(us, "0000000100000008 80000001 'evil'");
    if (!closes_within(us, CLOSE_MS))
        wire_close(us);
    still_works(t, s, protocol, good);
}
