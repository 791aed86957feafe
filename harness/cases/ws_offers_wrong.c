/* ws_offers_wrong.c -- sub-protocols that a listening implementation refuses. */
#include "ws_open.h"

/* A `protocol` asked for each of `names`, up to NULL. */
static void refuses_names(struct t *t, const char *protocol, const char *const *names)
{
    struct iut *s = iut_open(t, protocol);

    for (; *names; names++) {
        struct peer *us = attach_raw(s);
        ws_send_request(us, *names);
        expect_ws_refused(us);
        wire_close(us);
    }
    struct peer *good = attach_raw(s);
    ws_open(good, peer_of(protocol));
}

#define REFUSES(protocol, ...)                                                                     \
    refuses_names(t, protocol, (const char *const[]){ __VA_ARGS__, NULL })

CASE(ws_offer_own_peer, .title = "REP refuses req.sp.nanomsg.org, and REQ rep.sp.nanomsg.org",
     .covers = "SP-WS-017",
     .why = "the name is that of the listening side: the other way round, two REQ would meet",
     .via = WS_LISTENS)
{
    REFUSES("rep", "req.sp.nanomsg.org");
    REFUSES("req", "rep.sp.nanomsg.org");
}

CASE(ws_offer_own_peer_pub, .title = "PUB refuses sub.sp.nanomsg.org, and SUB pub.sp.nanomsg.org",
     .covers = "SP-WS-017", .via = WS_LISTENS)
{
    REFUSES("pub", "sub.sp.nanomsg.org");
    REFUSES("sub", "pub.sp.nanomsg.org");
}

CASE(ws_offer_own_peer_push,
     .title = "PUSH refuses pull.sp.nanomsg.org, and PULL push.sp.nanomsg.org",
     .covers = "SP-WS-017", .via = WS_LISTENS)
{
    REFUSES("push", "pull.sp.nanomsg.org");
    REFUSES("pull", "push.sp.nanomsg.org");
}

CASE(ws_offer_own_peer_survey,
     .title = "SURVEYOR refuses respondent.sp.nanomsg.org, and RESPONDENT surveyor.sp.nanomsg.org",
     .covers = "SP-WS-017", .via = WS_LISTENS)
{
    REFUSES("surveyor", "respondent.sp.nanomsg.org");
    REFUSES("respondent", "surveyor.sp.nanomsg.org");
}

CASE(ws_offer_other_pattern, .title = "PAIR refuses the name of every other pattern",
     .covers = "SP-WS-017", .via = WS_LISTENS)
{
    REFUSES("pair", "pair1.sp.nanomsg.org", "pub.sp.nanomsg.org", "sub.sp.nanomsg.org",
            "req.sp.nanomsg.org", "rep.sp.nanomsg.org", "push.sp.nanomsg.org",
            "pull.sp.nanomsg.org", "surveyor.sp.nanomsg.org", "respondent.sp.nanomsg.org",
            "bus.sp.nanomsg.org");
}

CASE(ws_offer_pair_versions, .title = "PAIR v1 refuses pair.sp.nanomsg.org", .covers = "SP-WS-017",
     .why = "the two versions frame their messages in different ways", .via = WS_LISTENS)
{
    REFUSES("pair1", "pair.sp.nanomsg.org");
}

CASE(ws_offer_bus_and_pair, .title = "BUS refuses pair.sp.nanomsg.org", .covers = "SP-WS-017",
     .via = WS_LISTENS)
{
    REFUSES("bus", "pair.sp.nanomsg.org");
}

CASE(ws_offer_list_of_wrong,
     .title = "refuses a list of sub-protocols that does not contain its own",
     .covers = "SP-WS-017 SP-WS-018", .via = WS_LISTENS)
{
    REFUSES("pair", "rep.sp.nanomsg.org, chat, bus.sp.nanomsg.org");
}

CASE(ws_offer_unknown, .title = "refuses a sub-protocol that is none of SP", .covers = "SP-WS-018",
     .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, "chat");
    is_no_protocol(&a);
}

/* ---- almost its own ---- */

static void refuses_changed(struct t *t, const char *before, const char *behind, size_t cut)
{
    struct shaken a = asker(t);
    size_t n = strlen(a.name);

    ws_send_request(a.us, value(t, "%s%.*s%s", before, (int)(n - cut), a.name, behind));
    is_no_protocol(&a);
}

CASE(ws_offer_longer, .title = "refuses a sub-protocol that only begins with its own name",
     .covers = "WS-OPN-076", .needs = "wire", .via = WS_LISTENS)
{
    refuses_changed(t, "", ".example", 0);
}

CASE(ws_offer_prefixed, .title = "refuses a sub-protocol that only ends with its own name",
     .covers = "WS-OPN-076", .needs = "wire", .via = WS_LISTENS)
{
    refuses_changed(t, "x", "", 0);
}

CASE(ws_offer_shorter, .title = "refuses a sub-protocol that lacks the end of its own name",
     .covers = "WS-OPN-076", .needs = "wire", .via = WS_LISTENS)
{
    refuses_changed(t, "", "", 1);
}

CASE(ws_offer_short_name, .title = "refuses the first word of its name, such as pair",
     .covers = "WS-OPN-076", .needs = "wire", .via = WS_LISTENS)
{
    refuses_changed(t, "", "", strlen(".sp.nanomsg.org"));
}

CASE(ws_offer_of_two_words,
     .title = "refuses its own name with another word behind a blank: that is no list",
     .covers = "WS-OPN-076", .needs = "wire", .via = WS_LISTENS)
{
    refuses_changed(t, "", " chat", 0);
}

CASE(ws_offer_semicolons, .title = "refuses its own name in a list that is parted by semicolons",
     .covers = "WS-OPN-076", .needs = "wire", .via = WS_LISTENS)
{
    refuses_changed(t, "", "; chat", 0);
}

/* ---- none ---- */

static void refuses_none(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    ws_send_request(us, NULL);
    expect_ws_refused(us);
    struct peer *good = attach_raw(s);
    ws_open(good, peer_of(protocol));
}

CASE(ws_offer_none_rep, .title = "REP refuses a request without a sub-protocol",
     .covers = "SP-WS-022", .why = "such a client knows nothing of SP", .via = WS_LISTENS)
{
    refuses_none(t, "rep");
}

CASE(ws_offer_none_others,
     .title = "PUB, PULL, RESPONDENT and BUS refuse a request without a sub-protocol",
     .covers = "SP-WS-022", .why = "such a client knows nothing of SP", .via = WS_LISTENS)
{
    refuses_none(t, "pub");
    refuses_none(t, "pull");
    refuses_none(t, "respondent");
    refuses_none(t, "bus");
}

CASE(ws_offer_empty, .title = "REP refuses a request whose list of sub-protocols is empty",
     .covers = "SP-WS-022", .via = WS_LISTENS)
{
    struct iut *rep = iut_open(t, "rep");

    for (unsigned i = 0; i < 2; i++) {
        struct peer *us = attach_raw(rep);
        ws_send_request(us, i == 0 ? "" : " , ,");
        expect_ws_refused(us);
    }
    ws_open(attach_raw(rep), "req");
}

CASE(ws_offer_none_pair, .title = "PAIR serves a request without a sub-protocol, or refuses it",
     .covers = "SP-WS-023", .via = WS_LISTENS)
{
    may_serve_request(t, "no sub-protocol", .protocols = ws_omit);
}

CASE(ws_offer_none_answered_by_none,
     .title = "names no sub-protocol in its answer when none was asked for", .covers = "WS-OPN-066",
     .why = "a browser fails a connection that answers a question it did not ask",
     .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, NULL);
    int status = ws_expect_response(a.us);
    check(t, status != 101 || ws_header_count(a.us, "Sec-WebSocket-Protocol") == 0,
          "none was asked for, and it answers with the sub-protocol \"%s\"",
          ws_header(a.us, "Sec-WebSocket-Protocol"));
    if (status != 101)
        variant(t, "a request without a sub-protocol is refused");
}
