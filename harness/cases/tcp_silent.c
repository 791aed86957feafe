/* tcp_silent.c -- peers that stop within the greeting.  The drafts know no limit: nanomsg waits for
 * 1 s, nng for 10 s, mangos for ever. */
#include "any.h"

enum { LIMIT_MS = 12000, AT_ONCE_MS = 300 };

static void name_limit(struct t *t, const char *who, int64_t since)
{
    variant(t, "%s is disconnected after %d s", who, (int)((now(t) - since + 400) / 1000));
}

CASE(tcp_silent_peer,
     .title = "disconnects a peer that sends nothing at its own limit, or keeps it",
     .covers = "SP-TCP-019", .why = "silent connections use up descriptors", .needs = "wire",
     .via = TCP, .slow = true)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);
    int64_t since = now(t);

    if (closes_within(us, LIMIT_MS))
        name_limit(t, "a silent peer", since);
    else
        variant(t, "a silent peer is kept for 12 s and more");
    if (!is_closed(us))
        wire_close(us);
    serves_next(t, s, protocol);
}

CASE(tcp_stalled_greeting,
     .title =
         "disconnects a peer that stalls within a correct greeting at its own limit, or keeps it",
     .covers = "SP-TCP-020", .why = "stalled connections use up descriptors", .needs = "wire",
     .via = TCP, .slow = true)
{
    const char *protocol = any_protocol(t, "rep");
    const char *type = type_of(type_of(protocol)->peer)->octets;
    const char *part[] = { "00",
                           "00 'S'",
                           "00 'SP'",
                           "00 'SP' 00",
                           value(t, "00 'SP' 00 %.2s", type),
                           value(t, "00 'SP' 00 %s", type),
                           value(t, "00 'SP' 00 %s 00", type) };
    enum { PARTS = sizeof part / sizeof part[0] };
    struct peer *us[PARTS];
    struct iut *s = iut_open(t, protocol);
    unsigned closed = 0;

    for (unsigned i = 0; i < PARTS; i++) {
        us[i] = attach_ungreeted(t, s, protocol);
        wire_send(us[i], part[i]);
    }
    int64_t since = now(t);
    for (unsigned i = 0; i < PARTS; i++) {
        int64_t left = since + LIMIT_MS - now(t);
        closed += closes_within(us[i], left > 1 ? left : 1);
    }
    if (closed == PARTS)
        name_limit(t, "a stalled peer", since);
    else
        variant(t, "%u of %u stalled peers are kept for 12 s and more", PARTS - closed, PARTS);
    for (unsigned i = 0; i < PARTS; i++)
        wire_close(us[i]);
    serves_next(t, s, protocol);
}

CASE(tcp_wrong_octet_and_stall,
     .title = "disconnects a peer that begins wrongly and stalls at once, or at its own limit",
     .covers = "SP-TCP-021", .needs = "wire", .via = TCP, .slow = true)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);

    wire_send(us, "01");
    int64_t since = now(t);
    if (closes_within(us, AT_ONCE_MS)) {
        variant(t, "the first wrong octet is enough");
        return;
    }
    if (closes_within(us, LIMIT_MS)) {
        name_limit(t, "a peer that began wrongly", since);
        return;
    }
    wire_send(us, "02*7"); /* eight octets, none of them right: now there is no doubt */
    expect_closed(us);
    variant(t, "eight octets are waited for, for 12 s and more");
}
