/* connect_listen.c -- listeners, and what a socket does that has several endpoints or none. */
#include "any.h"

CASE(connect_64_at_once,
     .title = "greets each of 64 connections that are made at once, in good time",
     .covers = "SP-CON-006", .why = "an accept loop that greets one peer after another stalls",
     .needs = "wire", .via = STREAM_LISTENS)
{
    enum { COUNT = 64 };
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us[COUNT];

    int64_t start = now(t);
    for (unsigned i = 0; i < COUNT; i++)
        us[i] = attach_raw(s);
    for (unsigned i = COUNT; i-- > 0;) /* the last first: none may wait for another */
        wire_expect(us[i], value(t, "00 'SP' 00 %s 0000", type_of(protocol)->octets));
    /* 64 handshakes of TLS are work for both sides, and no waiting. */
    expect_elapsed(t, start, 0, over_tls(t) ? 20000 : 5000);
}

CASE(connect_64_served, .title = "serves each of 64 peers that are connected at once",
     .covers = "SP-CON-006", .via = LISTENS)
{
    enum { COUNT = 64 };
    struct iut *rep = iut_open(t, "rep");
    struct peer *req[COUNT];

    for (unsigned i = 0; i < COUNT; i++)
        req[i] = attach(rep, "req");
    for (unsigned i = 0; i < COUNT; i++) {
        sp_send(req[i], value(t, "80000001 %02x", i));
        iut_expect(rep, value(t, "%02x", i));
        iut_send(rep, value(t, "%02x", i));
        sp_expect(req[i], value(t, "80000001 %02x", i));
    }
}

CASE(connect_refused_after_close,
     .title = "refuses connections at its address when the application has closed the socket",
     .covers = "SP-CON-007", .why = "the next program cannot have the address, and peers hang",
     .via = STREAM_LISTENS)
{
    struct iut *s = iut_open(t, "pair0");
    const char *url = iut_listen(s, NULL);

    wire_expect(dial_raw(t, url), "00 'SP' 00 0010 0000");
    iut_close(s);
    expect_refused(t, url);
}

/* ---- both transports at once ---- */

static struct peer *meet(struct t *t, struct iut *s, const char *scheme)
{
    const char *place = free_place_over(t, scheme);

    if (!dials(t))
        return dial_raw(t, iut_listen(s, place));
    if (strcmp(scheme, "tcp") == 0)
        place = our_listener(t);
    else
        start_listening(t, place);
    iut_dial(s, place);
    return accept_raw(t, place);
}

CASE(connect_tcp_and_ipc_at_once,
     .title = "has tcp and ipc peers in one socket, which take part in the same pattern",
     .covers = "SP-CON-008", .needs = "ipc pipes", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *tcp = meet(t, push, "tcp");
    struct peer *ipc = meet(t, push, "ipc");
    struct peer *const both[] = { tcp, ipc };

    for (unsigned i = 0; i < 2; i++) {
        wire_expect(both[i], "00 'SP' 00 0050 0000");
        wire_send(both[i], "00 'SP' 00 0051 0000");
    }
    iut_pipes(push, 2);
    struct peer *first, *second;
    iut_send(push, "'one'");
    first = sp_expect_on_any("'one'", tcp, ipc);
    iut_send(push, "'two'");
    second = sp_expect_on_any("'two'", tcp, ipc);
    check(t, first != second, "both messages went to the same peer");
}

CASE(connect_types_alike_on_tcp_and_ipc,
     .title = "treats an incompatible type alike over tcp and over ipc", .covers = "SP-TCP-016",
     .why = "which types go together is the pattern's matter, not the transport's", .needs = "ipc",
     .via = TCP)
{
    static const char *const protocols[] = { "pair0", "pub", "sub", "rep", "pull", "respondent" };

    for (unsigned p = 0; p < sizeof protocols / sizeof protocols[0]; p++)
        for (unsigned i = 0; i < TYPES; i++) {
            const struct endpoint_type *other = &endpoint_types[i];
            if (strcmp(other->protocol, type_of(protocols[p])->peer) == 0)
                continue;
            struct iut *s = iut_open(t, protocols[p]);
            struct peer *tcp = meet(t, s, "tcp");
            struct peer *ipc = meet(t, s, "ipc");
            wire_send(tcp, value(t, "00 'SP' 00 %s 0000", other->octets));
            wire_send(ipc, value(t, "00 'SP' 00 %s 0000", other->octets));
            wire_expect(tcp, "00 'SP' 00 .. .. 0000");
            wire_expect(ipc, "00 'SP' 00 .. .. 0000");
            bool tcp_closes = closes_within(tcp, patience(t));
            bool ipc_closes = closes_within(ipc, patience(t));
            check(t, tcp_closes == ipc_closes, "%s as peer of %s is refused over %s only",
                  other->protocol, protocols[p], tcp_closes ? "tcp" : "ipc");
            iut_close(s);
        }
}

/* ---- the ends of a socket's life ---- */

CASE(connect_send_before_any_peer,
     .title = "takes a message right after it began to listen, or waits for a peer in vain",
     .covers = "SP-CON-014", .why = "nothing is wrong yet: the peer is on its way", .via = LISTENS)
{
    static const char *const protocols[] = { "push", "pair0", "req", "pub", "bus", "surveyor" };

    for (unsigned i = 0; i < 6; i++) {
        struct iut *s = iut_open(t, protocols[i]);
        iut_listen(s, NULL);
        const char *code = iut_try_send(s, 50, "'early'");
        check(t, strcmp(code, "ok") == 0 || strcmp(code, "timedout") == 0,
              "%s: the send fails with %s", protocols[i], code);
    }
}

CASE(connect_send_then_close,
     .title = "delivers a message sent just before the socket is closed, or loses it whole",
     .covers = "SP-CON-012", .via = ANY)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");

    iut_send(push, "'farewell'");
    iut_close(push);
    if (closes_within(pull, patience(t)) && sp_waiting(pull) == 0) {
        variant(t, "the message is lost");
        return;
    }
    sp_expect(pull, "'farewell'");
    expect_closed(pull);
    variant(t, "the message is delivered");
}
