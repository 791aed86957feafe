#include "any.h"

enum {
    GOOD = 0x676f6f64, /* 'good' */
    ROUND_MS = 20,
    JUDGED_MS = 250, /* for the greeting */
    REFUSAL_MS = 50, /* for a service that closes what it has accepted */
};

const struct endpoint_type endpoint_types[TYPES] = {
    { "pair0", "0010", "pair0" },
    { "pair1", "0011", "pair1" },
    { "pub", "0020", "sub" },
    { "sub", "0021", "pub" },
    { "req", "0030", "rep" },
    { "rep", "0031", "req" },
    { "push", "0050", "pull" },
    { "pull", "0051", "push" },
    { "surveyor", "0062", "respondent" },
    { "respondent", "0063", "surveyor" },
    { "bus", "0070", "bus" },
};

const struct endpoint_type *type_of(const char *protocol)
{
    for (unsigned i = 0; i < TYPES; i++)
        if (strcmp(endpoint_types[i].protocol, protocol) == 0)
            return &endpoint_types[i];
    return strcmp(protocol, "pair") == 0 ? &endpoint_types[0] : NULL;
}

const char *any_protocol(struct t *t, const char *otherwise)
{
    return is_black_box(t) ? service_protocol(t) : otherwise;
}

struct peer *attach_ungreeted_(struct at at, struct t *t, struct iut *s, const char *protocol)
{
    struct peer *p = attach_raw_(at, s);
    wire_expect_(at, p, value(t, "00 'SP' 00 %s 0000", type_of(protocol)->octets));
    return p;
}

void expect_refused_pipe_(struct at at, struct t *t, struct iut *s, struct peer *p)
{
    if (!is_black_box(t) && !closes_within_(at, p, JUDGED_MS)) {
        sp_send_(at, p, "81234567 'taken?'");
        if (strcmp(iut_try_recv_(at, s, JUDGED_MS), "ok") == 0)
            fail_(at, t, "it keeps the connection open, and delivers a message from it");
    }
    expect_closed_(at, p, -1);
}

void still_works_(struct at at, struct t *t, struct iut *s, const char *protocol, struct peer *p)
{
    if (strcmp(protocol, "rep") == 0 || strcmp(protocol, "respondent") == 0)
        expect_served_(at, s, p, "81234567");
    else if (!is_black_box(t) || !closes_within_(at, p, REFUSAL_MS))
        expect_open_(at, p);
    else
        fail_(at, t, "it closed the connection");
}

struct peer *serves_next_(struct at at, struct t *t, struct iut *s, const char *protocol)
{
    const char *as = type_of(protocol)->peer;
    /* Unchecked, since a pipe whose message nobody has received may be counted long after its end.
     */
    struct peer *p = is_black_box(t) ? attach_(at, s, as) : attach_unchecked_(at, s, as);
    still_works_(at, t, s, protocol, p);
    return p;
}

struct peer *delivers_good_(struct at at, struct t *t, struct iut *s, struct peer *p,
                            const char *as)
{
    if (is_closed(p))
        p = attach_(at, s, as);
    sp_send_(at, p, "'good'");
    int64_t start = now(t);
    while (strcmp(iut_try_recv_(at, s, ROUND_MS), "ok") != 0) {
        if (now(t) - start >= patience(t))
            fail_(at, t, "a good message sent %s is not delivered",
                  is_closed(p) ? "again on each new connection" : "on an open pipe");
        if (is_closed(p)) {
            p = attach_(at, s, as);
            sp_send_(at, p, "'good'");
        }
    }
    if (captured(t, "got") != GOOD)
        fail_(at, t, "what was delivered is not the good message sent last");
    return p;
}

struct peer *taken_in_(struct at at, struct t *t, struct peer *gone, const char *protocol)
{
    for (int64_t began = now(t);;) {
        struct peer *p = reattach_raw_(at, gone);
        wire_expect_(at, p, greeting(t, protocol));
        wire_send_(at, p, greeting(t, protocol));
        if (!closes_within_(at, p, 50))
            return p;
        if (now(t) - began > patience(t))
            fail_(at, t, "it takes no other peer, though the first has left");
        let_pass_(at, t, 10, "it may not have seen yet that the first has left");
        gone = p;
    }
}
