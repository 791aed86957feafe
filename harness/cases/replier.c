#include "replier.h"

void ends_backtrace_at_the_id(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));

    sp_send(p, "80000001 80000002 00000003 'x'");
    iut_expect(s, "80000002 00000003 'x'");
    iut_send(s, "80000004 00000005 'y'");
    sp_expect(p, "80000001 80000004 00000005 'y'");
}

void answers_the_latest(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));

    sp_send(p, "80000001 'one'");
    sp_send(p, "80000002 'two'");
    iut_expect(s, "'one'");
    iut_expect(s, "'two'");
    iut_send(s, "'to two'");
    sp_expect(p, "80000002 'to two'");
    expect_served(s, p, "80000003"); /* the next thing that comes is this answer */
}

void refuses_a_second_answer(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *p = attach(s, peer_of(protocol));

    sp_send(p, "80000001 'hi'");
    iut_expect(s, "'hi'");
    iut_send(s, "'once'");
    iut_send_fails(s, 1000, "'twice'", "state");
    sp_expect(p, "80000001 'once'");
    expect_served(s, p, "80000002");
}

void drops_the_answer_to_one_gone(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *a = attach(s, peer_of(protocol));
    struct peer *b = attach(s, peer_of(protocol));

    sp_send(a, "80000001 'from a'");
    iut_expect(s, "'from a'");
    wire_close(a);
    if (iut_has(t, "pipes"))
        iut_pipes(s, 1); /* it has noticed */
    iut_send(s, "'too late'");
    expect_served(s, b, "80000001");
}

void answers_each_pipe_its_own(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *a = attach(s, peer_of(protocol));
    struct peer *b = attach(s, peer_of(protocol));

    sp_send(a, "80000001 'from a'");
    iut_expect(s, "'from a'");
    sp_send(b, "80000001 'from b'");
    wire_drains_within(b, 100); /* it is there before the first is answered */
    iut_send(s, "'to a'");
    sp_expect(a, "80000001 'to a'");
    iut_expect(s, "'from b'");
    iut_send(s, "'to b'");
    sp_expect(b, "80000001 'to b'");
    expect_served(s, a, "80000002");
}

struct two_askers keeps_the_backtrace(struct t *t, const char *protocol)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *a = attach(s, peer_of(protocol));
    struct peer *b = attach(s, peer_of(protocol));

    sp_send(a, "0000000a 0000000b 80000001 'from a'");
    iut_expect(s, "'from a'");
    sp_send(a, "0000001a 0000001b 80000003 'more'");
    sp_send(b, "0000002a 80000002 'from b'");
    wire_drains_within(a, 100);
    wire_drains_within(b, 100);
    iut_send(s, "'to a'");
    sp_expect(a, "0000000a 0000000b 80000001 'to a'");
    return (struct two_askers){ s, a, b };
}

void serves_beside_one_that_does_not_read(struct t *t, const char *protocol)
{
    enum { MOST = 40, BLOCK_MS = 150 };
    struct iut *s = iut_open(t, protocol);
    struct peer *stalled = attach(s, peer_of(protocol));
    struct peer *other = attach(s, peer_of(protocol));

    wire_pause(stalled);
    for (int i = 0; i < MOST; i++) {
        sp_send(stalled, "80000001 'q'");
        iut_expect(s, "'q'");
        /* Dropped, queued or refused: all are legitimate, so long as it ends. */
        if (strcmp(iut_try_send_seq(s, BLOCK_MS, 500000), "ok") != 0)
            break;
    }
    int64_t asked = now(t);
    expect_served(s, other, "80000002");
    expect_elapsed(t, asked, 0, 1000);
}
