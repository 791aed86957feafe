/* robust_memory.c -- what a peer can make the implementation hold. */
#include "any.h"

enum { MIB = 1024 * 1024, STEP_MS = 50 };

static int64_t memory_now(struct t *t)
{
    int64_t n = iut_memory(t);

    if (n < 0)
        skip(t, "the memory of this process cannot be had");
    return n;
}

static void check_growth(struct t *t, int64_t before, int64_t bound)
{
    int64_t grown = memory_now(t) - before;

    check(t, grown < bound, "its memory grew by %lld KiB", (long long)(grown / 1024));
}

CASE(robust_announced_lengths,
     .title =
         "neither ends nor takes memory for lengths of 2^31 to 2^64 - 1 that are announced only",
     .covers = "SP-ROB-011", .needs = "kernel", .via = TCP, .fragile = true)
{
    static const uint64_t lengths[] = { 1ULL << 31, 1ULL << 32, 1ULL << 40, 1ULL << 63,
                                        UINT64_MAX };
    struct iut *rep = iut_open(t, "rep");
    int64_t before = memory_now(t);

    for (unsigned i = 0; i < 5; i++) {
        struct peer *req = attach(rep, "req");
        sp_claim(req, lengths[i]);
        wire_send(req, "80000001");
        closes_within(req, 200);
    }
    check_growth(t, before, 64 * MIB);
    serves_next(t, rep, "rep");
}

CASE(robust_unread_messages,
     .title = "keeps its memory bounded while a peer sends and the application does not receive",
     .covers = "SP-ROB-014", .why = "one fast peer would take all memory of a slow application",
     .needs = "kernel", .via = TCP_LISTENS, .slow = true)
{
    enum { SIZE = 64 * 1024, COUNT = 768 };
    struct iut *pull = iut_open(t, "pull");
    struct peer *push = attach(pull, "push");
    int64_t before = memory_now(t);

    for (unsigned i = 0; i < COUNT; i++)
        sp_send_seq(push, NULL, SIZE);
    let_pass(t, 500, "it reads until its queues are full, and nothing tells when that is");
    check_growth(t, before, 32 * MIB);
    for (unsigned i = 0; i < COUNT; i++)
        iut_expect_seq(pull, SIZE);
}

CASE(robust_reconnections,
     .title = "keeps its memory bounded over a thousand reconnections with a request waiting",
     .covers = "SP-ROB-024", .why = "state of lost pipes that is kept fills a server in a week",
     .needs = "kernel", .via = TCP_LISTENS, .slow = true)
{
    struct iut *req = iut_open(t, "req");
    struct peer *rep = attach(req, "rep");

    iut_send(req, "'waiting'");
    sp_expect(rep, "<id: %1....... .. .. ..> 'waiting'");
    wire_close(rep);
    for (unsigned i = 0; i < 100; i++)
        wire_close(attach(req, "rep"));
    int64_t before = memory_now(t);
    for (unsigned i = 0; i < 1000; i++)
        wire_close(attach(req, "rep"));
    check_growth(t, before, 16 * MIB);
}

/* ---- peers that do not read ---- */

CASE(robust_push_beside_peer_that_never_reads,
     .title = "PUSH goes on with its other peers when one never reads", .covers = "SP-ROB-015",
     .via = TCP)
{
    enum { SIZE = 100000, COUNT = 200 }; /* more than the system buffers for one connection */
    struct iut *push = iut_open(t, "push");
    struct peer *deaf = attach(push, "pull");
    attach(push, "pull");

    wire_pause(deaf);
    for (unsigned i = 0; i < COUNT; i++)
        iut_send_seq(push, SIZE);
}

CASE(robust_pub_beside_peer_that_never_reads,
     .title = "PUB goes on publishing to its other subscribers when one never reads",
     .covers = "SP-ROB-015", .via = TCP)
{
    enum { SIZE = 100000, COUNT = 100 };
    struct iut *pub = iut_open(t, "pub");
    struct peer *deaf = attach(pub, "sub");
    struct peer *sub = attach(pub, "sub");

    wire_pause(deaf);
    for (unsigned i = 0; i < COUNT; i++) {
        iut_send_seq(pub, SIZE);
        sp_expect_seq(sub, NULL, SIZE);
    }
}
