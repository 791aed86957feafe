#include "any.h"

enum {
    GOOD = 0x676f6f64, /* 'good' */
    ROUND_MS = 20,
    JUDGED_MS = 250, /* for the greeting */
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

void refuses_(struct at at, struct t *t, const char *head, const char *type, const char *reserved)
{
    const char *protocol = any_protocol(t, "rep");
    struct iut *s = iut_open(t, protocol);
    struct peer *us = attach_ungreeted_(at, t, s, protocol);

    wire_send_(at, us,
               value(t, "%s %s %s", head ? head : "00 'SP' 00",
                     type ? type : type_of(type_of(protocol)->peer)->octets,
                     reserved ? reserved : "0000"));
    if (!is_black_box(t) && !closes_within_(at, us, JUDGED_MS)) {
        sp_send_(at, us, "81234567 'taken?'");
        if (strcmp(iut_try_recv_(at, s, JUDGED_MS), "ok") == 0)
            fail_(at, t, "it keeps the connection open, and delivers a message from it");
    }
    expect_closed_(at, us, -1);
}

void refuses_other_types_(struct at at, struct t *t, struct iut *s, const char *protocol,
                          const char *behind)
{
    for (unsigned i = 0; i < TYPES; i++) {
        const struct endpoint_type *other = &endpoint_types[i];
        if (strcmp(other->protocol, type_of(protocol)->peer) == 0)
            continue;
        struct peer *us = attach_ungreeted_(at, t, s, protocol);
        wire_send_(at, us, value(t, "00 'SP' 00 %s 0000 %s", other->octets, behind));
        if (!closes_within_(at, us, patience(t)))
            fail_(at, t, "it keeps the connection of a peer of type %s (%s)", other->octets,
                  other->protocol);
    }
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

/* Over WebSocket unchecked: some count a pipe a little longer than the connection, and a PAIR
 * refuses the next until then. */
static struct peer *attach_again(struct at at, struct t *t, struct iut *s, const char *as)
{
    return over_ws(t) ? attach_unchecked_(at, s, as) : attach_(at, s, as);
}

/* It said Close, and need read no more: nor does it have to wait for us until it takes another. */
static bool ended(struct at at, struct t *t, struct peer *p)
{
    if (is_closed(p) && over_ws(t))
        wire_drop_(at, p);
    return is_closed(p);
}

struct peer *delivers_good_(struct at at, struct t *t, struct iut *s, struct peer *p,
                            const char *as)
{
    if (ended(at, t, p))
        p = attach_again(at, t, s, as);
    sp_send_(at, p, "'good'");
    int64_t start = now(t);
    while (strcmp(iut_try_recv_(at, s, ROUND_MS), "ok") != 0) {
        if (now(t) - start >= patience(t))
            fail_(at, t, "a good message sent %s is not delivered",
                  is_closed(p) ? "again on each new connection" : "on an open pipe");
        if (ended(at, t, p)) {
            p = attach_again(at, t, s, as);
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
        open_peer_(at, p, peer_of(protocol));
        if (!closes_within_(at, p, 50))
            return p;
        if (now(t) - began > patience(t))
            fail_(at, t, "it takes no other peer, though the first has left");
        let_pass_(at, t, 10, "it may not have seen yet that the first has left");
        gone = p;
    }
}

void delivers_in_order_of_each(struct t *t, struct iut *s, struct peer *const *peer, unsigned peers,
                               unsigned each)
{
    uint64_t next[8] = { 0 };

    for (unsigned i = 0; i < each; i++)
        for (unsigned k = 0; k < peers; k++)
            sp_send(peer[k], value(t, "u16:%u u16:%u", k, i));
    for (unsigned i = 0; i < peers * each; i++) {
        iut_expect(s, "<from: .. ..> <number: .. ..>");
        uint64_t from = captured(t, "from"), number = captured(t, "number");
        check(t, from < peers && number == next[from],
              "message %llu of peer %llu is delivered, %llu was due", (unsigned long long)number,
              (unsigned long long)from, (unsigned long long)(from < peers ? next[from] : 0));
        next[from]++;
    }
    sp_send(peer[0], "'end'");
    iut_expect(s, "'end'");
}

void delivers_cut_anywhere(struct iut *s, struct peer *p, const void *frames, size_t n)
{
    for (size_t cut = 1; cut < n; cut++) { /* the second message may be cut instead */
        wire_send_octets(p, frames, cut);
        wire_drains_within(p, 50);
        wire_send_octets(p, (const char *)frames + cut, n - cut);
        iut_expect(s, "'first'");
        iut_expect(s, "'second'");
    }
}
