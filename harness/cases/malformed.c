#include "malformed.h"

enum {
    GOOD = 0x676f6f64, /* 'good' */
    ROUND_MS = 20,
    CLOSE_MS = 10,   /* in which one that closes mostly has closed */
    ANSWER_MS = 500, /* well below the survey time of 1 s */
};

static void must_be_good(struct at at, struct t *t)
{
    if (captured(t, "got") != GOOD)
        fail_(at, t, "the malformed message was delivered");
}

/* A service answers by itself: an answer or the end of the pipe comes. */
static struct peer *service_still_answers(struct at at, struct t *t, struct iut *s, struct peer *p,
                                          const char *as, const char *id)
{
    if (closes_within_(at, p, patience(t))) {
        p = reattach_(at, p, as);
        expect_served_(at, s, p, id);
    } else {
        sp_expect_(at, p, value(t, "%s *", id));
    }
    return p;
}

struct peer *still_answers_(struct at at, struct t *t, struct iut *s, struct peer *p,
                            const char *as, const char *id)
{
    const char *good = value(t, "%s 'good'", id);
    sp_send_(at, p, good);
    if (is_black_box(t))
        return service_still_answers(at, t, s, p, as, id);
    int64_t start = now(t);
    while (strcmp(iut_try_recv_(at, s, ROUND_MS), "ok") != 0) {
        if (is_closed(p)) {
            p = reattach_(at, p, as);
            sp_send_(at, p, good);
        } else if (now(t) - start >= patience(t)) {
            fail_(at, t, "after malformed input the pipe is open but not served");
        }
    }
    must_be_good(at, t);
    iut_send_(at, s, "'fine'");
    sp_expect_(at, p, value(t, "%s 'fine'", id));
    return p;
}

struct peer *still_takes_answer_(struct at at, struct t *t, struct iut *s, struct peer *p,
                                 const char *as)
{
    uint64_t old = captured(t, "id");
    sp_send_(at, p, "$id 'good'");
    int64_t ms = closes_within_(at, p, CLOSE_MS) ? CLOSE_MS : ANSWER_MS;
    if (strcmp(iut_try_recv_(at, s, ms), "ok") == 0) {
        must_be_good(at, t);
        return p;
    }
    if (!is_closed(p))
        fail_(at, t, "after a malformed answer the pipe is open, but a good one is not delivered");
    /* It closed the pipe, and the timed-out receive may have ended the exchange: a new one. */
    p = reattach_(at, p, as);
    iut_send_(at, s, "'again'");
    do
        sp_expect_(at, p, "<id: .. .. .. ..> *"); /* the old one may be sent again first */
    while (captured(t, "id") == old);
    sp_send_(at, p, "$id 'good'");
    iut_expect_(at, s, "'good'");
    return p;
}

const char *ignores_questions(struct t *t, const char *protocol, const char *const *bad)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *first = attach(s, peer_of(protocol)), *p = first;
    const char *closed_over = NULL;

    for (; *bad; bad++) {
        sp_send(p, *bad);
        p = still_answers(t, s, p, peer_of(protocol), "92345678");
        if (p != first && !closed_over)
            closed_over = *bad;
    }
    return closed_over;
}

const char *ignores_answers(struct t *t, const char *protocol, const char *const *bad)
{
    struct iut *s = iut_open(t, protocol);
    struct peer *first = attach(s, peer_of(protocol)), *p = first;
    const char *closed_over = NULL;

    for (; *bad; bad++) {
        iut_send(s, "'?'");
        sp_expect(p, "<id: %1....... .. .. ..> '?'");
        sp_send(p, *bad);
        p = still_takes_answer(t, s, p, peer_of(protocol));
        if (p != first && !closed_over)
            closed_over = *bad;
    }
    return closed_over;
}
