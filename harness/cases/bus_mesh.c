/* bus_mesh.c -- BUS: every message to every neighbour, and no further.  No draft describes it; this
 * is what all known implementations agree on. */
#include "case.h"
#include "any.h"

CASE(bus_endpoint_type, .title = "BUS announces endpoint type 0x0070", .covers = "SP-BUS-008",
     .via = STREAM, .needs = "wire")
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *us = attach_raw(bus);

    wire_expect(us, "00 'SP' 00  0070  0000");
}

CASE(bus_refuses_other_types, .title = "BUS refuses a peer of another type", .covers = "SP-BUS-008",
     .via = STREAM, .needs = "wire")
{
    refuses_other_types(t, iut_open(t, "bus"), "bus", "");
}

CASE(bus_sends_to_every_peer,
     .title = "BUS sends a message unmodified, without a header, to every connected peer",
     .covers = "SP-BUS-001", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *a = attach(bus, "bus");
    struct peer *b = attach(bus, "bus");
    struct peer *c = attach(bus, "bus");

    iut_send(bus, "'all'");
    sp_expect(a, "'all'");
    sp_expect(b, "'all'");
    sp_expect(c, "'all'");

    iut_send(bus, "80 00 00 01 'looks like a header'");
    sp_expect(a, "80 00 00 01 'looks like a header'");
    sp_expect(b, "80 00 00 01 'looks like a header'");
    sp_expect(c, "80 00 00 01 'looks like a header'");
}

CASE(bus_forwards_nothing,
     .title = "BUS delivers a peer's message to the application and forwards it to nobody",
     .covers = "SP-BUS-002", .why = "in a mesh, forwarding would flood it", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *a = attach(bus, "bus");
    struct peer *b = attach(bus, "bus");

    sp_send(a, "'from a'");
    iut_expect(bus, "'from a'");

    iut_send(bus, "'next'"); /* had it been forwarded, it would come before this */
    sp_expect(a, "'next'");
    sp_expect(b, "'next'");
}

CASE(bus_does_not_hear_itself, .title = "BUS does not deliver its own message to its sender",
     .covers = "SP-BUS-009", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *a = attach(bus, "bus");

    iut_send(bus, "'mine'");
    sp_expect(a, "'mine'");
    sp_send(a, "'yours'");
    iut_expect(bus, "'yours'");
}

CASE(
    bus_sends_back_what_it_received,
    .title = "BUS sends a received message, when the application sends it again, to its origin too",
    .covers = "SP-BUS-010", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *a = attach(bus, "bus");
    struct peer *b = attach(bus, "bus");

    sp_send(a, "'echo'");
    iut_expect(bus, "'echo'");
    iut_send(bus, "'echo'");
    sp_expect(a, "'echo'");
    sp_expect(b, "'echo'");
}

CASE(bus_send_without_peer, .title = "BUS without a peer accepts a message and drops it",
     .covers = "SP-BUS-004", .why = "a sender that blocks waits for a peer that may never come",
     .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");

    iut_send(bus, "'to nobody'");
    struct peer *late = attach(bus, "bus");
    iut_send(bus, "'to you'");
    sp_expect(late, "'to you'");
}

CASE(bus_empty_message, .title = "BUS delivers and sends an empty message", .covers = "SP-BUS-006",
     .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *a = attach(bus, "bus");

    sp_send(a, "");
    iut_expect(bus, "");
    iut_send(bus, "");
    sp_expect(a, "");
}

CASE(bus_delivers_each_once_in_order,
     .title = "BUS delivers the messages of three peers once each, and each peer's in order",
     .covers = "SP-BUS-007", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *p[] = { attach(bus, "bus"), attach(bus, "bus"), attach(bus, "bus") };

    delivers_in_order_of_each(t, bus, p, 3, 5);
}

CASE(bus_two_connections_two_copies,
     .title = "BUS sends a message once on each of two connections to the same peer",
     .covers = "SP-BUS-011", .via = ANY)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *first = attach(bus, "bus");
    struct peer *second = attach(bus, "bus");

    iut_send(bus, "'one'");
    iut_send(bus, "'two'");
    sp_expect(first, "'one'");
    sp_expect(first, "'two'");
    sp_expect(second, "'one'");
    sp_expect(second, "'two'");
}

CASE(bus_stalled_peer,
     .title = "BUS neither blocks nor starves the others when a peer has stopped reading",
     .covers = "SP-BUS-005", .why = "one stuck neighbour would stop the whole mesh", .via = TCP)
{
    struct iut *bus = iut_open(t, "bus");
    struct peer *stalled = attach(bus, "bus");
    struct peer *reading = attach(bus, "bus");

    wire_pause(stalled);
    for (unsigned i = 0; i < 24; i++) { /* 12 MB: more than any buffer on the way */
        iut_send_seq(bus, 500000 + i);
        sp_expect_seq(reading, NULL, 500000 + i);
    }
}

CASE(bus_device_spares_the_origin,
     .title = "a device on a raw BUS forwards to every peer but the one a message came from",
     .covers = "SP-BUS-003", .via = ANY, .needs = "raw device pipes")
{
    struct iut *bus = iut_open(t, "bus raw");
    struct peer *a = attach(bus, "bus");
    struct peer *b = attach(bus, "bus");
    struct peer *c = attach(bus, "bus");
    iut_device(bus, bus);

    sp_send(a, "'from a'");
    sp_expect(b, "'from a'");
    sp_expect(c, "'from a'");
    sp_send(b, "'from b'");
    sp_expect(a, "'from b'"); /* and not its own before it */
    sp_expect(c, "'from b'");
}
