/* sub_topics.c -- which messages SUB delivers.  sp-publish-subscribe-01 has no normative text
 * beyond its section 8.
 *
 * Some implementations match a message when it arrives, others when the application receives: no
 * case here changes a subscription while a message that it decides on is on its way. */
#include "case.h"

CASE(sub_without_subscription, .title = "SUB delivers nothing without a subscription",
     .covers = "SP-SUB-001", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub");
    struct peer *pub = attach(sub, "pub");

    sp_send(pub, "'unwanted'");
    sp_send(pub, "");
    check(t, strcmp(iut_try_recv(sub, 100), "timedout") == 0,
          "a message is delivered without a subscription, or the receive does not wait");
    iut_set(sub, "subscribe", "'mark'"); /* the sentinel's own topic: it matches neither */
    sp_send(pub, "'mark'");
    iut_expect(sub, "'mark'");
}

CASE(sub_prefix, .title = "SUB delivers what begins with the topic subscribed to, and nothing else",
     .covers = "SP-SUB-002", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='ab'");
    struct peer *pub = attach(sub, "pub");
    static const char *const not_ab[] = { "'a'",     "'xab'", "'Abc'", "",     "'aB'",
                                          "00 'ab'", "'b'",   "'aab'", "'ac'", "'a' 00 'b'" };
    static const char *const ab[] = { "'ab'", "'abc'", "'ab' 00", "'abab'" };

    for (size_t i = 0; i < sizeof not_ab / sizeof not_ab[0]; i++) {
        sp_send(pub, not_ab[i]);
        sp_send(pub, ab[i % 4]);
        iut_expect(sub, ab[i % 4]);
    }
}

CASE(sub_delivers_unmodified,
     .title = "SUB delivers the whole message, its topic included, octet for octet",
     .covers = "SP-SUB-002", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='ab'");
    struct peer *pub = attach(sub, "pub");

    sp_send(pub, "'ab' 00 80000001 'body'");
    iut_expect(sub, "'ab' 00 80000001 'body'");
    sp_send(pub, "'ab' 'x'*900");
    iut_expect(sub, "'ab' 'x'*900");
}

CASE(sub_shorter_than_topics,
     .title = "SUB does not deliver a message shorter than every topic, though it begins like them",
     .covers = "SP-SUB-002",
     .why = "who reads past the end of the message finds there what the last one left", .via = ANY,
     .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='ab1'", "subscribe='ab2'");
    struct peer *pub = attach(sub, "pub");

    for (unsigned i = 0; i < 30; i++) {
        sp_send(pub, "'ab1'");
        iut_expect(sub, "'ab1'");
        sp_send(pub, "'ab'");
        sp_send(pub, "'ab2'");
        iut_expect(sub, "'ab2'");
    }
}

CASE(sub_empty_topic,
     .title = "SUB delivers every message when subscribed to the empty topic, also an empty one",
     .covers = "SP-SUB-003", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe=");
    struct peer *pub = attach(sub, "pub");
    static const char *const any[] = { "'a'", "", "00", "ff*8", "'zzz'" };

    for (size_t i = 0; i < sizeof any / sizeof any[0]; i++) {
        sp_send(pub, any[i]);
        iut_expect(sub, any[i]);
    }
}

CASE(sub_binary_topic, .title = "SUB compares topics octet by octet, as what they are: octets",
     .covers = "SP-SUB-004", .why = "a topic taken for a C string ends at its first zero",
     .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe=00 ff");
    struct peer *pub = attach(sub, "pub");
    static const char *const others[] = { "00", "00 00", "ff", "ff 00", "00 fe", "00 7f ff" };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        sp_send(pub, others[i]);
        sp_send(pub, value(t, "00 ff u32:%zu", i));
        iut_expect(sub, value(t, "00 ff u32:%zu", i));
    }
}

CASE(sub_overlapping_topics,
     .title = "SUB delivers a message that two subscriptions match once, or once for each",
     .covers = "SP-SUB-005", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='a'", "subscribe='ab'");
    struct peer *pub = attach(sub, "pub");

    sp_send(pub, "'abc'");
    sp_send(pub, "'a--'"); /* matches one */
    iut_expect(sub, "'abc'");
    iut_expect(sub, "'a' <next: .. ..>");
    if (captured(t, "next") == 0x2d2d) { /* '--' */
        variant(t, "delivered once");
        return;
    }
    variant(t, "delivered once for each subscription");
    check(t, captured(t, "next") == 0x6263, "something else is delivered");
    iut_expect(sub, "'a--'");
}

CASE(sub_equal_subscriptions, .title = "SUB counts equal subscriptions, or takes them for one",
     .covers = "SP-SUB-006", .via = ANY, .needs = "subscribe unsubscribe")
{
    enum { ONCE = 0x6f6e6365 }; /* 'once' */
    struct iut *sub = iut_open(t, "sub", "subscribe='a'", "subscribe='a'", "subscribe='mark'");
    struct peer *pub = attach(sub, "pub");

    sp_send(pub, "'abc'");
    sp_send(pub, "'mark once'");
    iut_expect(sub, "'abc'");
    iut_expect(sub, "<a: .. .. .. ..> *");
    if (captured(t, "a") != 0x6d61726b) /* it is delivered for each: the sentinel follows */
        iut_expect(sub, "'mark once'");

    iut_set(sub, "unsubscribe", "'a'");
    sp_send(pub, "'a'*4");
    sp_send(pub, "'mark'");
    iut_expect(sub, "<a: .. .. .. ..>");
    if (captured(t, "a") == 0x6d61726b) { /* 'mark' */
        variant(t, "one unsubscribe ends both");
        return;
    }
    variant(t, "each subscription needs its own unsubscribe");
    iut_expect(sub, "'mark'");
    iut_set(sub, "unsubscribe", "'a'");
    sp_send(pub, "'a'*4");
    sp_send(pub, "'mark'");
    iut_expect(sub, "'mark'");
}

CASE(sub_unsubscribe, .title = "SUB delivers no message of a topic that it has unsubscribed from",
     .covers = "SP-SUB-008", .via = ANY, .needs = "subscribe unsubscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='a'", "subscribe='b'");
    struct peer *pub = attach(sub, "pub");

    sp_send(pub, "'a1'");
    iut_expect(sub, "'a1'");
    iut_set(sub, "unsubscribe", "'a'");
    sp_send(pub, "'a2'");
    sp_send(pub, "'b1'");
    iut_expect(sub, "'b1'");
    iut_set(sub, "subscribe", "'a'");
    sp_send(pub, "'a3'");
    iut_expect(sub, "'a3'");
}

CASE(sub_unsubscribe_leaves_others,
     .title = "SUB keeps the shorter and the longer topic when one between them is unsubscribed",
     .covers = "SP-SUB-008", .why = "topics with a common prefix share nodes in a tree", .via = TCP,
     .needs = "subscribe unsubscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='abcd'", "subscribe='ab'", "subscribe='abcx'",
                               "subscribe='abc'", "subscribe='z'");
    struct peer *pub = attach(sub, "pub");

    iut_set(sub, "unsubscribe", "'ab'");
    sp_send(pub, "'ab-'");
    sp_send(pub, "'abc-'");
    iut_expect(sub, "'abc-'");
    iut_set(sub, "unsubscribe", "'abc'");
    sp_send(pub, "'abc-'");
    sp_send(pub, "'abcd-'");
    iut_expect(sub, "'abcd-'");
    sp_send(pub, "'abcx-'");
    iut_expect(sub, "'abcx-'");
    iut_set(sub, "unsubscribe", "'abcd'");
    sp_send(pub, "'abcd-'");
    sp_send(pub, "'z'");
    iut_expect(sub, "'z'");
}

CASE(sub_unsubscribe_from_nothing,
     .title = "SUB refuses to unsubscribe from what it has not subscribed to, or does nothing",
     .covers = "SP-SUB-007b", .why = "a subscriber that tidies up twice must not die of it",
     .via = LOCAL, .needs = "subscribe unsubscribe", .fragile = true)
{
    struct iut *sub = iut_open(t, "sub");
    const char *never = iut_try_set(sub, "unsubscribe", "'never'");

    iut_set(sub, "subscribe", "'a'");
    iut_set(sub, "unsubscribe", "'a'");
    const char *again = iut_try_set(sub, "unsubscribe", "'a'");
    iut_set(sub, "subscribe", "'a'");
    if (strcmp(never, "ok") == 0 && strcmp(again, "ok") == 0)
        variant(t, "what is not subscribed to is unsubscribed without an error");
    else if (strcmp(never, again) == 0)
        variant(t, "it is refused: %s", never);
    else
        variant(t, "before any subscription: %s, after the last: %s", never, again);
}

CASE(sub_unsubscribe_unknown_topic,
     .title = "SUB keeps its subscriptions when it unsubscribes from a topic that it does not have",
     .covers = "SP-SUB-007a", .why = "a topic that begins like another is not the other",
     .via = TCP, .needs = "subscribe unsubscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='ab'", "subscribe='abcd'", "subscribe='xy'");
    struct peer *pub = attach(sub, "pub");
    static const char *const unknown[] = { "'a'", "'abc'", "'abcde'", "'x'", "" };

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        iut_try_set(sub, "unsubscribe", unknown[i]); /* refused or not: another case's matter */
        sp_send(pub, "'a-'");
        sp_send(pub, "'ab-'");
        sp_send(pub, "'x-'");
        sp_send(pub, "'xy-'");
        iut_expect(sub, "'ab-'");
        iut_expect(sub, "'xy-'");
    }
    iut_set(sub, "unsubscribe", "'ab'");
    sp_send(pub, "'ab-'");
    sp_send(pub, "'abcd-'");
    iut_expect(sub, "'abcd-'");
}

CASE(sub_says_nothing_to_publisher,
     .title = "SUB sends nothing to the publisher when it subscribes or unsubscribes",
     .covers = "SP-SUB-009", .why = "publishers close the pipe of a subscriber that sends",
     .via = ANY, .needs = "subscribe unsubscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='early'");
    struct peer *pub = attach(sub, "pub");

    iut_set(sub, "subscribe", "'a'");
    iut_set(sub, "subscribe", "'b'");
    iut_set(sub, "unsubscribe", "'a'");
    sp_send(pub, "'b'");
    iut_expect(sub, "'b'");
    iut_close(sub);
    expect_closed(pub); /* and no octet before it */
}

CASE(sub_send_refused, .title = "SUB refuses a send", .covers = "SP-SUB-010", .via = LOCAL)
{
    struct iut *sub = iut_open(t, "sub");
    iut_send_fails(sub, 300, "'x'", "notsup|state");
}

CASE(sub_endpoint_type, .title = "SUB has endpoint type 0x0021", .covers = "SP-SUB-013",
     .via = STREAM, .needs = "wire")
{
    struct iut *sub = iut_open(t, "sub");
    struct peer *pub = attach_raw(sub);

    wire_expect(pub, "00 'SP' 00 0021 0000");
}
