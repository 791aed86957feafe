/* push_spread.c -- which puller PUSH sends each message to.  There is no draft: as every
 * implementation does. */
#include "case.h"

/* One message, and the index of the puller that it came to. */
static unsigned push_one(struct t *t, struct iut *push, struct peer *const *p, unsigned i)
{
    iut_send(push, value(t, "u32:%u", i));
    struct peer *to =
        sp_expect_on_any_(HERE("sp_expect_on_any(u32:i, ...)"), value(t, "u32:%u", i), p);
    unsigned k = 0;
    while (p[k] != to)
        k++;
    return k;
}

CASE(push_sends_unmodified, .title = "PUSH sends each message as it is, without a header",
     .covers = "SP-PSH-001", .via = STREAM)
{
    struct iut *push = iut_open(t, "push");
    struct peer *pull = attach(push, "pull");
    static const char *const bodies[] = { "'work'", "", "00", "80000001 'id?'", "'x'*1000" };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        iut_send(push, bodies[i]);
        sp_expect(pull, bodies[i]);
    }
    iut_send(push, "'abc'");
    wire_expect(pull, value(t, "%s u64:3 'abc'", over_ipc(t) ? "01" : ""));
}

CASE(push_to_one_only, .title = "PUSH sends each message to exactly one of three pullers",
     .covers = "SP-PSH-001", .why = "work would be done twice", .via = ANY)
{
    enum { MESSAGES = 30 };
    struct iut *push = iut_open(t, "push");
    struct peer *p[4] = { attach(push, "pull"), attach(push, "pull"), attach(push, "pull"), NULL };

    for (unsigned i = 0; i < MESSAGES; i++)
        iut_send(push, value(t, "u32:%u", i));
    bool came[MESSAGES] = { false };
    for (unsigned i = 0; i < MESSAGES; i++) {
        sp_expect_on_any_(HERE("sp_expect_on_any(<n: .. .. .. ..>, ...)"), "<n: .. .. .. ..>", p);
        uint64_t n = captured(t, "n");
        check(t, n < MESSAGES && !came[n], "message %u comes a second time", (unsigned)n);
        came[n] = true;
    }
    for (unsigned i = 0; i < 6; i++) /* and no copy comes behind the last */
        push_one(t, push, p, MESSAGES + i);
}

/* Nine messages: three to each, in rotation?  Counts what each got. */
static bool rotates(struct t *t, struct iut *push, struct peer *const *p, unsigned first,
                    unsigned *got)
{
    unsigned to[9];
    for (unsigned i = 0; i < 9; i++)
        got[to[i] = push_one(t, push, p, first + i)]++;
    bool good = to[0] != to[1] && to[1] != to[2] && to[0] != to[2];
    for (unsigned i = 3; i < 9; i++)
        good = good && to[i] == to[i - 3];
    return good;
}

CASE(push_rotates,
     .title = "PUSH spreads nine messages over three idle pullers in rotation, three to each",
     .covers = "SP-PSH-002", .why = "one worker would do all the work while the others idle",
     .via = ANY)
{
    enum { ROUNDS = 20 };
    struct iut *push = iut_open(t, "push");
    struct peer *p[4] = { attach(push, "pull"), attach(push, "pull"), attach(push, "pull"), NULL };

    /* That a message has come to us does not tell that its pipe is known to be idle again: a
     * pipe may miss its turn for that.  One good round is enough; and on a machine so busy that
     * there is none, a share of the work for each. */
    unsigned round = 0, got[3] = { 0 };
    while (round < ROUNDS && !rotates(t, push, p, 9 * round, got))
        round++;
    for (unsigned k = 0; k < 3 && round == ROUNDS; k++)
        check(t, got[k] >= ROUNDS, "in %d rounds of nine messages one puller got %u of them",
              ROUNDS, got[k]);
}

/* Messages until each of two pullers has had a few: an even spread brings them soon, but a pipe
 * that is not yet known to be idle again may miss many turns on a busy machine. */
static void both_get_some_(struct at at, struct t *t, struct iut *push, struct peer *a,
                           struct peer *b, unsigned first)
{
    enum { FEW = 3, MOST = 300 };
    struct peer *const p[] = { a, b, NULL };
    unsigned n[2] = { 0 };
    for (unsigned i = 0; i < MOST && (n[0] < FEW || n[1] < FEW); i++)
        n[push_one(t, push, p, first + i)]++;
    if (n[0] < FEW || n[1] < FEW)
        fail_(at, t, "of %u messages the two pullers got %u and %u", n[0] + n[1], n[0], n[1]);
}
#define both_get_some(t, push, a, b, first)                                                        \
    both_get_some_(HERE("both_get_some(" #a ", " #b ")"), (t), (push), (a), (b), (first))

CASE(push_includes_new_puller, .title = "PUSH spreads messages over a puller that came later too",
     .covers = "SP-PSH-002", .via = TCP)
{
    struct iut *push = iut_open(t, "push");
    struct peer *p[2] = { attach(push, "pull"), NULL };

    for (unsigned i = 0; i < 3; i++)
        push_one(t, push, p, i);
    struct peer *later = attach(push, "pull");
    both_get_some(t, push, p[0], later, 3);
}

CASE(push_stalled_puller,
     .title = "PUSH gives what a puller that has stopped reading cannot take to the other, and "
              "loses nothing",
     .covers = "SP-PSH-003", .why = "one hung worker would hold up all the work", .via = TCP)
{
    enum { SIZE = 900000, LARGE = 18, SMALL = 20 };
    struct iut *push = iut_open(t, "push");
    struct peer *stalled = attach(push, "pull");
    struct peer *other = attach(push, "pull");

    wire_pause(stalled);
    for (unsigned i = 0; i < LARGE; i++)
        iut_send_seq(push, SIZE); /* begins with 00010203 */
    for (unsigned i = 1; i <= SMALL; i++)
        iut_send(push, value(t, "u32:%u", i));
    wire_resume(stalled);

    unsigned large[2] = { 0 }, small[2] = { 0 }, last[2] = { 0 };
    bool came[SMALL + 1] = { false };
    for (unsigned i = 0; i < LARGE + SMALL; i++) {
        unsigned k = sp_expect_on_any("<n: .. .. .. ..> *", stalled, other) == other;
        unsigned n = (unsigned)captured(t, "n");
        if (n == 0x00010203) {
            large[k]++;
            continue;
        }
        check(t, n > last[k] && n <= SMALL && !came[n], "message %u comes twice or out of order",
              n);
        came[last[k] = n] = true;
        small[k]++;
    }
    check(t, large[0] + large[1] == LARGE, "of %u large messages %u came", LARGE,
          large[0] + large[1]);
    if (small[0] > SMALL / 4)
        variant(t, "the queue of one pipe takes %u messages of %d octets and more", large[0], SIZE);
}

CASE(push_puller_leaves,
     .title = "PUSH sends to the remaining pullers, each message once, when one has gone",
     .covers = "SP-PSH-009", .via = STREAM, .needs = "pipes")
{
    struct iut *push = iut_open(t, "push");
    struct peer *p[4] = { attach(push, "pull"), attach(push, "pull"), attach(push, "pull"), NULL };

    for (unsigned i = 0; i < 4; i++)
        push_one(t, push, p, i);
    wire_close(p[2]); /* if it comes back, it waits for a greeting in vain */
    iut_pipes(push, 2);
    both_get_some(t, push, p[0], p[1], 4);
}

CASE(push_sent_is_not_sent_again,
     .title = "PUSH does not send a message again whose puller has gone", .covers = "SP-PSH-009",
     .why = "the puller may have done the work before it left", .via = ANY)
{
    struct iut *push = iut_open(t, "push");
    struct peer *a = attach(push, "pull");
    struct peer *b = attach(push, "pull");

    for (unsigned i = 0; i < 6; i++) {
        iut_send(push, value(t, "u32:%u", i));
        sp_expect_on_any(value(t, "u32:%u", i), a, b);
    }
    wire_close(b);
    if (iut_has(t, "pipes"))
        iut_pipes(push, 1);          /* it has noticed */
    for (unsigned i = 0; i < 4; i++) /* without pipes some of these may be lost with the pipe */
        iut_send(push, value(t, "u32:0xf%07x", i));
    sp_expect(a, "%1111.... .. .. ..");
    sp_expect(a, "%1111.... .. .. ..");
}
