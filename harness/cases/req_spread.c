/* req_spread.c -- how requests are spread over the pipes: sp-request-reply-01 5.1. */
#include "case.h"

/* One whole exchange; returns the index of the peer that was asked. */
static unsigned exchange(struct t *t, struct iut *req, struct peer *const *p, unsigned i)
{
    iut_send(req, value(t, "u32:%u", i));
    struct peer *asked = sp_expect_on_any_(HERE("sp_expect_on_any(<id> u32:i, ...)"),
                                           value(t, "<id: %%1....... .. .. ..> u32:%u", i), p);
    sp_send(asked, "$id 'ok'");
    iut_expect(req, "'ok'");
    unsigned k = 0;
    while (p[k] != asked)
        k++;
    return k;
}

/* That a request has come to us does not tell that its pipe is known to be idle again: on a busy
 * machine a pipe may miss its turn for that.  So a round that is not as it must be counts only when
 * several are, each begun at leisure. */
enum { ROUNDS = 5, LEISURE_MS = 50 };

static bool one_more_round(struct peer *p, unsigned *rounds)
{
    if (++*rounds >= ROUNDS)
        return false;
    closes_within(p, LEISURE_MS);
    return true;
}

CASE(req_rotates, .title = "REQ spreads six requests over three pipes in strict rotation",
     .covers = "SP-REQ-026", .via = ANY)
{
    struct iut *req = iut_open(t, "req");
    struct peer *p[4] = { attach(req, "rep"), attach(req, "rep"), attach(req, "rep"), NULL };

    unsigned asked[6], rounds = 0, i = 0;
    bool good;
    do {
        for (unsigned k = 0; k < 6; k++)
            asked[k] = exchange(t, req, p, i++);
        good = asked[0] != asked[1] && asked[1] != asked[2] && asked[0] != asked[2];
        for (unsigned k = 3; k < 6; k++)
            good = good && asked[k] == asked[k - 3];
    } while (!good && one_more_round(p[0], &rounds));
    check(t, good, "six requests go to the pipes %u %u %u %u %u %u, not to each of three in turn",
          asked[0], asked[1], asked[2], asked[3], asked[4], asked[5]);
}

CASE(req_silent_peer_does_not_block_others,
     .title = "REQ goes on asking the other pipes in turn when one never answers",
     .covers = "SP-REQ-026", .why = "one hung worker would take every request with it", .via = TCP)
{
    struct iut *req = iut_open(t, "req");
    struct peer *silent = attach(req, "rep");
    struct peer *a = attach(req, "rep");
    struct peer *b = attach(req, "rep");

    unsigned hung, rounds = 0, i = 0;
    do {
        hung = 0;
        for (unsigned k = 0; k < 9; k++, i++) {
            iut_send(req, value(t, "u32:%u", i));
            struct peer *asked =
                sp_expect_on_any(value(t, "<id: %%1....... .. .. ..> u32:%u", i), silent, a, b);
            if (asked == silent) { /* the next request replaces this one */
                hung++;
                continue;
            }
            sp_send(asked, "$id 'ok'");
            iut_expect(req, "'ok'");
        }
    } while (hung != 3 && one_more_round(silent, &rounds));
    check(t, hung == 3, "the pipe that never answers is asked %u times of 9, not 3", hung);
}

/* Ten requests for each of the first `pipes` of p: 9 to 11 to each of them? */
static bool even_round(struct t *t, struct iut *req, struct peer *const *p, unsigned pipes,
                       unsigned *i, unsigned *n)
{
    bool even = true;
    memset(n, 0, pipes * sizeof *n);
    for (unsigned k = 0; k < 10 * pipes; k++)
        n[exchange(t, req, p, (*i)++)]++;
    for (unsigned k = 0; k < pipes; k++)
        even = even && n[k] >= 9 && n[k] <= 11;
    return even;
}

CASE(req_fair_after_pipe_added,
     .title = "REQ spreads requests evenly when a pipe is added between them",
     .covers = "SP-REQ-027", .via = TCP)
{
    struct iut *req = iut_open(t, "req");
    struct peer *p[4] = { attach(req, "rep"), attach(req, "rep"), NULL, NULL };
    unsigned n[3], rounds = 0, i = 0;
    bool even;

    while (i < 3)
        exchange(t, req, p, i++);
    p[2] = attach(req, "rep");
    do
        even = even_round(t, req, p, 3, &i, n);
    while (!even && one_more_round(p[0], &rounds));
    check(t, even, "of 30 requests the three pipes got %u, %u and %u", n[0], n[1], n[2]);
}

CASE(req_fair_after_pipe_removed,
     .title = "REQ spreads requests evenly over the remaining pipes when one has gone",
     .covers = "SP-REQ-027", .via = TCP, .needs = "pipes")
{
    struct iut *req = iut_open(t, "req");
    struct peer *p[4] = { attach(req, "rep"), attach(req, "rep"), attach(req, "rep"), NULL };
    unsigned n[2], rounds = 0, i = 0;
    bool even;

    while (i < 4)
        exchange(t, req, p, i++);
    wire_close(p[2]);
    p[2] = NULL; /* if it comes back, it waits for a greeting in vain */
    iut_pipes(req, 2);
    do
        even = even_round(t, req, p, 2, &i, n);
    while (!even && one_more_round(p[0], &rounds));
    check(t, even, "of 20 requests the two pipes left got %u and %u", n[0], n[1]);
}

CASE(req_passes_over_blocked_pipe,
     .title = "REQ passes over a pipe whose peer has stopped reading and asks the other",
     .covers = "SP-REQ-028", .why = "one stalled worker would hold up every request", .via = TCP)
{
    enum { SIZE = 900000, MOST = 60, STREAK = 4, ARRIVAL_MS = 150 };
    struct iut *req = iut_open(t, "req");
    struct peer *stalled = attach(req, "rep");
    struct peer *other = attach(req, "rep");

    wire_pause(stalled);
    unsigned streak = 0; /* requests in a row that came to `other`: rotation would give 1 */
    for (unsigned i = 0; i < MOST && streak < STREAK; i++) {
        iut_send_seq(req, SIZE);
        closes_within(other, ARRIVAL_MS); /* until the next message: one that does not come went to
                                             the buffers of the stalled pipe */
        if (sp_waiting(other) == 0) {
            streak = 0;
            continue;
        }
        sp_expect_seq(other, "%1....... .. .. ..", SIZE);
        streak++;
    }
    check(
        t, streak == STREAK,
        "of %d requests of %d octets about half went to the pipe whose peer reads nothing: it must "
        "be passed over once it is full",
        (int)MOST, (int)SIZE);
}

CASE(req_flood_of_bogus_replies,
     .title = "REQ delivers the reply of one pipe within a second of it, though another floods",
     .covers = "SP-REQ-031", .via = TCP)
{
    struct iut *req = iut_open(t, "req");
    struct peer *a = attach(req, "rep");
    struct peer *b = attach(req, "rep");

    iut_send(req, "'ping'");
    struct peer *asked = sp_expect_on_any("<id: %1....... .. .. ..> 'ping'", a, b);
    struct peer *flooding = asked == a ? b : a;
    const char *bogus =
        value(t, "u32:0x%08x 00*100", ((uint32_t)captured(t, "id") ^ 0x5555) | 0x80000000);
    for (unsigned i = 0; i < 5000; i++)
        sp_send(flooding, bogus);
    int64_t answered = now(t);
    sp_send(asked, "$id 'pong'");
    iut_expect(req, "'pong'");
    expect_elapsed(t, answered, 0, 1000);
}
