/* tcp_bad_greeting.c -- greetings that the implementation must not accept: sp-tcp-mapping-01 2. */
#include "any.h"

CASE(tcp_magic_first_octet, .title = "closes a connection whose greeting begins with 01",
     .covers = "SP-TCP-008", .needs = "wire", .via = TCP)
{
    refuses(t, "01 'SP' 00", NULL, NULL);
}

CASE(tcp_magic_second_octet, .title = "closes a connection whose greeting has s in place of S",
     .covers = "SP-TCP-009", .needs = "wire", .via = TCP)
{
    refuses(t, "00 'sP' 00", NULL, NULL);
}

CASE(tcp_magic_third_octet, .title = "closes a connection whose greeting has p in place of P",
     .covers = "SP-TCP-010", .needs = "wire", .via = TCP)
{
    refuses(t, "00 'Sp' 00", NULL, NULL);
}

CASE(tcp_version, .title = "closes a connection whose greeting has a version other than 0",
     .covers = "SP-TCP-011", .why = "another version may frame its messages in another way",
     .needs = "wire", .via = TCP)
{
    refuses(t, "00 'SP' 01", NULL, NULL);
    refuses(t, "00 'SP' ff", NULL, NULL);
}

CASE(tcp_reserved,
     .title = "closes a connection whose greeting has reserved octets other than zero",
     .covers = "SP-TCP-012",
     .why = "what they will mean is not known: going on would be to misunderstand it",
     .needs = "wire", .via = TCP)
{
    refuses(t, NULL, NULL, "0001");
    refuses(t, NULL, NULL, "0100");
    refuses(t, NULL, NULL, "ffff");
}

/* ---- types ---- */

CASE(tcp_incompatible_type_closed,
     .title = "closes a connection whose greeting names an incompatible type",
     .covers = "SP-TCP-013", .needs = "wire", .via = TCP)
{
    const char *protocol = any_protocol(t, "rep");

    refuses_other_types(t, iut_open(t, protocol), protocol, "");
}

static void delivers_none_of(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);

    if (strcmp(protocol, "sub") == 0)
        iut_set(s, "subscribe", "");
    refuses_other_types(t, s, protocol, "u64:4 'evil'");
    struct peer *good = attach(s, type_of(protocol)->peer);
    sp_send(good, "'good'");
    iut_expect(s, "'good'");
}

CASE(tcp_incompatible_type_delivers_nothing,
     .title = "delivers no message that an incompatible peer sends right behind its greeting",
     .covers = "SP-TCP-013", .via = TCP)
{
    delivers_none_of(t, "pull");
    delivers_none_of(t, "pair0");
    delivers_none_of(t, "sub");
    delivers_none_of(t, "bus");
}

CASE(tcp_old_survey_types,
     .title = "closes a connection of the withdrawn survey types 0060 and 0061",
     .covers = "SP-TCP-013",
     .why = "the first survey protocol had no backtrace: its messages would be misread", .via = TCP)
{
    static const char *const pairs[][2] = { { "surveyor", "0061" }, { "respondent", "0060" } };

    for (unsigned i = 0; i < 2; i++) {
        struct iut *s = iut_open(t, pairs[i][0]);
        struct peer *us = attach_ungreeted(t, s, pairs[i][0]);
        wire_send(us, value(t, "00 'SP' 00 %s 0000", pairs[i][1]));
        expect_closed(us);
    }
}

CASE(tcp_own_type,
     .title = "closes a connection whose peer has its own type, unless that is its peer",
     .covers = "SP-TCP-014", .why = "two REP would wait for each other for ever", .needs = "wire",
     .via = TCP)
{
    unsigned seen = 0;

    for (unsigned i = 0; i < TYPES; i++) {
        const struct endpoint_type *own = &endpoint_types[i];
        if (own == type_of(own->peer) || strcmp(any_protocol(t, own->protocol), own->protocol) != 0)
            continue;
        seen++;
        struct iut *s = iut_open(t, own->protocol);
        struct peer *us = attach_ungreeted(t, s, own->protocol);
        wire_send(us, value(t, "00 'SP' 00 %s 0000", own->octets));
        expect_closed(us);
    }
    if (seen == 0)
        skip(t, "a service of a symmetric protocol talks to its own type");
}

CASE(tcp_unassigned_type, .title = "closes a connection whose greeting names an unassigned type",
     .covers = "SP-TCP-015", .needs = "wire", .via = TCP)
{
    refuses(t, NULL, "0000", NULL);
    refuses(t, NULL, "f000", NULL);
    refuses(t, NULL, "ffff", NULL);
}

CASE(tcp_swapped_type,
     .title = "closes a connection whose greeting has the right type with its octets swapped",
     .covers = "SP-TCP-015", .why = "the type is big-endian, also where the host is not",
     .needs = "wire", .via = TCP)
{
    const char *type = type_of(type_of(any_protocol(t, "rep"))->peer)->octets;

    refuses(t, NULL, value(t, "%.2s %.2s", type + 2, type), NULL);
}

/* ---- other protocols ---- */

CASE(tcp_http_request,
     .title = "closes a connection that begins with an HTTP request, and answers with nothing",
     .covers = "SP-TCP-017", .why = "browsers and health checks connect to any port",
     .needs = "wire", .via = TCP)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);

    wire_send(us, "'GET / HTTP/1.1' 0d0a 'Host: localhost' 0d0a 0d0a");
    expect_closed(us);
}

CASE(tcp_tls_hello, .title = "closes a connection that begins with a TLS ClientHello",
     .covers = "SP-TCP-018", .needs = "wire", .via = TCP)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted(t, s, protocol);

    wire_send(us, "16 0301 002d 01 000029 0303 5a*32 00 0002 1301 0100");
    expect_closed(us);
}

/* ---- what a failed greeting does to the rest ---- */

CASE(tcp_failed_greeting_disturbs_no_other,
     .title = "goes on with its other pipes when the greeting fails on one connection",
     .covers = "SP-TCP-022", .why = "one port scan would cut off everybody", .needs = "wire",
     .via = TCP)
{
    static const char *const bad[] = { "ff*8", "00 'SP' 00 0000 0000", "'GET / HTTP/1.0' 0d0a 0d0a",
                                       "00 'SP' 01 0030 0000" };
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *good = serves_next(t, s, protocol);

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct peer *us = attach_ungreeted(t, s, protocol);
        wire_send(us, bad[i]);
        expect_closed(us);
        still_works(t, s, protocol, good);
    }
}
