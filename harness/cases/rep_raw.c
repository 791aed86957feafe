/* rep_raw.c -- the raw REP of devices and its channel ids: sp-request-reply-01 5.2. */
#include "fresh_ids.h"

static void request(struct iut *rep, struct peer *req)
{
    sp_send(req, "80000001 'hi'");
    iut_expect_raw(rep, "<chan: %0....... .. .. ..> 80000001", "'hi'");
}

CASE(rep_raw_prepends_channel_id,
     .title = "a raw REP puts one tag before the backtrace that names the pipe, and routes by it",
     .covers = "SP-REP-021", .via = ANY, .needs = "raw")
{
    struct iut *rep = iut_open(t, "rep raw");
    struct peer *a = attach(rep, "req");
    struct peer *b = attach(rep, "req");

    sp_send(a, "0000000a 80000001 'from a'");
    iut_expect_raw(rep, "<a: %0....... .. .. ..> 0000000a 80000001", "'from a'");
    sp_send(b, "80000001 'from b'");
    iut_expect_raw(rep, "<b: %0....... .. .. ..> 80000001", "'from b'");
    check(t, captured(t, "a") != captured(t, "b"), "two pipes have the same channel id");

    iut_send_raw(rep, "$b 80000001", "'to b'");
    sp_expect(b, "80000001 'to b'");
    iut_send_raw(rep, "$a 0000000a 80000001", "'to a'");
    sp_expect(a, "0000000a 80000001 'to a'");
}

CASE(rep_raw_first_channel_id_is_random,
     .title = "a raw REP begins with a random channel id in each process", .covers = "SP-REP-022",
     .why = "a device that restarts would route old replies to new requesters", .via = TCP_LISTENS,
     .needs = "raw")
{
    struct fresh_ids f;
    for (unsigned i = 0; i < FRESH; i++) {
        iut_fresh(t);
        struct iut *rep = iut_open(t, "rep raw");
        struct peer *req = attach(rep, "req");
        f.at[i] = now(t);
        request(rep, req);
        f.id[i] = (uint32_t)captured(t, "chan");
        wire_close(req);
    }
    expect_random_ids(t, &f);
}

CASE(rep_raw_channel_ids_count_up,
     .title = "a raw REP gives each next pipe the channel id of the one before plus 1",
     .covers = "SP-REP-023", .via = ANY, .needs = "raw")
{
    struct iut *rep = iut_open(t, "rep raw");
    uint64_t before = 0;
    for (unsigned i = 0; i < 3; i++) {
        struct peer *req = attach(rep, "req");
        request(rep, req);
        uint64_t chan = captured(t, "chan");
        if (i > 0)
            expect_next_id(t, "channel id", before, chan);
        before = chan;
    }
}

CASE(rep_raw_drops_misrouted_replies,
     .title = "a raw REP drops a reply whose first tag names no pipe, is cut short or is no tag",
     .covers = "SP-REP-024", .via = ANY, .needs = "raw")
{
    struct iut *rep = iut_open(t, "rep raw");
    struct peer *req = attach(rep, "req");

    request(rep, req);
    uint32_t chan = (uint32_t)captured(t, "chan");
    const char *const misrouted[] = { value(t, "u32:0x%08x 80000001", chan ^ 0x40000000),
                                      value(t, "u32:0x%08x 80000001", chan | 0x80000000), "80",
                                      "" };
    for (unsigned i = 0; i < 4; i++) /* the call may succeed, or say what is wrong */
        iut_try_send_raw(rep, patience(t), misrouted[i], i < 2 ? "'bad'" : "");
    iut_send_raw(rep, "$chan 80000001", "'good'");
    sp_expect(req, "80000001 'good'");
}
