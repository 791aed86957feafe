/* ws_offers.c -- sub-protocols that a listening implementation serves: sp-websocket-mapping-01 2.
 */
#include <stdio.h>
#include "ws_open.h"

/* ---- its own name alone ---- */

static void answers_own_name(struct t *t, const char *protocol, const char *name)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_raw(s);

    ws_send_request(us, name);
    ws_expect_upgraded(us);
    const char *named = ws_header(us, "Sec-WebSocket-Protocol");
    check(t, named && strcmp(named, name) == 0, "it answers with the sub-protocol %s, not %s",
          named ? named : "none", name);
}

#define OWN_NAME(ident, protocol, name, row)                                                       \
    CASE(ident, .title = "answers a request for " name " by the same name", .covers = row,         \
         .why = "a browser closes a connection whose sub-protocol is not the one it asked for",    \
         .needs = "wire", .via = WS_LISTENS)                                                       \
    {                                                                                              \
        answers_own_name(t, protocol, name);                                                       \
    }

OWN_NAME(ws_offer_pair, "pair", "pair.sp.nanomsg.org", "SP-WS-001")
OWN_NAME(ws_offer_req, "req", "req.sp.nanomsg.org", "SP-WS-002")
OWN_NAME(ws_offer_rep, "rep", "rep.sp.nanomsg.org", "SP-WS-003")
OWN_NAME(ws_offer_pub, "pub", "pub.sp.nanomsg.org", "SP-WS-004")
OWN_NAME(ws_offer_sub, "sub", "sub.sp.nanomsg.org", "SP-WS-005")
OWN_NAME(ws_offer_surveyor, "surveyor", "surveyor.sp.nanomsg.org", "SP-WS-006")
OWN_NAME(ws_offer_respondent, "respondent", "respondent.sp.nanomsg.org", "SP-WS-007")
OWN_NAME(ws_offer_push, "push", "push.sp.nanomsg.org", "SP-WS-008")
OWN_NAME(ws_offer_pull, "pull", "pull.sp.nanomsg.org", "SP-WS-009")
OWN_NAME(ws_offer_bus, "bus", "bus.sp.nanomsg.org", "SP-WS-010")
OWN_NAME(ws_offer_pair1, "pair1", "pair1.sp.nanomsg.org", "SP-WS-011")

/* ---- among others ---- */

static void serves_list(struct t *t, const char *before, const char *behind)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, value(t, "%s%s%s", before, a.name, behind));
    is_served(&a);
}

CASE(ws_offer_list_first, .title = "serves a list of sub-protocols that begins with its own",
     .covers = "SP-WS-024", .why = "a client may be able to speak more than one", .needs = "wire",
     .via = WS_LISTENS)
{
    serves_list(t, "", ", chat");
}

CASE(ws_offer_list_last, .title = "serves a list of sub-protocols that ends with its own",
     .covers = "SP-WS-024", .why = "a client may be able to speak more than one", .needs = "wire",
     .via = WS_LISTENS)
{
    serves_list(t, "chat, ", "");
}

CASE(ws_offer_list_middle,
     .title = "serves a list of sub-protocols that has its own among others of SP",
     .covers = "SP-WS-024", .needs = "wire", .via = WS_LISTENS)
{
    serves_list(t, "soap, pair9.sp.nanomsg.org, ", ", star.sp.nanomsg.org, superchat");
}

CASE(ws_offer_list_without_blanks,
     .title = "serves a list of sub-protocols that has no blanks behind its commas",
     .covers = "SP-WS-024", .needs = "wire", .via = WS_LISTENS)
{
    serves_list(t, "chat,", ",superchat");
}

CASE(ws_offer_list_odd_blanks,
     .title = "serves a list of sub-protocols with blanks and tabs around its commas",
     .covers = "SP-WS-024", .needs = "wire", .via = WS_LISTENS)
{
    serves_list(t, "chat \t,\t  ", "  ,superchat");
}

CASE(ws_offer_list_of_fifty, .title = "serves a list of sub-protocols that has its own as the 50th",
     .covers = "WS-OPN-082", .needs = "wire", .via = WS_LISTENS)
{
    const char *before = "";

    for (unsigned i = 1; i < 50; i++)
        before = value(t, "%sp%u.example, ", before, i);
    serves_list(t, before, "");
}

CASE(ws_offer_two_lines, .title = "takes two header lines of sub-protocols for one list",
     .covers = "SP-WS-025", .why = "intermediaries may split and join header lines",
     .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, "chat", .extra = value(t, "Sec-WebSocket-Protocol: %s\r\n", a.name));
    is_served(&a);
    ask_again(&a);
    ws_send_request(a.us, a.name, .extra = "Sec-WebSocket-Protocol: chat\r\n");
    is_served(&a);
}

CASE(ws_offer_twice, .title = "serves a sub-protocol that is listed twice once, or refuses it",
     .covers = "WS-OPN-073", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);

    ws_send_request(a.us, value(t, "%s, %s", a.name, a.name));
    if (may_be_served(&a, "a sub-protocol listed twice")) {
        ask_again(&a);
        ws_send_request(a.us, value(t, "%s, %s", a.name, a.name));
        is_served(&a);
    }
}

CASE(ws_offer_other_case, .title = "serves its own name in capitals, or refuses it",
     .covers = "SP-WS-026", .needs = "wire", .via = WS_LISTENS)
{
    struct shaken a = asker(t);
    char name[64];

    snprintf(name, sizeof name, "%s", a.name);
    for (char *c = name; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    ws_send_request(a.us, name);
    if (!may_be_served(&a, "a name in capitals"))
        return;
    ask_again(&a);
    ws_send_request(a.us, name);
    ws_expect_upgraded(a.us);
    const char *named = ws_header(a.us, "Sec-WebSocket-Protocol");
    check(t, named, "it upgrades, and names no sub-protocol");
    variant(t, "its answer is %s",
            strcmp(named, name) == 0 ? "as it was asked" : "in small letters");
}
