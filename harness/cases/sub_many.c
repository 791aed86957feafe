/* sub_many.c -- SUB with many messages, publishers or topics. */
#include "any.h"

CASE(sub_two_publishers,
     .title = "SUB delivers the messages of two publishers, each publisher's in order",
     .covers = "SP-SUB-011", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe=");
    struct peer *pub[] = { attach(sub, "pub"), attach(sub, "pub") };

    delivers_in_order_of_each(t, sub, pub, 2, 20);
}

/* Receives what is left of messages 1 to `last`: how many, in order and none twice. */
static unsigned receive_burst(struct t *t, struct iut *sub, unsigned last)
{
    unsigned count = 0;
    uint64_t seen = 0;
    while (seen < last && strcmp(iut_try_recv(sub, 150), "ok") == 0) {
        uint64_t n = captured(t, "got");
        check(t, n > seen, "message %u is delivered after message %u", (unsigned)n, (unsigned)seen);
        check(t, n <= last, "message %u is delivered: nobody sent it", (unsigned)n);
        seen = n;
        count++;
    }
    return count;
}

enum { BURST = 2000 };

static void send_burst(struct t *t, struct peer *pub)
{
    for (unsigned i = 1; i <= BURST; i++)
        sp_send(pub, value(t, "u32:%u", i));
    wire_drains_within(pub, 200);
}

CASE(sub_burst_in_order,
     .title = "SUB delivers what it keeps of a burst in order and none of it twice",
     .covers = "SP-SUB-012a", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe=");
    struct peer *pub = attach(sub, "pub");

    send_burst(t, pub);
    check(t, receive_burst(t, sub, BURST) > 0, "nothing of the burst is delivered");
    sp_send(pub, "u32:2001"); /* and goes on, with nothing of the burst before it */
    iut_expect(sub, "u32:2001");
}

CASE(sub_burst_kept,
     .title = "SUB keeps a burst of 2000 messages for a late reader, or as much as its queue holds",
     .covers = "SP-SUB-012b", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe=");
    struct peer *pub = attach(sub, "pub");

    send_burst(t, pub);
    if (receive_burst(t, sub, BURST) == BURST)
        variant(t, "all messages are kept: the publisher is held back");
    else
        variant(t, "a part is kept, the rest dropped");
}

CASE(sub_long_topic, .title = "SUB matches a topic of 1024 octets to its last octet",
     .covers = "SP-SUB-014", .via = ANY, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='x'*1023 'y'");
    struct peer *pub = attach(sub, "pub");

    sp_send(pub, "'x'*1023");
    sp_send(pub, "'x'*1023 'z'");
    sp_send(pub, "'x'*1022 'y'");
    sp_send(pub, "'x'*1023 'y'");
    iut_expect(sub, "'x'*1023 'y'");
}

CASE(sub_thousand_topics, .title = "SUB matches correctly with a thousand subscriptions",
     .covers = "SP-SUB-014", .via = TCP, .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub");
    struct peer *pub = attach(sub, "pub");

    for (unsigned i = 0; i < 1000; i++) /* the even numbers */
        iut_set(sub, "subscribe", value(t, "'topic' u32:%u", 2 * i));
    for (unsigned i = 0; i < 2000; i += 97) {
        sp_send(pub, value(t, "'topic' u32:%u", i | 1));
        sp_send(pub, value(t, "'topic' u32:%u 'more'", i & ~1u));
        iut_expect(sub, value(t, "'topic' u32:%u 'more'", i & ~1u));
    }
}

CASE(sub_subscriptions_churn,
     .title = "SUB matches exactly the topics that remain after hundreds of subscribes and "
              "unsubscribes",
     .covers = "SP-SUB-015",
     .why = "a topic that stops matching when another is removed is hard to find in production",
     .via = TCP, .needs = "subscribe unsubscribe")
{
    enum { TOPICS = 120, STEPS = 600 }; /* words of up to four letters out of three */
    struct iut *sub = iut_open(t, "sub", "subscribe='mark'");
    struct peer *pub = attach(sub, "pub");
    bool on[TOPICS] = { false };
    char word[TOPICS][5];

    unsigned n = 0;
    for (unsigned length = 1; length <= 4; length++)
        for (unsigned i = 0, many = length == 1   ? 3
                                    : length == 2 ? 9
                                    : length == 3 ? 27
                                                  : 81;
             i < many; i++, n++) {
            for (unsigned k = 0, rest = i; k < length; k++, rest /= 3)
                word[n][k] = (char)('a' + rest % 3);
            word[n][length] = '\0';
        }
    for (unsigned step = 1; step <= STEPS; step++) {
        unsigned i = (unsigned)random_below(t, TOPICS);
        iut_set(sub, on[i] ? "unsubscribe" : "subscribe", value(t, "'%s'", word[i]));
        on[i] = !on[i];
        if (step % 100 != 0)
            continue;
        for (unsigned k = 0; k < TOPICS; k++) {
            bool due = false;
            for (unsigned j = 0; j < TOPICS && !due; j++)
                due = on[j] && strncmp(word[k], word[j], strlen(word[j])) == 0;
            sp_send(pub, value(t, "'%s'", word[k]));
            if (due)
                iut_expect(sub, value(t, "'%s'", word[k]));
            sp_send(pub, "'mark'");
            iut_expect(sub, "'mark'");
        }
    }
}

CASE(sub_two_in_one_write,
     .title = "SUB delivers both of two messages that arrive together while the reader waits",
     .covers = "SP-SUB-016", .why = "the second of two was lost in a library once", .via = STREAM,
     .needs = "subscribe")
{
    struct iut *sub = iut_open(t, "sub", "subscribe='t'");
    struct peer *pub = attach(sub, "pub");
    const char *type = over_ipc(t) ? "01" : "";

    for (unsigned i = 0; i < 10; i++) {
        iut_begin_recv(sub, patience(t));
        wire_send(pub, value(t, "%s u64:2 't1' %s u64:2 't2'", type, type));
        iut_end_expect(sub, "'t1'");
        iut_expect(sub, "'t2'");
    }
}
