/* device_route.c -- devices that add a tag on the way out and take it off on the way back:
 * sp-request-reply-01 3, 5, 7; sp-surveyor-01 3, 5. */
#include "backtrace.h"
#include "device.h"

/* A request or survey comes out with one tag in front, `tag`, and the answer without it. */
static void passes(struct t *t, const struct device *d, const char *tag, const char *stack)
{
    sp_send(d->front, value(t, "%s 'question'", stack));
    sp_expect(d->back, value(t, "%s %s 'question'", tag, stack));
    sp_send(d->back, value(t, "$chan %s 'answer'", stack));
    sp_expect(d->front, value(t, "%s 'answer'", stack));
}
#define ANY_TAG "<chan: %0....... .. .. ..>"

CASE(device_adds_one_tag_to_requests,
     .title = "a device of REP and REQ adds one tag to a request and takes it off the reply",
     .covers = "SP-DEV-001", .via = ANY, .needs = "device raw")
{
    struct device d = device(t, "rep", "req");

    passes(t, &d, ANY_TAG, "80000001");
    passes(t, &d, "$chan", "0000000a 80000002");
}

CASE(device_adds_one_tag_to_surveys,
     .title =
         "a device of RESPONDENT and SURVEYOR adds one tag to a survey and takes it off responses",
     .covers = "SP-DEV-003", .via = ANY, .needs = "device raw")
{
    struct device d = device(t, "respondent", "surveyor");

    passes(t, &d, ANY_TAG, "80000001");
    passes(t, &d, "$chan", "0000000a 80000002");
}

CASE(device_drops_reply_to_lost_pipe,
     .title = "a device drops a reply to a requester that has gone", .covers = "SP-DEV-002",
     .via = ANY, .needs = "device raw")
{
    struct device d = device(t, "rep", "req");

    sp_send(d.front, "80000001 'question'");
    sp_expect(d.back, "<old: %0....... .. .. ..> 80000001 'question'");
    wire_close(d.front);
    d.front = reattach(d.front, "req");
    sp_send(d.back, "$old 80000001 'too late'");

    passes(t, &d, ANY_TAG, "80000002");
}

CASE(device_seven_hops,
     .title = "a device forwards a request of seven hops as one of eight, or discards it",
     .covers = "SP-DEV-004", .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "rep", "req");

    sp_send(d.front, value(t, "%s 'far'", backtrace(t, 7, "80000001")));
    sp_send(d.front, "80000002 'near'");
    sp_expect(d.back, "<chan: %0....... .. .. ..> <next: .. .. .. ..> *");
    if (captured(t, "next") == 0x80000002) {
        variant(t, "a request of seven hops is discarded");
        return;
    }
    variant(t, "a request of seven hops is forwarded as one of eight");
    sp_send(d.back, value(t, "$chan %s 'back'", backtrace(t, 7, "80000001")));
    sp_expect(d.front, value(t, "%s 'back'", backtrace(t, 7, "80000001")));
    sp_expect(d.back, "$chan 80000002 'near'");
}

CASE(device_keeps_bodies,
     .title = "a device that adds and removes a tag leaves bodies of every size unchanged",
     .covers = "SP-DEV-009", .why = "a tag put before a body may push it to the wrong place",
     .via = TCP, .needs = "device raw")
{
    static const size_t sizes[] = { 0,    1,    2,    3,    4,     5,     7,     8,     12,   15,
                                    16,   24,   28,   31,   32,    33,    60,    63,    64,   65,
                                    100,  120,  124,  127,  128,   129,   252,   255,   256,  257,
                                    508,  511,  512,  513,  1000,  1020,  1023,  1024,  1025, 2048,
                                    4092, 4096, 4097, 8192, 16384, 32768, 65532, 65536, 70000 };
    struct device d = device(t, "rep", "req");

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        sp_send_seq(d.front, "80000001", sizes[i]);
        sp_expect_seq(d.back, "<chan: %0....... .. .. ..> 80000001", sizes[i]);
        sp_send_seq(d.back, "$chan 80000001", sizes[i]);
        sp_expect_seq(d.front, "80000001", sizes[i]);
    }
}

CASE(device_chain_of_two,
     .title = "two devices in a row add a tag each, and the reply comes back along the same path",
     .covers = "SP-DEV-010", .why = "a device that takes off more than its own tag loses the route",
     .via = ANY, .needs = "device raw")
{
    struct iut *rep1 = iut_open(t, "rep raw"), *req1 = iut_open(t, "req raw");
    struct iut *rep2 = iut_open(t, "rep raw"), *req2 = iut_open(t, "req raw");
    iut_dial(req1, iut_listen(rep2, NULL));
    iut_pipes(req1, 1);
    iut_pipes(rep2, 1);
    struct peer *front = attach(rep1, "req"), *back = attach(req2, "rep");
    iut_device(rep1, req1);
    iut_device(rep2, req2);

    sp_send(front, "0000000a 80000001 'question'");
    sp_expect(back,
              "<two: %0....... .. .. ..> <one: %0....... .. .. ..> 0000000a 80000001 'question'");
    sp_send(back, "$two $one 0000000a 80000001 'answer'");
    sp_expect(front, "0000000a 80000001 'answer'");
}

CASE(device_loop_ends,
     .title =
         "two devices in a loop stop passing a request round when it has as many tags as the ttl",
     .covers = "SP-DEV-008", .why = "a loop in the topology would saturate the network for ever",
     .via = TCP, .needs = "device raw")
{
    enum { TTL = 8 };
    struct device d[2] = { device(t, "rep", "req"), device(t, "rep", "req") };
    const char *stack = "80000001";
    uint64_t first = 0x80000001;

    /* We are the loop: what leaves one device goes into the other.  Behind it goes a request that
     * is not deep, so that what does not come is known to have been dropped. */
    for (unsigned passed = 0;; passed++) {
        struct device *next = &d[passed % 2];
        sp_send(next->front, value(t, "%s 'round'", stack));
        sp_send(next->front, "90000001 'mark'");
        sp_expect(next->back, value(t, "<c%u: %%0....... .. .. ..> <next: .. .. .. ..> *", passed));
        if (captured(t, "next") == 0x90000001)
            return;
        check(t, captured(t, "next") == first,
              "the device does not forward the backtrace as it is");
        check(t, passed < TTL, "a request with %u tags is still passed on", passed + 1);
        sp_expect(next->back, value(t, "$c%u 90000001 'mark'", passed));
        first = captured(t, value(t, "c%u", passed));
        stack = value(t, "$c%u %s", passed, stack);
    }
}

CASE(device_reply_without_id,
     .title = "a device does not forward a reply that holds no request id, and goes on working",
     .covers = "SP-DEV-011", .via = TCP, .needs = "device raw")
{
    struct device d = device(t, "rep", "req");

    sp_send(d.front, "80000001 'question'");
    sp_expect(d.back, "<chan: %0....... .. .. ..> 80000001 'question'");
    sp_send(d.back, "$chan 00000005 'hey!'");
    sp_send(d.back, "$chan 80000001 'answer'");
    for (int64_t start = now(t); sp_waiting(d.front) == 0 && !closes_within(d.back, 20);)
        check(t, now(t) - start < patience(t), "the pipe is open, and a good reply not forwarded");
    if (sp_waiting(d.front) > 0)
        sp_expect(d.front, "80000001 'answer'");
    if (is_closed(d.back)) /* malformed: that is legitimate */
        d.back = reattach(d.back, "rep");
    passes(t, &d, "$chan", "80000002");
}
