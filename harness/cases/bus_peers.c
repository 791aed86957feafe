/* bus_peers.c -- peers of a BUS that leave, or that are linked twice. */
#include "case.h"

CASE(bus_linked_both_ways,
     .title = "BUS sends each message once on a connection that it dialled and on one it accepted",
     .covers = "SP-BUS-011", .why = "neighbours that both dial and listen are linked twice",
     .via = STREAM_LISTENS, .needs = "pipes")
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *accepted = attach(bus, "bus");
    const char *ours = our_listener(t);

    iut_dial(bus, ours);
    struct peer *dialled = accept_raw(t, ours);
    wire_expect(dialled, "00 'SP' 00 0070 0000");
    wire_send(dialled, "00 'SP' 00 0070 0000");
    iut_pipes(bus, 2);
    for (unsigned i = 0; i < 5; i++) {
        iut_send(bus, value(t, "u32:%u", i));
        sp_expect(dialled, value(t, "u32:%u", i));
        sp_expect(accepted, value(t, "u32:%u", i));
        sp_send(i % 2 == 0 ? dialled : accepted, value(t, "'in' u32:%u", i));
        iut_expect(bus, value(t, "'in' u32:%u", i));
    }
}

CASE(bus_peer_leaves, .title = "BUS goes on with the other peers when one leaves",
     .covers = "SP-BUS-001 SP-BUS-007", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *a = attach(bus, "bus");
    struct peer *leaver = attach(bus, "bus");
    struct peer *b = attach(bus, "bus");

    for (unsigned i = 0; i < 20; i++) {
        if (i == 5)
            wire_close(leaver);
        iut_send(bus, value(t, "u32:%u", i));
        sp_expect(a, value(t, "u32:%u", i));
        sp_expect(b, value(t, "u32:%u", i));
        sp_send(b, value(t, "u32:%u", i));
        iut_expect(bus, value(t, "u32:%u", i));
    }
}
