/* pair_strangers.c -- a second peer of a PAIR, as seen from the wire alone. */
#include "case.h"
#include "any.h"

static void second_is_closed(struct t *t, const char *protocol)
{
    struct iut *pair = iut_open(t, protocol);
    struct peer *first = attach(pair, protocol);
    wire_drains_within(first, 100); /* so it is the first indeed, however many threads read */

    for (unsigned i = 0; i < 2; i++) {
        struct peer *second = attach_unchecked(pair, protocol); /* greets it */
        expect_closed(second);
    }
    expect_open(first);
}

static void next_is_accepted(struct t *t, const char *protocol)
{
    struct iut *pair = iut_open(t, protocol);
    struct peer *first = attach(pair, protocol);
    wire_drains_within(first, 100); /* so it is the first indeed, however many threads read */

    wire_close(first);
    struct peer *next = taken_in(t, first, protocol);
    struct peer *second = attach_unchecked(pair, protocol);
    expect_closed(second); /* so it is the one that is accepted */
    expect_open(next);
}

CASE(pair0_closes_second_connection,
     .title = "PAIR v0 closes the connection of every further peer and keeps the first",
     .covers = "SP-PR0-002", .via = ANY, .needs = "wire")
{
    second_is_closed(t, "pair0");
}

CASE(pair0_accepts_next_connection,
     .title = "PAIR v0 accepts the connection of a next peer when the first has left",
     .covers = "SP-PR0-003", .via = ANY, .needs = "wire")
{
    next_is_accepted(t, "pair0");
}

CASE(pair1_closes_second_connection,
     .title = "PAIR v1 closes the connection of every further peer and keeps the first",
     .covers = "SP-PR1-008", .via = ANY, .needs = "wire")
{
    second_is_closed(t, "pair1");
}
