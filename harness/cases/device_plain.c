/* device_plain.c -- devices of patterns without a backtrace. */
#include "device.h"

static void forwards(struct peer *from, struct peer *to)
{
    static const size_t sizes[] = { 0, 1, 3, 4, 5, 8, 100, 1024, 5000 };
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        sp_send_seq(from, "", sizes[i]);
        sp_expect_seq(to, "", sizes[i]);
    }
    sp_send(from, "80000001 'looks like an id'");
    sp_expect(to, "80000001 'looks like an id'");
}

CASE(device_pair, .title = "a device of two PAIR forwards messages unmodified, both ways",
     .covers = "SP-DEV-005", .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "pair0", "pair0");
    forwards(d.front, d.back);
    forwards(d.back, d.front);
}

CASE(device_bus, .title = "a device of two BUS forwards messages unmodified, both ways",
     .covers = "SP-DEV-005", .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "bus", "bus");
    forwards(d.front, d.back);
    forwards(d.back, d.front);
}

CASE(device_pipeline, .title = "a device of PULL and PUSH forwards messages unmodified",
     .covers = "SP-DEV-005", .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "pull", "push");
    forwards(d.front, d.back);
}

CASE(device_pubsub,
     .title = "a device of SUB and PUB forwards every topic without a subscription, or nothing",
     .covers = "SP-DEV-006", .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "sub", "pub");

    sp_send(d.front, "'topic'");
    closes_within(d.back, 300); /* until a message */
    if (sp_waiting(d.back) == 0) {
        variant(t, "nothing is forwarded: raw SUB filters and has no subscription");
        return;
    }
    variant(t, "every topic is forwarded");
    sp_expect(d.back, "'topic'");
    forwards(d.front, d.back);
}

CASE(device_pair1_counts_hops,
     .title = "a device of two PAIR v1 adds one to the hop count and drops what exceeds the ttl",
     .covers = "SP-DEV-007", .why = "a loop of devices would pass messages round for ever",
     .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "pair1", "pair1");

    sp_send(d.front, "00000001 'one'");
    sp_expect(d.back, "00000002 'one'");
    sp_send(d.back, "00000005 'five'");
    sp_expect(d.front, "00000006 'five'");

    sp_send(d.front, "00000009 'too far'"); /* above the ttl of 8 */
    sp_send(d.front, "00000002 'two'");
    sp_expect(d.back, "00000003 'two'");
}
